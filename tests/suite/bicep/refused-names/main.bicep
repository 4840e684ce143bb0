param a string
param a int
var b = a
var b = unknwn
var selfish = '${selfish}x'
var one = two
var two = three
var three = one
var sys = 1
output o string = prma
output o string = 'twice'
output f string = toLoer('x')
output g string = toLower
output arity string = replace('a', 'b')
var late = utcNow()
var old = variables('x')
param withVar string = b
param prma string
