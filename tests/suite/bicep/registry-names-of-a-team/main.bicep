// Names of registries come from the nearest configuration file; capital letters of a tag are kept apart.
module one 'br/team:gateway/backend:RC1-b' = {
  params: { name: 'x' }
}

module two 'br/root:backend:1.0.0' = {
  params: { name: 'y' }
}

module inner 'inner/inner.bicep' = {}
