//! A JSON schema, and below a line of `---` the body that is checked against it.

#![no_main]

#[path = "shared/gateway.rs"]
mod gateway;

use libfuzzer_sys::fuzz_target;

const POLICY: &str = "<policies><inbound><validate-content unspecified-content-type-action=\"prevent\" max-size=\"102400\" \
    size-exceeded-action=\"prevent\"><content type=\"application/json\" validate-as=\"json\" schema-id=\"s\" \
    action=\"prevent\" /></validate-content><return-response /></inbound><backend /><outbound /><on-error /></policies>";

fuzz_target!(|text: &str| {
    let (schema, body) = text.split_once("\n---\n").unwrap_or((text, "{}"));
    let Ok(schema) = serde_json::from_str(schema) else { return };
    let mut config = gateway::config(POLICY.to_owned());
    config.schemas.insert("s".to_owned(), schema);
    gateway::run(config, "application/json", body);
});
