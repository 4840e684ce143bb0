@export()
type car = {
  wheels: wheel[]
}

type wheel = 'front' | 'back'

@export()
func shout(text string) string => toUpper(text)

@export()
var suffix = loadTextContent('suffix.txt')
