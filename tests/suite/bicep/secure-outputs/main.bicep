param p string
@secure()
output o string = p
