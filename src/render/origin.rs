//! Where a rendered policy comes from: the part of the spec that it is for, the line of the template that made one of its
//! lines, and the key of the spec whose value stands there.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::templates::TEMPLATES;
use crate::diag::Label;
use crate::spec::{At, Spec, Surface};
use crate::text::{Source, Span};

/// What in the spec a policy is rendered from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The name of its template.
    pub template: &'static str,
    /// The id of its API or product.
    pub id: Label,
    /// What the template calls a value, and where the spec gives it.
    pub keys: Vec<(&'static str, Label)>,
}

impl Origin {
    /// Every place, to be put into the file that it is in.
    pub fn labels_mut(&mut self) -> impl Iterator<Item = &mut Label> {
        std::iter::once(&mut self.id).chain(self.keys.iter_mut().map(|(_, label)| label))
    }

    /// The id of the API or product.
    pub fn whole(&self) -> Label {
        self.id.clone()
    }

    /// Where the spec gives the value that API Management means: that of the attribute which its message names in quotes,
    /// else that at the column, else the only one of the line. `template` and `rendered` are the same line before and
    /// after; `offset` is the column in bytes.
    pub fn key(&self, template: &str, rendered: &str, offset: usize, message: &str) -> Option<Label> {
        let used = used(template);
        let names_it = |attribute: &str| !attribute.is_empty() && message.contains(&format!("'{attribute}'"));
        let holds_it =
            |attribute: &str| attribute_at(rendered, offset).is_some_and(|found| found == attribute);
        let named = used.iter().find(|(attribute, _)| names_it(attribute));
        let (_, variable) = named
            .or_else(|| used.iter().find(|(attribute, _)| holds_it(attribute)))
            .or_else(|| used.first().filter(|_| used.len() == 1))?;
        let (_, label) = self.keys.iter().find(|(known, _)| known == variable)?;
        // A default stands nowhere: its place is the mapping around it, of which one line is shown at most.
        Some(label.clone()).filter(|label| !label.source.slice(label.span).contains('\n'))
    }
}

/// For each rendered policy of an API or a product where it comes from. Fragments are for all.
pub fn origins(spec: &Spec, source: &Arc<Source>) -> BTreeMap<String, Origin> {
    let mut all = BTreeMap::new();
    let mut add = |template, folder: &str, id: &str, at: Span, keys: Vec<(&'static str, Option<Span>)>| {
        let label = |span| Label { source: Arc::clone(source), span, message: String::new() };
        let keys = keys.into_iter().filter_map(|(name, span)| Some((name, label(span?)))).collect();
        let origin = Origin { template, id: label(at), keys };
        all.insert(format!("policies/{folder}/{id}.xml"), origin);
    };
    for api in &*spec.apis {
        let pool = api.pool().and_then(|id| spec.pools.iter().find(|pool| pool.id.value == id.value));
        let limit = api.policies.token_limit.as_ref();
        let requests = api.policies.request_limit.as_ref();
        let quota = api.policies.token_quota.as_ref();
        let (retry, usage) = (&api.retry, &api.policies.usage);
        let keys = vec![
            ("pool", api.backend.as_ref().map(|backend| backend.span)),
            ("backend", api.url().map(|url| url.span)),
            ("identity_resource", api.identity.as_ref().map(|identity| identity.resource.span)),
            ("trip_seconds", pool.map(|pool| pool.breaker.trip.span)),
            ("streaming", Some(api.streaming.span)),
            ("timeout_seconds", Some(api.timeout_seconds.span)),
            ("retry.condition", Some(retry.statuses.span)),
            ("retry.count", place(retry.count.as_ref())),
            ("retry.interval_seconds", Some(retry.interval_seconds.span)),
            ("retry.first_fast_retry", Some(retry.first_fast_retry.span)),
            ("token_limit.counter_key", limit.map(|limit| limit.key.span)),
            ("token_limit.tokens_per_minute", limit.map(|limit| limit.tokens_per_minute.span)),
            ("token_limit.estimate_prompt_tokens", limit.map(|limit| limit.estimate_prompt_tokens.span)),
            ("token_limit.remaining_header", limit.and_then(|limit| place(limit.headers.remaining.as_ref()))),
            ("token_limit.consumed_header", limit.and_then(|limit| place(limit.headers.consumed.as_ref()))),
            ("request_limit.counter_key", requests.map(|limit| limit.key.span)),
            ("request_limit.calls", requests.map(|limit| limit.calls.span)),
            ("request_limit.period_seconds", requests.map(|limit| limit.period_seconds.span)),
            ("token_quota.counter_key", quota.map(|quota| quota.key.span)),
            ("token_quota.tokens", quota.map(|quota| quota.tokens.span)),
            ("token_quota.period", quota.map(|quota| quota.period.span)),
            (
                "adaptive_limit.tokens_per_minute",
                api.policies.adaptive_limit.as_ref().map(|limit| limit.total.tokens_per_minute.span),
            ),
            ("usage_metric.namespace", usage.metric.as_ref().map(|metric| metric.namespace.span)),
        ];
        add(template_of(api.surface.value), "apis", api.id.as_str(), api.id.span, keys);
    }
    for product in &*spec.products {
        let limits = product.limits.as_ref();
        let quota = limits.and_then(|limits| limits.token_quota.as_ref());
        let keys = vec![
            ("tokens_per_minute", limits.and_then(|limits| place(limits.tokens_per_minute.as_ref()))),
            ("quota.tokens", quota.map(|quota| quota.tokens.span)),
            ("quota.period", quota.map(|quota| quota.period.span)),
        ];
        add("product.xml", "products", product.id.as_str(), product.id.span, keys);
    }
    all
}

