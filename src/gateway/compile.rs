//! From a composed policy to steps: finds each element's executor and reads its attributes once. What no executor
//! runs is refused here, where the sandbox deploys, and not when a request comes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Config;
use super::codes;
use super::pipeline::{Pipeline, Step, StepPlace};
use super::policies;
use super::setting::{FromValue, Setting};
use crate::csharp;
use crate::diag::Diagnostic;
use crate::policy::{Effective, Placed, PolicyElement, ValueKind, elements};
use crate::text::Span;

pub(super) struct Compiler<'a> {
    pub config: &'a Config,
    pub found: Vec<Diagnostic>,
    /// Whether a policy holds messages against the schemas of their API.
    pub uses_schemas: bool,
    /// The elements around the one being compiled, such as `choose[1]`.
    path: Vec<String>,
}

/// Whether a policy is, or has inside, one that keeps the answer in a cache.
fn stores_answer(placed: &Placed) -> bool {
    let name = placed.element.name.as_str();
    name == "cache-store" || name.ends_with("semantic-cache-store") || placed.inside.iter().any(stores_answer)
}

impl<'a> Compiler<'a> {
    pub(super) fn new(config: &'a Config) -> Self {
        Self { config, found: Vec::new(), uses_schemas: false, path: Vec::new() }
    }

    pub(super) fn pipeline(&mut self, effective: &Effective) -> Pipeline {
        Pipeline {
            inbound: self.steps(&effective.inbound),
            backend: self.steps(&effective.backend),
            outbound: self.steps(&effective.outbound),
            on_error: self.steps(&effective.on_error),
        }
    }

    pub(super) fn steps(&mut self, placed: &[Placed]) -> Vec<Step> {
        let mut n_seen: BTreeMap<&str, usize> = BTreeMap::new();
        let mut steps = Vec::new();
        for one in placed {
            let nth = n_seen.entry(&one.element.name).and_modify(|n| *n += 1).or_insert(1);
            let name = format!("{}[{nth}]", one.element.name);
            steps.extend(self.within(name, |compiler| compiler.step(one)));
        }
        steps
    }

    /// Compiles what `inside` does with `name` added to the path.
    pub(super) fn within<T>(&mut self, name: String, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(name);
        let result = inside(self);
        self.path.pop();
        result
    }

    fn step(&mut self, placed: &Placed) -> Option<Step> {
        let element = &placed.element;
        // What is no policy at all was reported where the text was read.
        elements::find(&element.name)?;
        let Some(executor) = policies::find(&element.name) else {
            let why = policies::why_not_run(&element.name).map(|why| format!(": {why}")).unwrap_or_default();
            let message = format!("the sandbox does not run the policy `{}`{why}", element.name);
            self.found.push(
                Diagnostic::new(&codes::NOT_EMULATED, message)
                    .at(&element.source, element.name_span)
                    .help("remove the policy for the sandbox, or deploy to Azure, where it runs"),
            );
            return None;
        };
        self.note_what_is_not_run(element);
        let place = self.place(placed);
        let run = (executor.compile)(self, placed)?;
        Some(Step { place, run, stores_answer: stores_answer(placed) })
    }

    /// Where the element that is being compiled stands.
    pub(super) fn place(&self, placed: &Placed) -> StepPlace {
        let element = &placed.element;
        StepPlace {
            policy: Arc::from(element.name.as_str()),
            section: placed.section,
            scope: placed.scope,
            document: Arc::from(element.source.path()),
            line: element.line(),
            path: self.path.join("/"),
            id: element.literal("id").unwrap_or_default().to_owned(),
        }
    }

    /// Tells which expressions of a policy the service takes and the evaluator does not run. Policies inside it are
    /// steps of their own.
    fn note_what_is_not_run(&mut self, element: &PolicyElement) {
        let values = element.attributes.iter().map(|attribute| &attribute.value).chain(&element.text);
        for value in values {
            let ValueKind::Expression(expression) = &value.kind else { continue };
            for problem in csharp::not_run(&expression.program) {
                let diagnostic = Diagnostic::new(problem.code, problem.message);
                self.found.push(diagnostic.at(&element.source, value.span));
            }
        }
        for child in element.children.iter().filter(|child| policies::find(&child.name).is_none()) {
            self.note_what_is_not_run(child);
        }
    }

    /// Reads an attribute that may be an expression. None too where a literal is not a `T`, which lowering has
    /// reported.
    pub(super) fn setting<T: FromValue>(&self, element: &PolicyElement, name: &str) -> Option<Setting<T>> {
        element.value(name).and_then(|value| Setting::new(name, value))
    }

    /// Reads an attribute without which the policy cannot be run, and refuses the policy where it is missing: whether
    /// the service takes it then, the sources do not agree.
    pub(super) fn needed<T: FromValue>(&mut self, element: &PolicyElement, name: &str) -> Option<Setting<T>> {
        if element.attribute(name).is_none() {
            let message =
                format!("the sandbox does not run `{}` without the attribute `{name}`", element.name);
            let diagnostic = Diagnostic::new(&codes::NOT_EMULATED, message);
            self.found.push(diagnostic.at(&element.source, element.name_span));
        }
        self.setting(element, name)
    }

    /// Refuses one element inside a policy, whose effect is not modelled.
    pub(super) fn refuse_child(&mut self, element: &PolicyElement, child: &PolicyElement) {
        let message = format!("the sandbox does not run `{}` with `<{}>` inside", element.name, child.name);
        let diagnostic = Diagnostic::new(&codes::NOT_EMULATED, message);
        self.found.push(diagnostic.at(&child.source, child.name_span));
    }

    /// Refuses the elements of that name inside a policy.
    pub(super) fn refuse_children(&mut self, element: &PolicyElement, name: &str) {
        element
            .children
            .iter()
            .filter(|child| child.name == name)
            .for_each(|child| self.refuse_child(element, child));
    }

    /// Refuses a value that the policy cannot be run with, such as a key that is no Base64.
    pub(super) fn invalid(&mut self, element: &PolicyElement, span: Span, why: String) {
        self.found.push(Diagnostic::new(&codes::INVALID_VALUE, why).at(&element.source, span));
    }

    /// Reads the text between the tags.
    pub(super) fn text<T: FromValue>(&self, element: &PolicyElement) -> Option<Setting<T>> {
        element.text.as_ref().and_then(|value| Setting::new(&element.name, value))
    }

    /// Refuses attributes whose effect is not modelled.
    pub(super) fn refuse_attributes(&mut self, element: &PolicyElement, names: &[&str]) {
        for name in names {
            let Some(attribute) = element.attribute(name) else { continue };
            let message = format!("the sandbox does not run `{}` with the attribute `{name}`", element.name);
            let diagnostic = Diagnostic::new(&codes::NOT_EMULATED, message);
            self.found.push(diagnostic.at(&element.source, attribute.name_span));
        }
    }

    /// Refuses an attribute that names a backend entity the service does not hold.
    pub(super) fn check_backend(&mut self, element: &PolicyElement, name: &str) {
        let Some(value) = element.value(name) else { return };
        let Some(id) = value.literal() else { return };
        if self.config.backends.iter().any(|backend| backend.id == id) {
            return;
        }
        let says = format!("Backend with id '{id}' could not be found.");
        let message = format!("there is no backend `{id}`; the service says \"{says}\"");
        let known = self.config.backends.iter().map(|backend| backend.id.as_str());
        let diagnostic = Diagnostic::new(&codes::UNKNOWN_BACKEND, message).at(&element.source, value.span);
        self.found.push(diagnostic.did_you_mean(id, known));
    }
}
