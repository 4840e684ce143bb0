//! Plain records: objects with properties and nothing else, such as `context.Api`.

use std::any::Any;
use std::sync::Arc;

use indexmap::IndexMap;

use super::url_object;
use crate::csharp::{Exception, Object, Value};
use crate::gateway::fault::LastError;
use crate::gateway::live::Live;
use crate::gateway::url::Url;
use crate::gateway::{Api, Operation, Product, Subscription};

/// What the service calls its own gateway, as against self-hosted ones.
const GATEWAY_ID: &str = "managed";

/// An object that is its properties.
pub(super) struct Record {
    type_name: &'static str,
    properties: IndexMap<&'static str, Value>,
}

impl Record {
    pub(super) fn new(type_name: &'static str) -> Self {
        Self { type_name, properties: IndexMap::new() }
    }

    pub(super) fn with(mut self, name: &'static str, value: Value) -> Self {
        self.properties.insert(name, value);
        self
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

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// An object whose properties are made when an expression asks for them: it asks for one of many, for each request.
pub(super) struct View<T> {
    type_name: &'static str,
    of: T,
    property: fn(&T, &str) -> Option<Value>,
    /// What `ToString()` gives; None for the name of the type.
    printed: Option<fn(&T) -> String>,
}

impl<T: Send + Sync + 'static> View<T> {
    pub(super) fn value(type_name: &'static str, of: T, property: fn(&T, &str) -> Option<Value>) -> Value {
        Value::object(Self { type_name, of, property, printed: None })
    }

    /// As [`View::value`], with what `ToString()` gives.
    pub(super) fn printed(
        type_name: &'static str,
        of: T,
        property: fn(&T, &str) -> Option<Value>,
        printed: fn(&T) -> String,
    ) -> Value {
        Value::object(Self { type_name, of, property, printed: Some(printed) })
    }
}

impl<T: Send + Sync + 'static> Object for View<T> {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        (self.property)(&self.of, name).ok_or_else(|| Exception::missing_member(self.type_name, name))
    }

    fn display(&self) -> String {
        self.printed.map_or_else(|| self.type_name.to_owned(), |printed| printed(&self.of))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

pub(super) fn api(api: &Arc<Api>) -> Value {
    View::value("IApi", Arc::clone(api), |api, name| {
        Some(match name {
            "Id" => Value::string(&api.id),
            "Name" => Value::string(&api.display_name),
            "Path" => Value::string(&api.path),
            "ServiceUrl" => api.service_url.as_deref().map_or(Value::Null, |url| url_object(Url::parse(url))),
            "IsCurrentRevision" => Value::Bool(true),
            "Revision" => Value::string("1"),
            "Version" => Value::Null,
            _ => return None,
        })
    })
}

pub(super) fn operation(operation: &Arc<Operation>) -> Value {
    View::value("IOperation", Arc::clone(operation), |operation, name| {
        Some(match name {
            "Id" => Value::string(&operation.id),
            "Name" => Value::string(&operation.display_name),
            "Method" => Value::string(&operation.method),
            "UrlTemplate" => Value::string(&operation.url_template),
            _ => return None,
        })
    })
}

pub(super) fn product(product: &Arc<Product>) -> Value {
    View::value("IProduct", Arc::clone(product), |product, name| {
        Some(match name {
            "Id" => Value::string(&product.id),
            "Name" => Value::string(&product.display_name),
            "SubscriptionRequired" => Value::Bool(product.subscription_required),
            "ApprovalRequired" => Value::Bool(product.approval_required),
            // An enumeration of the service; as text it prints and compares the same.
            "State" => Value::string(if product.is_published { "Published" } else { "NotPublished" }),
            "SubscriptionLimit" => product.subscriptions_limit.map_or(Value::Null, Value::Int),
            "Groups" => Value::array("IGroup", product.groups.iter().map(|name| group(name)).collect()),
            _ => return None,
        })
    })
}

fn group(name: &str) -> Value {
    Record::new("IGroup").with("Id", Value::string(name)).with("Name", Value::string(name)).into_value()
}

pub(super) fn subscription(subscription: &Arc<Subscription>) -> Value {
    View::value("ISubscription", Arc::clone(subscription), |subscription, name| {
        let date = |unix_ms: Option<i64>| unix_ms.map_or(Value::Null, Value::date_time);
        let dates = &subscription.dates;
        Some(match name {
            "Id" => Value::string(&subscription.id),
            "Name" => Value::string(&subscription.display_name),
            "Key" | "PrimaryKey" => Value::string(&subscription.primary_key),
            "SecondaryKey" => Value::string(&subscription.secondary_key),
            "CreatedDate" => date(dates.created_unix_ms),
            "StartDate" => date(dates.start_unix_ms),
            "EndDate" => date(dates.end_unix_ms),
            _ => return None,
        })
    })
}

/// What the service says of itself, but for its certificates.
pub(super) fn deployment(live: &Arc<Live>) -> Value {
    View::value("IDeployment", Arc::clone(live), |live, name| {
        let gateway = &live.gateway;
        Some(match name {
            "Region" => Value::string(gateway.region()),
            "ServiceName" | "ServiceId" => Value::string(gateway.service_name()),
            "GatewayId" => Value::string(GATEWAY_ID),
            "Gateway" => gateway_record(),
            "Certificates" => gateway.certificates().to_value(live.host.now_unix_ms()),
            _ => return None,
        })
    })
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
    View::value("ILastError", error.clone(), |error, name| {
        Some(match name {
            "Source" => Value::string(&error.source),
            "Reason" => Value::string(&error.reason),
            "Message" => Value::string(&error.message),
            "Scope" => Value::string(&error.scope),
            "Section" => Value::string(&error.section),
            "Path" => Value::string(&error.path),
            "PolicyId" => Value::string(&error.policy_id),
            _ => return None,
        })
    })
}
