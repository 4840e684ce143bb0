//! Findings that the author of a policy has allowed in the policy itself:
//!
//! ```xml
//! <!-- genai-lz: allow section-without-base, some-other-rule the partner API has its own authentication -->
//! <inbound>
//! ```
//!
//! The comment covers the element that follows it with all inside it; before the root it covers the whole text. What
//! makes the service refuse the document for certain is not allowed away: the document would still be refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Document, Element, Node};
use crate::csharp;
use crate::diag::{Allowed, AllowedBy, Code, Confidence, Diagnostic, Sifted};
use crate::text::{Source, Span};

/// The codes of findings about such comments.
pub const CODES: &[&Code] = &[&MALFORMED, &UNKNOWN_RULE, &UNUSED, &WITHOUT_REASON];

pub static MALFORMED: Code = Code::warning(
    "allow-malformed",
    "a comment begins with `genai-lz:` and is not understood",
    "The only instruction is `<!-- genai-lz: allow RULE, RULE reason -->`, above an element or above the root. As it \
     is written the comment changes nothing.",
);
pub static UNKNOWN_RULE: Code = Code::warning(
    "allow-unknown-rule",
    "an allow names a rule that there is not",
    "The name after `allow` is no rule and no finding about policies, so nothing is allowed. Correct the name; \
     `genai-lz explain` lists them.",
);
pub static UNUSED: Code = Code::note(
    "allow-unused",
    "an allow covers no finding of its rule",
    "What was allowed is no longer there, or it is found only when more is known, such as the scope. Remove the \
     comment, so that it does not hide the next finding.",
);
pub static WITHOUT_REASON: Code = Code::warning(
    "allow-without-reason",
    "an allow does not say why",
    "Whoever reads the policy next has to know why the finding is no problem here. Write it after the rule: \
     `<!-- genai-lz: allow RULE the reason -->`. The allow counts all the same.",
);

const MARK: &str = "genai-lz:";
const COVERED_HELP: &str =
    "correct it, since an allow does not cover what makes API Management refuse the document";

/// Takes out of `found`, all about `document`, what its comments allow, and adds what is wrong with the comments.
pub fn apply(document: &Document, found: Vec<Diagnostic>) -> Sifted {
    // Most texts have no such comment.
    if !document.source.text().contains(MARK) {
        return found.into();
    }
    let mut comments = Comments { source: &document.source, allows: Vec::new(), found: Vec::new() };
    comments.gather(&document.nodes, true);
    let Comments { mut allows, found: mut about_comments, .. } = comments;
    allows.sort_by_key(|allow| (allow.covers.start, std::cmp::Reverse(allow.covers.end)));
    let mut sifted = sift(found, &mut allows, document);
    about_comments.extend(allows.iter().filter(|allow| !allow.is_used).map(|allow| unused(allow, document)));
    sifted.found.extend(about_comments);
    sifted.found.sort_by_key(|found| found.primary.as_ref().map(|label| label.span.start));
    sifted
}

/// One rule of one comment.
struct Allow {
    rule: &'static str,
    /// The rule's name in the comment.
    at: Span,
    /// What the comment says behind its rules.
    why: Span,
    covers: Span,
    is_used: bool,
}

/// True for rules, and for what reading a policy finds.
fn known() -> impl Iterator<Item = &'static Code> {
    let lints = super::lints::ALL.iter().map(|lint| lint.code);
    let others = [super::codes::ALL, super::project::codes::ALL, csharp::codes::ALL];
    lints.chain(others.into_iter().flatten().copied())
}

/// What a comment can never allow: the service refuses the document, and the text alone shows it.
fn is_refusal(found: &Diagnostic) -> bool {
    let is_lint = super::lints::ALL.iter().any(|lint| lint.code == found.code);
    !is_lint && found.is_error() && found.confidence == Confidence::High
}

