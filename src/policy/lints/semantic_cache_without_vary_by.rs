//! One semantic cache for all callers.

use crate::diag::{Code, Confidence, Diagnostic, Fix};
use crate::policy::PolicyElement;
use crate::text::Span;

use super::look::{child, model_policy};
use super::steps::steps;
use super::{Lint, Unit, indent};

pub(super) static CODE: Code = Code::warning(
    "semantic-cache-without-vary-by",
    "a semantic cache answers one caller with what another caller got",
    "Looks for semantic cache lookups without `vary-by`.",
)
.why(
    "Without `vary-by` all callers share the stored answers. What a model said to one tenant, with the tenant's data in \
     it, is given to the next who asks something alike.",
)
.example(
    "<inbound>\n    <llm-semantic-cache-lookup score-threshold=\"0.05\" embeddings-backend-id=\"embeddings\" embeddings-backend-auth=\"system-assigned\" />\n</inbound>",
    "<inbound>\n    <llm-semantic-cache-lookup score-threshold=\"0.05\" embeddings-backend-id=\"embeddings\" embeddings-backend-auth=\"system-assigned\">\n        <vary-by>@(context.Subscription.Id)</vary-by>\n    </llm-semantic-cache-lookup>\n</inbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/llm-semantic-cache-lookup-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

const VARY_BY: &str = "<vary-by>@(context.Subscription.Id)</vary-by>";

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for lookup in steps(unit.policy).iter().map(|step| step.element) {
        let is_lookup = model_policy(&lookup.name) == Some("semantic-cache-lookup");
        if !is_lookup || child(lookup, "vary-by").is_some() {
            continue;
        }
        let diagnostic = Diagnostic::new(&CODE, "all callers share the answers of this cache")
            .at(&lookup.source, lookup.name_span)
            .confidence(Confidence::Medium)
            .help("add a `<vary-by>` such as the subscription, unless answers are the same for everybody");
        found.push(Diagnostic { fix: vary_by(lookup), ..diagnostic });
    }
}

fn vary_by(lookup: &PolicyElement) -> Option<Fix> {
    let written = lookup.source.slice(lookup.span);
    let title = "vary by the subscription";
    // On a line of its own, as the element stands on one.
    let indent = indent(&lookup.source, lookup.span);
    if let Some(open) = written.strip_suffix("/>") {
        let from = lookup.span.start as usize + open.trim_end().len();
        let replacement = match indent {
            "" => format!(">{VARY_BY}</{}>", lookup.name),
            _ => format!(">\n{indent}    {VARY_BY}\n{indent}</{}>", lookup.name),
        };
        let rest = Span::new(from, lookup.span.end as usize);
        return Some(Fix::unsafely(title, &lookup.source, rest, replacement));
    }
    let end_tag = written.rfind("</")?;
    let before_end = Span::at(lookup.span.start as usize + end_tag);
    let replacement = match written[..end_tag].ends_with(indent) && !indent.is_empty() {
        true => format!("    {VARY_BY}\n{indent}"),
        false => VARY_BY.to_owned(),
    };
    Some(Fix::unsafely(title, &lookup.source, before_end, replacement))
}
