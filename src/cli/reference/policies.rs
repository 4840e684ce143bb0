//! docs/reference/policies.md: the catalogue as a page.

use std::fmt::Write as _;

use super::words::{child, names, often, rule, runs, scopes, sections, source, tiers, value};
use crate::gateway;
use crate::policy::elements::{
    self, ChildDef, Content, ElementDef, Expressions, Order, Origin, Presence, SourceOf,
};

/// Parts lie at most this deep in a policy; the bound only keeps a slip in the tables from running on.
const MAX_DEPTH: usize = 6;

pub(super) fn page() -> String {
    let mut page = format!(
        "{}# Policies\n\nEvery element of the policy language, as the checks know it. An expression is `no` where the service refuses \
         it, `disputed` where the sources do not agree (a finding is a warning then), and `?` where none says. Required is \
         `page` where the page asks for an attribute and the schema does not. *Sandbox*: whether the sandbox's gateway runs it, \
         or why it does not; such a policy, and an attribute whose effect is not modelled, is refused by name when it is \
         deployed there.\n\n\
         | policy | sections | scopes | gateways | sandbox |\n|---|---|---|---|---|\n",
        super::GENERATED
    );
    for element in elements::ALL {
        let _ = writeln!(
            page,
            "| [`{0}`](#{0}) | {1} | {2} | {3} | {4} |",
            element.name,
            sections(element),
            scopes(element),
            tiers(element),
            if runs(element) { "yes" } else { gateway::why_not_run(element.name).unwrap_or_default() }
        );
    }
    for element in elements::ALL {
        policy(element, &mut page);
    }
    page
}

fn policy(element: &ElementDef, page: &mut String) {
    let _ = write!(page, "\n## {}\n\n", element.name);
    let _ = writeln!(page, "- Sections: {}", sections(element));
    if !element.tolerated.is_empty() {
        let _ = writeln!(page, "- Sections with a warning: {}", names(element.tolerated));
    }
    let _ = writeln!(page, "- Scopes: {}", scopes(element));
    let _ = writeln!(page, "- Gateways: {}", tiers(element));
    if let Some(often) = often(element) {
        let _ = writeln!(page, "- How often: {often}");
    }
    let _ = writeln!(page, "- Sandbox: {}", if runs(element) { "runs it" } else { "does not run it" });
    let _ = writeln!(page, "- Source: {}", source(element, |url| format!("[page]({url})")));
    for demand in element.demands {
        let asks = if demand.is_sure { "Demands" } else { "Demands, by its page" };
        let _ = writeln!(page, "- {asks}: {}", rule(&demand.rule));
    }
    for note in element.notes {
        let _ = writeln!(page, "- {note}");
    }
    attributes(element, page);
    inside(element, 0, page);
}

fn attributes(element: &ElementDef, page: &mut String) {
    if element.attributes.is_empty() {
        return;
    }
    page.push_str("\n| attribute | required | value | expression | default |\n|---|---|---|---|---|\n");
    for attribute in element.attributes {
        let required = match attribute.presence {
            Presence::Required => "yes",
            Presence::Disputed => "page",
            Presence::Optional => "",
        };
        let expression = match attribute.expressions {
            Expressions::Allowed => "yes",
            Expressions::Forbidden => "no",
            Expressions::Disputed => "disputed",
            Expressions::Unknown => "?",
        };
        let newer = if attribute.origin == Origin::Newer { " (not in the schema)" } else { "" };
        let default = match attribute.default {
            "" => String::new(),
            default => format!("`{default}`"),
        };
        let _ = writeln!(
            page,
            "| `{}`{newer} | {required} | {} | {expression} | {default} |",
            attribute.name,
            value(attribute.kind)
        );
    }
}

/// What stands between the tags, and the parts that are described nowhere else.
fn inside(element: &ElementDef, depth: usize, page: &mut String) {
    let (order, children) = match element.content {
        Content::Empty | Content::Children(_, []) => return,
        Content::Text => return says("text or one expression", page),
        Content::Markup => return says("text, one expression, or markup that is passed on", page),
        Content::Foreign => return says("another language, not checked", page),
        Content::Policies => return says("policies", page),
        Content::Children(order, children) | Content::TextOrChildren(order, children) => (order, children),
    };
    let listed: Vec<String> = children.iter().map(child).collect();
    let how = if order == Order::Sequence && children.len() > 1 { "in this order: " } else { "" };
    says(&format!("{how}{}", listed.join(", ")), page);
    if depth == MAX_DEPTH {
        return;
    }
    let is_part = |child: &&ChildDef| child.element.source == SourceOf::Parent;
    for part in children.iter().filter(is_part).map(|child| child.element) {
        if part.attributes.is_empty() && matches!(part.content, Content::Text) {
            continue;
        }
        let _ = write!(page, "\n`<{}>` in `<{}>`:\n", part.name, element.name);
        attributes(part, page);
        inside(part, depth + 1, page);
    }
}

fn says(content: &str, page: &mut String) {
    let _ = write!(page, "\nInside: {content}.\n");
}
