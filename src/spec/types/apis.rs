//! `apis`: what callers see, and the policies that requests pass.

use super::{AccountId, ApiPath, EntityId, Policies, Routes, ShortText, StatusRange};
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
        /// Where requests go. One of `backend` and `routes` is needed.
        "backend" backend: ApiBackend = optional;
        /// Requests go to whatever has the model that they name.
        "routes" routes: Routes = optional;
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
        "operations": "an API has all operations of its surface",
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
    }
    refused {
        "a2a",
        "mcp",
        "models": "Foundry answers for all its models on `openai-v1`",
        "realtime",
        "responses": "`openai-v1` has them",
        "rest",
    }
}

one_of! {
    /// Where requests go.
    pub enum ApiBackend {
        /// The id of a pool.
        "pool" Pool(EntityId),
        /// The id of an account.
        "backend" Account(AccountId),
    }
    refused { "url": "accounts have addresses, see `models`" }
}

impl ApiBackend {
    /// The pool, where it is one.
    pub fn pool(&self) -> Option<&At<EntityId>> {
        match self {
            Self::Pool(id) => Some(id),
            Self::Account(_) => None,
        }
    }
}

impl Api {
    /// The pool that all requests go to, where there is one.
    pub fn pool(&self) -> Option<&At<EntityId>> {
        self.backend.as_ref().and_then(|backend| backend.pool())
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
        /// How often at most.
        "count" count: Int<1, 50> = default(2);
        /// How long to wait before each.
        "intervalSeconds" interval_seconds: Int<0, 60> = default(1);
        /// Whether the first one does not wait.
        "firstFastRetry" first_fast_retry: bool = default(true);
    }
}
