//! What Azure says of a deployment and we can show in the user's own documents.

use crate::diag::Code;

pub const ALL: &[&Code] = &[&POLICY_REFUSED, &UNDER_WAY];

pub static POLICY_REFUSED: Code = Code::error(
    "policy-refused-by-azure",
    "API Management refuses a rendered policy",
    "The rendered policy passed our own checks and API Management did not take it. Its message names a line and a column, \
     which are shown in the rendered policy, with the line of the template that made it where only one can have, and the \
     API or product of the spec that it belongs to. `genai-lz render` writes the policy as it was sent. Report what \
     API Management refuses and `genai-lz validate` accepts: it is a bug in genai-lz.",
);

pub static UNDER_WAY: Code = Code::error(
    "deployment-under-way",
    "something else is being deployed under the name of a stage",
    "A stage is one deployment in Azure, and its name is the same on every run, so that two runs of one spec meet instead \
     of working against each other. A run whose stage is already being deployed with the same template and parameters \
     follows that deployment. This one found a deployment of the name that deploys something else: an earlier state of \
     the spec, a spec of the same name, or a deployment that genai-lz did not start. It is left alone. Wait for its end \
     with `--on-busy wait` or have Azure stop it with `--on-busy cancel`; this spec is deployed after that.",
);