/// Goes over findings and allows in the order of the text. What allows cover is nested like the elements, so per rule
/// the last one that has begun and not ended is the innermost.
fn sift(found: Vec<Diagnostic>, allows: &mut [Allow], document: &Document) -> Sifted {
    let place = |found: &Diagnostic| {
        let label = found.primary.as_ref().filter(|label| label.source.path() == document.source.path());
        label.map(|label| label.span.start)
    };
    let mut found = found;
    found.sort_by_key(|found| place(found));
    let mut open: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut next = 0;
    let (mut kept, mut allowed) = (Vec::new(), Vec::new());
    for mut diagnostic in found {
        let Some(at) = place(&diagnostic) else {
            kept.push(diagnostic);
            continue;
        };
        while let Some(allow) = allows.get(next).filter(|allow| allow.covers.start <= at) {
            open.entry(allow.rule).or_default().push(next);
            next += 1;
        }
        let Some(stack) = open.get_mut(diagnostic.code.id) else {
            kept.push(diagnostic);
            continue;
        };
        while stack.last().is_some_and(|top| allows[*top].covers.end <= at) {
            stack.pop();
        }
        let Some(innermost) = stack.last() else {
            kept.push(diagnostic);
            continue;
        };
        allows[*innermost].is_used = true;
        if is_refusal(&diagnostic) {
            diagnostic.help.push(COVERED_HELP.to_owned());
            kept.push(diagnostic);
        } else {
            let why = document.source.slice(allows[*innermost].why).to_owned();
            allowed.push(Allowed { finding: diagnostic, by: AllowedBy::Comment, why });
        }
    }
    Sifted { found: kept, allowed }
}

fn unused(allow: &Allow, document: &Document) -> Diagnostic {
    Diagnostic::new(&UNUSED, format!("nothing that follows is `{}`", allow.rule))
        .at(&document.source, allow.at)
        .confidence(Confidence::Medium)
        .help("remove the comment, or say more of what is known, such as `--scope`")
}

/// A rule that a comment names, with where it does and where the reason stands.
struct Named {
    rule: &'static str,
    at: Span,
    why: Span,
}

/// What the comments say, and what is wrong with them.
struct Comments<'a> {
    source: &'a Arc<Source>,
    allows: Vec<Allow>,
    found: Vec<Diagnostic>,
}

