//! The rules that the table `lints` names.

use super::Checks;
use crate::policy::lints;
use crate::spec::codes;
use crate::spec::types::Spec;

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    let known = || lints::ALL.iter().map(|lint| lint.code.id);
    for (rule, level) in spec.lints.iter() {
        if known().any(|id| id == rule) {
            continue;
        }
        let message = format!("there is no rule `{rule}`");
        let found = cx.diagnostic(&codes::UNKNOWN_RULE, level.span, message).did_you_mean(rule, known());
        cx.push(found.help("list all rules with `genai-lz explain`"));
    }
}