fn place<T>(given: Option<&At<T>>) -> Option<Span> {
    given.map(|given| given.span)
}

/// The values that a template line puts in, each with the attribute that it is in: `count="[[ retry.count ]]"` has
/// `("count", "retry.count")`.
fn used(template: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for (at, _) in template.match_indices("[[") {
        let rest = &template[at + 2..];
        let variable =
            rest.split("]]").next().unwrap_or_default().split('|').next().unwrap_or_default().trim();
        found.push((attribute_at(template, at).unwrap_or_default(), variable));
    }
    found
}

/// The attribute whose value stands at a place of a line: the last `name="` before it.
fn attribute_at(line: &str, offset: usize) -> Option<&str> {
    let before = line.get(..offset)?;
    let end = before.rfind("=\"")?;
    let start =
        before[..end].rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).map_or(0, |at| at + 1);
    Some(&before[start..end])
}

/// The template of the policies of a surface.
fn template_of(surface: Surface) -> &'static str {
    match surface {
        Surface::AzureOpenai
        | Surface::OpenaiV1
        | Surface::AnthropicMessages
        | Surface::Gemini
        | Surface::Bedrock => "api.xml",
        Surface::Rest => "rest.xml",
        Surface::Realtime => "realtime.xml",
        Surface::Mcp => "mcp.xml",
    }
}

/// Parts that templates include.
const SHARED: [&str; 3] = ["cors.xml", "entra.xml", "ip_filter.xml"];

/// Finds the line of `template`, or of what it includes, that made the line `text` of a policy; None where several could
/// have.
pub fn template_line(template: &str, text: &str) -> Option<Label> {
    let mut made = TEMPLATES.iter().filter(|(name, _)| *name == template || SHARED.contains(name)).flat_map(
        |(name, template)| lines_that_make(template, text).map(move |span| (*name, *template, span)),
    );
    let (name, text, span) = made.next().filter(|_| made.next().is_none())?;
    let source = Source::new(format!("templates/policies/{name}.jinja"), text);
    Some(Label { source, span, message: String::new() })
}

