module raw 'raw.json' = { name: 'raw' }
output o string = raw.outputs.key
