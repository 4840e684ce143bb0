//! Where a rendered policy comes from: the part of the spec that it is for, and the line of the template that made one
//! of its lines.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::templates::TEMPLATES;
use crate::diag::Label;
use crate::spec::{At, EntityId, Spec};
use crate::text::{Source, Span};

/// For each rendered policy of an API or a product its id in the spec. Fragments are for all.
pub fn origins(spec: &Spec, source: &Arc<Source>) -> BTreeMap<String, Label> {
    let origin = |folder: &str, id: &At<EntityId>| {
        let label = Label { source: Arc::clone(source), span: id.span, message: String::new() };
        (format!("policies/{folder}/{}.xml", id.as_str()), label)
    };
    let apis = spec.apis.iter().map(|api| origin("apis", &api.id));
    apis.chain(spec.products.iter().map(|product| origin("products", &product.id))).collect()
}

/// Finds the line of the template that made the line `text` of the policy at `path`; None where several could have.
pub fn template_line(path: &str, text: &str) -> Option<Label> {
    let name = match path {
        _ if path.starts_with("policies/apis/") => "api.xml",
        _ if path.starts_with("policies/products/") => "product.xml",
        _ => return None,
    };
    let (_, template) = TEMPLATES.iter().find(|(template, _)| *template == name)?;
    let mut start = 0;
    let mut made = None;
    for line in template.split_inclusive('\n') {
        let shown = line.trim_end();
        if can_make(shown, text) {
            if made.is_some() {
                return None;
            }
            made = Some(Span::new(start + shown.len() - shown.trim_start().len(), start + shown.len()));
        }
        start += line.len();
    }
    let source = Source::new(format!("templates/policies/{name}.jinja"), *template);
    made.map(|span| Label { source, span, message: String::new() })
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
    fn a_rendered_line_leads_to_the_template_line_that_alone_can_have_made_it() {
        let made = |path: &str, text: &str| {
            template_line(path, text).map(|label| label.source.slice(label.span).to_owned())
        };
        let api = "policies/apis/chat.xml";
        assert_eq!(
            made(api, "        <set-backend-service backend-id=\"main\" />").as_deref(),
            Some("<set-backend-service backend-id=\"[[ pool | xml_attr ]]\" />")
        );
        assert_eq!(made(api, "        <base />"), None);
        assert_eq!(made(api, "        <unheard-of />"), None);
        assert_eq!(made(api, ""), None);
        assert_eq!(made("policies/fragments/pool-exhausted.xml", "<fragment>"), None);
        let limit = made(
            "policies/products/gold.xml",
            "        <llm-token-limit counter-key=\"@(1)\" token-quota=\"9\" />",
        );
        assert!(limit.is_some_and(|line| line.starts_with("<llm-token-limit")));
    }
}