/// The lines of a template that can have made the line `text`.
fn lines_that_make(template: &str, text: &str) -> impl Iterator<Item = Span> {
    let mut start = 0;
    let lines = template.split_inclusive('\n').map(move |line| {
        let (at, shown) = (start, line.trim_end());
        start += line.len();
        (shown, Span::new(at + shown.len() - shown.trim_start().len(), at + shown.len()))
    });
    lines.filter(move |(shown, _)| can_make(shown, text)).map(|(_, span)| span)
}

/// True where the fixed parts of a template line stand in the text in their order. What a block `[% if %]` holds may be
/// missing, so such a line is compared by what stands before its first block.
fn can_make(template: &str, text: &str) -> bool {
    let fixed = template.split("[%").next().unwrap_or_default();
    let is_whole = fixed.len() == template.len();
    let mut pieces = fixed.split("[[").enumerate().map(|(index, piece)| match index {
        0 => piece,
        _ => piece.split_once("]]").map_or("", |(_, after)| after),
    });
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first).filter(|_| !first.trim().is_empty()) else { return false };
    let mut last = None;
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
        last = Some(piece);
    }
    match last {
        _ if !is_whole => true,
        None => rest.is_empty(),
        Some(last) => text.ends_with(last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_leads_to_the_attribute_that_is_named_or_pointed_at_or_the_only_one() {
        let source = Source::new("spec.yaml", "count: 3, interval: 4, block:\n  a: 1");
        let label = |start, end| Label {
            source: Arc::clone(&source),
            span: Span::new(start, end),
            message: String::new(),
        };
        let keys = vec![
            ("retry.count", label(7, 8)),
            ("retry.interval_seconds", label(20, 21)),
            ("block", label(23, 36)),
        ];
        let origin = Origin { template: "api.xml", id: label(0, 5), keys };
        let template =
            r#"<retry count="[[ retry.count ]]" interval="[[ retry.interval_seconds | x ]]" kind="fixed">"#;
        let rendered = r#"<retry count="3" interval="4" kind="fixed">"#;
        let key = |template: &str, offset: usize, message: &str| {
            origin.key(template, rendered, offset, message).map(|label| label.span.start)
        };
        assert_eq!(key(template, 1, "The 'interval' attribute is invalid"), Some(20));
        assert_eq!(key(template, 15, "out of range"), Some(7));
        assert_eq!(key(template, 1, "out of range"), None, "either of two");
        assert_eq!(key(template, 36, "out of range"), None, "it is fixed");
        assert_eq!(key(r#"<a b="[[ retry.count ]]" />"#, 1, ""), Some(7));
        assert_eq!(
            key(r#"<a b="[[ block ]]" />"#, 1, ""),
            None,
            "a default, whose place is the mapping around it"
        );
        assert_eq!(key("<base />", 1, ""), None);
    }

    #[test]
    fn a_rendered_line_leads_to_the_template_line_that_alone_can_have_made_it() {
        let made = |template: &str, text: &str| {
            template_line(template, text).map(|label| label.source.slice(label.span).to_owned())
        };
        let api = "api.xml";
        assert_eq!(
            made(api, "        <set-backend-service backend-id=\"main\" />").as_deref(),
            Some("<set-backend-service backend-id=\"[[ pool | xml_attr ]]\" />")
        );
        assert_eq!(made(api, "        <base />"), None);
        assert_eq!(made(api, "        <unheard-of />"), None);
        assert_eq!(made(api, ""), None);
        let origin = made(api, "                <origin>*</origin>");
        assert_eq!(
            origin.as_deref(),
            Some("<origin>[[ origin | xml_attr ]]</origin>"),
            "in what it includes"
        );
        assert_eq!(made("none.xml", "<fragment>"), None);
        let limit = made("product.xml", "        <llm-token-limit counter-key=\"@(1)\" token-quota=\"9\" />");
        assert!(limit.is_some_and(|line| line.starts_with("<llm-token-limit")));
    }
}
