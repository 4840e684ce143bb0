parm x string
param y strin
param
var = 1
var open = 'abc
var token = 1 ; 2
var quotes = "double"
var missing =
var list = [ 1 2 ]
var comma = [
  1,
  2
]
var call = concat('a' 'b')
var number = 99999999999999999999
var escape = '\q'
var code = '\u{110000}'
var index = list[]
resource noBody 'Microsoft.X/y@2020-01-01' =
resource noType = {}
module noPath = {}
output noType
@description('nothing below')
