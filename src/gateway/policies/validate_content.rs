//! `<validate-content unspecified-content-type-action="prevent" max-size="102400" size-exceeded-action="prevent">
//! <content-type-map …/><content type="application/json" validate-as="json" action="detect"/></validate-content>`: the
//! size of a body, its content type, and JSON against a schema of the API or the service. Learn, validate-content
//! (2022-12-05).
//!
//! Decisions, where the page is silent:
//! - The size is that of the body, which is here, not what `Content-Length` says.
//! - A content type is specified where the operation has it, or a `<content>` names it with a `schema-id`.
//! - A body that is empty, where the operation has none, is not validated.
//! - A streamed answer is read whole (the page on server-sent events says not to validate one).
//!
//! Not modelled, and refused: `validate-as` other than `json`, `case-insensitive-property-names`, and schemas with
//! keywords that are not checked, such as `unevaluatedProperties`.

use std::sync::Arc;

use serde_json::Value as Json;

use super::Executor;
use super::validation::{Action, ActionSetting, Errors, ValidationError, action, find};
use crate::gateway::api_schema::Representation;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::json_schema::{self, Options};
use crate::gateway::live::{Live, LiveBody};
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::Setting;
use crate::policy::{Placed, PolicyElement, Section};

pub(super) static EXECUTOR: Executor = Executor { element: "validate-content", compile };

struct ValidateContent {
    of_request: bool,
    unspecified: ActionSetting,
    max_size: Setting<i64>,
    too_large: ActionSetting,
    any_type: Option<Setting<String>>,
    missing_type: Option<Setting<String>>,
    types: Vec<TypeMap>,
    contents: Vec<Content>,
    errors: Errors,
}

/// `<type from="…" to="…"/>` or `<type when="@(…)" to="…"/>`
struct TypeMap {
    from: Option<Setting<String>>,
    when: Option<Setting<bool>>,
    to: Setting<String>,
}

struct Content {
    content_type: Option<String>,
    action: ActionSetting,
    schema: Option<(String, Option<String>)>,
    options: Options,
}

fn compile(compiler: &mut Compiler<'_>, placed: &Placed) -> Option<Box<dyn Run>> {
    let element = &placed.element;
    let map = element.children.iter().find(|child| child.name == "content-type-map");
    let types = map.into_iter().flat_map(|map| &map.children).filter_map(|child| {
        let (from, when) = (compiler.setting(child, "from"), compiler.setting(child, "when"));
        Some(TypeMap { from, when, to: compiler.setting(child, "to")? })
    });
    let types = types.collect();
    let (any_type, missing_type) = match map {
        Some(map) => (
            compiler.setting(map, "any-content-type-value"),
            compiler.setting(map, "missing-content-type-value"),
        ),
        None => (None, None),
    };
    let contents = element.children.iter().filter(|child| child.name == "content");
    let contents: Vec<&Arc<PolicyElement>> = contents.collect();
    Some(Box::new(ValidateContent {
        of_request: placed.section == Section::Inbound,
        unspecified: action(compiler, element, "unspecified-content-type-action"),
        max_size: compiler.setting(element, "max-size")?,
        too_large: action(compiler, element, "size-exceeded-action"),
        any_type,
        missing_type,
        types,
        contents: contents.into_iter().filter_map(|child| Content::compile(compiler, child)).collect(),
        errors: Errors::compile(compiler, placed),
    }))
}

impl Content {
    fn compile(compiler: &mut Compiler<'_>, element: &PolicyElement) -> Option<Self> {
        if element.literal("validate-as") != Some("json") {
            compiler.refuse_attributes(element, &["validate-as"]);
            return None;
        }
        if element.literal("case-insensitive-property-names") != Some("false") {
            compiler.refuse_attributes(element, &["case-insensitive-property-names"]);
        }
        let text = |name| element.literal(name).map(str::to_owned);
        let schema = text("schema-id").map(|id| (id, text("schema-ref")));
        if let Some((id, reference)) = &schema {
            check_schema(compiler, element, id, reference.as_deref());
        }
        Some(Self {
            content_type: text("type").map(|name| media_type(&name)).filter(|name| !name.is_empty()),
            action: action(compiler, element, "action"),
            schema,
            options: Options {
                allow_additional: element
                    .literal("allow-additional-properties")
                    .map(|text| text.eq_ignore_ascii_case("true")),
            },
        })
    }
}

