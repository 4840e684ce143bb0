//! The diagnostics of this module.

use crate::diag::Code;

/// Every code of this module.
pub const ALL: &[&Code] = &[&UNKNOWN_REGION];

pub static UNKNOWN_REGION: Code = Code::error(
    "unknown-region",
    "a name that is no public Azure region",
    "The catalogue inside this binary lists the public regions of Azure with the date it was made. A name that is \
     not among them is usually misspelt; display names (`West US 3`) and names (`westus3`) are both understood. \
     Regions of sovereign clouds are not listed. Run `genai-lz regions` to see the list.",
)
.with_url("https://learn.microsoft.com/azure/reliability/regions-list");
