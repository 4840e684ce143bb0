@secure()
output password string = newPassword

@secure()
param newPassword string = newGuid()

output public string = 'p'
