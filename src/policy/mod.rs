//! APIM policy text: a lossless parser for rawxml, the typed tree, and the composition of scopes by `<base/>`.
