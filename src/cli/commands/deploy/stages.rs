//! Evaluated stages become requests: the last step before anything is sent, and where secrets come into being.

use std::path::Path;

use indexmap::IndexMap;
use time::{Duration, OffsetDateTime};

use crate::cli::error::CommandError;
use crate::cli::pipeline::Evaluated;
use crate::cli::{environment, files};
use crate::deploy::secrets::{reencode_pfx, self_signed_certificate};
use crate::deploy::{self, ParameterValue, SecretString, StageRequest};
use crate::render::{Parameter, Secret};

/// Key Vault takes secrets up to 25 kB; a PFX file is read up to this size to say so.
const PFX_BYTES_MAX: u64 = 1024 * 1024;

/// Makes the requests of all stages. Files that the spec names lie relative to the folder of `spec`, its path.
///
/// # Errors
/// Where a secret cannot be made or read.
pub(in crate::cli::commands) fn requests(
    evaluated: Vec<Evaluated>,
    spec: &Path,
    keys: Keys,
) -> Result<Vec<StageRequest>, CommandError> {
    let folder = spec.parent().unwrap_or(Path::new(""));
    evaluated.into_iter().map(|evaluated| request(evaluated, folder, keys)).collect()
}

/// Where the keys of providers come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli::commands) enum Keys {
    /// The environment, as the spec says.
    Read,
    /// Nowhere: for the sandbox, whose providers take any, so that a real key never gets there and none is needed.
    MadeUp,
}

fn request(evaluated: Evaluated, folder: &Path, keys: Keys) -> Result<StageRequest, CommandError> {
    let Evaluated { stage, template, .. } = evaluated;
    let mut parameters = IndexMap::new();
    let mut renew_after = None;
    for (name, parameter) in stage.parameters {
        let value = match parameter {
            Parameter::Value(value) => ParameterValue::Value(value),
            Parameter::Output { stage, output } => ParameterValue::Output { stage, output },
            Parameter::Secret(secret) => {
                renew_after = renewal(&secret).or(renew_after);
                ParameterValue::Secret(make(&secret, folder, keys)?)
            }
        };
        parameters.insert(name, value);
    }
    Ok(StageRequest {
        name: stage.name,
        deployment_name: stage.deployment_name,
        location: stage.location,
        template,
        parameters,
        renew_after,
    })
}

/// A certificate that we make is made anew when a third of its life is left. 30.44 days are the mean month.
fn renewal(secret: &Secret) -> Option<Duration> {
    match secret {
        Secret::SelfSignedCertificate { validity_months, .. } => {
            Some(Duration::hours(i64::from(*validity_months) * 3044 * 24 / 100) * 2 / 3)
        }
        Secret::PfxFile { .. } | Secret::Keys(_) => None,
    }
}

fn make(secret: &Secret, folder: &Path, source: Keys) -> Result<deploy::Secret, CommandError> {
    match secret {
        Secret::SelfSignedCertificate { fqdn, validity_months } => {
            let value = self_signed_certificate(fqdn, *validity_months, now())
                .map_err(|error| CommandError::input(error.to_string()))?;
            let identity = format!("self-signed certificate for {fqdn}, valid for {validity_months} months");
            Ok(deploy::Secret { value, identity })
        }
        Secret::PfxFile { path, password_env } => {
            let path = folder.join(path);
            let file = files::read(&path, PFX_BYTES_MAX)
                .map_err(|error| error.hint("give the path of the PFX file from the folder of the spec"))?;
            let password = match password_env {
                None => None,
                Some(name) => Some(environment(name).map(SecretString::new).ok_or_else(|| {
                    CommandError::input(format!(
                        "the environment variable `{name}` with the PFX password is not set"
                    ))
                    .hint(format!("set `{name}`, or remove `passwordEnv` where the file has no password"))
                })?),
            };
            let (value, identity) = reencode_pfx(&file, password.as_ref()).map_err(|error| {
                CommandError::input(format!(
                    "the certificate `{}` cannot be used: {error}",
                    files::shown(&path)
                ))
            })?;
            Ok(deploy::Secret { value, identity })
        }
        Secret::Keys(keys) => read_keys(keys, source),
    }
}

/// Reads keys from the environment. What tells them from others later is a hash of each, cut short.
fn read_keys(keys: &[(String, String)], source: Keys) -> Result<deploy::Secret, CommandError> {
    let mut object = serde_json::Map::new();
    let mut identity = String::new();
    for (name, variable) in keys {
        let key = match source {
            Keys::Read => environment(variable).filter(|key| !key.trim().is_empty()),
            Keys::MadeUp => Some("key-of-the-sandbox".to_owned()),
        };
        let key = key.ok_or_else(|| {
            CommandError::input(format!(
                "the environment variable `{variable}` with the key `{name}` is not set"
            ))
            .hint(format!(
                "set `{variable}`, or give the key as a secret of a key vault: `apiKey: {{ keyVaultSecret: … }}`"
            ))
        })?;
        identity.push_str(&format!("{name} {} ", deploy::secrets::fingerprint(&key)));
        object.insert(name.clone(), key.into());
    }
    let value = SecretString::new(serde_json::Value::Object(object).to_string());
    Ok(deploy::Secret { value, identity })
}

/// A certificate is valid from now on the user's clock.
fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
