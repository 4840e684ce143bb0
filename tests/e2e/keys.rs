//! Keys of contracts in vaults: what is delivered is what the gateway takes, and a rotation cuts nobody off. The vault is the
//! sandbox's, which is looked into as nobody can in Azure without asking the vault.

use std::path::PathBuf;
use std::process::Output;
use std::sync::Arc;

use genai_lz::model::{self, LandingZone};
use genai_lz::sandbox::{ArmOptions, Landing, LandingOptions, ResourceId, put_what_is_there};
use genai_lz::spec;
use genai_lz::text::Source;
use serde_json::Value as Json;

use crate::contracts::flows::Recorded;

const SPEC: &str = r#"
apiVersion: genai-lz/v1
kind: GatewayLandingZone
metadata: { name: keys, environment: dev, identifier: k01 }
azure: { location: swedencentral }
baseline:
  network: { apimMode: external }
  apim: { publisher: { name: Contoso, email: ai@contoso.com } }
models:
  - id: swc
    location: swedencentral
    deployments: [{ name: nano, model: gpt-5-nano, version: "2025-08-07", sku: DataZoneStandard, capacity: 200 }]
apis: [{ id: llm, surface: openai-v1, path: llm, routes: { byModel: auto } }]
contracts:
  - id: hr
    team: hr
    allow: { models: [nano] }
    keys:
      deliverTo: [{ keyVault: VAULT }, { keyVault: VAULT-2 }]
      rotation: { every: P90D }
  - { id: it, team: it, allow: { models: [nano] } }
"#;

struct Rotated {
    sandbox: Recorded,
    vault: String,
    spec: PathBuf,
    _folder: tempfile::TempDir,
}

impl Rotated {
    fn deploy() -> Self {
        let sandbox = Recorded::start_with(ArmOptions::default());
        let group = format!("/subscriptions/{}/resourceGroups/rg-hr", sandbox.server.subscription_id());
        let vault = format!("{group}/providers/Microsoft.KeyVault/vaults/kv-hr");
        let text = SPEC.replace("VAULT", &vault);
        let folder = tempfile::tempdir().unwrap();
        let spec = folder.path().join("lz.yaml");
        std::fs::write(&spec, &text).unwrap();
        put_what_is_there(&zone(&text), sandbox.server.subscription_id(), sandbox.server.state());
        let this = Self { sandbox, vault, spec, _folder: folder };
        this.run(&["deploy"], &["--yes"], 0);
        this
    }

    fn run(&self, before: &[&str], after: &[&str], code: i32) -> String {
        let args = [before, &[self.spec.to_str().unwrap()], after].concat();
        let Output { status, stdout, stderr } = self.sandbox.command(&args).output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert_eq!(status.code(), Some(code), "{args:?}: {out}{err}");
        out.into_owned() + &err
    }

    fn keys(&self, more: &[&str], code: i32) -> String {
        self.run(&["keys"], more, code)
    }

    fn due(&self) -> Json {
        serde_json::from_str(&self.keys(&["--due", "--format", "json"], 0)).unwrap()
    }

    fn secret(&self, id: &str, name: &str) -> String {
        let resource = self.sandbox.server.state().get(&ResourceId::parse(id).unwrap()).unwrap();
        resource.secret[name].as_str().unwrap().to_owned()
    }

    /// What the vaults hold, which has to be the same in both.
    fn delivered(&self) -> String {
        let of = |vault: &str| self.secret(&format!("{vault}/secrets/apim-hr-primary"), "value");
        let (one, two) = (of(&self.vault), of(&format!("{}-2", self.vault)));
        assert_eq!(one, two);
        one
    }

    fn subscription(&self) -> ResourceId {
        let all = self.sandbox.server.state().of_type("Microsoft.ApiManagement/service/subscriptions");
        all.into_iter().find(|resource| resource.id.name() == "hr-primary").unwrap().id
    }

    /// The primary key and the secondary one.
    fn both(&self) -> (String, String) {
        let id = self.subscription().to_string();
        (self.secret(&id, "primaryKey"), self.secret(&id, "secondaryKey"))
    }

    /// What the gateway that stands now answers to that key.
    fn call(&self, key: &str) -> u16 {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let landing =
                Landing::start(self.sandbox.server.state(), &LandingOptions::default()).await.unwrap();
            let url = format!("{}/llm/chat/completions", landing.server.base_url());
            let body = r#"{"model": "nano", "messages": [{"role": "user", "content": "Hello"}]}"#;
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let answer = client.post(url).header("api-key", key).body(body).send().await.unwrap();
            answer.status().as_u16()
        })
    }
}

