param names array
param extra object
var upper = map(names, name => toUpper(name))
var indexed = map(names, (name, i) => { name: name, at: i })
var chosen = filter(names, x => length(x) > 2)
var total = reduce(names, 0, (sum, x) => sum + length(x))
var byName = toObject(names, n => n, n => { id: sys.guid(n) })
var all = [ 'first', ...names, 'last' ]
var merged = { a: 1, ...extra, b: 2 }
