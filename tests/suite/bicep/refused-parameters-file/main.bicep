param name string
param count int
param flag bool
param list array
param key string
param when string
