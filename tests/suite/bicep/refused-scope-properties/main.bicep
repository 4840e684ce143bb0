// Azure would have to be asked.
output place string = resourceGroup('other').location
