param p string

var indirect = p

@export()
var exported = indirect

@export()
param q string

@export()
var fine = 'x'
