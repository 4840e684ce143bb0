// Values that whoever deploys fills in: a parameter that uses one becomes an expression, also through others.
using none

import { shout, team } from 'names.bicep'
import * as names from 'names.bicep'

var stage = externalInput('sys.envVar', 'STAGE')
var region = 'westus3'

param plain = region
param direct = externalInput('sys.cli', 'name')
param again = externalInput('sys.cli', 'name')
param cast = int(externalInput('sys.cli', 'count'))
param through = stage
param text = '${region}-${stage}-${shout(team)}-${names.team}'
param nested = {
  stage: stage
  teams: [team, direct]
  tool: sys.externalInput('a b#c', { path: '/x', deep: [1, true] })
}
param picked = map(range(0, 2), n => '${n}${stage}')
param secret = az.getSecret(stage, 'group', 'vault', 'name')
