param own string
param shared string
param overridden string
param count int
