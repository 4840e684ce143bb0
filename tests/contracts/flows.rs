//! Every command that speaks with Azure Resource Manager, run as its user runs it against a sandbox that writes down what is said; and
//! a look at everything that a deployment left there.

use std::process::Output;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use genai_lz::sandbox::{ArmFault, ArmOptions, ArmServer, Denial, Exchange, Faults};

use super::contract::Contract;
use crate::e2e::{QUICKSTART, genai_lz};

/// A sandbox that writes down what is said.
pub(crate) struct Recorded {
    pub(super) runtime: tokio::runtime::Runtime,
    pub(crate) server: ArmServer,
    pub(super) http: reqwest::Client,
    said: Arc<Mutex<Vec<Exchange>>>,
    folder: tempfile::TempDir,
}

impl Recorded {
    pub(super) fn start() -> Self {
        Self::start_with(ArmOptions::default())
    }

    pub(crate) fn start_with(options: ArmOptions) -> Self {
        let said: Arc<Mutex<Vec<Exchange>>> = Arc::default();
        let writer = Arc::clone(&said);
        let recorder: genai_lz::sandbox::Recorder =
            Arc::new(move |exchange| writer.lock().unwrap().push(exchange));
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        // An error means that another test installed it first.
        drop(rustls::crypto::ring::default_provider().install_default());
        let options = ArmOptions { tls: true, recorder: Some(recorder), ..options };
        let server = runtime.block_on(ArmServer::start(options)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let ca = server.ca_pem().unwrap().as_bytes();
        std::fs::write(folder.path().join("ca.pem"), ca).unwrap();
        let http = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_merge([reqwest::Certificate::from_pem(ca).unwrap()])
            .build()
            .unwrap();
        Self { runtime, server, http, said, folder }
    }

    pub(crate) fn command(&self, args: &[&str]) -> std::process::Command {
        let mut command = genai_lz(&[args, &["--subscription", self.server.subscription_id()]].concat());
        for name in ["AZURE_CLOUD_NAME", "AZURE_AUTHORITY_HOST", "IDENTITY_ENDPOINT", "MSI_ENDPOINT"] {
            command.env_remove(name);
        }
        let (client_id, secret) = self.server.client();
        command
            .env("GENAI_LZ_ARM_ENDPOINT", self.server.base_url())
            .env("GENAI_LZ_CA_FILE", self.folder.path().join("ca.pem"))
            .env("AZURE_TENANT_ID", self.server.tenant_id())
            .env("AZURE_CLIENT_ID", client_id)
            .env("AZURE_CLIENT_SECRET", secret);
        command
    }

    /// Runs a command to its end, which has to be this one.
    fn run(&self, args: &[&str], code: i32) {
        let Output { status, stdout, stderr } = self.command(args).output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert_eq!(status.code(), Some(code), "{args:?}: {out}{err}");
    }

    /// Sends a request as an SDK would; the recorder sees it.
    pub(super) fn send(&self, method: &str, url: &str, body: Option<String>) -> Answer {
        let mut request = self.http.request(method.parse().unwrap(), url).bearer_auth(self.server.token());
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        self.runtime.block_on(async {
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            let headers = answer.headers().clone();
            Answer { status, headers, body: answer.text().await.unwrap() }
        })
    }

    pub(crate) fn said(&self) -> Vec<Exchange> {
        self.said.lock().unwrap().clone()
    }
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) body: String,
}

