//! Deployments, their operations, and resource groups: Microsoft.Resources 2025-04-01, the version that az 2.91
//! sends (recorded 2026-11; the REST reference lists the same fields).

use std::fmt;

use indexmap::IndexMap;
use reqwest::{Method, Url};
use serde_json::{Map, Value as Json, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::client::checked_path;
use super::transport::Tries;
use super::{ArmClient, ArmError, CancelFlag, Error, ErrorKind, Poller, Scope, SecretString, scope};

pub(super) const DEPLOYMENTS: &str = "2025-04-01";
pub(super) const RESOURCE_GROUPS: &str = "2024-11-01";
/// ARM's limit for a template, 4 MB (learn.microsoft.com, best-practices of templates).
const TEMPLATE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What is deployed.
#[derive(Clone, Debug, PartialEq)]
pub struct DeploymentRequest {
    /// Where the deployment's record is kept; only at subscription scope.
    pub location: Option<String>,
    pub template: Json,
    pub parameters: IndexMap<String, Argument>,
    /// Kept with the deployment's record, and given back by whoever reads it. Values of 256 characters at most.
    pub tags: IndexMap<String, String>,
}

/// The value of one parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    Plain(Json),
    Secret(SecretString),
}

/// ARM's words for the state of a deployment or an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProvisioningState {
    Accepted,
    Running,
    Succeeded,
    Failed,
    Canceled,
    /// Such as `Creating`; not an end.
    Other(String),
}

impl ProvisioningState {
    /// Reads ARM's word, in any case.
    pub fn read(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "accepted" => Self::Accepted,
            "running" => Self::Running,
            "succeeded" => Self::Succeeded,
            "failed" => Self::Failed,
            "canceled" | "cancelled" => Self::Canceled,
            _ => Self::Other(super::arm_error::clean(text)),
        }
    }

    /// True where nothing more will happen.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Canceled)
    }
}

impl fmt::Display for ProvisioningState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accepted => "Accepted",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Canceled => "Canceled",
            Self::Other(text) => text,
        })
    }
}

/// A deployment as ARM keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Deployment {
    pub id: String,
    pub name: String,
    pub state: ProvisioningState,
    /// The value is None for a secure output: ARM does not give it.
    pub outputs: IndexMap<String, Option<Json>>,
    pub error: Option<ArmError>,
    /// Ids of what it deployed.
    pub output_resources: Vec<String>,
    /// When it last changed, as ARM writes it.
    pub timestamp: Option<String>,
    /// How long it has taken, in ISO 8601.
    pub duration: Option<String>,
    /// Of the run that sent it.
    pub correlation_id: Option<String>,
    pub tags: IndexMap<String, String>,
}

/// One step of a deployment.
#[derive(Clone, Debug, PartialEq)]
pub struct DeploymentOperation {
    pub operation_id: String,
    /// `Create`, `Read`, `Action`, `EvaluateDeploymentOutput` …
    pub kind: String,
    pub state: ProvisioningState,
    /// None for steps without a resource, such as evaluating the outputs.
    pub target: Option<TargetResource>,
    pub error: Option<ArmError>,
    /// When it last changed.
    pub timestamp: Option<OffsetDateTime>,
    /// How long it had taken then.
    pub duration: Option<Duration>,
}

impl DeploymentOperation {
    /// When it began, as far as ARM says.
    pub fn began(&self) -> Option<OffsetDateTime> {
        Some(self.timestamp? - self.duration.unwrap_or_default())
    }
}

/// The resource that an operation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetResource {
    pub id: String,
    pub resource_type: String,
    pub name: String,
}

/// A resource group as ARM lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceGroup {
    pub id: String,
    pub name: String,
    pub location: String,
}

