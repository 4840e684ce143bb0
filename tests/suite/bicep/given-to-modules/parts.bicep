@discriminator('kind')
type source = upstream | none

type upstream = {
  kind: 'upstream'
  @minLength(3)
  host: string
  @minValue(1)
  @maxValue(65535)
  port: int?
}

type none = {
  kind: 'none'
}

param name string
@minLength(1)
@maxLength(2)
param tags string[] = ['a']
@allowed(['small', 'large'])
param size string = 'small'
@allowed([1, 2])
param count int = 1
param from source = { kind: 'none' }
@sealed()
param pair { left: string, right: int? }?
param point [int, string]?
@secure()
param key string = ''

output id string = name
output total int = count
output maybe string? = name
output all array = tags