fn zone(text: &str) -> LandingZone {
    let source = Source::new("lz.yaml", text);
    let (spec, _) = spec::parse(&source, &|_| None).unwrap();
    model::resolve(&spec, &Arc::clone(&source)).unwrap().0
}

#[test]
fn a_delivered_key_is_the_gateways_and_a_rotation_cuts_nobody_off() {
    let rotated = Rotated::deploy();
    let (primary, secondary) = rotated.both();
    assert_eq!(rotated.delivered(), primary);
    assert_eq!((rotated.call(&primary), rotated.call("wrong")), (200, 401));

    // Nothing has begun, and nothing is due.
    let told = rotated.keys(&["hr-primary", "--rotate", "finish", "--yes"], 1);
    assert!(told.contains("no rotation has begun"), "{told}");
    let told = rotated.keys(&["--rotate", "begin", "--yes"], 0);
    assert!(told.contains("no key is due"), "{told}");
    assert_eq!(rotated.both(), (primary.clone(), secondary.clone()));
    assert_eq!(rotated.due()["keys"][0]["due"], false);

    // As if it had been made long ago.
    let state = rotated.sandbox.server.state();
    let mut old = state.get(&rotated.subscription()).unwrap();
    old.body["properties"]["createdDate"] = Json::from("2020-01-01T00:00:00Z");
    state.put(old);
    assert_eq!(rotated.due()["keys"][0]["due"], true);

    rotated.keys(&["--rotate", "begin", "--yes"], 0);
    let (same, new_secondary) = rotated.both();
    assert_eq!((&same, rotated.delivered()), (&primary, new_secondary.clone()));
    assert_ne!(new_secondary, secondary);
    assert_eq!(
        (rotated.call(&primary), rotated.call(&new_secondary), rotated.call(&secondary)),
        (200, 200, 401)
    );
    let told = rotated.keys(&["hr-primary", "--rotate", "begin", "--yes"], 0);
    assert!(told.contains("has begun already"), "{told}");
    assert_eq!(rotated.both().1, new_secondary);

    // A vault that lost its secret has it again before the rotation is finished.
    let secret = ResourceId::parse(&format!("{}-2/secrets/apim-hr-primary", rotated.vault)).unwrap();
    assert!(state.remove(&secret));
    let told = rotated.keys(&["hr-primary", "--rotate", "finish", "--yes"], 1);
    assert!(told.contains("run `--rotate begin` again"), "{told}");
    rotated.keys(&["hr-primary", "--rotate", "begin", "--yes"], 0);
    assert_eq!(
        (rotated.delivered(), rotated.both()),
        (new_secondary.clone(), (primary.clone(), new_secondary.clone()))
    );

    rotated.keys(&["--rotate", "finish", "--yes"], 0);
    let (new_primary, same) = rotated.both();
    assert_eq!((&same, rotated.delivered()), (&new_secondary, new_primary.clone()));
    assert_eq!(
        (rotated.call(&new_primary), rotated.call(&new_secondary), rotated.call(&primary)),
        (200, 200, 401)
    );
    let due = rotated.due();
    assert_eq!((&due["keys"][0]["due"], &due["keys"][0]["rotated"]), (&Json::from(false), &Json::from(true)));

    // What is deployed again is delivered again, and stays the gateway's.
    rotated.run(&["deploy"], &["--yes", "--force"], 0);
    assert_eq!((rotated.delivered(), rotated.both().0), (new_primary.clone(), new_primary.clone()));

    let wire: Vec<u8> =
        rotated.sandbox.said().into_iter().flat_map(|said| [said.body, said.answer].concat()).collect();
    let wire = String::from_utf8_lossy(&wire);
    for key in [primary, secondary, new_primary, new_secondary] {
        assert!(!wire.contains(&key), "a key passed by");
    }
}

#[test]
fn only_keys_that_are_delivered_are_made_anew() {
    let rotated = Rotated::deploy();
    let told = rotated.keys(&["it-primary", "--rotate", "begin", "--yes"], 2);
    assert!(told.contains("the spec delivers no key of a subscription `it-primary`"), "{told}");
    let told = rotated.keys(&["hr-primary", "--rotate", "begin"], 2);
    assert!(told.contains("--yes"), "{told}");
    rotated.keys(&["hr-primary", "it-primary"], 2);
}
