// The index names a file that is not there. It is told once.
resource one 'Microsoft.Own/things@2024-01-01' = {
  name: 'one'
}

resource two 'Microsoft.Own/things@2024-01-01' = {
  name: 'two'
}
