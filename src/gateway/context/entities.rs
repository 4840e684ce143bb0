//! Plain records: objects with properties and nothing else, such as `context.Api`.

use std::any::Any;

use indexmap::IndexMap;

use super::url_object;
use crate::csharp::{Exception, Object, Value};
use crate::gateway::fault::LastError;
use crate::gateway::url::Url;
use crate::gateway::{Api, Gateway, Operation, Product, Subscription, SubscriptionDates};

/// What the service calls its own gateway, as against self-hosted ones.
const GATEWAY_ID: &str = "managed";

/// An object that is its properties.
pub(super) struct Record {
    type_name: &'static str,
    properties: IndexMap<&'static str, Value>,
    printed: Option<String>,
}

impl Record {
    pub(super) fn new(type_name: &'static str) -> Self {
        Self { type_name, properties: IndexMap::new(), printed: None }
    }

    pub(super) fn with(mut self, name: &'static str, value: Value) -> Self {
        self.properties.insert(name, value);
        self
    }

    /// What `ToString()` gives.
    pub(super) fn printed_as(self, text: String) -> Self {
        Self { printed: Some(text), ..self }
    }

    pub(super) fn into_value(self) -> Value {
        Value::object(self)
    }
}

impl Object for Record {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        self.properties.get(name).cloned().ok_or_else(|| Exception::missing_member(self.type_name, name))
    }

    fn call(&self, name: &str, _type_args: &[String], args: &[Value]) -> Result<Value, Exception> {
        match (name, args) {
            ("ToString", []) => Ok(Value::string(self.display())),
            _ => Err(Exception::missing_member(self.type_name, name)),
        }
    }

    fn display(&self) -> String {
        self.printed.clone().unwrap_or_else(|| self.type_name.to_owned())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

pub(super) fn api(api: &Api) -> Value {
    Record::new("IApi")
        .with("Id", Value::string(&api.id))
        .with("Name", Value::string(&api.display_name))
        .with("Path", Value::string(&api.path))
        .with(
            "ServiceUrl",
            api.service_url.as_deref().map_or(Value::Null, |url| url_object(&Url::parse(url))),
        )
        .with("IsCurrentRevision", Value::Bool(true))
        .with("Revision", Value::string("1"))
        .with("Version", Value::Null)
        .into_value()
}

pub(super) fn operation(operation: &Operation) -> Value {
    Record::new("IOperation")
        .with("Id", Value::string(&operation.id))
        .with("Name", Value::string(&operation.display_name))
        .with("Method", Value::string(&operation.method))
        .with("UrlTemplate", Value::string(&operation.url_template))
        .into_value()
}

pub(super) fn product(product: &Product) -> Value {
    Record::new("IProduct")
        .with("Id", Value::string(&product.id))
        .with("Name", Value::string(&product.display_name))
        .with("SubscriptionRequired", Value::Bool(product.subscription_required))
        .with("ApprovalRequired", Value::Bool(product.approval_required))
        // An enumeration of the service; as text it prints and compares the same.
        .with("State", Value::string(if product.is_published { "Published" } else { "NotPublished" }))
        .with("SubscriptionLimit", product.subscriptions_limit.map_or(Value::Null, Value::Int))
        .with("Groups", Value::array("IGroup", product.groups.iter().map(|name| group(name)).collect()))
        .into_value()
}

fn group(name: &str) -> Value {
    Record::new("IGroup").with("Id", Value::string(name)).with("Name", Value::string(name)).into_value()
}

pub(super) fn subscription(subscription: &Subscription) -> Value {
    let date = |unix_ms: Option<i64>| unix_ms.map_or(Value::Null, Value::date_time);
    let SubscriptionDates { created_unix_ms, start_unix_ms, end_unix_ms } = subscription.dates;
    Record::new("ISubscription")
        .with("Id", Value::string(&subscription.id))
        .with("Name", Value::string(&subscription.display_name))
        .with("Key", Value::string(&subscription.primary_key))
        .with("PrimaryKey", Value::string(&subscription.primary_key))
        .with("SecondaryKey", Value::string(&subscription.secondary_key))
        .with("CreatedDate", date(created_unix_ms))
        .with("StartDate", date(start_unix_ms))
        .with("EndDate", date(end_unix_ms))
        .into_value()
}

pub(super) fn deployment(gateway: &Gateway, now_unix_ms: i64) -> Value {
    Record::new("IDeployment")
        .with("Region", Value::string(gateway.region()))
        .with("ServiceName", Value::string(gateway.service_name()))
        .with("ServiceId", Value::string(gateway.service_name()))
        .with("GatewayId", Value::string(GATEWAY_ID))
        .with("Gateway", gateway_record())
        .with("Certificates", gateway.certificates().to_value(now_unix_ms))
        .into_value()
}

/// One entry of a dictionary, as `foreach` sees it.
pub(super) fn key_value(key: &str, value: Value) -> Value {
    Record::new("KeyValuePair").with("Key", Value::string(key)).with("Value", value).into_value()
}

fn gateway_record() -> Value {
    Record::new("IGateway")
        .with("Id", Value::string(GATEWAY_ID))
        .with("InstanceId", Value::string(GATEWAY_ID))
        .with("IsManaged", Value::Bool(true))
        .into_value()
}

pub(super) fn last_error(error: &LastError) -> Value {
    Record::new("ILastError")
        .with("Source", Value::string(&error.source))
        .with("Reason", Value::string(&error.reason))
        .with("Message", Value::string(&error.message))
        .with("Scope", Value::string(&error.scope))
        .with("Section", Value::string(&error.section))
        .with("Path", Value::string(&error.path))
        .with("PolicyId", Value::string(&error.policy_id))
        .into_value()
}
