//! A Liquid template, and below a line of `---` the body of the request that it is filled with.

#![no_main]

#[path = "shared/gateway.rs"]
mod gateway;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (template, body) = text.split_once("\n---\n").unwrap_or((text, "{}"));
    let policy = format!(
        "<policies><inbound><set-body template=\"liquid\">{template}</set-body><return-response>\
         <set-body>@(context.Request.Body.As<string>())</set-body></return-response></inbound><backend /><outbound />\
         <on-error /></policies>"
    );
    let media_type = if body.trim_start().starts_with('<') { "text/xml" } else { "application/json" };
    gateway::run(gateway::config(policy), media_type, body);
});
