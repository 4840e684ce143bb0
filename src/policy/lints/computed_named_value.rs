//! Named values that are not replaced because they are not written as one.

use crate::diag::{Code, Diagnostic};
use crate::policy::Piece;
use crate::policy::elements::{self, Kind};
use crate::text::Span;

use super::texts::{Located, texts};
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "computed-named-value",
    "what looks like a named value is none, because its name is not plain text in double braces",
    "Looks for `{{name}` with something else where the second brace should close, and for names that an expression is \
     meant to complete, as in `{{limit-@(context.Product.Id)}}`.",
)
.why(
    "Named values are put in when the policy is saved, long before an expression runs. What is not exactly `{{name}}` \
     stays as it is, and the policy is refused or sends the braces.",
)
.example(
    "<set-header name=\"x-region\" exists-action=\"override\">\n    <value>{{region}]</value>\n</set-header>",
    "<set-header name=\"x-region\" exists-action=\"override\">\n    <value>{{region}}</value>\n</set-header>",
)
.references(&["Azure/api-management-policy-snippets: `duration=\"{{cachetime}]\"`"])
.with_url("https://learn.microsoft.com/azure/api-management/api-management-howto-properties");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let source = &unit.document.source;
    let of_interest = |located: &&Located<'_>| !is_template(located) && !is_refused(located);
    for located in texts(unit.document).iter().filter(of_interest) {
        let mut pieces = located.text.pieces.iter().peekable();
        while let Some(piece) = pieces.next() {
            let Piece::Literal(span) = *piece else { continue };
            let is_before_expression = matches!(pieces.peek(), Some(Piece::Expression { .. }));
            for (at, fault) in faults(source.slice(span), is_before_expression) {
                let start = span.start as usize + at;
                let (message, length) = match fault {
                    Fault::Unclosed(length) => {
                        ("this is not closed by `}}`, so no named value is put in", length)
                    }
                    Fault::Computed(length) => (
                        "the name of a named value cannot be computed: it is put in before anything runs",
                        length,
                    ),
                };
                let diagnostic = Diagnostic::new(&CODE, message).at(source, Span::new(start, start + length));
                found.push(match fault {
                    Fault::Unclosed(_) => diagnostic.help("write `{{name}}`"),
                    Fault::Computed(_) => diagnostic
                        .help("choose between named values by `choose`, or keep a table in one of them"),
                });
            }
        }
    }
}

/// What is wrong, and over how many bytes.
enum Fault {
    Unclosed(usize),
    Computed(usize),
}

/// Liquid has double braces of its own, and text that is passed on may hold any.
fn is_template(located: &Located<'_>) -> bool {
    located.attribute.is_none() && located.element.name == "set-body"
}

/// Whether reading the text refuses braces there already: a number or a word of a list is asked for.
fn is_refused(located: &Located<'_>) -> bool {
    let def = located.attribute.and_then(|name| elements::find(&located.element.name)?.attribute(name));
    let Some(def) = def else { return false };
    !matches!(def.kind, Kind::Text)
}

fn faults(text: &str, is_before_expression: bool) -> Vec<(usize, Fault)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("{{") {
        let rest = &text[at + 2..];
        let length = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
            .unwrap_or(rest.len());
        let after = &rest[length..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        if after.is_empty() && is_before_expression {
            found.push((at, Fault::Computed(2 + length)));
        } else if after.starts_with('}') && !after.starts_with("}}") {
            let closing = after.chars().take(2).map(char::len_utf8).sum::<usize>();
            found.push((at, Fault::Unclosed(2 + length + closing)));
        }
    }
    found
}
