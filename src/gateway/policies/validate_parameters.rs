//! `<validate-parameters specified-parameter-action="prevent" unspecified-parameter-action="ignore"><headers …><parameter
//! name="X" action="…"/></headers><query …/><path …/></validate-parameters>`: headers, query and path of a request
//! against what the API has for the operation. Learn, validate-parameters (2022-12-05): an action of a parameter goes
//! before that of its element, and that before the policy's.
//!
//! Decision, where the page is silent: the subscription key, in its header or parameter, is not looked at.

use std::sync::Arc;

use super::Executor;
use super::validation::{Action, ActionSetting, Errors, Given, ValidationError, action, named_actions};
use crate::gateway::api_schema::Parameter;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::route::{key_header, key_query};
use crate::gateway::setting::Setting;
use crate::policy::{Placed, PolicyElement};

pub(super) static EXECUTOR: Executor = Executor { element: "validate-parameters", compile };

struct ValidateParameters {
    specified: ActionSetting,
    unspecified: ActionSetting,
    headers: Part,
    query: Part,
    path: Part,
    errors: Errors,
}

/// `<headers>`, `<query>` or `<path>`.
#[derive(Default)]
struct Part {
    specified: ActionSetting,
    unspecified: ActionSetting,
    parameters: Vec<(String, Setting<String>)>,
}

/// What came in one place.
struct Place<'a> {
    kind: &'static str,
    words: &'static str,
    part: &'a Part,
    specified: &'a [Parameter],
    given: Vec<(String, String)>,
    /// Whether names compare without case.
    ignores_case: bool,
}

fn compile(compiler: &mut Compiler<'_>, placed: &Placed) -> Option<Box<dyn Run>> {
    let element = &placed.element;
    let part = |name| element.children.iter().find(|child| child.name == name);
    let part = |name| part(name).map(|child| Part::compile(compiler, child)).unwrap_or_default();
    Some(Box::new(ValidateParameters {
        specified: action(compiler, element, "specified-parameter-action"),
        unspecified: action(compiler, element, "unspecified-parameter-action"),
        headers: part("headers"),
        query: part("query"),
        path: part("path"),
        errors: Errors::compile(compiler, placed),
    }))
}

impl Part {
    fn compile(compiler: &Compiler<'_>, element: &PolicyElement) -> Self {
        Self {
            specified: action(compiler, element, "specified-parameter-action"),
            unspecified: action(compiler, element, "unspecified-parameter-action"),
            parameters: named_actions(compiler, element, "name"),
        }
    }
}

impl Run for ValidateParameters {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let mut found = Vec::new();
        for place in self.places(live) {
            self.check(live, &place, &mut found)?;
        }
        self.errors.tell(live, &found)?;
        Ok(Flow::Next)
    }
}

impl ValidateParameters {
    fn places<'a>(&'a self, live: &'a Live) -> [Place<'a>; 3] {
        let contract = &live.route.operation.contract;
        let state = live.state();
        let without = |pairs: &[(String, String)], key: &str| {
            pairs.iter().filter(|(name, _)| !name.eq_ignore_ascii_case(key)).cloned().collect()
        };
        let matched = state.request.matched_parameters.iter();
        [
            Place {
                kind: "RequestHeader",
                words: "header",
                part: &self.headers,
                specified: &contract.headers,
                given: without(&state.request.headers.0, key_header(&live.route.api)),
                ignores_case: true,
            },
            Place {
                kind: "QueryParameter",
                words: "query parameter",
                part: &self.query,
                specified: &contract.query,
                given: without(&state.request.query, key_query(&live.route.api)),
                ignores_case: false,
            },
            Place {
                kind: "PathParameter",
                words: "path parameter",
                part: &self.path,
                specified: &contract.path,
                given: matched.map(|(name, value)| (name.clone(), value.clone())).collect(),
                ignores_case: false,
            },
        ]
    }

    fn check(
        &self,
        live: &Arc<Live>,
        place: &Place<'_>,
        found: &mut Vec<ValidationError>,
    ) -> Result<(), Fault> {
        let same = |one: &str, other: &str| {
            if place.ignores_case { one.eq_ignore_ascii_case(other) } else { one == other }
        };
        let action = |name: &str, part: &ActionSetting, whole: &ActionSetting| {
            let own = place.part.parameters.iter().find(|(parameter, _)| same(parameter, name));
            Action::of(own.map(|(_, action)| action).or(part.as_ref()).or(whole.as_ref()), live)
        };
        let (kind, words) = (place.kind, place.words);
        for parameter in place.specified {
            let given = place.given.iter().filter(|(name, _)| same(name, &parameter.name));
            let values: Vec<String> = given.map(|(_, value)| value.clone()).collect();
            let given = Given { kind, words, of_request: true, parameter, values: &values };
            let action = action(&parameter.name, &place.part.specified, &self.specified)?;
            found.extend(given.check(live, action));
        }
        let is_specified = |name: &str| place.specified.iter().any(|parameter| same(&parameter.name, name));
        // A name in the template of the path is specified by it.
        let others = place.given.iter().filter(|(name, _)| !is_specified(name) && kind != "PathParameter");
        for (name, _) in others {
            let action = action(name, &place.part.unspecified, &self.unspecified)?;
            found.push(ValidationError {
                name: name.clone(),
                kind,
                rule: "Unspecified",
                details: format!("Unspecified {words} {name} is not allowed."),
                is_public: true,
                action,
            });
        }
        Ok(())
    }
}