/// Everything that is said in all the flows.
pub(super) fn all(contract: &Contract) -> Vec<Exchange> {
    let sandbox = Recorded::start();
    // A key vault that is protected from being purged would keep its name.
    let overlay = sandbox.folder.path().join("unprotected.yaml");
    std::fs::write(&overlay, "baseline: { keyVault: { purgeProtection: false } }\n").unwrap();
    let unprotected = ["deploy", QUICKSTART, "--yes", "--overlay", overlay.to_str().unwrap()];
    sandbox.run(&["doctor"], 0);
    sandbox.run(&["plan", QUICKSTART, "--online"], 0);
    sandbox.run(&["status", QUICKSTART], 0);
    let slow = Faults { slow: vec![("payg-2".to_owned(), Duration::from_millis(300))], ..Faults::default() };
    sandbox.server.set_faults(slow);
    sandbox.run(&unprotected, 0);
    sandbox.run(&unprotected, 0);
    sandbox.run(&["status", QUICKSTART], 0);
    sandbox.run(&["outputs", QUICKSTART], 0);
    sandbox.run(&["keys", QUICKSTART, "tenant1"], 0);
    make_keys_anew(&sandbox);
    look_around(&sandbox, contract);
    sandbox.run(&["destroy", QUICKSTART, "--dry-run"], 0);
    sandbox.run(&["destroy", QUICKSTART, "--yes"], 0);
    look_for_deleted(&sandbox);
    sandbox.run(&["plan", QUICKSTART, "--online"], 1);
    sandbox.run(&["destroy", QUICKSTART, "--yes", "--purge"], 0);
    let denied = Denial::of_type("Microsoft.Network/publicIPAddresses", "none");
    sandbox.server.set_faults(Faults { denied: vec![denied], ..Faults::default() });
    sandbox.run(&["plan", QUICKSTART, "--online"], 1);
    let fault = ArmFault::new(409, "SkuNotAvailable", "not in this region");
    sandbox.server.set_faults(Faults { failing: vec![("payg-2".to_owned(), fault)], ..Faults::default() });
    sandbox.run(&["deploy", QUICKSTART, "--yes"], 4);
    sandbox.run(&["status", QUICKSTART], 4);
    sandbox.said()
}

/// A contract is laid over the spec, its key delivered and made anew.
fn make_keys_anew(sandbox: &Recorded) {
    let subscription = sandbox.server.subscription_id();
    let vaults = sandbox.server.state().of_type("Microsoft.KeyVault/vaults");
    let vault = vaults.first().unwrap().id.to_string();
    let overlay = sandbox.folder.path().join("contract.yaml");
    let text = format!(
        "baseline: {{ keyVault: {{ purgeProtection: false }} }}\n\
         contracts: [{{ id: hr, team: hr, allow: {{ models: [aoai] }}, keys: {{ deliverTo: [{{ keyVault: {vault} }}] }} }}]\n"
    );
    assert!(vault.contains(subscription));
    std::fs::write(&overlay, text).unwrap();
    let of = ["--overlay", overlay.to_str().unwrap(), "--yes"];
    sandbox.run(&[&["deploy", QUICKSTART], of.as_slice()].concat(), 0);
    for step in ["begin", "finish"] {
        sandbox.run(&[&["keys", QUICKSTART, "hr-primary", "--rotate", step], of.as_slice()].concat(), 0);
    }
    sandbox.run(&["keys", QUICKSTART, "--due", "--overlay", overlay.to_str().unwrap()], 0);
}

/// GETs, HEADs and lists everything that was deployed, where a contract has it.
fn look_around(sandbox: &Recorded, contract: &Contract) {
    let resources = sandbox.server.state().all();
    let ids = resources.iter().map(|resource| resource.id.to_string());
    for id in ids.chain([format!("/subscriptions/{}", sandbox.server.subscription_id())]) {
        let (collection, _) = id.rsplit_once('/').unwrap();
        for (method, path) in [("GET", id.as_str()), ("HEAD", id.as_str()), ("GET", collection)] {
            if let Some((operation, _)) = contract.find(method, path) {
                let version = &operation.version;
                let url = format!("{}{path}?api-version={version}", sandbox.server.base_url());
                let answer = sandbox.send(method, &url, None);
                assert!(answer.status < 300, "{method} {path}: {}", answer.body);
            }
        }
    }
}

/// What can be restored, listed as the SDKs list it.
fn look_for_deleted(sandbox: &Recorded) {
    let subscription =
        format!("{}/subscriptions/{}", sandbox.server.base_url(), sandbox.server.subscription_id());
    for (path, version) in [
        ("Microsoft.ApiManagement/deletedservices", "2023-09-01-preview"),
        ("Microsoft.CognitiveServices/deletedAccounts", "2024-04-01-preview"),
    ] {
        let answer =
            sandbox.send("GET", &format!("{subscription}/providers/{path}?api-version={version}"), None);
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}
