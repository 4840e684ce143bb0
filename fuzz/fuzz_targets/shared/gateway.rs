//! A gateway with one operation, which any request may be sent through.

use std::sync::Arc;

use genai_lz::gateway::sim_host::SimHost;
use genai_lz::gateway::{Api, Config, Gateway, Headers, Host, Operation, Request};

pub fn config(policy: String) -> Config {
    let operation =
        Operation { id: "x".to_owned(), method: "POST".to_owned(), url_template: "/x".to_owned(), ..Operation::default() };
    let api = Api {
        id: "a".to_owned(),
        path: "a".to_owned(),
        policy: Some(policy),
        operations: vec![operation],
        ..Api::default()
    };
    Config { apis: vec![api], ..Config::default() }
}

/// Sends a body through; what is not built is refused, which is an answer too.
pub fn run(config: Config, media_type: &str, body: &str) {
    let Ok((gateway, _)) = Gateway::build(config) else { return };
    let host: Arc<dyn Host> = Arc::new(SimHost::new(1));
    let mut headers = Headers::default();
    headers.append("Content-Type", media_type);
    let request = Request {
        method: "POST".to_owned(),
        url: "https://gateway.example/a/x".to_owned(),
        headers,
        body: body.as_bytes().to_vec(),
        client_ip: "203.0.113.7".to_owned(),
        client_certificate: None,
    };
    let _ = Arc::new(gateway).handle(request, host);
}
