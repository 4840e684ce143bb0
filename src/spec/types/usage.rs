//! What is recorded about the tokens of an API.

use serde_json::{Value as Json, json};

use super::{DimensionName, MetricNamespace};
use crate::spec::decode::{At, Decode, Decoder, Int, choice, record};
use crate::spec::yaml::{Kind, Node};

record! {
    /// What is recorded about tokens.
    pub struct Usage {
        /// Metrics to Application Insights.
        "metric" metric: UsageMetric = optional;
        /// Records to the Event Hub.
        "eventHub" event_hub: UsageEventHub = optional;
    }
}

record! {
    /// Token metrics to Application Insights.
    pub struct UsageMetric {
        /// The metrics' namespace.
        "namespace" namespace: MetricNamespace = default("aoai.token.usage");
        /// What they are split by; at most ten, of which at most five have a value of their own.
        "dimensions" dimensions: Vec<At<Dimension>> = default(["Subscription ID"]);
    }
}

/// What a metric is split by.
#[derive(Clone, Debug, PartialEq)]
pub enum Dimension {
    /// One that API Management fills in.
    Known(KnownDimension),
    /// One of our own.
    Custom(CustomDimension),
}

impl Decode for Dimension {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Mapping(_) => CustomDimension::decode(node, cx).map(Self::Custom),
            _ => KnownDimension::decode(node, cx).map(Self::Known),
        }
    }

    fn schema() -> Json {
        json!({ "oneOf": [KnownDimension::schema(), CustomDimension::schema()] })
    }
}

// A request id is no dimension: its values are without end, and each would be a time series of its own (D-10).
choice! {
    /// A dimension that API Management fills in.
    pub enum KnownDimension {
        /// The API.
        ApiId = "API ID",
        /// The operation.
        OperationId = "Operation ID",
        /// The product.
        ProductId = "Product ID",
        /// The user who owns the subscription.
        UserId = "User ID",
        /// The subscription.
        SubscriptionId = "Subscription ID",
        /// The gateway's region.
        Location = "Location",
        /// The gateway.
        GatewayId = "Gateway ID",
        /// The backend that answered.
        BackendId = "Backend ID",
    }
}

record! {
    /// A dimension of our own.
    pub struct CustomDimension {
        /// The dimension's name.
        "name" name: DimensionName = required;
        /// Where its value comes from.
        "value" value: DimensionValue = required;
    }
}

choice! {
    /// Where a dimension's value comes from.
    pub enum DimensionValue {
        /// The caller's address.
        ClientIp = "clientIp",
        /// The name of the product.
        ProductName = "productName",
        /// The name of the subscription.
        SubscriptionName = "subscriptionName",
        /// The name of the operation.
        OperationName = "operationName",
        /// The deployment in the path.
        Deployment = "deployment",
        /// The model that the request names, in the path or in the body.
        RequestedModel = "requestedModel",
    }
}

record! {
    /// Usage records to the Event Hub.
    pub struct UsageEventHub {
        /// Whether they are sent.
        "enabled" enabled: bool = default(true);
        /// The fields of a record.
        "fields" fields: Vec<At<UsageField>> = default([
            "EventTime", "ServiceName", "GatewayId", "RequestId", "OperationName", "SubscriptionId", "TotalTokens"
        ]);
        /// The only status whose answers are recorded.
        "onlyStatus" only_status: Int<200, 599> = default(200);
    }
    refused { "prompts": "prompts are not recorded" }
}

choice! {
    /// A field of a usage record.
    pub enum UsageField {
        /// When the answer was sent, in UTC.
        EventTime = "EventTime",
        /// The API Management service.
        ServiceName = "ServiceName",
        /// The gateway.
        GatewayId = "GatewayId",
        /// The request's id.
        RequestId = "RequestId",
        /// The caller's address.
        RequestIp = "RequestIp",
        /// The operation.
        OperationName = "OperationName",
        /// The subscription.
        SubscriptionId = "SubscriptionId",
        /// The product.
        ProductId = "ProductId",
        /// The API.
        ApiId = "ApiId",
        /// The model that the request names, in the path or in the body, in lower case.
        RequestedModel = "RequestedModel",
        /// Prompt and completion tokens, as the token limit counts them. An estimate for streamed answers.
        TotalTokens = "TotalTokens",
    }
}
