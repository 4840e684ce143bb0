import { a } from 'b.bicep'
extension microsoftGraphV1
func f(x string) string => x
test t 'x.bicep' = { params: {} }
assert ok = true
output u 'a' | 'b' = 'a'
param r resource 'Microsoft.X/y@2020-01-01'
var y = loadYamlContent('x.yaml')
