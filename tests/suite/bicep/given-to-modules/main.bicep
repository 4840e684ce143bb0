// What fits a module's parameters, and what cannot be seen whether it does.
param chosen string = 'x'
param flag bool = false
param any object = {}
var pair = { left: 'a', right: 1 }
var sizes = ['small', 'large']

module one 'parts.bicep' = {
  name: 'one'
  params: {
    name: toLower(chosen)
    tags: [chosen, 'b']
    size: flag ? 'small' : 'LARGE'
    count: 2
    from: { kind: 'upstream', host: 'example', port: null }
    pair: flag ? pair : null
    point: [1, chosen]
    key: any.secret
  }
}

module two 'parts.bicep' = [for (size, name) in sizes: {
  name: 'two${name}'
  params: {
    name: one.outputs.id
    size: size
    count: one.outputs.total
    from: any
    pair: { left: one.outputs.maybe ?? '', ...any }
    tags: one.outputs.all
  }
}]
