using 'main.bicep'
using 'main.bicep'
param nme = 'typo'
param count = 1 / 0
param flag = 'yes'
param list = [ resourceGroup().location ]
param key = readEnvironmentVariable('GLZ_UNSET')
param when = utcNow()
output x string = 'no'
