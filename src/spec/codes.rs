//! The findings about a spec file. One static per kind of mistake, so that each has an explanation.

use crate::diag::{Code, Severity};

pub const ALL: &[&Code] = &[
    &ALIAS,
    &BAD_FORMAT,
    &BREAKER_OUTLASTS_RETRY,
    &CONFLICT,
    &DUPLICATE_ID,
    &DUPLICATE_KEY,
    &EMPTY,
    &ENVIRONMENT,
    &ENV_FILE,
    &ENV_FILE_UNUSED,
    &EXTENDS,
    &FILE,
    &LIMIT_FIXED,
    &MEMBERS_DIFFER,
    &MEMBERS_SHARE_QUOTA,
    &MISSING_FIELD,
    &MODELS_IN_PUBLIC,
    &MODEL_UNUSED,
    &MORE_FINDINGS,
    &NAMES_COLLIDE,
    &NAME_REFUSED,
    &NOT_SUPPORTED,
    &NOT_TEXT,
    &OUTSIDE_BOUNDARY,
    &OUT_OF_RANGE,
    &PTU_BESIDE_PAYG,
    &RAW_REPLACES,
    &REGION_ENDPOINTS,
    &ROUTE_MISSING,
    &SCENARIO,
    &SIGN_INS_DIFFER,
    &SUBNET,
    &SURFACE,
    &TIER,
    &TOO_LARGE,
    &UNKNOWN_FIELD,
    &UNKNOWN_REFERENCE,
    &UNKNOWN_RULE,
    &UNKNOWN_VALUE,
    &USAGE_NEEDS_LIMIT,
    &VARIABLE,
    &WRONG_TYPE,
    &YAML,
];

pub static ALIAS: Code = Code::error(
    "spec-alias",
    "a YAML alias that cannot be followed",
    "An alias (`*name`) repeats what an anchor (`&name`) marked before it. It cannot stand inside the part it \
     repeats, and a merge key (`<<`) can only merge mappings. Write the part out, or move the anchor before the alias.",
);

pub static BAD_FORMAT: Code = Code::error(
    "spec-bad-format",
    "a text that does not have the form its field needs",
    "The field takes text of one form, such as an e-mail address, an address range or an ISO 8601 duration, and \
     this text does not have it. Azure would refuse it late, in the middle of a deployment. The message says which \
     form is needed.",
);

pub static BREAKER_OUTLASTS_RETRY: Code = Code::warning(
    "breaker-outlasts-retry",
    "the retries of an API end before the breaker of its pool opens",
    "A pool leaves a priority group only when the breakers of all its members are open. Where the breaker needs \
     more failures than the API makes attempts, every attempt of the first requests goes to the throttled member \
     and the caller sees its 429. Raise `retry.count` or lower `breaker.count`.",
);

pub static CONFLICT: Code = Code::error(
    "spec-conflict",
    "fields that exclude each other",
    "Only one of the fields can be meant, and choosing one silently might be the wrong one. Keep the one that is \
     meant.",
);

pub static DUPLICATE_ID: Code = Code::error(
    "spec-duplicate-id",
    "two things of one kind with the same id",
    "Ids name Azure resources and are referred to from elsewhere in the spec, so each may be given once per kind. \
     Azure compares them without regard to case. Rename one of the two.",
);

pub static DUPLICATE_KEY: Code = Code::error(
    "spec-duplicate-key",
    "a key that is given twice in one mapping",
    "YAML readers differ in which of two equal keys wins, so a second one is refused. Remove one of them.",
);

pub static EMPTY: Code = Code::error(
    "spec-empty",
    "a spec file without content",
    "The file holds nothing, or comments only. `genai-lz init` writes a commented spec to start from.",
);

pub static ENVIRONMENT: Code = Code::error(
    "spec-environment",
    "an `${...}` that cannot be filled in",
    "`${env:NAME}` in a value is replaced by the environment variable NAME, which has to be set; `${var:NAME}` by a variable \
     of the spec. There are no other sources. Write `$${` for a literal `${`.",
);

