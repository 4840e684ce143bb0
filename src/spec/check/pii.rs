//! What the policy `pii` needs: an account to ask, and something to look for.

use super::Checks;
use crate::spec::codes;
use crate::spec::types::Spec;

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    for pii in spec.apis.iter().filter_map(|api| api.policies.pii.as_ref()) {
        cx.empty("categories", &pii.categories);
        if spec.baseline.language.is_none() {
            let message = "there is no Language account to find personal data";
            let found = cx.diagnostic(&codes::UNKNOWN_REFERENCE, pii.span, message);
            cx.push(found.help("add `baseline.language: {}`"));
        }
    }
}
