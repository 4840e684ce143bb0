//! A stage before it is written: its parameters, each with where its value comes from; and the three forms it takes,
//! a [`Stage`] for `deploy`, a `.bicepparam` and a `.parameters.json` file for people.

use serde_json::{Map, Value as Json, json};

use super::literal::{Literal, bicep_string};
use super::{Parameter, Secret, Stage};
use crate::model::LandingZone;

pub(super) struct Draft {
    pub name: &'static str,
    pub parameters: Vec<(&'static str, Given)>,
}

/// Where a value comes from.
pub(super) enum Given {
    Value(Literal),
    Output { stage: &'static str, output: &'static str },
    Secret(Secret),
}

impl Draft {
    pub(super) fn stage(&self, zone: &LandingZone) -> Stage {
        Stage {
            name: self.name.to_owned(),
            template: self.template(),
            deployment_name: format!(
                "genai-lz-{}-{}-{}-{}",
                zone.name, zone.environment, zone.identifier, self.name
            ),
            location: zone.gateway.location.clone(),
            parameters: self
                .parameters
                .iter()
                .map(|(name, given)| {
                    let parameter = match given {
                        Given::Value(value) => Parameter::Value(value.to_json()),
                        Given::Output { stage, output } => {
                            Parameter::Output { stage: (*stage).to_owned(), output: (*output).to_owned() }
                        }
                        Given::Secret(secret) => Parameter::Secret(secret.clone()),
                    };
                    ((*name).to_owned(), parameter)
                })
                .collect(),
        }
    }

    fn template(&self) -> String {
        format!("bicep/{}/main.bicep", self.name)
    }

    /// The stage as a `.bicepparam` file in the folder `parameters` of the bundle.
    pub(super) fn bicepparam(&self) -> String {
        let mut out = format!(
            "// Stage {} of a landing zone, rendered by genai-lz. Values in capitals come from the environment.\n\
             using {}\n",
            self.name,
            bicep_string(&format!("../{}", self.template())),
        );
        for (name, given) in &self.parameters {
            let (comment, value) = match given {
                Given::Value(value) => (String::new(), value.to_bicep(0, "../")),
                other => {
                    let variable = bicep_string(&environment_variable(name));
                    (format!("// {}\n", other.origin()), format!("readEnvironmentVariable({variable})"))
                }
            };
            out.push_str(&format!("\n{comment}param {name} = {value}\n"));
        }
        out
    }

    /// The stage as a `.parameters.json` file. Values that are in no file have metadata in their place; give them with
    /// `--parameters name=value`.
    pub(super) fn parameters_json(&self) -> String {
        let parameters: Map<String, Json> = self
            .parameters
            .iter()
            .map(|(name, given)| {
                let entry = match given {
                    Given::Value(value) => json!({ "value": value.to_json() }),
                    other => json!({ "metadata": { "description": other.origin() } }),
                };
                ((*name).to_owned(), entry)
            })
            .collect();
        let file = json!({
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
            "contentVersion": "1.0.0.0",
            "parameters": parameters,
        });
        format!("{file:#}\n")
    }
}

impl Given {
    /// Where a value that is in no file comes from, as a sentence.
    fn origin(&self) -> String {
        match self {
            Self::Value(_) => String::new(),
            Self::Output { stage, output } => format!("Output {output} of stage {stage}."),
            Self::Secret(Secret::SelfSignedCertificate { fqdn, validity_months }) => format!(
                "Secret, in no file: a self-signed certificate for {fqdn}, valid {validity_months} months, as base64 \
                 PFX without password."
            ),
            Self::Secret(Secret::PfxFile { path, .. }) => {
                format!("Secret, in no file: the certificate in {path} as base64 PFX without password.")
            }
            Self::Secret(Secret::Keys(keys)) => {
                let keys: Vec<String> =
                    keys.iter().map(|(name, variable)| format!("{name} from {variable}")).collect();
                format!("Secret, in no file: a JSON object with {}.", keys.join(", "))
            }
        }
    }
}

/// `apimIdentityClientId` becomes `GENAI_LZ_APIM_IDENTITY_CLIENT_ID`.
fn environment_variable(parameter: &str) -> String {
    let mut out = "GENAI_LZ_".to_owned();
    for c in parameter.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}
