//! Which context variables are set where, and what is known of a variable where it is read: the sections one after
//! the other, `<base/>` and fragments in place as far as they are known, the branches of `choose` joined.

use std::sync::Arc;

use indexmap::IndexSet;

use crate::csharp::{VariableAccess, VariableUse};
use crate::policy::{Body, PolicyElement, Scope, Section};
use crate::text::Span;

use super::{Unit, written};

/// What a text does with variables.
pub struct Flow<'a> {
    pub writes: Vec<Write<'a>>,
    pub reads: Vec<Read<'a>>,
    /// No fragment and no outer scope is missing, so what is not here is nowhere.
    pub sees_all: bool,
    names: IndexSet<String>,
}

/// A place that sets a variable.
#[derive(Clone, Copy)]
pub struct Write<'a> {
    pub name: &'a str,
    pub element: &'a PolicyElement,
    /// Of the name.
    pub span: Span,
    /// None in a fragment that is looked at by itself.
    pub section: Option<Section>,
    /// The text itself brings it, not a fragment or an outer scope.
    pub is_own: bool,
    pub is_conditional: bool,
    /// What is known of the variable just before.
    pub before: State,
}

/// A place that reads a variable.
pub struct Read<'a> {
    pub used: VariableUse,
    pub element: &'a PolicyElement,
    /// The name of the attribute; None where it is the text of the element.
    pub attribute: Option<&'a str>,
    /// Of the use, in the text of the element.
    pub span: Span,
    pub name_span: Span,
    pub section: Option<Section>,
    pub is_own: bool,
    /// It stands in a branch of `choose`.
    pub is_conditional: bool,
    /// A fragment or an outer scope that is not known ran before.
    pub after_unknown: bool,
    pub state: State,
}

/// What is known of a variable at one point; the numbers are those of writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Unset,
    Set(usize),
    /// Set on some of the ways that lead here, or only when something is found.
    Perhaps(usize),
    /// Set, to null where a request has failed.
    PerhapsNull(usize),
    /// A condition has looked at it: whoever wrote the policy knows.
    Tested,
}

/// Follows the variables of `unit`.
pub fn flow<'a>(unit: &Unit<'a>) -> Flow<'a> {
    let mut walk = Walk {
        unit: Unit { document: unit.document, policy: unit.policy, around: unit.around },
        flow: Flow { writes: Vec::new(), reads: Vec::new(), sees_all: true, names: IndexSet::new() },
        states: Vec::new(),
        after_unknown: false,
        n_branches: 0,
        budget: MAX_ELEMENTS,
    };
    match &unit.policy.body {
        Body::Fragment(elements) => {
            walk.unknown();
            walk.elements(elements, At { section: None, is_own: true, n_outer: 0, in_fragment: true });
        }
        Body::Document(_) => {
            for section in Section::ALL {
                let at = At {
                    section: Some(section),
                    is_own: true,
                    n_outer: unit.around.outer.len(),
                    in_fragment: false,
                };
                walk.section(&unit.policy.body, at);
            }
        }
    }
    walk.flow
}

impl Flow<'_> {
    /// The names that are set somewhere, in the order of the text.
    pub fn set_names(&self) -> IndexSet<&str> {
        self.writes.iter().map(|write| write.name).collect()
    }
}

struct Walk<'a> {
    unit: Unit<'a>,
    flow: Flow<'a>,
    /// By the index of the name.
    states: Vec<State>,
    after_unknown: bool,
    /// Branches of `choose` around the present place.
    n_branches: usize,
    /// How many elements may still be looked at.
    budget: usize,
}

/// Elements that are followed, those of fragments and outer scopes as often as they are put in place. The largest
/// public policy has below 1,000.
const MAX_ELEMENTS: usize = 50_000;

/// What is known of so many variables is copied and joined in the time that an element takes. Each branch copies what
/// is known of all, so branches times variables have to end too.
const VARIABLES_PER_ELEMENT: usize = 64;

/// Where elements stand.
#[derive(Clone, Copy)]
struct At {
    section: Option<Section>,
    is_own: bool,
    /// How many of the outer documents are outside the present one.
    n_outer: usize,
    in_fragment: bool,
}

