// Lines of a description that are indented alike lose their indent; the first line does not count, nor do empty ones.
@description('''One.
  - two

    - three
  ''')
param multi string

@description('one\n\ttwo\r\n\t three')
param plain string

@description('one\n  two\n three')
param uneven string

@description('''
  first
  second''')
type described = string

@description('a\n  b')
resource account 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: 'a'
}

@description('a\n  b')
module inner 'inner.bicep' = {
  name: 'inner'
  params: {
    first: 'a\n  b'
  }
}

@description('a\n  b')
@export()
func twice(text string) string => '${text}\n  ${text}'

@description('''a
  b''')
output id string = account.id