pub static ENV_FILE: Code = Code::error(
    "env-file",
    "an `.env` file that a spec cannot be made from",
    "`genai-lz init --from-env` reads the `.env` file of the accelerator's scripts: lines `NAME=value`, with or without quotes, \
     as a shell reads them. Lines that set nothing, values that only a shell can work out, and missing names are refused. \
     The scripts want AZURE_LOCATION, RESOURCE_NAME_PREFIX, ENVIRONMENT_TAG, APPGATEWAY_FQDN and CERT_TYPE.",
);

pub static ENV_FILE_UNUSED: Code = Code::warning(
    "env-file-unused",
    "a line of an `.env` file that nothing comes of",
    "Some names of the scripts have no place in a spec: passwords and keys are never written into one, telemetry is not sent, \
     and simulators come with the sandbox. The message says why. A name that is not known may be misspelt.",
);

pub static EXTENDS: Code = Code::error(
    "spec-extends",
    "a file that a spec is made of and that cannot be had",
    "A spec may extend another file (`extends: base.yaml`), which may extend a third. The file has to lie in the folder of \
     the spec or below it, has to be there, and may not lead back to itself; at most eight files extend each other. A file \
     given with `--overlay`, or that the spec names in `overlays`, is laid over the spec once and is made of no other.",
);

pub static FILE: Code = Code::error(
    "spec-file",
    "a file that the spec names and that cannot be read",
    "Policies of your own stand in files below the folder of the spec (`raw`). The file is not there, cannot be read, leads \
     out of that folder, or all of them together have more than 16 MiB.",
);

pub static LIMIT_FIXED: Code = Code::warning(
    "adaptive-limit-fixed",
    "an adaptive limit on a tier where limits cannot change from call to call",
    "A class of an adaptive limit has its base and a share of what is left of the total, so its limit changes with every \
     call. The v2 tiers count with a token bucket, and there different limits under one counter key give results that \
     nobody can foretell. On these tiers the limit of a class is its base plus its share of the whole total, all the time; \
     the total itself is kept by a counter of its own.",
)
.with_url("https://learn.microsoft.com/azure/api-management/llm-token-limit-policy");

pub static MEMBERS_DIFFER: Code = Code::error(
    "pool-members-differ",
    "members of one pool that do not serve the same deployments",
    "A pool forwards the caller's path unchanged to whichever member is next, so every member needs a deployment \
     of the same name, and answers only agree where model and version are the same. Give the members equal \
     deployments, or make two pools.",
);

pub static MEMBERS_SHARE_QUOTA: Code = Code::warning(
    "pool-members-share-quota",
    "pay-as-you-go members of one pool that draw on one quota",
    "Azure OpenAI quota belongs to subscription, region, model and SKU. Two pay-as-you-go members in one region \
     with one SKU share it, so the second adds no throughput. Put it into another region or use another SKU.",
)
.with_url("https://learn.microsoft.com/azure/architecture/ai-ml/guide/azure-openai-gateway-multi-backend");

pub static MISSING_FIELD: Code = Code::error(
    "spec-missing-field",
    "a field that has no default was not given",
    "The field is required where it is missing. `genai-lz schema` describes every field.",
);

pub static MODELS_IN_PUBLIC: Code = Code::warning(
    "models-in-public",
    "model accounts that answer the whole internet",
    "A gateway outside of the virtual network calls the model accounts over the internet. Where its tier has addresses of \
     its own the accounts let in these alone; where it shares them with others, as v2 tiers do, the accounts let in \
     everybody who can sign in and has the role. There are no keys either way. Choose a tier and mode that call through the \
     network to keep them private.",
);

pub static MODEL_UNUSED: Code = Code::warning(
    "model-unused",
    "a model account that no pool has as a member",
    "Requests reach accounts through pools only, so the account would be made, and its provisioned throughput paid \
     for, without ever answering. Add it to a pool or remove it.",
);

pub static MORE_FINDINGS: Code = Code {
    severity: Severity::Note,
    ..Code::error(
        "spec-more-findings",
        "more findings than are worth showing",
        "A report shows the first hundred errors. So many usually mean that the file is not a spec, or that one \
         mistake is repeated. Mend those that are shown and run again.",
    )
};

