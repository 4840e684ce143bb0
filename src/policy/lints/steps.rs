//! The elements of a text in a list, each knowing what it stands in: for rules that compare two policies.

use crate::policy::{Body, Policy, PolicyElement, Section};

use super::look::child;

/// How many policies of one kind a rule compares with the others; no real text has so many of them, and time must
/// not grow with the square of the text.
pub(super) const MAX_COMPARED: usize = 100;

/// Elements whose content is a list of policies.
const CONTAINERS: &[&str] = &["when", "otherwise", "retry", "limit-concurrency", "wait", "block"];

/// Every element of a text, in its order.
pub(super) struct Steps<'a> {
    list: Vec<Step<'a>>,
}

/// An element of a text.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    /// None in a fragment.
    pub section: Option<Section>,
    pub element: &'a PolicyElement,
    index: usize,
    parent: Option<usize>,
}

impl<'a> Step<'a> {
    pub(super) fn name(&self) -> &'a str {
        &self.element.name
    }
}

/// Lists the elements of `policy`, an element before those inside it.
pub(super) fn steps(policy: &Policy) -> Steps<'_> {
    let mut steps = Steps { list: Vec::new() };
    match &policy.body {
        Body::Document(sections) => {
            for (section, elements) in sections {
                elements.iter().for_each(|element| steps.add(Some(*section), element, None));
            }
        }
        Body::Fragment(elements) => elements.iter().for_each(|element| steps.add(None, element, None)),
    }
    steps
}

impl<'a> Steps<'a> {
    // The reader limits the depth of a text, so this ends.
    fn add(&mut self, section: Option<Section>, element: &'a PolicyElement, parent: Option<usize>) {
        let index = self.list.len();
        self.list.push(Step { section, element, index, parent });
        element.children.iter().for_each(|child| self.add(section, child, Some(index)));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Step<'a>> {
        self.list.iter()
    }

    /// The elements of one of these names.
    pub(super) fn named(&self, names: &'static [&'static str]) -> impl Iterator<Item = &Step<'a>> {
        self.list.iter().filter(move |step| names.contains(&step.name()))
    }

    /// The element around `step`.
    pub(super) fn parent(&self, step: &Step<'a>) -> Option<&Step<'a>> {
        step.parent.map(|parent| &self.list[parent])
    }

    /// The elements around `step`, innermost first.
    pub(super) fn around(&self, step: &Step<'a>) -> impl Iterator<Item = &Step<'a>> {
        std::iter::successors(self.parent(step), |step| self.parent(step))
    }

    /// The nearest element of that name around `step`.
    pub(super) fn inside(&self, step: &Step<'a>, name: &str) -> Option<&Step<'a>> {
        self.around(step).find(|outer| outer.name() == name)
    }

    /// True where `step` runs whenever its section does.
    pub(super) fn is_unconditional(&self, step: &Step<'a>) -> bool {
        self.around(step).all(|outer| !["when", "otherwise"].contains(&outer.name()))
    }

    /// True for a policy; false for a part of one, such as `value`, or the `set-header` of a `send-request`.
    pub(super) fn is_policy(&self, step: &Step<'a>) -> bool {
        self.parent(step).is_none_or(|parent| CONTAINERS.contains(&parent.name()))
    }

    /// True where both are in one section, `first` stands before `second`, and one request may run both.
    pub(super) fn precedes(&self, first: &Step<'a>, second: &Step<'a>) -> bool {
        first.section == second.section && first.index < second.index && !self.excludes(first, second)
    }

    /// True where the two stand in different branches of one `choose`.
    pub(super) fn excludes(&self, first: &Step<'a>, second: &Step<'a>) -> bool {
        let branch = |step: &Step<'a>| ["when", "otherwise"].contains(&step.name());
        let branches = |step: &Step<'a>| {
            self.around(step)
                .filter(|outer| branch(outer))
                .map(|it| (it.parent, it.index))
                .collect::<Vec<_>>()
        };
        let of_second = branches(second);
        branches(first)
            .iter()
            .any(|(choose, index)| of_second.iter().any(|(other, at)| other == choose && at != index))
    }
}

/// The lists of policies of a text: each section, and what stands inside each container.
pub(super) fn lists<'a>(policy: &'a Policy) -> Vec<(Option<Section>, Vec<&'a PolicyElement>)> {
    let refs = |elements: &'a [std::sync::Arc<PolicyElement>]| elements.iter().map(|it| &**it).collect();
    let mut lists: Vec<(Option<Section>, Vec<&PolicyElement>)> = match &policy.body {
        Body::Document(sections) => {
            sections.iter().map(|(section, elements)| (Some(*section), refs(elements))).collect()
        }
        Body::Fragment(elements) => vec![(None, refs(elements))],
    };
    let steps = steps(policy);
    let containers = steps.iter().filter(|step| CONTAINERS.contains(&step.name()));
    lists.extend(containers.map(|step| (step.section, refs(&step.element.children))));
    lists
}

/// True where no request gets past `policy`.
pub(super) fn ends(policy: &PolicyElement) -> bool {
    match policy.name.as_str() {
        "return-response" | "mock-response" => true,
        "choose" => child(policy, "otherwise").is_some() && policy.children.iter().all(|branch| ends(branch)),
        "when" | "otherwise" | "retry" | "limit-concurrency" => {
            policy.children.iter().any(|inner| ends(inner))
        }
        _ => false,
    }
}
