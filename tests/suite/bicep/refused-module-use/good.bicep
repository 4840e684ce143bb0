output said string = 'x'
