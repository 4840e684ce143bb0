using 'main.bicep'
param count = 1 / 0
param flag = 'yes'
