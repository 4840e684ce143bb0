@export()
var team = 'core'

@export()
func shout(text string) string => toUpper(text)
