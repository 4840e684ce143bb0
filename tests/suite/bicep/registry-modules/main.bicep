// Types and modules of a registry are read from where they have been restored to.
import { lock } from 'br/public:shared/types:1.0.0'

param keep lock?

module shared 'br:mcr.microsoft.com/bicep/shared/types:1.0.0' = {
  name: 'shared'
  params: {
    name: 'x'
    lock: keep
  }
}

output id string = shared.outputs.id
