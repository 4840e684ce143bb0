// Types of a folder that is said to hold all: another version is known to have none.
resource thing 'Microsoft.Own/things@2024-01-01' = {
  name: 'a'
  properties: { size: 'small', colour: 'red' }
}

resource later 'Microsoft.Own/things@2025-01-01' = {
  name: 'b'
}

resource fits 'Microsoft.Own/things@2024-01-01' = {
  name: 'abc'
  properties: { size: 3, tags: ['one', 'two', 'three'] }
}
