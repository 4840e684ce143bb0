module back 'main.bicep' = { name: 'x' }