impl<'a> Walk<'a> {
    /// Returns false, and knows no more, where the budget is at its end.
    fn spend(&mut self, n_elements: usize) -> bool {
        match self.budget.checked_sub(n_elements) {
            Some(left) => {
                self.budget = left;
                true
            }
            None => {
                self.budget = 0;
                self.unknown();
                false
            }
        }
    }

    /// What runs there was never seen.
    fn unknown(&mut self) {
        self.after_unknown = true;
        self.flow.sees_all = false;
    }

    /// A section of a document; one that is not written inherits.
    fn section(&mut self, body: &'a Body, at: At) {
        let Body::Document(sections) = body else { return };
        match sections.iter().find(|(section, _)| Some(*section) == at.section) {
            Some((_, elements)) => {
                self.elements(elements, at);
            }
            None => self.base(at),
        }
    }

    fn base(&mut self, at: At) {
        let unit = Unit { document: self.unit.document, policy: self.unit.policy, around: self.unit.around };
        match at.n_outer.checked_sub(1).map(|n_outer| (n_outer, &unit.around.outer[n_outer].1)) {
            Some((n_outer, outer)) => self.section(&outer.body, At { is_own: false, n_outer, ..at }),
            None => {
                let outermost = unit.around.outer.first().map(|(scope, _)| *scope).or(unit.around.scope);
                if outermost != Some(Scope::Global) {
                    self.unknown();
                }
            }
        }
    }

    /// Returns true where the pipeline ends among `elements` on every way.
    fn elements(&mut self, elements: &'a [Arc<PolicyElement>], at: At) -> bool {
        let mut has_ended = false;
        for element in elements {
            has_ended |= self.element(element, at);
        }
        has_ended
    }

    fn element(&mut self, element: &'a PolicyElement, at: At) -> bool {
        if !self.spend(1) {
            return false;
        }
        if element.name == "choose" {
            return self.choose(element, at);
        }
        self.reads(element, at);
        match element.name.as_str() {
            "base" => self.base(at),
            "include-fragment" => self.fragment(element, at),
            _ => {}
        }
        let has_ended = self.elements(&element.children, at);
        for attribute in &element.attributes {
            let is_name = attribute.name.ends_with("variable-name")
                || (attribute.name == "name" && element.name == "set-variable");
            if let (true, Some(name)) = (is_name, attribute.value.literal()) {
                self.named(element, name, attribute.value.span, at);
            }
        }
        has_ended || matches!(element.name.as_str(), "return-response" | "mock-response")
    }

    fn fragment(&mut self, include: &'a PolicyElement, at: At) {
        let unit = Unit { document: self.unit.document, policy: self.unit.policy, around: self.unit.around };
        let fragments = unit.around.fragments.as_ref();
        let known = include.literal("fragment-id").and_then(|id| fragments?.get(id));
        match known.map(|policy| &policy.body) {
            Some(Body::Fragment(elements)) if !at.in_fragment => {
                self.elements(elements, At { is_own: false, in_fragment: true, ..at });
            }
            _ => self.unknown(),
        }
    }

    fn choose(&mut self, choose: &'a PolicyElement, at: At) -> bool {
        let mut before = self.states.clone();
        let mut after: Option<Vec<State>> = None;
        let mut tested = Vec::new();
        let mut has_way_around = !choose.children.iter().any(|branch| branch.name == "otherwise");
        for branch in &choose.children {
            if !self.spend(before.len() / VARIABLES_PER_ELEMENT) {
                has_way_around = true;
                break;
            }
            self.states.clone_from(&before);
            let n_reads = self.flow.reads.len();
            self.reads(branch, at);
            let looked_at = self.flow.reads[n_reads..].iter().filter_map(|read| read.used.name.clone());
            let looked_at: Vec<String> = looked_at.collect();
            looked_at.iter().for_each(|name| self.tested(name));
            tested.extend(looked_at);
            before.clone_from(&self.states);
            self.n_branches += 1;
            let has_ended = self.elements(&branch.children, at);
            self.n_branches -= 1;
            if !has_ended {
                after = Some(self.join(after));
            }
        }
        if has_way_around {
            self.states = before.clone();
            after = Some(self.join(after));
        }
        let has_ended = after.is_none();
        self.states = after.unwrap_or(before);
        tested.iter().for_each(|name| self.tested(name));
        has_ended
    }

