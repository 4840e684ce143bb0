// Found when the types are written, because they may lie in other files.
type person = {
  name: string
}
type mixed = 'a' | 1
type open = 'a' | string
@discriminator('kind')
type plain = 'a' | 'b'
@discriminator('kind')
type unmarked = person | { kind: 'x' }
@discriminator('kind')
type twice = { kind: 'x' } | { kind: 'x', more: int }
type missing = person.age
type none = person[*]
type further = person.*
type pair = [int, int]
type third = pair[2]
