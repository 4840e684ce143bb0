//! What Azure says of a deployment and we can show in the user's own documents.

use crate::diag::Code;

pub const ALL: &[&Code] = &[&POLICY_REFUSED];

pub static POLICY_REFUSED: Code = Code::error(
    "policy-refused-by-azure",
    "API Management refuses a rendered policy",
    "The rendered policy passed our own checks and API Management did not take it. Its message names a line and a column, \
     which are shown in the rendered policy, with the line of the template that made it where only one can have, and the \
     API or product of the spec that it belongs to. `genai-lz render` writes the policy as it was sent. Report what \
     API Management refuses and `genai-lz validate` accepts: it is a bug in genai-lz.",
);
