// Parameters can be for a module of a registry, as it was restored.
using 'br/public:shared/name:1.0.0'

param name = 'x'