    /// The present states and those of another way that leads here.
    fn join(&mut self, other: Option<Vec<State>>) -> Vec<State> {
        let present = std::mem::take(&mut self.states);
        let Some(other) = other else { return present };
        let at = |states: &[State], index: usize| states.get(index).copied().unwrap_or(State::Unset);
        let n_names = present.len().max(other.len());
        (0..n_names).map(|index| at(&present, index).or(at(&other, index))).collect()
    }

    fn tested(&mut self, name: &str) {
        let id = self.id(name);
        if !matches!(self.states[id], State::Set(_)) {
            self.states[id] = State::Tested;
        }
    }

    fn id(&mut self, name: &str) -> usize {
        let (id, _) = self.flow.names.insert_full(name.to_owned());
        if self.states.len() <= id {
            self.states.resize(id + 1, State::Unset);
        }
        id
    }

    /// An attribute that names a variable: all of them set it, but that of `return-response`.
    fn named(&mut self, element: &'a PolicyElement, name: &'a str, span: Span, at: At) {
        let id = self.id(name);
        let before = self.states[id];
        if element.name == "return-response" {
            let how = VariableAccess::Index { cast: None };
            let (guarded, dereferenced, whole) = (false, false, true);
            let used = VariableUse {
                name: Some(name.to_owned()),
                how,
                guarded,
                dereferenced,
                whole,
                span,
                name_span: span,
            };
            return self.read(element, Some("response-variable-name"), used, [span, span], at);
        }
        let index = self.flow.writes.len();
        let is_true =
            |attribute| element.literal(attribute).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        // Learn, cache-lookup-value: the variable is not set where nothing is found and there is no default.
        self.states[id] = match element.name.as_str() {
            "cache-lookup-value" if element.value("default-value").is_none() => match before {
                State::Set(_) | State::Tested => before,
                _ => State::Perhaps(index),
            },
            "send-request" if is_true("ignore-error") => State::PerhapsNull(index),
            _ => State::Set(index),
        };
        let (section, is_own, is_conditional) = (at.section, at.is_own, self.n_branches > 0);
        self.flow.writes.push(Write { name, element, span, section, is_own, is_conditional, before });
    }

    fn reads(&mut self, element: &'a PolicyElement, at: At) {
        for written in written(element) {
            for used in &written.uses.variables {
                let spans = [used.span, used.name_span].map(|span| written.expression.place(span));
                self.read(element, written.attribute, used.clone(), spans, at);
            }
        }
    }

    fn read(
        &mut self,
        element: &'a PolicyElement,
        attribute: Option<&'a str>,
        used: VariableUse,
        [span, name_span]: [Span; 2],
        at: At,
    ) {
        let state = match &used.name {
            Some(name) => {
                let id = self.id(name);
                self.states[id]
            }
            None => State::Tested,
        };
        self.flow.reads.push(Read {
            used,
            element,
            attribute,
            span,
            name_span,
            section: at.section,
            is_own: at.is_own,
            is_conditional: self.n_branches > 0,
            after_unknown: self.after_unknown,
            state,
        });
    }
}

impl State {
    /// What is known where two ways come together.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Tested, _) | (_, Self::Tested) => Self::Tested,
            (Self::Unset, Self::Unset) => Self::Unset,
            (Self::Set(write), Self::Set(_)) => Self::Set(write),
            (Self::Perhaps(write), _) | (_, Self::Perhaps(write)) => Self::Perhaps(write),
            (Self::Unset, Self::Set(write) | Self::PerhapsNull(write))
            | (Self::Set(write) | Self::PerhapsNull(write), Self::Unset) => Self::Perhaps(write),
            (Self::PerhapsNull(write), _) | (_, Self::PerhapsNull(write)) => Self::PerhapsNull(write),
        }
    }
}
