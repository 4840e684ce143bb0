metadata = 'x'
var = 1
type = string
resource 'Microsoft.X/y@2020-01-01' = { name: 'a' }
output = 1
module 'x.bicep' = { name: 'b' }
var dotted = a.
var object = { : 1 }
var noLoopVariable = [for 1 in [ 1 ]: 1]
var noIn = [for x of [ 1 ]: x]
var twoValues = '${1 2}'
@
param decorated string
var armIf = if(true, 1, 2)
var armArray = createArray(1)
var armObject = createObject('a', 1)
var armParameters = parameters('x')
output string = 1
var last = 'never closed