using 'main.bicep'

extends 'base.bicepparam'
extends 'absent.bicepparam'

param a = base.missing
