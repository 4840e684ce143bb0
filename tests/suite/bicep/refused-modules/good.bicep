param name string
param count int
output said string = '${name}${count}'
