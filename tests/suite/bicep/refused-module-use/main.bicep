module good 'good.bicep' = { name: 'g' }
module silent 'silent.bicep' = { name: 's' }
output a string = good.outputs.siad
output b string = silent.outputs.x
output c string = good.id
