//! `apis`: what callers see, and the policies that requests pass.

use super::{ApiPath, Audience, BackendUrl, EntityId, Operations, Policies, ShortText, StatusRange};
use crate::spec::decode::{At, Int, choice, record};

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
        /// The operations of an API of surface `rest`: a list, or the path of an OpenAPI file of version 3 or 2, of which paths,
        /// methods and parameters are taken.
        "operations" operations: Operations = optional;
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
        "requires": "the tier is given once",
        "routes": "callers name the deployment in the path",
    }
}

choice! {
    /// The shape of an API.
    pub enum Surface {
        /// Azure OpenAI's paths with the deployment in them: `/deployments/{deployment-id}/chat/completions`.
        AzureOpenai = "azure-openai",
        /// Any HTTP service at a URL: Document Intelligence, AI Search, a function app, one of your own.
        Rest = "rest",
    }
    refused { "a2a", "anthropic-messages", "mcp", "models", "openai-v1", "realtime", "responses" }
}

record! {
    /// Where requests go.
    pub struct ApiBackend {
        /// The id of a pool of model accounts.
        "pool" pool: EntityId = optional;
        /// Where a service answers that is there already, for surface `rest`.
        "url" url: BackendUrl = optional;
        /// The token that the gateway signs in with at `url`. Left out, it sends none, and passes on the one of the caller.
        "managedIdentity" managed_identity: UrlIdentity = optional;
    }
    refused { "backend": "make a pool of one" }
}

record! {
    /// How the gateway signs in to a service at a URL. Its identity needs a role there, which whoever runs the service grants.
    pub struct UrlIdentity {
        /// What the token is for, such as `https://cognitiveservices.azure.com` or `https://search.azure.com`.
        "resource" resource: Audience = required;
    }
}

impl Api {
    /// The pool that requests go to; None for a surface without one.
    pub fn pool(&self) -> Option<&At<EntityId>> {
        self.backend.pool.as_ref()
    }
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
