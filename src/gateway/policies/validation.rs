//! What the validation policies have in common: actions, and what becomes of the errors they find. Learn, validation
//! policies: actions and errors (includes of 2022-12-05).
//!
//! `detect` keeps the errors in the variable, `prevent` keeps them and stops: 400 for a request, 502 for an answer. The
//! caller reads no detail of an answer. Decisions, where the pages are silent: the variable holds a `JArray` of the
//! documented objects, added to what it holds already; where the pages have a line and a position there is the place
//! in the value.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::csharp::Value;
use crate::gateway::api_schema::{Parameter, SchemaRef, definition};
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::json_schema::{self, Options};
use crate::gateway::live::Live;
use crate::gateway::setting::Setting;
use crate::policy::{Placed, PolicyElement, Section};

/// What a policy does with what it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Ignore,
    Detect,
    Prevent,
}

/// One error, as the page describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ValidationError {
    /// Of the parameter, header, content type or status; may be empty.
    pub name: String,
    pub kind: &'static str,
    pub rule: &'static str,
    pub details: String,
    /// Whether the caller may read the details.
    pub is_public: bool,
    pub action: Action,
}

/// Where errors go.
pub(super) struct Errors {
    variable: Option<String>,
    of_request: bool,
}

pub(super) const INTERNAL: &str =
    "The request could not be processed due to an internal error. Contact the API owner.";

/// An action that may be written at an element or at one around it.
pub(super) type ActionSetting = Option<Setting<String>>;

impl Action {
    /// Reads an action; `ignore` where nothing is written.
    ///
    /// # Errors
    /// The fault of an expression.
    pub(super) fn of(setting: Option<&Setting<String>>, live: &Arc<Live>) -> Result<Self, Fault> {
        let Some(setting) = setting else { return Ok(Self::Ignore) };
        let name = setting.get(live)?;
        match name.as_str() {
            "ignore" => Ok(Self::Ignore),
            "detect" => Ok(Self::Detect),
            "prevent" => Ok(Self::Prevent),
            _ => {
                let message = format!("Expression evaluation failed. `{name}` is not an action");
                Err(Fault::broken("ExpressionValueEvaluationFailure", message))
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Detect => "detect",
            Self::Prevent => "prevent",
        }
    }
}

impl Errors {
    pub(super) fn compile(compiler: &mut Compiler<'_>, placed: &Placed) -> Self {
        compiler.uses_schemas = true;
        Self {
            variable: placed.element.literal("errors-variable-name").map(str::to_owned),
            of_request: placed.section == Section::Inbound,
        }
    }

    /// Keeps the errors, and stops at those of `prevent`.
    ///
    /// # Errors
    /// The refusal.
    pub(super) fn tell(&self, live: &Live, found: &[ValidationError]) -> Result<(), Fault> {
        let found: Vec<&ValidationError> =
            found.iter().filter(|error| error.action != Action::Ignore).collect();
        if found.is_empty() {
            return Ok(());
        }
        self.keep(live, &found);
        let details = |errors: &[&ValidationError]| {
            errors.iter().map(|error| error.details.as_str()).collect::<Vec<_>>().join(" ")
        };
        let prevented: Vec<&ValidationError> =
            found.iter().copied().filter(|error| error.action == Action::Prevent).collect();
        let Some(first) = prevented.first() else {
            live.note(format!("detected: {}", details(&found)));
            return Ok(());
        };
        let public = if first.is_public { first.public_text() } else { INTERNAL.to_owned() };
        let (status, reason) =
            if self.of_request { (400, "Bad request") } else { (502, "Response not allowed") };
        Err(Fault::refusal(status, reason, details(&prevented)).saying(public))
    }

    fn keep(&self, live: &Live, found: &[&ValidationError]) {
        let Some(name) = &self.variable else { return };
        let mut state = live.state();
        let before = state.variables.get(name).and_then(|value| value.to_json().ok());
        let mut all = before.and_then(|value| value.as_array().cloned()).unwrap_or_default();
        all.extend(found.iter().map(|error| error.to_json()));
        state.variables.insert(name.clone(), Value::from_json(&Json::Array(all)));
    }
}

impl ValidationError {
    /// The page has callers read nothing of the configuration in this one message.
    fn public_text(&self) -> String {
        self.details.replace("exceeds the configured limit of", "exceeds the limit of")
    }