pub static NAMES_COLLIDE: Code = Code::error(
    "model-names-collide",
    "a name of a model that leads to more than one thing",
    "An API that routes by the name of the model needs to know where each name leads. Two accounts with the same deployment \
     belong into a pool, which shares the requests; a pool that answers to several names cannot stand for one of them.",
);

pub static NAME_REFUSED: Code = Code::error(
    "azure-name-refused",
    "a name that its Azure resource type does not allow",
    "Every Azure resource type has its own rule for the length and the characters of names. A name that breaks it \
     is refused by Azure when the resource is made, after others already exist. Shorten or change it.",
)
.with_url("https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules");

pub static NOT_SUPPORTED: Code = Code::error(
    "spec-not-supported",
    "something the spec can say but this version cannot do",
    "The field or value belongs to the spec's plan, but nothing would come of it yet, and it is never dropped \
     silently. Leave it out, or use one of the values that are supported.",
);

pub static NOT_TEXT: Code = Code::error(
    "spec-not-text",
    "a spec file that is not UTF-8 text",
    "A spec is UTF-8 text. The file is in another encoding such as UTF-16, or it is not text at all. Save it as \
     UTF-8.",
);

pub static OUTSIDE_BOUNDARY: Code = Code::error(
    "outside-data-boundary",
    "a model that could process prompts outside of the data boundary",
    "`azure.dataBoundary` says where prompts may be processed. Global SKUs process them anywhere, DataZone SKUs within the zone of \
     their region, and providers outside of Azure wherever they like. Use another SKU or region, or say for this one model that \
     its prompts may leave: `outsideBoundary: allowed`.",
)
.with_url("https://learn.microsoft.com/azure/ai-foundry/foundry-models/concepts/deployment-types");

pub static OUT_OF_RANGE: Code = Code::error(
    "spec-out-of-range",
    "a number or a list beyond what its field allows",
    "The range is Azure's own where Azure has one. The message says what it is.",
);

pub static PTU_BESIDE_PAYG: Code = Code::error(
    "ptu-beside-payg",
    "provisioned and pay-as-you-go members in one priority group",
    "Members of one priority group share the traffic by weight, so a pay-as-you-go member beside a provisioned one \
     takes requests that the provisioned throughput, already paid for, could have served. Give provisioned members \
     the lower priority number; the others then serve only what spills over.",
);

pub static RAW_REPLACES: Code = Code::warning(
    "raw-policy-replaces",
    "limits or records of an API or a product whose policy is a file",
    "`raw.policies` puts a file in the place of the policy that would be rendered. What the spec says of limits and usage \
     there goes nowhere then, though it reads as if it held. Leave it out of the spec, or write what it asks for into the \
     file; `genai-lz render` shows the policy that would be rendered without the file.",
);

pub static REGION_ENDPOINTS: Code = Code::warning(
    "region-without-endpoints",
    "a region whose gateway calls through the private endpoints of another",
    "Without private endpoints of its own the gateway of a further region calls the model accounts, the vault and the Event \
     Hub through those of the first region, over the connection between the networks. Where the first region fails, so does \
     the other. With a subnet for them the region has its own endpoints, and zones that lead to these.",
)
.with_url("https://azure.github.io/multi-region-platform/private-dns-multi-region.html");

pub static ROUTE_MISSING: Code = Code::warning(
    "route-missing",
    "an API that no route of the Application Gateway reaches",
    "The Application Gateway passes on only the paths in `appGateway.routes`; all others end in a sink. Add the \
     path of the API, or leave `routes` out to have the paths of all APIs.",
);

pub static SCENARIO: Code = Code::error(
    "spec-scenario",
    "an entry of `scenarios` that is neither a file nor a text",
    "`genai-lz test SPEC` runs the scenarios of a spec against what it renders. Each entry is the path of a scenario file \
     (`file`), or a scenario written in the spec itself (`text`), which needs a `name` of its own for messages. A spec has \
     at most a hundred.",
);

pub static SIGN_INS_DIFFER: Code = Code::error(
    "pool-sign-ins-differ",
    "members of one pool that are signed in to differently",
    "A policy signs in before it knows which member will answer. With a key for some and a token for others, one of the two would \
     go to an account that it is not for (H-09). Make a pool for each, and an alias over them.",
);

