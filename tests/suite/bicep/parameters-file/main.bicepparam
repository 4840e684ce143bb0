using 'main.bicep'
var prefix = 'genai'
var sizes = [for i in range(1, 3): i * 10]
param name = '${prefix}-${toLower('GW')}'
param count = length(sizes) + sizes[2]
param tags = { stage: 'dev', list: [ 'a', prefix ], policy: loadTextContent('policy.xml') }
param names = map([ 'a', 'b' ], x => '${x}!')
param looped = [for (x, i) in names: { name: x, at: i }]
param flag = count > 3 && !contains(name, 'zz')
param key = readEnvironmentVariable('GLZ_CASE')
param fallback = readEnvironmentVariable('GLZ_UNSET', 'default')
param password = az.getSecret('0000', 'rg', 'kv', 'secret-${prefix}', 'v1')
param bracketed = '[not an expression]'
