import { missing, hidden } from 'shared.bicep'
import * as shared from 'shared.bicep'
import { a } from 'absent.bicep'
import { b } from 'main.bicep'
import { c } from 'br/public:not/there:1.0.0'
import { d } from 'ts:x'
import { e } from '/etc/passwd'
import { f } from '../../../etc/passwd'

param p shared.hidden
var v = shared.hidden
var w = shared
var x = shared.f(1)
