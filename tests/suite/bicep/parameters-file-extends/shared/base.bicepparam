using none

param shared = 'shared'
param overridden = 'base'
