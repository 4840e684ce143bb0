//! The policy that is in effect for one operation: the documents of the scopes put together by `<base/>`, with
//! fragments in place. Plain data; which product applies is decided by whoever asks.

use std::sync::Arc;

use indexmap::IndexMap;

use super::codes;
use super::elements;
use super::lower::check_section;
use super::typed::{Body, Policy, PolicyElement, Section};
use super::wordings;
use crate::diag::{Diagnostic, Wording};

/// The document that the service has at global scope before anybody writes one, as far as it acts.
pub const DEFAULT_GLOBAL_POLICY: &str =
    "<policies><inbound/><backend><forward-request/></backend><outbound/><on-error/></policies>";

/// More elements than this are no policy: several `<base/>` in each of five scopes multiply, and have to end.
pub(super) const MAX_PLACED: usize = 100_000;

/// Where a policy document is attached. `LastError.Scope` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    Global,
    Workspace,
    Product,
    Api,
    Operation,
    /// The resolver of a field of a GraphQL API; its policy has a root of its own.
    GraphqlResolver,
}

impl Scope {
    /// The word that `LastError.Scope` and a trace use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Workspace => "workspace",
            Self::Product => "product",
            Self::Api => "api",
            Self::Operation => "operation",
            Self::GraphqlResolver => "graphql-resolver",
        }
    }
}

/// What runs, section by section.
#[derive(Clone, Debug)]
pub struct Effective {
    pub inbound: Vec<Placed>,
    pub backend: Vec<Placed>,
    pub outbound: Vec<Placed>,
    pub on_error: Vec<Placed>,
}

/// An element, and the scope whose document brought it.
#[derive(Clone, Debug)]
pub struct Placed {
    pub scope: Scope,
    pub section: Section,
    pub element: Arc<PolicyElement>,
    /// Elements inside, placed; for `include-fragment` the policies of the fragment.
    pub inside: Vec<Self>,
}

/// Composes the documents of the scopes, outermost first. A scope without a document is passed over, as if it
/// held `<base/>` alone.
///
/// Decision: a section that a document does not write inherits like a missing document. The service's page
/// speaks only of a section without `<base/>`, which cuts the parents off.
pub fn compose(
    scopes: &[(Scope, Arc<Policy>)],
    fragments: &IndexMap<String, Arc<Policy>>,
) -> (Effective, Vec<Diagnostic>) {
    let mut composing = Composing { scopes, fragments, n_placed: 0, found: Vec::new() };
    let mut section = |section| composing.section(scopes.len(), section);
    let effective = Effective {
        inbound: section(Section::Inbound),
        backend: section(Section::Backend),
        outbound: section(Section::Outbound),
        on_error: section(Section::OnError),
    };
    (effective, composing.found)
}

/// Places the policies of a fragment that nothing includes, as if inbound did, so that they too can be checked.
pub fn place_fragment(fragment: &Policy) -> Vec<Placed> {
    let Body::Fragment(elements) = &fragment.body else { return Vec::new() };
    elements.iter().map(place_alone).collect()
}

fn place_alone(element: &Arc<PolicyElement>) -> Placed {
    let inside = element.children.iter().map(place_alone).collect();
    Placed { scope: Scope::Global, section: Section::Inbound, element: Arc::clone(element), inside }
}

struct Composing<'a> {
    scopes: &'a [(Scope, Arc<Policy>)],
    fragments: &'a IndexMap<String, Arc<Policy>>,
    n_placed: usize,
    found: Vec<Diagnostic>,
}

/// Where elements are being placed.
#[derive(Clone, Copy)]
struct At<'a> {
    scope: Scope,
    section: Section,
    from: From<'a>,
}

/// What the elements stand in.
#[derive(Clone, Copy)]
enum From<'a> {
    /// A document with so many scopes outside its own.
    Document {
        n_outer: usize,
    },
    Fragment {
        include: &'a PolicyElement,
    },
    /// A policy such as `return-response`, whose parts are not policies of the section.
    Policy,
}

impl Composing<'_> {
    /// The section as the first `depth` scopes make it.
    fn section(&mut self, depth: usize, section: Section) -> Vec<Placed> {
        let Some(((scope, policy), outer)) = self.scopes[..depth].split_last() else { return Vec::new() };
        let Body::Document(sections) = &policy.body else { return self.section(outer.len(), section) };
        let from = From::Document { n_outer: outer.len() };
        match sections.iter().find(|(written, _)| *written == section) {
            Some((_, elements)) => self.place(elements, At { scope: *scope, section, from }),
            None => self.section(outer.len(), section),
        }
    }

    fn place(&mut self, written: &[Arc<PolicyElement>], at: At<'_>) -> Vec<Placed> {
        let mut placed = Vec::new();
        for element in written {
            if self.n_placed >= MAX_PLACED {
                self.too_large(element);
                return placed;
            }
            self.n_placed += 1;
            let inside = match (element.name.as_str(), at.from) {
                ("base", From::Document { n_outer }) => {
                    placed.extend(self.section(n_outer, at.section));
                    continue;
                }
                ("include-fragment", From::Document { .. }) => self.fragment(element, at),
                // Reported where the fragment was read.
                ("include-fragment", From::Fragment { .. }) => continue,
                _ if elements::holds_policies(&element.name) => self.place(&element.children, at),
                _ => self.place(&element.children, At { from: From::Policy, ..at }),
            };
            if let From::Fragment { include } = at.from {
                let wrong = check_section(element, at.section);
                let related =
                    |wrong: Diagnostic| wrong.related(&include.source, include.span, "included here");
                self.found.extend(wrong.map(related));
            }
            placed.push(Placed {
                scope: at.scope,
                section: at.section,
                element: Arc::clone(element),
                inside,
            });
        }
        placed
    }

    /// Said once, and an error: part of a policy is not the policy.
    fn too_large(&mut self, element: &PolicyElement) {
        if self.found.iter().any(|found| found.code == &codes::COMPOSED_TOO_LARGE) {
            return;
        }
        let message = format!("the policies of all scopes come to more than {MAX_PLACED} elements");
        let diagnostic = Diagnostic::new(&codes::COMPOSED_TOO_LARGE, message);
        let diagnostic = diagnostic.at(&element.source, element.name_span);
        self.found.push(diagnostic.help("write `<base />` once in a section"));
    }

    fn fragment(&mut self, include: &PolicyElement, at: At<'_>) -> Vec<Placed> {
        let Some(id) = include.literal("fragment-id") else { return Vec::new() };
        let fragment = self.fragments.get(id).map(|policy| &policy.body);
        let Some(Body::Fragment(elements)) = fragment else {
            let place = include.value("fragment-id").map_or(include.name_span, |value| value.span);
            let diagnostic =
                Diagnostic::new(&codes::UNKNOWN_FRAGMENT, format!("there is no policy fragment `{id}`"))
                    .at(&include.source, place)
                    .service_says(Wording::of(wordings::FRAGMENT_NOT_FOUND, &[&id]));
            self.found.push(diagnostic.did_you_mean(id, self.fragments.keys().map(String::as_str)));
            return Vec::new();
        };
        self.place(elements, At { from: From::Fragment { include }, ..at })
    }
}
