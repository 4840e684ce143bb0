//! `apis`: what callers see, and the policies that requests pass.

use super::{
    AccountId, ApiPath, Audience, BackendUrl, EntityId, OperationName, Operations, Policies, Routes,
    ShortText, StatusRange,
};
use crate::spec::decode::{At, Int, choice, one_of, record};

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
        /// Where requests go. Left out where `routes` or `from` say so.
        "backend" backend: ApiBackend = optional;
        /// Requests go to whatever has the model that they name.
        "routes" routes: Routes = optional;
        /// The API of the spec that an MCP server is made of.
        "from" from: McpSource = optional;
        /// The token that the gateway signs in with at `backend.url`. Left out, it sends none, and passes on the caller's.
        "identity" identity: UrlIdentity = optional;
        /// The operations of an API of surface `rest`: a list, or the path of an OpenAPI file of version 3 or 2, of which paths,
        /// methods and parameters are taken.
        "operations" operations: Operations = optional;
        /// How the gateway signs in where an account says nothing else (`models[].auth`).
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
        "requires": "the tier is given once",
    }
}

// Which token policies read which bodies: learn.microsoft.com/azure/api-management/llm-token-limit-policy, 2026-04-01.
choice! {
    /// The shape of an API.
    pub enum Surface {
        /// Azure OpenAI's paths with the deployment in them, `/deployments/{deployment-id}/chat/completions`, and its v1 paths.
        AzureOpenai = "azure-openai",
        /// OpenAI's paths, `/chat/completions`, `/responses`, `/embeddings`, with the model in the body. Any provider that speaks them.
        OpenaiV1 = "openai-v1",
        /// Anthropic's `/v1/messages`.
        AnthropicMessages = "anthropic-messages",
        /// Google's `/v1beta/models/MODEL:generateContent`.
        Gemini = "gemini",
        /// Amazon Bedrock's `/model/MODEL/converse` and `/model/MODEL/invoke`.
        Bedrock = "bedrock",
        /// Any HTTP service at a URL: Document Intelligence, AI Search, a function app, one of your own.
        Rest = "rest",
        /// Azure OpenAI's realtime API: a WebSocket to an account, over which both sides send events.
        Realtime = "realtime",
        /// An MCP server with tools for agents: one that is there already, at a URL, or one made of an API of the spec.
        Mcp = "mcp",
    }
    refused {
        "a2a": "no published type of API Management has agents",
        "models": "Foundry answers for all its models on `openai-v1`",
        "responses": "`openai-v1` has them",
    }
}

impl Surface {
    /// Whether what passes are requests to models in HTTP.
    pub fn is_of_models(self) -> bool {
        match self {
            Self::AzureOpenai | Self::OpenaiV1 | Self::AnthropicMessages | Self::Gemini | Self::Bedrock => {
                true
            }
            Self::Rest | Self::Realtime | Self::Mcp => false,
        }
    }
}

one_of! {
    /// Where requests go.
    pub enum ApiBackend {
        /// The id of a pool of model accounts.
        "pool" Pool(EntityId),
        /// The id of a model account.
        "backend" Account(AccountId),
        /// Where a service answers that is there already, for surfaces `rest` and `mcp`.
        "url" Url(BackendUrl),
    }
}

record! {
    /// How the gateway signs in to a service at a URL. Its identity needs a role there, which whoever runs the service grants.
    pub struct UrlIdentity {
        /// What the token is for, such as `https://cognitiveservices.azure.com` or `https://search.azure.com`.
        "resource" resource: Audience = required;
    }
}

record! {
    /// What an MCP server is made of.
    pub struct McpSource {
        /// The id of an API of surface `rest`.
        "api" api: EntityId = required;
        /// The names of its operations that become tools. Left out, all of them.
        "operations" operations: Vec<At<OperationName>> = optional;
    }
    refused { "openapi": "make an API of surface `rest` of it, and name that" }
}

impl Api {
    /// The pool that all requests go to, where there is one.
    pub fn pool(&self) -> Option<&At<EntityId>> {
        match self.backend.as_deref() {
            Some(ApiBackend::Pool(id)) => Some(id),
            _ => None,
        }
    }

    /// The account that all requests go to, where one is named.
    pub fn account(&self) -> Option<&At<AccountId>> {
        match self.backend.as_deref() {
            Some(ApiBackend::Account(id)) => Some(id),
            _ => None,
        }
    }

    /// Where the service answers, where there is a URL.
    pub fn url(&self) -> Option<&At<BackendUrl>> {
        match self.backend.as_deref() {
            Some(ApiBackend::Url(url)) => Some(url),
            _ => None,
        }
    }
}

choice! {
    /// How the gateway signs in to the accounts.
    pub enum BackendAuth {
        /// With a token of its managed identity.
        ManagedIdentity = "managedIdentity",
    }
    refused { "apiKey": "an account says it, `models[].auth`", "oauth": "an account says it, `models[].auth`", "sigv4": "an account says it, `models[].auth`" }
}

record! {
    /// When a request is sent again, to the next account of the pool.
    pub struct Retry {
        /// The statuses after which it is.
        "statuses" statuses: Vec<At<StatusRange>> = default(["429", "503"]);
        /// How often at most. Left out, so often that each member of the pool is asked once, but twice at most; twice
        /// without a pool, with one member, and where the breaker does not open at the first failure.
        "count" count: Int<1, 50> = optional;
        /// How long to wait before each.
        "intervalSeconds" interval_seconds: Int<0, 60> = default(1);
        /// Whether the first one does not wait.
        "firstFastRetry" first_fast_retry: bool = default(true);
    }
}
