type hidden = string

@export()
type shown = string
