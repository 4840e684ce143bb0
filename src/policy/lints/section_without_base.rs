//! A section below global scope that does not say where the parents' policies run.

use crate::diag::{Code, Diagnostic, Fix};
use crate::policy::{Body, Policy, PolicyElement, Scope, Section};
use crate::text::Span;

use super::{Lint, Unit, indent};

pub(super) static CODE: Code = Code::warning(
    "section-without-base",
    "a section has no `<base/>`, so the policies of the scopes outside do not run",
    "Looks for sections of a document below global scope that hold policies but no `<base/>`. `<backend>` is left out: \
     it takes one policy, so what is written there replaces the outer one on purpose.",
)
.why(
    "`<base/>` is the place where the same section of the enclosing scope runs. Without it, authentication, limits \
     and headers that a global or product policy sets are skipped for this API, and nothing says so at run time.",
)
.example(
    "<inbound>\n    <set-header name=\"x-team\" exists-action=\"override\"><value>a</value></set-header>\n</inbound>",
    "<inbound>\n    <base />\n    <set-header name=\"x-team\" exists-action=\"override\"><value>a</value></set-header>\n</inbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/api-management-howto-policies");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let Body::Document(sections) = &unit.policy.body else { return };
    if matches!(unit.around.scope, None | Some(Scope::Global)) {
        return;
    }
    for (section, elements) in sections {
        // It takes a single policy: one that is written there can only replace the outer one.
        if *section == Section::Backend {
            continue;
        }
        if let (Some(first), false) = (elements.first(), elements.iter().any(|element| has_base(element))) {
            found.push(missing(unit.policy, *section, first));
        }
    }
}

fn has_base(element: &PolicyElement) -> bool {
    element.name == "base" || element.children.iter().any(|child| has_base(child))
}

fn missing(policy: &Policy, section: Section, first: &PolicyElement) -> Diagnostic {
    let message =
        format!("`{}` has no `<base/>`: the policies of the scopes outside do not run", section.name());
    let before = Span::at(first.span.start as usize);
    let base = format!("<base />\n{}", indent(&policy.source, first.span));
    Diagnostic::new(&CODE, message)
        .at(&policy.source, first.span)
        .help("add `<base />` where the outer policies should run, or allow this rule where cutting them off is meant")
        .fix(Fix::unsafely("add `<base />` in front", &policy.source, before, base))
}
