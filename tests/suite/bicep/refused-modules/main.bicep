param suffix string
module missing 'missing.bicep' = { name: 'a' }
module self 'main.bicep' = { name: 'b' }
module circle 'circle.bicep' = { name: 'c' }
module outside '../outside.bicep' = { name: 'd' }
module absolute '/etc/x.bicep' = { name: 'e' }
module windows 'a\\b.bicep' = { name: 'f' }
module empty '' = { name: 'g' }
module computed '${suffix}.bicep' = { name: 'h' }
module registry 'br/public:avm/res/x/y:0.1.0' = { name: 'i' }
module notTemplate 'data.json' = { name: 'j' }
module params 'good.bicep' = {
  name: 'k'
  params: {
    nme: 'typo'
    count: 'text'
    '${suffix}': 1
  }
}
module notObject 'good.bicep' = {
  name: 'l'
  params: suffix
}
module wrongScope 'good.bicep' = {
  name: 'm'
  scope: subscription()
  params: { name: 'x', count: 1 }
  location: 'x'
}
module unnamed 'good.bicep' = {
  params: { name: 'x', count: 1 }
}
