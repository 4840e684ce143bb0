// User-defined functions: their arguments are parameters inside, and they can call each other.
@export()
@description('Greets.')
func greet(name string, polite bool) string => polite ? 'Dear ${name}' : 'Hi ${upper(name)}'

func upper(text string) string => toUpper(text)

func squares(numbers int[]) int[] => map(numbers, n => n * n)

func pick(value { a: string, b: int? }) string => '${value.a}${value.?b ?? 0}'

func loaded() object => loadJsonContent('data.json')

func words() string => loadTextContent('words.txt')

param who string

output greeting string = greet(who, true)
output squared array = squares([1, 2, 3])
output picked string = pick({ a: 'x' })
output data object = loaded()
output words string = words()
