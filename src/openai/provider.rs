//! Whose API an account speaks: which paths it answers, and what of them is which operation. Sources of the paths of each
//! provider's own shape: `render::operations`. OpenAI's shape elsewhere: platform.claude.com/docs/en/api/openai-sdk,
//! ai.google.dev/gemini-api/docs/openai, docs.aws.amazon.com/bedrock/latest/userguide/inference-responses-api. Anthropic's on
//! Foundry: learn.microsoft.com/azure/foundry/foundry-models/how-to/use-foundry-models-claude. All read 2026-12-01.

use super::answers::Operation;

/// A maker of APIs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Provider {
    #[default]
    AzureOpenai,
    /// Azure OpenAI's paths, and Anthropic's below `/anthropic`.
    Foundry,
    /// OpenAI's paths below `/v1`, wherever that is.
    Openai,
    Anthropic,
    Gemini,
    Bedrock,
}

/// Where in a path OpenAI's own shape begins, and what comes behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest<'a> {
    /// `deployments/{deployment}/…` and what has no deployment, with an `api-version`.
    Dated(&'a str),
    /// `chat/completions`, `responses` …; the version is in the path.
    V1(&'a str),
    /// One operation in the provider's own shape; the model is in the path, or None where it is in the body.
    Native(Operation, Option<&'a str>),
}

impl Provider {
    /// Reads a path; None where the provider has nothing there.
    pub(super) fn read(self, path: &str) -> Option<Rest<'_>> {
        match self {
            Self::AzureOpenai => azure(path),
            Self::Foundry => match path {
                "/anthropic/v1/messages" => Some(Rest::Native(Operation::Messages, None)),
                _ => azure(path),
            },
            // A server of one's own may stand below a path.
            Self::Openai => path.split_once("/v1/").map(|(_, rest)| Rest::V1(rest)),
            Self::Anthropic => match path {
                "/v1/messages" => Some(Rest::Native(Operation::Messages, None)),
                _ => path.strip_prefix("/v1/").map(Rest::V1),
            },
            Self::Gemini => match path.strip_prefix("/v1beta/openai/") {
                Some(rest) => Some(Rest::V1(rest)),
                None => gemini(path),
            },
            Self::Bedrock => match path.strip_prefix("/openai/v1/") {
                Some(rest) => Some(Rest::V1(rest)),
                None => bedrock(path),
            },
        }
    }
}

fn azure(path: &str) -> Option<Rest<'_>> {
    let rest = path.strip_prefix("/openai/")?;
    Some(rest.strip_prefix("v1/").map_or(Rest::Dated(rest), Rest::V1))
}

fn gemini(path: &str) -> Option<Rest<'_>> {
    let (model, verb) = path.strip_prefix("/v1beta/models/")?.split_once(':')?;
    let operation = match verb {
        "generateContent" => Operation::Generate,
        "streamGenerateContent" => Operation::GenerateStream,
        _ => return None,
    };
    Some(Rest::Native(operation, Some(model)))
}

fn bedrock(path: &str) -> Option<Rest<'_>> {
    let (model, verb) = path.strip_prefix("/model/")?.split_once('/')?;
    (verb == "converse").then_some(Rest::Native(Operation::Converse, Some(model)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_provider_answers_its_own_paths() {
        use Provider::{Anthropic, AzureOpenai, Bedrock, Foundry, Gemini, Openai};
        let messages = Rest::Native(Operation::Messages, None);
        for (provider, path, expected) in [
            (AzureOpenai, "/openai/v1/chat/completions", Some(Rest::V1("chat/completions"))),
            (AzureOpenai, "/openai/deployments/a/embeddings", Some(Rest::Dated("deployments/a/embeddings"))),
            (AzureOpenai, "/v1/chat/completions", None),
            (Foundry, "/anthropic/v1/messages", Some(messages)),
            (Foundry, "/openai/v1/responses", Some(Rest::V1("responses"))),
            (Openai, "/v1/responses", Some(Rest::V1("responses"))),
            (Openai, "/below/v1/models", Some(Rest::V1("models"))),
            (Openai, "/openai/responses", None),
            (Anthropic, "/v1/messages", Some(messages)),
            (Anthropic, "/v1/chat/completions", Some(Rest::V1("chat/completions"))),
            (Gemini, "/v1beta/openai/chat/completions", Some(Rest::V1("chat/completions"))),
            (Gemini, "/v1beta/models/g:generateContent", Some(Rest::Native(Operation::Generate, Some("g")))),
            (Gemini, "/v1beta/models/g:countTokens", None),
            (Bedrock, "/model/nova/converse", Some(Rest::Native(Operation::Converse, Some("nova")))),
            (Bedrock, "/model/nova/converse-stream", None),
        ] {
            assert_eq!(provider.read(path), expected, "{provider:?} {path}");
        }
    }
}
