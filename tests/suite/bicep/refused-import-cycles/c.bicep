import { a } from 'main.bicep'

@export()
type c = a[]
