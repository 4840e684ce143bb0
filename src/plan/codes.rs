//! The diagnostics of this module.

use crate::diag::Code;

/// Every code of this module.
pub const ALL: &[&Code] =
    &[&PLAN_FILE_DAMAGED, &PLAN_FILE_FOREIGN, &PLAN_FILE_NEWER, &PLAN_MOVED, &UNKNOWN_REGION];

pub static PLAN_FILE_DAMAGED: Code = Code::error(
    "plan-file-damaged",
    "a plan file is not as it was written",
    "The file of `plan --out` carries a hash of its own content. Somebody has edited it, or it was cut on its way. A plan \
     is deployed as it was made or not at all: make it again.",
);

pub static PLAN_FILE_FOREIGN: Code = Code::error(
    "plan-file-foreign",
    "a JSON file that is neither a spec nor a plan",
    "`deploy` takes a spec or the file that `plan --online --out FILE` has written, which says of itself that it is one. \
     The JSON document of `plan --format json` is for reading and cannot be deployed.",
);

pub static PLAN_FILE_NEWER: Code = Code::error(
    "plan-file-newer",
    "a plan file of a later version of genai-lz",
    "The form of plan files has changed since this binary was made. Deploy the plan with the version that made it, or make \
     it again with this one.",
);

pub static PLAN_MOVED: Code = Code::error(
    "plan-moved",
    "something is not as it was when the plan was made",
    "A plan file stands for one change: these templates with these parameters, by this version of genai-lz with its modules, \
     in this subscription, from what stood there to what Azure said would come of it. Before a plan is deployed all of \
     that is made and asked anew, and where anything differs nothing is deployed: what would happen is no longer what \
     was read. Make the plan again and read it.",
);

pub static UNKNOWN_REGION: Code = Code::error(
    "unknown-region",
    "a name that is no public Azure region",
    "The catalogue inside this binary lists the public regions of Azure with the date it was made. A name that is \
     not among them is usually misspelt; display names (`West US 3`) and names (`westus3`) are both understood. \
     Regions of sovereign clouds are not listed. Run `genai-lz regions` to see the list.",
)
.with_url("https://learn.microsoft.com/azure/reliability/regions-list");
