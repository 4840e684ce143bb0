extends 'main.bicepparam'

param b = 'x'
