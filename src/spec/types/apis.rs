//! `apis`: what callers see, and the policies that requests pass.

use serde_json::{Value as Json, json};

use super::{ApiPath, DimensionName, EntityId, HeaderName, MetricNamespace, ShortText, StatusRange};
use crate::spec::decode::{At, Decode, Decoder, Fraction, Int, choice, record};
use crate::spec::yaml::{Kind, Node};

record! {
    /// An API of the gateway.
    pub struct Api {
        /// The id that products refer to.
        "id" id: EntityId = required;
        /// The name people see. Left out, the id.
        "displayName" display_name: ShortText = optional;
        /// The shape of the API.
        "surface" surface: Surface = default("azure-openai");
        /// The first part of the URL's path, such as `openai`.
        "path" path: ApiPath = required;
        /// Where requests go.
        "backend" backend: ApiBackend = required;
        /// How the gateway signs in to the accounts.
        "auth" auth: BackendAuth = default("managedIdentity");
        /// Whether answers reach the caller as they are made.
        "streaming" streaming: bool = default(true);
        /// How long the gateway waits for an account's first answer. Above 240 Azure may cut the connection.
        "timeoutSeconds" timeout_seconds: Int<1, 240> = default(240);
        /// When a request is sent again.
        "retry" retry: Retry = default({});
        /// Limits and records.
        "policies" policies: Policies = default({});
    }
    refused {
        "operations": "an API has all operations of its surface",
        "requires": "the tier is given once",
        "routes": "callers name the deployment in the path",
    }
}

choice! {
    /// The shape of an API.
    pub enum Surface {
        /// Azure OpenAI's paths with the deployment in them: `/deployments/{deployment-id}/chat/completions`.
        AzureOpenai = "azure-openai",
    }
    refused { "a2a", "anthropic-messages", "mcp", "models", "openai-v1", "realtime", "responses", "rest" }
}

record! {
    /// Where requests go.
    pub struct ApiBackend {
        /// The id of a pool.
        "pool" pool: EntityId = required;
    }
    refused { "backend": "make a pool of one", "url": "accounts are made" }
}

choice! {
    /// How the gateway signs in to the accounts.
    pub enum BackendAuth {
        /// With a token of its managed identity.
        ManagedIdentity = "managedIdentity",
    }
    refused { "apiKey", "oauth", "sigv4" }
}

record! {
    /// When a request is sent again, to the next account of the pool.
    pub struct Retry {
        /// The statuses after which it is.
        "statuses" statuses: Vec<At<StatusRange>> = default(["429", "503"]);
        /// How often at most.
        "count" count: Int<1, 50> = default(2);
        /// How long to wait before each.
        "intervalSeconds" interval_seconds: Int<0, 60> = default(1);
        /// Whether the first one does not wait.
        "firstFastRetry" first_fast_retry: bool = default(true);
    }
}

record! {
    /// Limits and records of an API.
    pub struct Policies {
        /// A limit on tokens per minute.
        "tokenLimit" token_limit: TokenLimit = optional;
        /// A limit that grants some requests more, and less as the total runs out.
        "adaptiveLimit" adaptive_limit: AdaptiveLimit = optional;
        /// What is recorded about tokens.
        "usage" usage: Usage = default({});
    }
    refused {
        "alerts": "no alerts are sent",
        "contentSafety": "the accounts' own filters apply",
        "cors": "browsers do not call the gateway",
        "debugHeaders": "no debug headers are added",
        "headers": "headers are passed on as they are",
        "ipFilter": "networks are filtered by security groups",
        "latencyRouting": "accounts are chosen by priority and weight",
        "pii": "texts are passed on as they are",
        "priority": "use `adaptiveLimit`",
        "requestLimit": "requests are limited by tokens",
        "semanticCache": "answers are not cached",
        "spillover": "use the pool's priorities",
        "tokenQuota": "quotas are given per product",
    }
}

record! {
    /// A limit on tokens per minute.
    pub struct TokenLimit {
        /// What is counted together.
        "key" key: LimitKey = default("subscription");
        /// Prompt and completion tokens per minute.
        "tokensPerMinute" tokens_per_minute: Int<1, 100000000> = required;
        /// Whether prompts are counted before the call, so that one that cannot fit is refused at once.
        "estimatePromptTokens" estimate_prompt_tokens: bool = default(true);
        /// Headers that tell callers where they stand.
        "headers" headers: TokenHeaders = default({});
    }
}

choice! {
    /// What a limit counts together.
    pub enum LimitKey {
        /// The calls of one subscription.
        Subscription = "subscription",
        /// The calls of one address.
        ClientIp = "clientIp",
        /// All calls.
        Api = "api",
    }
}

record! {
    /// Headers that tell callers where they stand.
    pub struct TokenHeaders {
        /// Tokens left in this minute.
        "remaining" remaining: HeaderName = optional;
        /// Tokens this call has used.
        "consumed" consumed: HeaderName = optional;
    }
}

record! {
    /// A total limit, and classes of requests that get a share of it. A class may use its base plus a share of what
    /// remains of the total, so everybody slows down as it runs out, and the favoured class last.
    pub struct AdaptiveLimit {
        /// The limit of all classes together.
        "total" total: AdaptiveTotal = required;
        /// The classes. The first whose condition holds decides; the one with `default: true` takes the rest.
        "classes" classes: Vec<At<AdaptiveClass>> = required;
    }
}

record! {
    /// The limit of all classes together.
    pub struct AdaptiveTotal {
        /// Prompt and completion tokens per minute.
        "tokensPerMinute" tokens_per_minute: Int<1, 100000000> = required;
    }
}

record! {
    /// A class of requests.
    pub struct AdaptiveClass {
        /// The class's name.
        "name" name: EntityId = required;
        /// Which requests are in it.
        "when" when: AdaptiveWhen = optional;
        /// Whether it takes the requests of no other class.
        "default" is_default: bool = default(false);
        /// Tokens per minute it always has.
        "base" base: Int<1, 100000000> = required;
        /// The share of the total's remaining tokens it has besides.
        "shareOfRemaining" share_of_remaining: Fraction = default(0);
    }
}

record! {
    /// Which requests are in a class.
    pub struct AdaptiveWhen {
        /// Those with this header.
        "header" header: HeaderName = required;
    }
}

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
        /// What they are split by; at most five.
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
    }
    refused { "Backend ID" }
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
    }
    refused { "requestedModel" }
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
        /// Prompt and completion tokens, as the token limit counts them. An estimate for streamed answers.
        TotalTokens = "TotalTokens",
    }
}
