// What the extended file gives counts, unless it is given here.
using 'main.bicep'

extends 'shared/base.bicepparam'

import { pick } from 'shared/values.bicep'
import * as values from 'shared/values.bicep'

var doubled int = values.count * 2

param own = '${base.shared}-own'
param overridden = pick(['x', 'y'])
param count = doubled