pub static SUBNET: Code = Code::error(
    "spec-subnet",
    "a subnet that does not fit its network",
    "Subnets lie inside the network's address space and do not overlap. Azure refuses the network otherwise.",
);

pub static SURFACE: Code = Code::error(
    "surface-not-served",
    "an API whose accounts, tier or policies do not know its surface",
    "Each kind of account speaks some shapes of requests: all of them OpenAI's, Azure's the paths with deployments, Anthropic and \
     Foundry `/v1/messages`. And the token policies of API Management read OpenAI's bodies on every tier, Anthropic's on v2 tiers, and \
     no others; elsewhere they are taken and count nothing.",
)
.with_url("https://learn.microsoft.com/azure/api-management/llm-token-limit-policy");

pub static TIER: Code = Code::error(
    "tier-cannot",
    "something that the tier of API Management does not have",
    "Tiers differ in how they stand towards a network, in zones, private endpoints and updates. Azure would refuse the \
     combination when the service is made, after the network and the vault are there. The message says what the tier \
     does not have, and the help what it has instead.",
)
.with_url("https://learn.microsoft.com/azure/api-management/api-management-features");

pub static TOO_LARGE: Code = Code::error(
    "spec-too-large",
    "a spec beyond the limits on size, depth or number of values",
    "A spec is read whole before anything is done with it, so there are limits: 1 MiB, 64 levels, and 20,000 values \
     and 4 MiB of text after aliases are followed and variables are filled in. They keep a file that was made to exhaust memory from doing so.",
);

pub static UNKNOWN_FIELD: Code = Code::error(
    "spec-unknown-field",
    "a field the spec does not have",
    "The field is not known where it stands; often it is misspelt or belongs one level up or down. An unknown field \
     is an error because its setting would silently not apply. `genai-lz schema` describes every field.",
);

pub static UNKNOWN_REFERENCE: Code = Code::error(
    "spec-unknown-reference",
    "an id that nothing in the spec has",
    "Pools name models, APIs name pools, products name APIs, and deployments name spillover deployments, each by \
     id. The id given is not there. Correct it, or add what it names.",
);

pub static UNKNOWN_RULE: Code = Code::error(
    "spec-unknown-rule",
    "`lints` names a rule that there is not",
    "The table `lints` says by rule how much findings about the rendered policies weigh. The name given is no rule, so \
     nothing would change. Correct it; docs/reference/lints.md lists the rules.",
);

pub static UNKNOWN_VALUE: Code = Code::error(
    "spec-unknown-value",
    "a word that is not one of the words its field allows",
    "The field takes one of a few words. The message or its help names them.",
);

pub static USAGE_NEEDS_LIMIT: Code = Code::error(
    "usage-needs-limit",
    "a token count that nothing counts",
    "Reading the answer's body to count tokens would stop streaming, so the usage log takes `TotalTokens` from the \
     token limit policy, which counts anyway. Set `tokenLimit` or `adaptiveLimit`, or leave the field out.",
);

pub static VARIABLE: Code = Code::error(
    "spec-variable",
    "a variable that cannot be filled in",
    "`${var:NAME}` is replaced by the variable NAME: `variables` in the spec declares it, and `--var NAME=VALUE` gives it \
     another value. A value that is `${var:NAME}` and nothing else becomes whatever the variable is, a number or a list \
     among it; inside of a text the variable has to be a text, a number or a boolean. A variable that is null has to be \
     given. Variables are not made of other variables.",
);

pub static WRONG_TYPE: Code = Code::error(
    "spec-wrong-type",
    "a value of another kind than its field takes",
    "The field takes a number, a text, a list or a mapping, and was given something else. Text that looks like a \
     number or like `true` needs quotes.",
);

pub static YAML: Code = Code::error(
    "spec-yaml",
    "a spec that is not YAML as we read it",
    "The text breaks YAML's rules, or uses a part of YAML that a spec does not need: several documents, tags, or \
     keys that are not text. JSON is YAML and may be used.",
);
