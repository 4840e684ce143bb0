param a int
param b int
param s string
param o object = {}
var arithmetic = a + b * 2 - -a / b % 3
var compare = a < b && a <= b || a > b && a >= b
var equal = s == 'x' || s != 'y' || s =~ 'Z' || s !~ 'W'
var pick = !compare ? a : compare
  ? b
  : 0
var coalesced = o.?a.b ?? o['c']!.d ?? null
var safe = o.?list[?0].?x.y[^1]
var last = [ 1, 2 ][^1]
