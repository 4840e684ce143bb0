// Values that a module, whichever language it was written in, does not take.
param chosen string
param flag bool
var count = 3
var pair = { left: 1 }

module kinds 'parts.bicep' = {
  name: 'kinds'
  params: {
    name: count
    tags: chosen
    size: flag
    count: '1'
    from: 'none'
    key: [chosen]
  }
}

module values 'parts.bicep' = {
  name: 'values'
  params: {
    name: 'n'
    tags: ['a', 2, 'c']
    size: flag ? 'smal' : 'medium'
    count: count
    from: { kind: 'upstream', host: 'ex', port: 0 }
    pair: pair
    point: ['a', 'b']
  }
}

module shapes 'parts.bicep' = {
  name: 'shapes'
  params: {
    name: 'n'
    tags: []
    from: { kind: 'upstraem', host: 'example' }
    pair: { letf: 'a' }
  }
}

module upstream 'parts.bicep' = {
  name: 'upstream'
  params: {
    name: 'n'
    from: { kind: 'upstream' }
  }
}

module results 'parts.bicep' = {
  name: 'results'
  params: {
    name: kinds.outputs.total
    size: length(chosen)
    count: kinds.outputs.id
    tags: kinds.id
  }
}

module template 'template.json' = {
  name: 'template'
  params: {
    name: 'name'
    settings: !flag
  }
}
