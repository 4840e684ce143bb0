//! The operations of an API of Azure OpenAI's shape.

use super::literal::{Literal, list, object};

/// An operation: name, display name, and what follows the deployment in the path. All of them are POST and take the
/// query parameter `api-version`, which the gateway passes on (Azure OpenAI data-plane reference, 2024-10-21). It is
/// left out of the URL template, because a template with it would refuse calls that leave it to the account.
const OPERATIONS: &[(&str, &str, &str)] = &[
    ("chat-completions", "Chat completions", "chat/completions"),
    ("completions", "Completions", "completions"),
    ("embeddings", "Embeddings", "embeddings"),
];

pub(super) fn operations() -> Literal {
    list(OPERATIONS, |(name, display_name, path)| {
        object([
            ("name", (*name).into()),
            ("displayName", (*display_name).into()),
            ("method", "POST".into()),
            ("urlTemplate", Literal::Text(format!("/deployments/{{deployment-id}}/{path}"))),
            (
                "templateParameters",
                Literal::List(vec![object([
                    ("name", "deployment-id".into()),
                    ("type", "string".into()),
                    ("required", true.into()),
                ])]),
            ),
        ])
    })
}
