// YAML and the files of a folder become variables of the template.
var settings = loadYamlContent('data/settings.yaml')
var names = loadYamlContent('data/settings.yaml', '$.names')
var files = loadDirectoryFileInfo('data')
var texts = loadDirectoryFileInfo('data', '*.t?t')
var wide = loadTextContent('data/wide.txt', 'utf-16')

var commented = loadJsonContent('data/commented.json')

output url string = commented.url
output settings object = settings
output names array = names
output files array = files
output texts array = texts
output wide string = wide
