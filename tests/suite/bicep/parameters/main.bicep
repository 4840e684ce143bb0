@description('What it is called.')
@minLength(3)
@maxLength(24)
param name string
@allowed([ 'dev', 'prod' ])
param stage string = 'dev'
@minValue(1)
@maxValue(10)
param capacity int = 1
@secure()
param password string
@secure()
@description('Several.')
@metadata({ owner: 'platform' })
param secrets object = {}
param list array = [ stage, '${name}-x', utcNow('yyyy') ]
param flag sys.bool = false
metadata author = 'us'
@description('Goes out.')
output greeting string = 'hello ${name}'
