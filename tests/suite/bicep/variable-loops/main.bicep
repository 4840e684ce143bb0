param names array
var plain = [for name in names: name]
var indexed = [for (name, i) in names: { name: name, at: i }]
var numbers = [for i in range(0, 3): i * 2]
var inside = {
  list: [for (n, at) in names: '${n}-${at}']
  other: true
}
output all array = [for name in names: { upper: toUpper(name) }]
output simple array = [for name in names: 'constant']
output use string = indexed[0].name
