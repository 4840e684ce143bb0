module raw 'raw.json' = {
  name: 'raw'
  params: { who: 'x' }
}
output answer string = raw.outputs.answer
