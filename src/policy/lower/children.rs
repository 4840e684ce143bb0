//! Elements inside an element: which, how many, and in which order.

use std::sync::Arc;

use super::{Lowering, Within};
use crate::policy::codes;
use crate::policy::elements::{self, ChildDef, Order};
use crate::policy::tree::Element;
use crate::policy::typed::PolicyElement;

/// How far into the children a schema allows.
struct Progress<'a> {
    allowed: &'a [ChildDef],
    order: Order,
    counts: Vec<usize>,
    /// The last place of a sequence that was reached.
    at: usize,
}

impl Lowering<'_> {
    pub(super) fn children(
        &mut self,
        element: &Element,
        order: Order,
        allowed: &[ChildDef],
        within: Within,
    ) -> Vec<Arc<PolicyElement>> {
        let mut lowered = Vec::new();
        let mut unknown = Vec::new();
        let mut progress = Progress { allowed, order, counts: vec![0; allowed.len()], at: 0 };
        for child in element.elements() {
            let Some(index) = allowed.iter().position(|def| def.element.name == child.name) else {
                self.unexpected_child(element, child, &progress);
                unknown.push(child.name.as_str());
                let def = elements::find(&child.name);
                let inside = match def {
                    Some(def) => self.element(child, def, within),
                    None => self.unchecked(child),
                };
                lowered.push(Arc::new(inside));
                continue;
            };
            let def = &allowed[index];
            if progress.counts[index] == def.max {
                let message = format!("`<{}>` holds at most {} `<{}>`", element.name, def.max, child.name);
                self.report(&codes::REPEATED_CHILD, message, child.name_span);
            } else if order == Order::Sequence && index < progress.at {
                let last = allowed[progress.at].element.name;
                let message = format!("`<{}>` has to stand before `<{last}>`", child.name);
                let diagnostic = self
                    .diagnostic(&codes::CHILD_ORDER, message, child.name_span)
                    .service_says(progress.service_wording(element, child));
                self.found.push(diagnostic.help(format!("move it in front of the first `<{last}>`")));
            }
            progress.counts[index] += 1;
            progress.at = progress.at.max(index);
            lowered.push(Arc::new(self.element(child, def.element, within)));
        }
        for (def, count) in allowed.iter().zip(progress.counts) {
            // A start tag that is not closed takes what follows into its name: `<set-methodPOST`.
            let name = def.element.name;
            let is_slip =
                |wrong: &&str| wrong.starts_with(name) || crate::text::misspelt(wrong, [name]).is_some();
            if count < def.min && !unknown.iter().any(is_slip) && !self.has_hole(element) {
                let message = format!("`<{}>` needs a `<{}>` inside it", element.name, def.element.name);
                self.report(&codes::MISSING_CHILD, message, element.name_span);
            }
        }
        lowered
    }

    fn unexpected_child(&mut self, element: &Element, child: &Element, progress: &Progress<'_>) {
        let names = || progress.allowed.iter().map(|def| def.element.name);
        let message = format!("`<{}>` may not stand inside `<{}>`", child.name, element.name);
        let mut diagnostic = self
            .diagnostic(&codes::UNEXPECTED_CHILD, message, child.name_span)
            .did_you_mean(&child.name, names())
            .service_says(progress.service_wording(element, child));
        if let Some(near) = crate::text::misspelt(&child.name, names()) {
            diagnostic = diagnostic.fix(self.rename(child, near));
        }
        self.found.push(diagnostic);
    }
}

impl Progress<'_> {
    /// The words of .NET's schema validation, which the service passes on.
    fn service_wording(&self, element: &Element, child: &Element) -> String {
        let refusal = format!("The element '{}' has invalid child element '{}'.", element.name, child.name);
        let possible = self.possible();
        match possible.is_empty() {
            true => refusal,
            false => format!("{refusal} List of possible elements expected: '{}'.", possible.join(", ")),
        }
    }

    /// The elements that may come next.
    fn possible(&self) -> Vec<&'static str> {
        let mut possible = Vec::new();
        let first = if self.order == Order::Sequence { self.at } else { 0 };
        for (def, count) in self.allowed.iter().zip(&self.counts).skip(first) {
            if *count < def.max {
                possible.push(def.element.name);
            }
            if self.order == Order::Sequence && *count < def.min {
                break;
            }
        }
        possible
    }
}
