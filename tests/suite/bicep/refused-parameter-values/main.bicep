param count int
param flag bool
