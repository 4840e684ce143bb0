//! `genai-lz schema`: the JSON Schema of the spec, for editors.

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::ui::Ui;
use crate::spec;

/// Print the JSON Schema of the spec file
///
/// Generated from the types that read the spec. Editors with YAML support complete and check
/// with it:
///
///     genai-lz schema > genai-lz.schema.json
///
/// and in the first line of the spec:
///
///     # yaml-language-server: $schema=genai-lz.schema.json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {}

pub(crate) fn run(_: &Args, ui: &Ui) -> Result<Exit, CommandError> {
    ui.json(&spec::json_schema())?;
    Ok(Exit::Ok)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value as Json, json};

    use crate::gateway::json_schema;
    use crate::spec;
    use crate::text::Source;

    const QUICKSTART: &str = include_str!("../../../examples/quickstart.yaml");

    /// Whether the reader of specs takes the account.
    fn is_read(account: &Json) -> bool {
        let text = QUICKSTART.replacen("\npools:", &format!("\n  - {account}\n\npools:"), 1);
        let source: Arc<Source> = Source::new("spec.yaml".to_owned(), text);
        spec::parse(&source, &|_| None).is_ok()
    }

    /// Whether the schema takes it.
    fn fits(account: &Json) -> bool {
        let schema = spec::json_schema();
        let item = &schema["properties"]["models"]["items"];
        assert!(item["allOf"].is_array(), "no rules by kind: {item:#}");
        let options = json_schema::Options::default();
        json_schema::check(&schema, item, account, options).is_ok_and(|problems| problems.is_empty())
    }

    #[test]
    fn the_schema_and_the_reader_ask_the_same_of_each_kind_of_account() {
        let whole = || json!({"name": "gpt", "model": "gpt-5-mini", "version": "2025-08-07", "sku": "Standard", "capacity": 1});
        let key = || json!({"apiKey": {"env": "KEY"}});
        let url = "https://models.contoso.com";
        let found = || json!({"endpoint": "https://contoso.openai.azure.com"});
        let mut cases = vec![
            (json!({"location": "westus3", "deployments": [whole()]}), true),
            (json!({"kind": "azure-openai", "location": "westus3", "deployments": [whole()]}), true),
            (json!({"deployments": [whole()]}), false),
            (json!({"location": "westus3", "auth": key(), "deployments": [whole()]}), false),
            (json!({"location": "westus3", "endpoint": url, "deployments": [whole()]}), false),
            (json!({"existing": found()}), true),
            (json!({"existing": found(), "auth": key()}), true),
            (json!({"kind": "foundry"}), false),
            (json!({"kind": "foundry", "existing": found()}), true),
            (json!({"kind": "foundry", "existing": found(), "endpoint": url}), false),
            (json!({"kind": "openai", "auth": key()}), true),
            (json!({"kind": "openai"}), false),
            (json!({"kind": "openai", "auth": "managedIdentity"}), false),
            (json!({"kind": "openai", "auth": key(), "location": "westus3"}), false),
            (json!({"kind": "openai", "auth": key(), "existing": found()}), false),
            (json!({"kind": "anthropic", "auth": key(), "endpoint": url}), true),
            (json!({"kind": "bedrock", "auth": key()}), false),
            (json!({"kind": "bedrock", "auth": key(), "endpoint": url}), true),
            (json!({"kind": "self-hosted"}), false),
            (json!({"kind": "self-hosted", "endpoint": url}), true),
        ];
        for field in spec::NEEDED_OF_MADE {
            let mut deployment = whole();
            deployment.as_object_mut().unwrap().remove(field);
            cases.push((json!({"location": "westus3", "deployments": [deployment]}), false));
        }
        for (mut account, expected) in cases {
            account["id"] = json!("other");
            if account.get("deployments").is_none() {
                account["deployments"] = json!([{"name": "gpt"}]);
            }
            assert_eq!(
                (is_read(&account), fits(&account)),
                (expected, expected),
                "reader, schema: {account}"
            );
        }
    }
}
