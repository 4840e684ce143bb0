import { b } from 'b.bicep'

@export()
type a = b
