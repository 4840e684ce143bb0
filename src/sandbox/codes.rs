//! The codes of what the sandbox finds wrong with deployed resources when it makes a gateway of them.

use crate::diag::Code;

pub const ALL: &[&Code] = &[&ENTITY_INVALID, &ENTITY_MISSING, &ENTITY_UNSUPPORTED, &NO_GATEWAY];

pub static ENTITY_INVALID: Code = Code::error(
    "apim-entity-invalid",
    "a deployed API Management entity has a property that no gateway could use",
    "The sandbox builds its gateway from the resources that were deployed, as API Management does. This entity has a \
     property that is missing or has a value of the wrong type or form. Azure refuses it as well, with \
     ValidationError. Correct the value in the template or in the spec it was rendered from.",
);

pub static ENTITY_MISSING: Code = Code::error(
    "apim-entity-missing",
    "a deployed API Management entity refers to another one that is not there",
    "APIs, products, backends and named values refer to each other by name. What this entity names is not deployed \
     in the same service. Deploy it first, or correct the name.",
);

pub static ENTITY_UNSUPPORTED: Code = Code::error(
    "apim-entity-unsupported",
    "a deployed API Management entity uses something that the sandbox's gateway does not do",
    "Azure takes this entity, and the sandbox stored it, but the gateway that runs in the sandbox does not have the \
     feature. It is refused rather than ignored, so that a scenario never passes for the wrong reason.",
);

pub static NO_GATEWAY: Code = Code::error(
    "sandbox-no-gateway",
    "no API Management service is deployed",
    "The sandbox starts the gateway of the first API Management service it finds after a deployment, and there is none. \
     Deploy one, or look at the plan for the reason why it is missing.",
);
