@export()
var count = 21

@export()
func pick(from array) string => last(from)
