//! What a spec cannot say of a service that is there.

use crate::diag::Code;

pub const ALL: &[&Code] = &[&FILLED_IN, &NAME_DIFFERS, &NOT_IN_SPEC, &POLICY_NOT_OURS];

pub static FILLED_IN: Code = Code::note(
    "import-filled-in",
    "a value that the spec needs was not found",
    "The spec has to say it, and what runs does not: the default or a guess stands in the spec. Look at it before anything \
     is deployed.",
);
pub static NAME_DIFFERS: Code = Code::warning(
    "import-name-differs",
    "a resource has another name than the spec would give it",
    "Names follow one scheme, `PREFIX-NAME-ENVIRONMENT-REGION-IDENTIFIER`. A deployment of the imported spec makes a new \
     resource under its own name and leaves the one that was read alone. Nothing is taken over or renamed, unless \
     `metadata.names` and `azure.resourceGroups` of the spec are given the names of what runs.",
);
pub static NOT_IN_SPEC: Code = Code::warning(
    "import-not-in-spec",
    "something runs that a spec cannot say",
    "The format has no place for it, so the imported spec does without. The message names it. What is left out of the \
     spec is not touched where it stands; a landing zone that is deployed from the spec does not have it.",
);
pub static POLICY_NOT_OURS: Code = Code::warning(
    "import-policy-not-ours",
    "a policy does something else than the one that the spec renders",
    "Limits, retries, metrics and records were read from the policy as far as the spec can say them. What else it does is \
     not in the spec: the policy is written beside the spec as it runs, with a diff to what the spec renders in its place.",
);
