// Literals stay JSON; what must be computed becomes one expression.
var nothing = null
var yes = true
var number = -42
var large = 3000000000
var escapes = 'it\'s \${x}\tA\u{e9}\\\r\n'
var braces = 'a {b} ${yes} {{c}}'
var bracketed = '[not an expression]'
var several = '''
first 'line'
  second ${notAHole}
'''
var holes = $'''
value: ${number}
'''
var mixed = [
  'x'
  [ 1, 2 ]
  {
    'quoted key': 1
    '${yes}-computed': 2
    copy: 3
  }
]
output inExpression object = any({
  large: [ large, 3000000000, -7 ]
}.large)
