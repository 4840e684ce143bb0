param name string
param count int
param tags object
param names array
param looped array
param flag bool
param key string
param fallback string
@secure()
param password string
param bracketed string
param optional string = 'x'
output all string = '${name}${count}${tags}${names}${looped}${flag}${key}${fallback}${password}${bracketed}${optional}'
