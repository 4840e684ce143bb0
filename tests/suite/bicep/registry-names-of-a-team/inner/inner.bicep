module one 'br/team:backend:2.0.0' = {
  params: { name: 'z' }
}
