//! A running `sandbox arm`, and commands that know it: the way they take to Azure, over TLS, signed in.

use std::io::BufReader;
use std::process::{Child, Command, Output};

use serde_json::Value as Json;

use super::{genai_lz, signal};

pub(super) const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000001";

/// A running `sandbox arm`.
pub(super) struct Arm {
    child: Child,
    says: Json,
    folder: tempfile::TempDir,
}

impl Arm {
    pub(super) fn start(situation: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(path("situation.json"), situation).unwrap();
        let (ca, file) = (path("ca.pem"), path("situation.json"));
        let mut command =
            genai_lz(&["sandbox", "arm", "--format", "json", "--ca-file", &ca, "--situation", &file]);
        let mut child = command.spawn().unwrap();
        let mut out = serde_json::Deserializer::from_reader(BufReader::new(child.stdout.take().unwrap()));
        let says: Json = serde::Deserialize::deserialize(&mut out).unwrap();
        Self { child, says, folder }
    }

    /// Writes a file beside the certificate; returns its path.
    pub(super) fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.says[name].as_str().unwrap()
    }

    /// A command that knows this endpoint and nothing of who runs the tests.
    pub(super) fn command(&self, args: &[&str]) -> Command {
        let mut command = genai_lz(args);
        for name in [
            "AZURE_CLOUD_NAME",
            "AZURE_AUTHORITY_HOST",
            "IDENTITY_ENDPOINT",
            "MSI_ENDPOINT",
            "AZURE_FEDERATED_TOKEN_FILE",
        ] {
            command.env_remove(name);
        }
        command
            .env("GENAI_LZ_ARM_ENDPOINT", self.text("resourceManager"))
            .env("GENAI_LZ_CA_FILE", self.text("caFile"))
            .env("AZURE_TENANT_ID", self.text("tenantId"))
            .env("AZURE_CLIENT_ID", self.text("clientId"));
        command
    }

    pub(super) fn with_secret(&self, args: &[&str]) -> Command {
        let mut command = self.command(args);
        command.env("AZURE_CLIENT_SECRET", self.text("clientSecret"));
        command
    }
}

impl Drop for Arm {
    fn drop(&mut self) {
        signal(&self.child);
        assert!(self.child.wait().unwrap().success());
        assert!(!self.folder.path().join("ca.pem").exists(), "the certificate is removed at the end");
    }
}

pub(super) fn texts(output: &Output) -> (String, String) {
    (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

pub(super) fn json_of(command: &mut Command) -> (Option<i32>, Json) {
    let output = command.output().unwrap();
    let (out, err) = texts(&output);
    (output.status.code(), serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}")))
}