/// Refuses a schema of the service that is not there, or cannot be checked.
fn check_schema(compiler: &mut Compiler<'_>, element: &PolicyElement, id: &str, reference: Option<&str>) {
    let span = element.value("schema-id").map_or(element.name_span, |value| value.span);
    let why = match compiler.config.schemas.get(id) {
        None => Some(format!("there is no schema `{id}` in the service")),
        Some(document) => match json_schema::unsupported(document) {
            Some(keyword) => Some(format!("the sandbox does not check `{keyword}` of the schema `{id}`")),
            None => reference
                .filter(|reference| resolve(document, Some(reference)).is_none())
                .map(|reference| format!("the schema `{id}` has nothing at `{reference}`")),
        },
    };
    if let Some(why) = why {
        compiler.invalid(element, span, why);
    }
}

fn resolve<'a>(document: &'a Json, reference: Option<&str>) -> Option<&'a Json> {
    match reference {
        None => Some(document),
        Some(reference) => document.pointer(reference.strip_prefix('#').unwrap_or(reference)),
    }
}

impl Run for ValidateContent {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let Some((body, given_type)) = self.body(live)? else { return Ok(Flow::Next) };
        if let Some(error) = self.check_size(live, body.len())? {
            self.errors.tell(live, &[error])?;
        }
        let representations = self.representations(live);
        if body.is_empty() && representations.is_empty() {
            return Ok(Flow::Next);
        }
        let content_type = self.mapped(live, &given_type)?;
        let error = match self.content(&content_type, representations) {
            Some(content) => content.check(live, self.of_request, &content_type, &body, representations)?,
            None => {
                let is_specified = representations.iter().any(|one| one.content_type == content_type);
                let details = format!("Unspecified content type {content_type} is not allowed.");
                let action = Action::of(self.unspecified.as_ref(), live)?;
                (!is_specified).then(|| self.error(&content_type, "Unspecified", details, action))
            }
        };
        self.errors.tell(live, &Vec::from_iter(error))?;
        Ok(Flow::Next)
    }
}

impl ValidateContent {
    /// The body, which stays where it is, and its content type.
    fn body(&self, live: &Live) -> Result<Option<(Vec<u8>, String)>, Fault> {
        let mut state = live.state();
        let (headers, body): (_, &mut LiveBody) = if self.of_request {
            let request = &mut state.request;
            (request.headers.get("Content-Type"), &mut request.body)
        } else {
            let Some(response) = &mut state.response else { return Ok(None) };
            (response.headers.get("Content-Type"), &mut response.body)
        };
        let bytes = body.read(true).map_err(|why| Fault::broken("ValidationException", why))?;
        Ok(Some((bytes, media_type(&headers.unwrap_or_default()))))
    }

    fn error(&self, name: &str, rule: &'static str, details: String, action: Action) -> ValidationError {
        let kind = if self.of_request { "RequestBody" } else { "ResponseBody" };
        ValidationError { name: name.to_owned(), kind, rule, details, is_public: self.of_request, action }
    }

    fn check_size(&self, live: &Arc<Live>, size: usize) -> Result<Option<ValidationError>, Fault> {
        let max_size = self.max_size.get(live)?;
        if i64::try_from(size).is_ok_and(|size| size <= max_size) {
            return Ok(None);
        }
        let whose = if self.of_request { "Request" } else { "Response" };
        let details = format!(
            "{whose}'s body is {size} bytes long and it exceeds the configured limit of {max_size} bytes."
        );
        let action = Action::of(self.too_large.as_ref(), live)?;
        Ok(Some(self.error("", "SizeLimit", details, action)))
    }

