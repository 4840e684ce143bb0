//! A `LandingZone` becomes a [`Bundle`]: policy XML, Bicep parameters, and the list of stages to deploy.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Value as Json;

/// Everything rendered from one spec. The same spec gives the same bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// What `genai-lz render -o DIR` writes: path below DIR to content.
    pub files: BTreeMap<String, String>,
    /// In order of deployment.
    pub stages: Vec<Stage>,
}

/// One deployment at subscription scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// `baseline` or `genai`.
    pub name: String,
    /// The entry module, a path in the `World`: `bicep/baseline/main.bicep`.
    pub template: String,
    /// The ARM deployment's name, the same on every run.
    pub deployment_name: String,
    pub location: String,
    pub parameters: IndexMap<String, Parameter>,
}

/// Where a parameter's value comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameter {
    Value(Json),
    /// The output of an earlier stage.
    Output {
        stage: String,
        output: String,
    },
    /// Fetched or made when deploying; in no file, log, plan or output.
    Secret(Secret),
}

/// How a secret is had when it is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// A self-signed certificate as base64 PFX without password.
    SelfSignedCertificate { fqdn: String, validity_months: u32 },
    /// A PFX file, re-encoded as base64 PFX without password.
    PfxFile { path: String, password_env: Option<String> },
}
