import { person } from './shared/people.bicep'

param owner person
param note person.name?
