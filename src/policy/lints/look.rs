//! Small questions that several rules ask of an element or of a text.

use crate::diag::Fix;
use crate::policy::{Body, Expression, Policy, PolicyElement, Section, Surroundings, Value, ValueKind};
use crate::text::Span;

use super::steps::steps;

/// The two names of each policy about language models: the newer one, and that of Azure OpenAI alone.
const FAMILIES: [&str; 2] = ["llm-", "azure-openai-"];

/// Returns what follows `llm-` or `azure-openai-`: the two names have one meaning.
pub(super) fn model_policy(name: &str) -> Option<&str> {
    FAMILIES.iter().find_map(|family| name.strip_prefix(family))
}

/// True for `llm-token-limit` and its alias.
pub(super) fn is_token_limit(element: &PolicyElement) -> bool {
    model_policy(&element.name) == Some("token-limit")
}

/// True for `llm-emit-token-metric` and its alias.
pub(super) fn is_token_metric(element: &PolicyElement) -> bool {
    model_policy(&element.name) == Some("emit-token-metric")
}

/// The values of an element: its attributes and its text.
pub(super) fn values(element: &PolicyElement) -> impl Iterator<Item = &Value> {
    element.attributes.iter().map(|attribute| &attribute.value).chain(&element.text)
}

/// Returns the expression of a value; None for a literal.
pub(super) fn expression(value: &Value) -> Option<&Expression> {
    match &value.kind {
        ValueKind::Expression(expression) => Some(expression),
        ValueKind::Literal(_) => None,
    }
}

/// Returns the C# of a value, as written; None for a literal.
pub(super) fn code(value: &Value) -> Option<&str> {
    expression(value).map(|expression| expression.text.as_str())
}

/// True where an expression of `element` itself contains one of `words`.
pub(super) fn says(element: &PolicyElement, words: &[&str]) -> bool {
    values(element).filter_map(code).any(|code| words.iter().any(|word| code.contains(word)))
}

/// True where an expression anywhere in `policy` contains one of `words`.
pub(super) fn says_anywhere(policy: &Policy, words: &[&str]) -> bool {
    steps(policy).iter().any(|step| says(step.element, words))
}

/// Returns a literal; None for an expression and for what holds a named value that is not known.
pub(super) fn fixed<'a>(element: &'a PolicyElement, attribute: &str) -> Option<&'a str> {
    element.literal(attribute).map(str::trim).filter(|literal| !literal.contains("{{"))
}

/// Returns a Boolean that is written as a literal, `default` where the attribute is not there, None where it is
/// not known.
pub(super) fn flag(element: &PolicyElement, attribute: &str, default: bool) -> Option<bool> {
    if element.attribute(attribute).is_none() {
        return Some(default);
    }
    fixed(element, attribute).and_then(|literal| literal.to_ascii_lowercase().parse().ok())
}

/// Returns the first child of that name.
pub(super) fn child<'a>(element: &'a PolicyElement, name: &str) -> Option<&'a PolicyElement> {
    element.children.iter().map(|child| &**child).find(|child| child.name == name)
}

/// The policies of one section; none where it is not written, and in a fragment.
pub(super) fn section(policy: &Policy, section: Section) -> &[std::sync::Arc<PolicyElement>] {
    let Body::Document(sections) = &policy.body else { return &[] };
    sections.iter().find(|(own, _)| *own == section).map_or(&[], |(_, elements)| elements)
}

/// Whether one of `elements`, those inside them or those of an included fragment are what is asked for. None where
/// a fragment that is not known may hold it.
pub(super) fn holds(
    elements: &[std::sync::Arc<PolicyElement>],
    around: &Surroundings,
    want: &dyn Fn(&PolicyElement) -> bool,
) -> Option<bool> {
    let mut answer = Some(false);
    for element in elements {
        let inside = match included(element, around) {
            _ if want(element) => Some(true),
            Included::Elements(fragment) => any_inside(fragment, want),
            Included::Unknown => None,
            Included::No => holds(&element.children, around, want),
        };
        match inside {
            Some(true) => return Some(true),
            Some(false) => {}
            None => answer = None,
        }
    }
    answer
}

enum Included<'a> {
    No,
    Unknown,
    Elements(&'a [std::sync::Arc<PolicyElement>]),
}

fn included<'a>(element: &PolicyElement, around: &'a Surroundings) -> Included<'a> {
    if element.name != "include-fragment" {
        return Included::No;
    }
    let fragment = around.fragments.as_ref().zip(fixed(element, "fragment-id"));
    match fragment.and_then(|(all, id)| all.get(id)).map(|policy| &policy.body) {
        Some(Body::Fragment(elements)) => Included::Elements(elements),
        _ => Included::Unknown,
    }
}

/// Fragments may not include fragments, so what they hold is all there is.
fn any_inside(
    elements: &[std::sync::Arc<PolicyElement>],
    want: &dyn Fn(&PolicyElement) -> bool,
) -> Option<bool> {
    Some(elements.iter().any(|element| want(element) || any_inside(&element.children, want) == Some(true)))
}

/// True where the text shows that it stands before a language model: by a policy for models, or by the audience of
/// the token that the gateway gets for itself.
pub(super) fn calls_a_model(policy: &Policy) -> bool {
    const AUDIENCES: [&str; 2] = ["cognitiveservices.azure.com", "ai.azure.com"];
    steps(policy).iter().any(|step| {
        model_policy(step.name()).is_some()
            || step
                .element
                .literal("resource")
                .is_some_and(|resource| AUDIENCES.iter().any(|audience| resource.contains(audience)))
    })
}

/// Writes `attribute="value"` into the start tag: in place of the value that is there, or after the element's name.
pub(super) fn set_attribute(element: &PolicyElement, attribute: &str, value: &str) -> Fix {
    let title = format!("write `{attribute}=\"{value}\"`");
    match element.value(attribute) {
        Some(written) => Fix::unsafely(title, &element.source, written.span, value),
        None => {
            let behind_name = Span::at(element.name_span.end as usize);
            Fix::unsafely(title, &element.source, behind_name, format!(" {attribute}=\"{value}\""))
        }
    }
}

/// The span of an element with the line break and the blanks before it, so that removing it leaves no empty line; the
/// element alone where something else stands before it on its line.
pub(super) fn whole_lines(element: &PolicyElement) -> Span {
    let before = &element.source.text()[..element.span.start as usize];
    let line_end = before.trim_end_matches([' ', '\t']).strip_suffix('\n');
    let start = line_end.map_or(before.len(), |before| before.strip_suffix('\r').unwrap_or(before).len());
    Span::new(start, element.span.end as usize)
}
