var a = loadYamlContent('bad.yaml')
var b = loadTextContent('bad.yaml', 'utf-7')
var c = loadDirectoryFileInfo('.', a)
