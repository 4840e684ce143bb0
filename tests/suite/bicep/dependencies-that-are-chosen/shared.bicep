@export()
var size = 'small'
