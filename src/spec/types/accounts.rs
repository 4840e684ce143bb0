//! Accounts that are there already, or belong to another provider, and how the gateway signs in to them.

use serde_json::{Value as Json, json};

use super::{CognitiveAccountId, KeyVaultSecretId, ProviderUrl, VariableName};
use crate::spec::decode::{At, Decode, Decoder, choice, one_of, record};
use crate::spec::yaml::{Kind, Node};

record! {
    /// An account of Azure that is there already. It is called, and stays as it is.
    pub struct ExistingAccount {
        /// Where it answers, such as `https://contoso.openai.azure.com`.
        "endpoint" endpoint: ProviderUrl = required;
        /// Its resource id. With it the gateway's identity is given the role it needs; without it, whoever owns the account
        /// gives that.
        "id" id: CognitiveAccountId = optional;
    }
}

/// How the gateway signs in to an account.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelAuth {
    /// With a token of its managed identity.
    ManagedIdentity,
    /// With a key of the account, which comes from one place.
    ApiKey(At<ApiKeySource>),
}

record! {
    /// A key of the account.
    pub struct KeyAuth {
        /// Where the key comes from.
        "apiKey" api_key: ApiKeySource = required;
    }
    refused {
        "oauth": "put the sign-in into a fragment of your own (`raw`)",
        "sigv4": "Amazon Bedrock takes API keys too: give one as `apiKey`",
    }
}

one_of! {
    /// Where a key comes from. It is in no file, argument, log or plan.
    pub enum ApiKeySource {
        /// A secret that is in a key vault already; the gateway's identity has to be allowed to read it.
        "keyVaultSecret" KeyVaultSecret(KeyVaultSecretId),
        /// An environment variable, read when deploying. The key goes into the landing zone's own key vault.
        "env" Environment(VariableName),
    }
}

choice! {
    /// The sign-in that needs no key.
    pub enum IdentityAuth {
        /// With a token of the gateway's managed identity.
        ManagedIdentity = "managedIdentity",
    }
    refused {
        "apiKey": "say where the key comes from, `apiKey: { env: NAME }`",
        "oauth": "put the sign-in into a fragment of your own (`raw`)",
        "sigv4": "Amazon Bedrock takes API keys too: give one as `apiKey`",
    }
}

impl Decode for ModelAuth {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Mapping(_) => KeyAuth::decode(node, cx).map(|auth| Self::ApiKey(auth.api_key)),
            _ => IdentityAuth::decode(node, cx).map(|_| Self::ManagedIdentity),
        }
    }

    fn schema() -> Json {
        json!({ "oneOf": [IdentityAuth::schema(), KeyAuth::schema()] })
    }
}
