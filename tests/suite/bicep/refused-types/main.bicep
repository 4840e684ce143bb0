param a nothing
param b value
param c string<'x'>
param d resourceInput<int>
param e resourceInput<'A.B/c@1', 'x'>
var value = 1
type t = string
var asValue = t
func f(x int) int => x
var asFunction = f
var called = f(1, 2)
type itself = {
  inner: itself
}
type one = other
type other = {
  back: [one]
}
func loop(x int) int => loop(x)
func outside(x int) int => x + a
output o sys.nothing = 1
type ok = {
  next: ok?
  all: ok[]
}
