//! An element of the policy language as the catalogue has it: where it may stand, what it takes, who says so, and the
//! rules whose examples show it.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::cli::error::CommandError;
use crate::cli::reference::words::{
    child, names as sections_of, often, rule, runs, scopes, sections, source, tiers, value,
};
use crate::policy::elements::{
    self, AttributeDef, ChildDef, Content, ElementDef, Expressions, Order, Origin, Presence, SourceOf,
};
use crate::policy::lints::{self, Lint};

/// Parts lie at most this deep in a policy; the bound only keeps a slip in the tables from running on.
const MAX_DEPTH: usize = 6;

/// An element with what it is a part of, and the one attribute that was asked for.
pub(super) struct Named {
    def: &'static ElementDef,
    /// Empty for a policy.
    inside: Vec<&'static str>,
    attribute: Option<&'static AttributeDef>,
}

/// Every name that can be explained, parts included.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    parts().into_iter().map(|(def, _)| def.name)
}

/// Finds what `ELEMENT` or `ELEMENT@ATTRIBUTE` names; several where it is a part of several policies and not the same in
/// each. None where there is no such element.
///
/// # Errors
/// A usage error for an attribute that the element does not have.
pub(super) fn find(asked: &str) -> Result<Option<Vec<Named>>, CommandError> {
    let asked = asked.trim_start_matches('<').trim_end_matches(['>', '/', ' ']);
    let (name, attribute) = match asked.split_once('@') {
        Some((name, attribute)) => (name, Some(attribute)),
        None => (asked, None),
    };
    let mut found: Vec<Named> = Vec::new();
    for (def, inside) in parts().into_iter().filter(|(def, _)| def.name.eq_ignore_ascii_case(name)) {
        match (found.iter_mut().find(|named| std::ptr::eq(named.def, def)), inside) {
            (Some(known), Some(inside)) => known.inside.push(inside),
            (_, inside) => found.push(Named { def, inside: inside.into_iter().collect(), attribute: None }),
        }
    }
    let Some(attribute) = attribute.filter(|_| !found.is_empty()) else {
        return Ok(Some(found).filter(|found| !found.is_empty()));
    };
    let known: Vec<&str> =
        found.iter().flat_map(|named| named.def.attributes).map(|attribute| attribute.name).collect();
    for named in &mut found {
        named.attribute = named.def.attribute(attribute);
    }
    found.retain(|named| named.attribute.is_some());
    if found.is_empty() {
        let error = CommandError::usage(format!("`{name}` has no attribute `{attribute}`"));
        return Err(match crate::text::suggest(attribute, known) {
            Some(near) => error.hint(format!("did you mean `{name}@{near}`?")),
            None => error.hint(format!("list its attributes with `genai-lz explain {name}`")),
        });
    }
    Ok(Some(found))
}

/// Every policy, and every part with the element it lies in.
fn parts() -> Vec<(&'static ElementDef, Option<&'static str>)> {
    let mut all: Vec<_> = elements::ALL.iter().map(|def| (*def, None)).collect();
    elements::ALL.iter().for_each(|def| inner(def, 0, &mut all));
    all
}

fn inner(def: &'static ElementDef, depth: usize, all: &mut Vec<(&'static ElementDef, Option<&'static str>)>) {
    let (Content::Children(_, children) | Content::TextOrChildren(_, children)) = def.content else { return };
    for part in children.iter().map(|child| child.element).filter(|part| part.source == SourceOf::Parent) {
        all.push((part, Some(def.name)));
        if depth < MAX_DEPTH {
            inner(part, depth + 1, all);
        }
    }
}

/// What is known of them, for people.
pub(super) fn page(found: &[Named]) -> String {
    let pages: Vec<String> = found.iter().map(one).collect();
    pages.join("\n")
}

fn one(named: &Named) -> String {
    let def = named.def;
    if let Some(attribute) = named.attribute {
        let mut page = format!("<{} {}>\n\n", def.name, attribute.name);
        attributes(&[*attribute], &mut page);
        told_by(&rules(def.name, Some(attribute.name)), &mut page);
        return page;
    }
    let mut page = format!("<{}>\n\n", def.name);
    let mut fact = |what: &str, text: &str| {
        let _ = writeln!(page, "{what:12}{text}");
    };
    if named.inside.is_empty() {
        fact("sections", &sections(def));
        if !def.tolerated.is_empty() {
            fact("", &format!("with a warning: {}", sections_of(def.tolerated)));
        }
        fact("scopes", &scopes(def));
        fact("gateways", &tiers(def));
        if let Some(often) = often(def) {
            fact("how often", often);
        }
        fact("sandbox", if runs(def) { "runs it" } else { "does not run it" });
        fact("source", &source(def, str::to_owned));
    } else {
        let parents: Vec<String> = named.inside.iter().map(|name| format!("<{name}>")).collect();
        fact("part of", &parents.join(", "));
    }
    for demand in def.demands {
        fact(if demand.is_sure { "demands" } else { "page asks" }, &rule(&demand.rule));
    }
    def.notes.iter().for_each(|note| fact("note", note));
    if !def.attributes.is_empty() {
        page.push_str("\nAttributes:\n\n");
        attributes(def.attributes, &mut page);
    }
    inside(def, &mut page);
    if named.inside.is_empty() {
        told_by(&rules(def.name, None), &mut page);
    }
    page
}

