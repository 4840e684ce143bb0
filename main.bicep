module b 'b.bicep' = {}
output a int = 2