impl ArmClient {
    /// Starts a deployment; the poller follows it.
    ///
    /// # Errors
    /// `Refused` with ARM's error tree where the template or a parameter is wrong, and every other [`Error`].
    pub async fn put_deployment(
        &self,
        scope: &Scope,
        name: &str,
        request: &DeploymentRequest,
    ) -> Result<Poller, Error> {
        let body = request_body(request)?;
        let resource = self.deployment_url(scope, name)?;
        let mut tries = Tries::new(self);
        loop {
            let error = match tries.send(&Method::PUT, &resource, Some(&body)).await {
                Ok(answer) => return Poller::new(self, resource, &answer),
                Err(error) => error,
            };
            tries.wait(error).await?;
            if self.has_arrived(scope, name, request).await? {
                return Ok(Poller::of_resource(self, resource));
            }
        }
    }

    /// Whether a PUT that was not answered has reached ARM all the same: the tags of its record are those of the
    /// request, whose run has an id that no other has. Sending it again would be safe as well (the name is the same, and
    /// ARM refuses a second deployment of a running name with `DeploymentActive`), but after a quick end it would deploy
    /// everything a second time.
    async fn has_arrived(
        &self,
        scope: &Scope,
        name: &str,
        request: &DeploymentRequest,
    ) -> Result<bool, Error> {
        match self.get_deployment(scope, name).await {
            Ok(found) => Ok(!request.tags.is_empty() && found.tags == request.tags),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Follows a deployment that is there, whoever started it.
    ///
    /// # Errors
    /// `BadRequest` where the name cannot be sent.
    pub fn follow_deployment(&self, scope: &Scope, name: &str) -> Result<Poller, Error> {
        Ok(Poller::of_resource(self, self.deployment_url(scope, name)?))
    }

    fn deployment_url(&self, scope: &Scope, name: &str) -> Result<Url, Error> {
        let id = scope.deployment_id(name)?;
        self.own_url(&format!("{}?api-version={DEPLOYMENTS}", checked_path(&id)?))
    }

    /// Asks ARM whether the deployment would be accepted. The error of an invalid one is in `Error::arm`.
    ///
    /// # Errors
    /// As [`ArmClient::put_deployment`].
    pub async fn validate_deployment(
        &self,
        scope: &Scope,
        name: &str,
        request: &DeploymentRequest,
    ) -> Result<(), Error> {
        let path = format!("{}/validate", scope.deployment_id(name)?);
        let answer = self.call(Method::POST, &path, DEPLOYMENTS, Some(&request_body(request)?)).await?;
        let mut failed = ArmError::from_json(&answer.body);
        if answer.status == 202 {
            let mut poller = Poller::new(self, self.own_url(&path)?, &answer)?;
            failed = loop {
                poller.pause(self, &CancelFlag::default()).await?;
                if let Some(end) = poller.poll(self).await? {
                    break end.error;
                }
            };
        }
        match failed {
            None => Ok(()),
            Some(arm) => {
                let mut error = Error::bad_request("Azure Resource Manager refuses the template");
                (error.arm, error.correlation_id) =
                    (Some(Box::new(arm)), Some(self.correlation_id().to_owned()));
                Err(error)
            }
        }
    }

    /// Asks ARM to stop a deployment. What it has started goes on to its end; poll to see it stop.
    ///
    /// # Errors
    /// `Refused` with `DeploymentCannotBeCancelled` where it is not running any more.
    pub async fn cancel_deployment(&self, scope: &Scope, name: &str) -> Result<(), Error> {
        let path = format!("{}/cancel", scope.deployment_id(name)?);
        self.call(Method::POST, &path, DEPLOYMENTS, None).await.map(drop)
    }

    /// # Errors
    /// `NotFound`, and every other [`Error`].
    pub async fn get_deployment(&self, scope: &Scope, name: &str) -> Result<Deployment, Error> {
        let answer = self.call(Method::GET, &scope.deployment_id(name)?, DEPLOYMENTS, None).await?;
        read_deployment(&answer.body).ok_or_else(|| {
            Error::bad_answer(format!("the answer for deployment `{name}` is not a deployment"))
        })
    }

    /// Lists the operations of a deployment, all pages.
    ///
    /// # Errors
    /// `NotFound` where there is no such deployment, and every other [`Error`].
    pub async fn list_operations(
        &self,
        scope: &Scope,
        name: &str,
    ) -> Result<Vec<DeploymentOperation>, Error> {
        let path = scope.operations_path(name)?;
        Ok(self.list(&path, DEPLOYMENTS).await?.iter().filter_map(read_operation).collect())
    }

    /// # Errors
    /// Every [`Error`].
    pub async fn list_resource_groups(&self, subscription_id: &str) -> Result<Vec<ResourceGroup>, Error> {
        let path = format!("{}/resourcegroups", scope::subscription_path(subscription_id)?);
        let read = |group: &Json| {
            let text = |name: &str| group.get(name).and_then(Json::as_str).map(str::to_owned);
            Some(ResourceGroup { id: text("id")?, name: text("name")?, location: text("location")? })
        };
        Ok(self.list(&path, RESOURCE_GROUPS).await?.iter().filter_map(read).collect())
    }
}

fn request_body(request: &DeploymentRequest) -> Result<Vec<u8>, Error> {
    body_with(request, &[])
}

/// The body with more properties beside template and parameters.
pub(super) fn body_with(request: &DeploymentRequest, more: &[(&str, Json)]) -> Result<Vec<u8>, Error> {
    let mut parameters = Map::new();
    for (name, argument) in &request.parameters {
        let value = match argument {
            Argument::Plain(value) => value.clone(),
            Argument::Secret(secret) => Json::from(secret.expose()),
        };
        parameters.insert(name.clone(), json!({"value": value}));
    }
    let mut body = Map::new();
    if let Some(location) = &request.location {
        body.insert("location".to_owned(), Json::from(location.as_str()));
    }
    let mut properties =
        json!({"mode": "Incremental", "template": request.template, "parameters": parameters});
    for (name, value) in more {
        properties[*name] = value.clone();
    }
    body.insert("properties".to_owned(), properties);
    if !request.tags.is_empty() {
        let tags = request.tags.iter().map(|(name, value)| (name.clone(), Json::from(value.as_str())));
        body.insert("tags".to_owned(), tags.collect());
    }
    let bytes = Json::Object(body).to_string().into_bytes();
    if bytes.len() > 2 * TEMPLATE_BYTES_MAX {
        let size = bytes.len() / 1024;
        return Err(Error::bad_request(format!(
            "template and parameters are {size} kB together; Azure takes 4 MB of each"
        )));
    }
    Ok(bytes)
}

fn read_deployment(body: &Json) -> Option<Deployment> {
    let text = |pointer: &str| body.pointer(pointer).and_then(Json::as_str);
    let outputs = body.pointer("/properties/outputs").and_then(Json::as_object);
    let resources = body.pointer("/properties/outputResources").and_then(Json::as_array);
    let error = body.pointer("/properties/error").and_then(ArmError::from_json);
    let property = |name: &str| text(&format!("/properties/{name}")).map(super::arm_error::clean);
    let tags = body.get("tags").and_then(Json::as_object).into_iter().flatten();
    Some(Deployment {
        tags: tags.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect(),
        timestamp: property("timestamp"),
        duration: property("duration"),
        correlation_id: property("correlationId"),
        id: text("/id")?.to_owned(),
        name: text("/name")?.to_owned(),
        state: ProvisioningState::read(text("/properties/provisioningState")?),
        outputs: outputs
            .into_iter()
            .flatten()
            .map(|(name, output)| {
                (name.clone(), output.get("value").filter(|value| !value.is_null()).cloned())
            })
            .collect(),
        error,
        output_resources: resources
            .into_iter()
            .flatten()
            .filter_map(|resource| Some(resource.get("id")?.as_str()?.to_owned()))
            .collect(),
    })
}

fn read_operation(item: &Json) -> Option<DeploymentOperation> {
    let properties = item.get("properties")?;
    let text = |pointer: &str| properties.pointer(pointer).and_then(Json::as_str);
    let target = text("/targetResource/id").map(|id| TargetResource {
        id: id.to_owned(),
        resource_type: text("/targetResource/resourceType").unwrap_or_default().to_owned(),
        name: text("/targetResource/resourceName").unwrap_or_default().to_owned(),
    });
    Some(DeploymentOperation {
        operation_id: item.get("operationId").and_then(Json::as_str)?.to_owned(),
        kind: text("/provisioningOperation").unwrap_or_default().to_owned(),
        state: ProvisioningState::read(text("/provisioningState").unwrap_or_default()),
        target,
        error: properties.get("statusMessage").and_then(read_status_message),
        timestamp: text("/timestamp").and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok()),
        duration: text("/duration").and_then(read_duration),
    })
}

/// `PT41M7.25S`, as ARM writes how long something took: days at most, no months. None where it is not that.
pub(super) fn read_duration(text: &str) -> Option<Duration> {
    let rest = text.strip_prefix('P')?;
    let (days, time) = rest.split_once('T').unwrap_or((rest, ""));
    let mut total = 0.0;
    for (part, units) in [(days, &[('D', 86_400.0)][..]), (time, &[('H', 3_600.0), ('M', 60.0), ('S', 1.0)])]
    {
        let mut part = part;
        for (unit, seconds) in units {
            if let Some((number, after)) = part.split_once(*unit) {
                total += number.parse::<f64>().ok().filter(|number| (0.0..1e6).contains(number))? * seconds;
                part = after;
            }
        }
        if !part.is_empty() {
            return None;
        }
    }
    Some(Duration::seconds_f64(total))
}

/// An error object, the same as a string, or just words.
fn read_status_message(message: &Json) -> Option<ArmError> {
    let words = || message.as_str().map(super::arm_error::clean).filter(|words| !words.is_empty());
    ArmError::from_json(message).or_else(|| words().map(|words| ArmError::new("", words)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_something_took_is_read_as_arm_writes_it() {
        for (text, expected) in [
            ("PT41M7.25S", Some(2_467.25)),
            ("PT0S", Some(0.0)),
            ("P1DT2H", Some(93_600.0)),
            ("PT3S4M", None),
            ("PT-3S", None),
            ("41 min", None),
            ("P1Y", None),
            ("PTinfS", None),
        ] {
            assert_eq!(read_duration(text).map(|read| read.as_seconds_f64()), expected, "{text}");
        }
    }

    #[test]
    fn a_status_message_is_an_error_or_words() {
        for (message, expected) in [
            (json!({"error": {"code": "A", "message": "b"}}), Some("A: b")),
            (json!("{\"error\":{\"code\":\"A\",\"message\":\"b\"}}"), Some("A: b")),
            (json!("the service is busy"), Some("the service is busy")),
            (json!(""), None),
            (json!(null), None),
        ] {
            let read = read_status_message(&message).map(|error| error.deepest().to_string());
            assert_eq!(read.as_deref(), expected, "{message}");
        }
    }

    #[test]
    fn the_body_holds_secrets_and_the_debug_text_does_not() {
        let request = DeploymentRequest {
            tags: IndexMap::from([("run".to_owned(), "1".to_owned())]),
            location: Some("westeurope".to_owned()),
            template: json!({"resources": []}),
            parameters: IndexMap::from([
                ("plain".to_owned(), Argument::Plain(json!([1]))),
                ("pfx".to_owned(), Argument::Secret(SecretString::new("c2VjcmV0"))),
            ]),
        };
        let body: Json = serde_json::from_slice(&request_body(&request).unwrap()).unwrap();
        assert_eq!(body["properties"]["parameters"]["pfx"]["value"], "c2VjcmV0");
        assert_eq!(
            (&body["properties"]["mode"], &body["tags"]),
            (&json!("Incremental"), &json!({"run": "1"}))
        );
        assert!(!format!("{request:?}").contains("c2VjcmV0"));
    }
}