fn attributes(all: &[AttributeDef], page: &mut String) {
    let width = all.iter().map(|attribute| attribute.name.len()).max().unwrap_or(0);
    for attribute in all {
        let mut facts = vec![value(attribute.kind)];
        facts.extend(expression(attribute.expressions).map(str::to_owned));
        facts.extend(required(attribute.presence).map(str::to_owned));
        if !attribute.default.is_empty() {
            facts.push(format!("`{}` where it is not written", attribute.default));
        }
        if attribute.origin == Origin::Newer {
            facts.push("not in the schema".to_owned());
        }
        let _ = writeln!(page, "  {:width$}  {}", attribute.name, facts.join("; "));
    }
}

fn expression(expressions: Expressions) -> Option<&'static str> {
    match expressions {
        Expressions::Allowed => Some("or an expression"),
        Expressions::Forbidden => Some("no expression"),
        Expressions::Disputed => Some("sources disagree whether an expression"),
        Expressions::Unknown => None,
    }
}

fn required(presence: Presence) -> Option<&'static str> {
    match presence {
        Presence::Required => Some("required"),
        Presence::Disputed => Some("required by its page, not by the schema"),
        Presence::Optional => None,
    }
}

fn inside(def: &ElementDef, page: &mut String) {
    let says = |text: &str, page: &mut String| {
        let _ = write!(page, "\nInside: {text}\n");
    };
    match def.content {
        Content::Empty | Content::Children(_, []) => says("nothing", page),
        Content::Text => says("text or one expression", page),
        Content::Markup => says("text, one expression, or markup that is passed on", page),
        Content::Foreign => says("another language, not checked", page),
        Content::Policies => says("policies", page),
        Content::Children(order, children) | Content::TextOrChildren(order, children) => {
            let or_text = if matches!(def.content, Content::TextOrChildren(..)) { "text, or " } else { "" };
            let order =
                if order == Order::Sequence && children.len() > 1 { "in this order" } else { "in any order" };
            let _ = write!(page, "\nInside: {or_text}{order}\n\n");
            for part in children {
                let _ = writeln!(page, "  {}", child(part).replace('`', ""));
            }
        }
    }
}

fn told_by(rules: &[&Lint], page: &mut String) {
    if rules.is_empty() {
        return;
    }
    let width = rules.iter().map(|rule| rule.code.id.len()).max().unwrap_or(0);
    page.push_str("\nRules about it:\n\n");
    for rule in rules {
        let _ = writeln!(page, "  {:width$}  {}", rule.code.id, rule.code.summary);
    }
}

/// The rules whose example or what to write instead shows the element, or the attribute of it.
fn rules(element: &str, attribute: Option<&str>) -> Vec<&'static Lint> {
    let shows = |text: &str| {
        text.split('<').any(|tag| {
            let name = tag.split(|c: char| c.is_whitespace() || c == '/' || c == '>').next();
            let has = |attribute: &str| tag.contains(&format!(" {attribute}="));
            name == Some(element) && attribute.is_none_or(has)
        })
    };
    lints::ALL.iter().copied().filter(|lint| shows(lint.code.example) || shows(lint.code.instead)).collect()
}

/// The same for machines.
pub(super) fn json(found: &[Named]) -> Json {
    found.iter().map(view).collect()
}

fn view(named: &Named) -> Json {
    let def = named.def;
    let shown = named.attribute.map_or(def.attributes, std::slice::from_ref);
    let ids = |rules: Vec<&Lint>| rules.iter().map(|rule| rule.code.id).collect::<Vec<_>>();
    let sections: Vec<&str> = def.sections.iter().map(|section| section.name()).collect();
    let tolerated: Vec<&str> = def.tolerated.iter().map(|section| section.name()).collect();
    let scopes: Vec<&str> = def.scopes.iter().map(|scope| scope.name()).collect();
    let gateways: Vec<&str> = def.tiers.iter().map(|tier| tier.name()).collect();
    let demands: Vec<Json> = def
        .demands
        .iter()
        .map(|demand| json!({ "text": rule(&demand.rule), "sure": demand.is_sure }))
        .collect();
    json!({
        "name": def.name,
        "partOf": named.inside,
        "sections": sections,
        "sectionsWithWarning": tolerated,
        "scopes": scopes,
        "gateways": gateways,
        "howOften": often(def),
        "sandbox": runs(def),
        "source": source(def, str::to_owned),
        "demands": demands,
        "notes": def.notes,
        "attributes": shown.iter().map(attribute_view).collect::<Vec<_>>(),
        "inOrder": matches!(def.content, Content::Children(Order::Sequence, _) | Content::TextOrChildren(Order::Sequence, _)),
        "children": children(def).iter().map(child_view).collect::<Vec<_>>(),
        "rules": ids(rules(def.name, named.attribute.map(|attribute| attribute.name))),
    })
}

fn children(def: &ElementDef) -> &'static [ChildDef] {
    match def.content {
        Content::Children(_, children) | Content::TextOrChildren(_, children) => children,
        _ => &[],
    }
}

fn child_view(child: &ChildDef) -> Json {
    let max = Some(child.max).filter(|max| *max != usize::MAX);
    json!({ "name": child.element.name, "min": child.min, "max": max })
}

fn attribute_view(attribute: &AttributeDef) -> Json {
    let expression = match attribute.expressions {
        Expressions::Allowed => Some("yes"),
        Expressions::Forbidden => Some("no"),
        Expressions::Disputed => Some("disputed"),
        Expressions::Unknown => None,
    };
    let required = match attribute.presence {
        Presence::Required => "yes",
        Presence::Disputed => "page",
        Presence::Optional => "no",
    };
    json!({
        "name": attribute.name,
        "value": value(attribute.kind),
        "expression": expression,
        "required": required,
        "default": Some(attribute.default).filter(|default| !default.is_empty()),
        "inSchema": attribute.origin == Origin::Schema,
    })
}
