// References that name no module, and modules that have not been restored.
module unknown 'br/team:backend:1.0.0' = {}
module malformed 'br:registry.example.org/../backend:1.0.0' = {}
module spec 'ts/team:backend:1.0.0' = {}
module absent 'br/public:avm/res/key-vault/vault:0.13.0' = {}
import { a } from 'br:registry.example.org/Backend:1.0.0'
