//! Azure Resource Manager in this process, with TLS and sign-in, so that a test can change by hand what a command
//! deployed.

use std::process::Command;

use genai_lz::sandbox::{ArmOptions, ArmServer, State};
use serde_json::Value as Json;

use super::arm::{SUBSCRIPTION, known_to};
use super::genai_lz;

pub(super) struct Azure {
    runtime: tokio::runtime::Runtime,
    server: ArmServer,
    folder: tempfile::TempDir,
}

impl Azure {
    pub(super) fn start() -> Self {
        Self::with(ArmOptions::default())
    }

    pub(super) fn with(options: ArmOptions) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let options = ArmOptions { tls: true, ..options };
        let server = runtime.block_on(ArmServer::start(options)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), server.ca_pem().unwrap()).unwrap();
        Self { runtime, server, folder }
    }

    pub(super) fn runtime(&self) -> &tokio::runtime::Runtime {
        &self.runtime
    }

    pub(super) fn state(&self) -> &State {
        self.server.state()
    }

    /// A command that is signed in.
    pub(super) fn with_secret(&self, args: &[&str]) -> Command {
        let (id, secret) = self.server.client();
        let ca = self.folder.path().join("ca.pem");
        let mut command = known_to(genai_lz(args));
        command
            .env("GENAI_LZ_ARM_ENDPOINT", self.server.base_url())
            .env("GENAI_LZ_CA_FILE", ca)
            .env("AZURE_TENANT_ID", self.server.tenant_id())
            .env("AZURE_CLIENT_ID", id)
            .env("AZURE_CLIENT_SECRET", secret);
        command
    }

    /// The URL of a path.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.base_url())
    }

    /// The token that everything is allowed with.
    pub(super) fn token(&self) -> &str {
        self.server.token()
    }

    /// A request to a path below the subscription, perhaps with a query; status and body.
    pub(super) fn send(&self, method: &str, path: &str, body: Option<&Json>) -> (u16, Json) {
        let mark = if path.contains('?') { '&' } else { '?' };
        let url = self.url(&format!("/subscriptions/{SUBSCRIPTION}/{path}{mark}api-version=2024-05-01"));
        self.ask(method, &url, Some(self.token()), body)
    }

    /// A request as it is, perhaps with a token; status and body.
    pub(super) fn ask(
        &self,
        method: &str,
        url: &str,
        token: Option<&str>,
        body: Option<&Json>,
    ) -> (u16, Json) {
        let ca = reqwest::Certificate::from_pem(self.server.ca_pem().unwrap().as_bytes()).unwrap();
        self.runtime.block_on(async {
            let http = reqwest::Client::builder().tls_certs_merge([ca]).no_proxy().build().unwrap();
            let request = http.request(method.parse().unwrap(), url);
            let request = match token {
                Some(token) => request.bearer_auth(token),
                None => request,
            };
            let request = match body {
                Some(body) => request.json(body),
                None => request,
            };
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
        })
    }
}
