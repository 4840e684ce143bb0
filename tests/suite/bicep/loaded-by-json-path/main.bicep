// Json.NET's paths, which the official compiler takes: one value, or a list of several.
output dear array = loadJsonContent('stock.json', '.products[?(@.price > 3)].name')
output cheap string = loadJsonContent('stock.json', '$.products[?(@.price < @.usual && @.price >= 2)].name')
output prices array = loadJsonContent('stock.json', '$..price')
output first int = loadJsonContent('stock.json', 'products[0][\'number of\']')
output ends array = loadJsonContent('stock.json', 'sizes[::2]')
output last int = loadYamlContent('stock.yaml', 'sizes[-1:]')
