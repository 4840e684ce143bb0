var direct = loadTextContent('files/policy.xml')
var document = loadJsonContent('files/data.json')
resource policy 'Microsoft.ApiManagement/service/policies@2024-05-01' = {
  name: 'apim/policy'
  properties: {
    format: 'rawxml'
    value: loadTextContent('files/policy.xml')
  }
}
output direct string = direct
output document object = document
output part string = loadJsonContent('files/data.json', '$.list[1].name')
output binary string = loadFileAsBase64('files/policy.xml')
