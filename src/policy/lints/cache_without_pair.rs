//! Half of a cache.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::{Body, PolicyElement, Section};

use super::look::{holds, model_policy, section};
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "cache-without-pair",
    "a cache is looked up but never filled, or filled but never looked up",
    "Looks for `cache-lookup` and semantic cache lookups without the store that belongs to them in the same document, \
     and the reverse.",
)
.why(
    "The two work as a pair: a lookup without a store never finds anything and costs a call to the cache (and, for a \
     semantic cache, to the embeddings model) for every request; a store without a lookup is never read.",
)
.example(
    "<policies>\n    <inbound>\n        <cache-lookup vary-by-developer=\"false\" vary-by-developer-groups=\"false\" />\n    </inbound>\n    <outbound />\n</policies>",
    "<policies>\n    <inbound>\n        <cache-lookup vary-by-developer=\"false\" vary-by-developer-groups=\"false\" />\n    </inbound>\n    <outbound>\n        <cache-store duration=\"60\" />\n    </outbound>\n</policies>",
)
.with_url("https://learn.microsoft.com/azure/api-management/cache-lookup-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

/// Each policy, the one it needs, and the section of that one; names of model policies without their prefix.
const PAIRS: &[(&str, &str, Section)] = &[
    ("cache-lookup", "cache-store", Section::Outbound),
    ("cache-store", "cache-lookup", Section::Inbound),
    ("semantic-cache-lookup", "semantic-cache-store", Section::Outbound),
    ("semantic-cache-store", "semantic-cache-lookup", Section::Inbound),
];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    if matches!(unit.policy.body, Body::Fragment(_)) {
        return;
    }
    let steps = steps(unit.policy);
    for (own, other, where_other) in PAIRS {
        let Some(half) = steps.iter().map(|step| step.element).find(|element| plain(element) == *own) else {
            continue;
        };
        let elements = section(unit.policy, *where_other);
        if holds(elements, unit.around, &|element| plain(element) == *other) != Some(false) {
            continue;
        }
        let inherits = elements.iter().any(|element| element.name == "base");
        let name = format!("{}{other}", half.name.strip_suffix(own).unwrap_or_default());
        let message = format!("`{}` has no `{name}` in `{}`", half.name, where_other.name());
        let diagnostic = Diagnostic::new(&CODE, message)
            .at(&half.source, half.name_span)
            .confidence(if inherits { Confidence::Medium } else { Confidence::High });
        found
            .push(diagnostic.help(format!("add `<{name}>` to `{}`, or remove this one", where_other.name())));
    }
}

fn plain(element: &PolicyElement) -> &str {
    model_policy(&element.name).unwrap_or(&element.name)
}
