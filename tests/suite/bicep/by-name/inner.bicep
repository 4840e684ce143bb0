param id string

output name string = last(split(id, '/'))
