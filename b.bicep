output x string = 'x'