    fn to_json(&self) -> Json {
        json!({
            "Name": self.name,
            "Type": self.kind,
            "ValidationRule": self.rule,
            "Details": self.details,
            "Action": self.action.name(),
        })
    }
}

/// Reads an attribute that names an action.
pub(super) fn action(compiler: &Compiler<'_>, element: &PolicyElement, name: &str) -> ActionSetting {
    compiler.setting(element, name)
}

/// Reads the children that name something and its action.
pub(super) fn named_actions(
    compiler: &Compiler<'_>,
    element: &PolicyElement,
    attribute: &str,
) -> Vec<(String, Setting<String>)> {
    let one = |child: &Arc<PolicyElement>| {
        Some((child.literal(attribute)?.to_owned(), compiler.setting(child, "action")?))
    };
    element.children.iter().filter_map(one).collect()
}

/// A kind of parameter, and the values that came for it.
pub(super) struct Given<'a> {
    /// `QueryParameter` and the like.
    pub kind: &'static str,
    /// `query parameter` and the like.
    pub words: &'static str,
    pub of_request: bool,
    pub parameter: &'a Parameter,
    pub values: &'a [String],
}

impl Given<'_> {
    /// Checks the values against what the API says of them.
    pub(super) fn check(&self, live: &Live, action: Action) -> Option<ValidationError> {
        let Self { words, parameter, values, .. } = self;
        let name = &parameter.name;
        let error = |rule, details: String, is_public| ValidationError {
            name: name.clone(),
            kind: self.kind,
            rule,
            details,
            is_public: is_public && self.of_request,
            action,
        };
        let Some(value) = values.first() else {
            // The pages have no rule for it; the word is that of OpenAPI.
            let details = format!("Required {words} {name} is missing.");
            return parameter.required.then(|| error("Required", details, true));
        };
        let is_list = parameter.kind == "array";
        if values.len() > 1 && !is_list {
            let message = if self.of_request { "Request" } else { "Response" };
            let details = format!("{message} cannot contain multiple values for the {words} {name}.");
            return Some(error("IncorrectMessage", details, true));
        }
        let Some(parsed) = parse(&parameter.kind, values) else {
            let details =
                format!("Value of the {words} {name} cannot be parsed according to the definition.");
            return Some(error("IncorrectMessage", details, true));
        };
        if !parameter.values.is_empty() && !is_list && !parameter.values.contains(value) {
            let details = format!("Value of the {words} {name} does not conform to the definition.");
            return Some(error("IncorrectMessage", details, true));
        }
        let reference = parameter.schema.as_ref()?;
        let Some((document, schema)) = find(live, reference) else {
            let details = format!(
                "API's schema does not contain definition {}, which is associated with the {words} {name}.",
                reference.definition
            );
            return Some(error("MissingDefinition", details, false));
        };
        match json_schema::check(document, schema, &parsed, Options::default()) {
            Ok(problems) if problems.is_empty() => None,
            Ok(problems) => {
                let problems = problems.join(" ");
                let details =
                    format!("Value of the {words} {name} does not conform to the definition. {problems}");
                Some(error("IncorrectMessage", details, true))
            }
            Err(why) => Some(error(
                "ValidationError",
                format!("The {words} {name} cannot be validated. {why}."),
                false,
            )),
        }
    }
}

/// Reads a value as its kind; None where it is another.
fn parse(kind: &str, values: &[String]) -> Option<Json> {
    let text = values.first()?;
    match kind {
        "integer" => text.trim().parse::<i64>().ok().map(Json::from),
        "number" => text.trim().parse::<f64>().ok().filter(|number| number.is_finite()).map(Json::from),
        "boolean" => text.trim().to_ascii_lowercase().parse::<bool>().ok().map(Json::from),
        "object" => serde_json::from_str(text).ok().filter(Json::is_object),
        "array" => Some(values.iter().flat_map(|value| value.split(',')).map(Json::from).collect()),
        _ => Some(Json::from(text.as_str())),
    }
}

/// The schema document of the API that a reference is into, and the definition.
pub(super) fn find<'a>(live: &'a Live, reference: &SchemaRef) -> Option<(&'a Json, &'a Json)> {
    let document = live.route.api.schemas.get(&reference.schema)?;
    Some((document, definition(document, &reference.definition)?))
}
