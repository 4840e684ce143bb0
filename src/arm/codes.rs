//! The codes of everything that can be wrong with a template, its parameters or its expressions.

use crate::diag::Code;

const TEMPLATE_URL: &str = "https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax";
const FUNCTIONS_URL: &str =
    "https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions";
const LIMITS_URL: &str =
    "https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits";

pub const ALL: &[&Code] = &[
    &INVALID_TEMPLATE,
    &RESOURCE_NOT_FOUND,
    &BATCH_SIZE,
    &CIRCULAR_DEPENDENCY,
    &EXPRESSION_SYNTAX,
    &FUNCTION_FAILED,
    &TOO_LATE,
    &LIMIT,
    &MISSING_PARAMETER,
    &NOT_REPEATABLE,
    &PARAMETER_VALUE,
    &UNKNOWN_FUNCTION,
    &UNKNOWN_PARAMETER,
    &UNSUPPORTED,
];

/// ARM's own code: it refuses such a template before it deploys anything.
pub static INVALID_TEMPLATE: Code = Code::error(
    "InvalidTemplate",
    "the template does not have the shape Azure Resource Manager accepts",
    "Azure Resource Manager validates a template before anything is deployed and answers InvalidTemplate where \
     a section is missing, has the wrong type, or names something that is not declared. The message gives the \
     JSON path. Where the template was compiled from Bicep, correct the Bicep file.",
)
.with_url(TEMPLATE_URL);

/// ARM's own code.
pub static RESOURCE_NOT_FOUND: Code = Code::error(
    "ResourceNotFound",
    "an expression reads a resource that is not deployed",
    "`reference()` and `list*()` read a resource at deployment time. The resource that this expression names \
     is not there: deploy it first, or correct its name, type or resource group.",
);

pub static BATCH_SIZE: Code = Code::warning(
    "arm-batch-size",
    "a loop deploys more copies at a time than it makes",
    "The `batchSize` of a serial loop (`@batchSize` in Bicep) says how many copies are deployed at a time. Azure \
     documents that it cannot exceed the number of copies, and has refused such templates with InvalidTemplate. Take a \
     smaller number; 1 always works.",
)
.with_url("https://learn.microsoft.com/azure/azure-resource-manager/templates/copy-resources#serial-or-parallel");

pub static CIRCULAR_DEPENDENCY: Code = Code::error(
    "arm-circular-dependency",
    "resources or variables wait for each other",
    "Resources are deployed in the order of `dependsOn` and of the `reference()` calls in their properties; \
     variables are computed in the order of their use. Here the order has no beginning. Take out one of the \
     links of the cycle that the message shows. Azure answers InvalidTemplate for it.",
);

pub static EXPRESSION_SYNTAX: Code = Code::error(
    "arm-expression-syntax",
    "a template expression cannot be read",
    "A string in a template that begins with `[` and ends with `]` is an expression: calls, strings in single \
     quotes, integers, `.name` and `[index]`. To write such a string literally, begin it with `[[`.",
)
.with_url("https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions");

pub static FUNCTION_FAILED: Code = Code::error(
    "arm-function-failed",
    "a template function cannot work with the values it was given",
    "The function exists, but an argument has the wrong type, is out of range, or names a property that is not \
     there. Azure would fail the deployment at this place.",
)
.with_url(FUNCTIONS_URL);

pub static LIMIT: Code = Code::error(
    "arm-limit",
    "the template is larger or deeper than Azure Resource Manager allows",
    "Azure limits a template: 4 MB, 256 parameters, 512 variables, 800 resources, 64 outputs, 800 copies, \
     24,576 characters in an expression. genai-lz also bounds the depth and the steps of evaluation, so that \
     no template can keep it busy for ever. Split the template into nested deployments.",
)
.with_url(LIMITS_URL);

pub static MISSING_PARAMETER: Code = Code::error(
    "arm-missing-parameter",
    "a parameter without a default value was not given",
    "A template parameter without `defaultValue` must be given by whoever deploys the template. Azure answers \
     InvalidTemplate for it. Add the parameter to the parameter file, or give it a default value.",
);

pub static NOT_REPEATABLE: Code = Code::error(
    "arm-not-repeatable",
    "the value of this function differs in every run",
    "`newGuid()` and `utcNow()` give another value in each deployment. Azure allows them in default values of \
     parameters only, where whoever deploys can give the value instead. Make it the default of a parameter.",
)
.with_url("https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-date#utcnow");

pub static PARAMETER_VALUE: Code = Code::error(
    "arm-parameter-value",
    "a value does not fit its declaration",
    "The value of a parameter or output has another type than declared, is not one of the allowed values, or is \
     too long, too short, too large or too small. Azure answers InvalidTemplate for it.",
);

pub static TOO_LATE: Code = Code::error(
    "arm-known-too-late",
    "a value must be known before the deployment starts",
    "Azure Resource Manager expands loops, names, types and conditions before it deploys anything; what a \
     resource answers after its deployment (`reference`, `list*`) cannot decide them. Use a parameter, or move \
     the part into a nested deployment that receives the value as a parameter.",
);

pub static UNKNOWN_FUNCTION: Code = Code::error(
    "arm-unknown-function",
    "there is no template function of this name",
    "The expression calls a function that Azure Resource Manager does not have, or a user-defined function that \
     the template does not declare. Check the spelling.",
)
.with_url(FUNCTIONS_URL);

pub static UNKNOWN_PARAMETER: Code = Code::error(
    "arm-unknown-parameter",
    "a parameter is given that the template does not declare",
    "Azure refuses values for parameters that the template does not have (InvalidTemplate). Correct the name, or \
     remove the value.",
);

pub static UNSUPPORTED: Code = Code::error(
    "arm-unsupported",
    "genai-lz does not evaluate this part of the template language",
    "The template is valid for Azure, but uses a feature that genai-lz does not evaluate. It is refused instead \
     of being skipped, because a plan that leaves something out would be wrong. The message names the feature.",
);