    /// What the operation has for this message.
    fn representations<'a>(&self, live: &'a Live) -> &'a [Representation] {
        let contract = &live.route.operation.contract;
        if self.of_request {
            return &contract.bodies;
        }
        let status = live.state().response.as_ref().map_or(0, |response| response.status);
        contract.response(status).map_or(&[], |response| &response.bodies)
    }

    fn mapped(&self, live: &Arc<Live>, given: &str) -> Result<String, Fault> {
        for one in &self.types {
            let from = one.from.as_ref().map(|from| from.get(live)).transpose()?;
            let when = one.when.as_ref().map(|when| when.get(live)).transpose()?;
            if from.is_some_and(|from| media_type(&from) == given) || when == Some(true) {
                return Ok(media_type(&one.to.get(live)?));
            }
        }
        let general = match (&self.any_type, &self.missing_type) {
            (_, Some(missing)) if given.is_empty() => Some(missing),
            (any, _) => any.as_ref(),
        };
        general.map_or(Ok(given.to_owned()), |general| Ok(media_type(&general.get(live)?)))
    }

    /// The element that this content type is validated by: one that names it, else one that names none.
    fn content(&self, content_type: &str, specified: &[Representation]) -> Option<&Content> {
        let by_name = |content: &&Content| content.content_type.as_deref() == Some(content_type);
        let is_specified = specified.iter().any(|one| one.content_type == content_type);
        let for_all = |content: &&Content| content.content_type.is_none() && is_specified;
        let named =
            self.contents.iter().find(by_name).filter(|content| content.schema.is_some() || is_specified);
        named.or_else(|| self.contents.iter().find(for_all))
    }
}

impl Content {
    fn check(
        &self,
        live: &Arc<Live>,
        of_request: bool,
        content_type: &str,
        body: &[u8],
        representations: &[Representation],
    ) -> Result<Option<ValidationError>, Fault> {
        let action = Action::of(self.action.as_ref(), live)?;
        if action == Action::Ignore {
            return Ok(None);
        }
        let (kind, whose) =
            if of_request { ("RequestBody", "request") } else { ("ResponseBody", "response") };
        let error = |kind, rule, details: String, is_public: bool| {
            let name = content_type.to_owned();
            Some(ValidationError { name, kind, rule, details, is_public: is_public && of_request, action })
        };
        let reference = representations
            .iter()
            .find(|one| one.content_type == content_type)
            .and_then(|one| one.schema.as_ref());
        let (name, found) = match (&self.schema, reference) {
            (Some((id, pointer)), _) => {
                let document = live.gateway.schemas().get(id);
                let schema = document.and_then(|one| Some((one, resolve(one, pointer.as_deref())?)));
                (pointer.as_deref().unwrap_or(id), schema)
            }
            (None, Some(reference)) => (reference.definition.as_str(), find(live, reference)),
            (None, None) => {
                let details = "API's schema does not exist or it could not be resolved.".to_owned();
                return Ok(error("ApiSchema", "", details, false));
            }
        };
        let Some((document, schema)) = found else {
            let details = format!(
                "API's schema does not contain definition {name}, which is associated with the content type {content_type}."
            );
            return Ok(error(kind, "MissingDefinition", details, false));
        };
        let conforms = format!(
            "Body of the {whose} does not conform to the definition {name}, which is associated with the content type {content_type}."
        );
        let value: Json = match serde_json::from_slice(body) {
            Ok(value) => value,
            Err(why) => {
                let at = format!("Line: {}, Position: {}", why.line(), why.column());
                return Ok(error(kind, "IncorrectMessage", format!("{conforms} It is not JSON. {at}"), true));
            }
        };
        Ok(match json_schema::check(document, schema, &value, self.options) {
            Ok(problems) if problems.is_empty() => None,
            Ok(problems) => {
                error(kind, "IncorrectMessage", format!("{conforms} {}", problems.join(" ")), true)
            }
            Err(why) => {
                let details = format!(
                    "Body of the {whose} cannot be validated for the content type {content_type}. {why}."
                );
                error(kind, "ValidationException", details, false)
            }
        })
    }
}

/// The media type without its parameters, in lower case.
fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
