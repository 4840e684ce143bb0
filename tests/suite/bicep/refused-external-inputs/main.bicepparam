// What cannot be an expression that is filled in later.
using none

import { shout } from 'names.bicep'

var kind = 'sys.cli'

param computed = externalInput(kind, 'name')
param declared = shout(externalInput('sys.cli', 'name'))
