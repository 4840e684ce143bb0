import foo from 'x.bicep'
import { 1 } from 'x.bicep'
import { a as } from 'x.bicep'
import { 'a' } from 'x.bicep'
import { a } from
import * from 'x.bicep'
import { a } 'x.bicep'
type a = { x }
type b = [
type c =