impl Comments<'_> {
    /// The parser has limited the depth.
    fn gather(&mut self, nodes: &[Node], is_top: bool) {
        let mut waiting = Vec::new();
        for node in nodes {
            match node {
                Node::Comment(span) => waiting.extend(self.read(*span)),
                Node::Element(element) => {
                    let covers = if is_top && self.is_root(nodes, element) {
                        Span::new(0, self.source.text().len())
                    } else {
                        element.span()
                    };
                    self.cover(waiting.drain(..), covers);
                    self.gather(&element.children, false);
                }
                _ => {}
            }
        }
        // Nothing follows, so nothing is covered.
        self.cover(waiting.into_iter(), Span::at(0));
    }

    fn is_root(&self, nodes: &[Node], element: &Element) -> bool {
        let mut elements = nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            _ => None,
        });
        elements.next().is_some_and(|first| first.start_tag == element.start_tag)
    }

    fn cover(&mut self, waiting: impl Iterator<Item = Named>, covers: Span) {
        let allow = |Named { rule, at, why }| Allow { rule, at, why, covers, is_used: false };
        self.allows.extend(waiting.map(allow));
    }

    /// The rules that a comment allows.
    fn read(&mut self, comment: Span) -> Vec<Named> {
        let text = self.source.slice(comment);
        let inside = text.trim_start_matches("<!--").trim_end_matches("-->").trim_start();
        let Some(instruction) = inside.strip_prefix(MARK) else { return Vec::new() };
        let verb = instruction.trim_start().strip_prefix("allow");
        let Some(mut rest) = verb.filter(|rest| rest.starts_with(char::is_whitespace)) else {
            let help = "write `<!-- genai-lz: allow RULE reason -->`";
            self.report(&MALFORMED, comment, "a comment for genai-lz that is no `allow`", help);
            return Vec::new();
        };
        let end_of_inside = comment.start as usize + text.trim_end_matches("-->").len();
        let mut names = Vec::new();
        loop {
            rest = rest.trim_start();
            let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(rest.len());
            let start = end_of_inside - rest.len();
            names.push(Span::new(start, start + length));
            rest = rest[length..].trim_start();
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => break,
            }
        }
        if !rest.contains(char::is_alphanumeric) {
            let help = "say after the rule why it is no problem here";
            self.report(&WITHOUT_REASON, comment, "an allow without a reason", help);
        }
        let why = Span::new(end_of_inside - rest.len(), end_of_inside - rest.len() + rest.trim_end().len());
        names.into_iter().filter_map(|name| Some(Named { rule: self.rule(name)?, at: name, why })).collect()
    }

    fn rule(&mut self, at: Span) -> Option<&'static str> {
        let name = self.source.slice(at).to_owned();
        if let Some(code) = known().find(|code| code.id == name) {
            return Some(code.id);
        }
        let near = crate::text::suggest(&name, known().map(|code| code.id));
        let help = near.map_or_else(
            || "list all rules with `genai-lz explain`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        self.report(&UNKNOWN_RULE, at, format!("there is no rule `{name}`"), help);
        None
    }

    fn report(&mut self, code: &'static Code, at: Span, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Diagnostic::new(code, message).at(self.source, at).help(help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::lints::{self, Unit};
    use crate::policy::{self, Scope, Surroundings};

    /// The findings of a text at API scope, `code@line` each.
    fn found(text: &str) -> Vec<String> {
        let source = Source::new("p.xml", text);
        let (document, _) = policy::parse(&source);
        let (policy, mut found) = policy::load(&source, None);
        let around = Surroundings { scope: Some(Scope::Api), ..Surroundings::default() };
        found.extend(lints::check(&Unit { document: &document, policy: &policy, around: &around }));
        found.retain(|found| ["section-without-base", "policy-unknown-element"].contains(&found.code.id));
        let line = |found: &Diagnostic| {
            let label = found.primary.as_ref().unwrap();
            format!("{}@{}", found.code.id, label.source.position(label.span.start).line)
        };
        apply(&document, found).found.iter().map(line).collect()
    }

    /// A document whose inbound and outbound lack `<base/>`, with comments before the root, inbound and its policy.
    fn document(root: &str, inbound: &str, policy: &str) -> String {
        let policy = format!("{policy}\n<set-status code=\"200\" reason=\"OK\" />");
        format!(
            "{root}\n<policies>{inbound}\n<inbound>{policy}</inbound>\n<outbound>{policy}</outbound></policies>"
        )
    }

    #[test]
    fn an_allow_covers_the_element_that_follows_or_the_whole_text() {
        let allow = "<!-- genai-lz: allow section-without-base, policy-bad-value the partner asks for it -->";
        let with = |root, inbound, policy| {
            let mut found = found(&document(root, inbound, policy));
            found.retain(|found| !found.starts_with("allow-unused"));
            found
        };
        assert_eq!(with("", "", ""), ["section-without-base@4", "section-without-base@6"]);
        assert_eq!(with(allow, "", ""), [] as [&str; 0]);
        assert_eq!(with("", allow, ""), ["section-without-base@6"]);
        assert_eq!(with("", "", allow), [] as [&str; 0]);
    }

    #[test]
    fn what_is_wrong_with_an_allow_is_a_finding_itself() {
        for (comment, expected) in [
            ("<!-- genai-lz: allow section-without-base -->", &["allow-without-reason@3"][..]),
            ("<!--genai-lz:allow section-without-base - -->", &["allow-without-reason@3"]),
            (
                "<!-- genai-lz: allow section-without-bas why -->",
                &["allow-unknown-rule@3", "section-without-base@4"],
            ),
            (
                "<!-- genai-lz: allow policy-unknown-element, section-without-base why -->",
                &["allow-unused@3"],
            ),
            (
                "<!-- genai-lz: ignore section-without-base -->",
                &["allow-malformed@3", "section-without-base@4"],
            ),
            ("<!-- about genai-lz: nothing -->", &["section-without-base@4"]),
        ] {
            let text = format!(
                "<policies>\n<inbound>\n{comment}\n<set-status code=\"200\" reason=\"OK\" /></inbound></policies>"
            );
            assert_eq!(found(&text), expected, "{comment}");
        }
    }

    #[test]
    fn what_the_service_refuses_is_not_allowed_away() {
        let text = "<policies><inbound><base />\n<!-- genai-lz: allow policy-unknown-element why -->\n<set-hedaer /></inbound></policies>";
        assert_eq!(found(text), ["policy-unknown-element@3"]);
    }

    #[test]
    fn an_allow_that_nothing_follows_is_unused() {
        let text = "<policies><inbound><base />\n<!-- genai-lz: allow section-without-base why --></inbound></policies>";
        assert_eq!(found(text), ["allow-unused@2"]);
    }
}
