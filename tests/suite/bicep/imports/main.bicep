// What is imported by name keeps its name; what it needs besides gets one that cannot clash.
import { person, greet as hello, prefix, entries } from 'shared/people.bicep'
import * as more from 'shared/more.bicep'
import { 'kebab-case' as kebab } from 'shared/compiled.json'

param owner person
param car more.car
param wheel more.car.wheels[*]
param compiled kebab
param friends person[] = []

var greeting = hello('x')

output text string = '${prefix}${greeting}${more.suffix}'
output list array = entries
output shout string = more.shout('x')

module inner 'inner.bicep' = {
  name: 'inner'
  params: {
    owner: owner
  }
}
