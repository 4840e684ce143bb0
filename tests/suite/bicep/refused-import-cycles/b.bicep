import { c } from 'c.bicep'

@export()
type b = c
