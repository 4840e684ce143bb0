//! New keys for subscriptions whose keys are delivered to vaults, in two steps with time in between, so that nobody is cut off.
//!
//! ```text
//!             secondary   in the vault   primary
//! before      old         primary        in use
//! begin       made anew   secondary      in use      who reads the vault again has the new one, who does not has the old one
//! finish      in use      primary        made anew   who has the secondary keeps it until the next rotation begins
//! ```
//!
//! A key goes from API Management to the vault inside of a deployment, so it does not pass by here. Where a rotation stands is told by
//! tags of the secrets: which key one is, and of which rotation. A step that broke off half way goes on where it is run again, and makes no
//! key anew that somebody may have already. A deployment of the spec in between delivers the primary key again; then the rotation has to
//! begin again, which is found here.

use indexmap::IndexMap;
use serde_json::Value as Json;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::secrets::fingerprint;
use crate::azure::{
    Argument, ArmClient, CancelFlag, DeploymentRequest, Error, ErrorKind, KeyOf, ProvisioningState, Scope,
};

/// With which secrets are read; the tags are the same in all versions.
const VAULTS: &str = "2026-02-01";

/// A subscription whose key is delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Its name in API Management.
    pub subscription: String,
    /// Its resource id.
    pub id: String,
    pub secret: String,
    /// Resource ids of the vaults.
    pub vaults: Vec<String>,
    /// After how many days its keys are due; None where nobody said.
    pub every_days: Option<u32>,
}

/// The two steps of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Begin,
    Finish,
}

/// What a step came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// A key was made anew and delivered.
    Rotated,
    /// One that an earlier run made was delivered where it was missing.
    WentOn,
    /// There was nothing to do.
    Already,
}

/// Why a step was not taken.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    #[error(transparent)]
    Azure(#[from] Error),
    /// The vaults hold what this step does not begin with.
    #[error("{0}")]
    Standing(&'static str),
    /// The deployment that delivers the key.
    #[error("the key was made anew and not delivered: {0}")]
    NotDelivered(String),
}

/// How old the keys of a subscription are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Age {
    /// When the last rotation was finished, else when the subscription was made. None where Azure has no such subscription.
    pub since: Option<OffsetDateTime>,
    pub is_rotated: bool,
    pub is_due: bool,
}

/// What the vaults hold.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    is_secondary: bool,
    rotation: Option<String>,
}

/// Takes a step for one subscription. `template` is that of the module which delivers a key.
///
/// # Errors
/// `Standing` where the other step is due, and what Azure answers.
pub async fn step(
    client: &ArmClient,
    of: &Delivered,
    step: Step,
    template: &Json,
) -> Result<Done, RotateError> {
    let mut held = Vec::new();
    for vault in &of.vaults {
        held.push(look(client, vault, &of.secret).await?);
    }
    let what = decide(step, &held)?;
    let (key, name) = match step {
        Step::Begin => (KeyOf::Secondary, "begin"),
        Step::Finish => (KeyOf::Primary, "finish"),
    };
    let (rotation, missing, done) = match what {
        Decided::Nothing => return Ok(Done::Already),
        Decided::New { rotation } => {
            client.regenerate_subscription_key(&of.id, key).await?;
            let now = client.clock().now().replace_nanosecond(0).unwrap_or(OffsetDateTime::UNIX_EPOCH);
            let rotation = rotation.unwrap_or_else(|| now.format(&Rfc3339).unwrap_or_default());
            (rotation, of.vaults.iter().collect::<Vec<_>>(), Done::Rotated)
        }
        Decided::GoOn { rotation, missing } => {
            (rotation, missing.into_iter().filter_map(|at| of.vaults.get(at)).collect(), Done::WentOn)
        }
    };
    for vault in missing {
        deliver(client, of, vault, key, name, &rotation, template).await?;
    }
    Ok(done)
}

/// What a step has to do with what the vaults hold.
#[derive(Debug, PartialEq, Eq)]
enum Decided {
    Nothing,
    /// A key is made anew and goes to all vaults.
    New {
        rotation: Option<String>,
    },
    /// It was made anew already, and these vaults do not have it.
    GoOn {
        rotation: String,
        missing: Vec<usize>,
    },
}

fn decide(step: Step, held: &[Option<Held>]) -> Result<Decided, RotateError> {
    let begun = held.iter().flatten().find(|held| held.is_secondary).and_then(|held| held.rotation.clone());
    let is_begun = |held: &Option<Held>| held.as_ref().is_some_and(|held| held.is_secondary);
    let n_begun = held.iter().filter(|held| is_begun(held)).count();
    // Of the rotation that goes on, and the primary key: finished there.
    let is_finished = |held: &Option<Held>| {
        held.as_ref().is_some_and(|held| !held.is_secondary && begun.is_some() && held.rotation == begun)
    };
    let n_finished = held.iter().filter(|held| is_finished(held)).count();
    let missing = |is_there: &dyn Fn(&Option<Held>) -> bool| {
        held.iter().enumerate().filter(|(_, held)| !is_there(held)).map(|(at, _)| at).collect()
    };
    match step {
        Step::Begin if n_begun == 0 => Ok(Decided::New { rotation: None }),
        Step::Begin if n_finished > 0 => {
            Err(RotateError::Standing("its rotation is being finished: run `--rotate finish` again"))
        }
        Step::Begin if n_begun == held.len() => Ok(Decided::Nothing),
        Step::Begin => {
            Ok(Decided::GoOn { rotation: begun.clone().unwrap_or_default(), missing: missing(&is_begun) })
        }
        Step::Finish if n_begun == 0 => {
            Err(RotateError::Standing("no rotation has begun: its vaults hold the primary key"))
        }
        Step::Finish if n_begun == held.len() => Ok(Decided::New { rotation: begun }),
        Step::Finish if n_begun + n_finished == held.len() => {
            Ok(Decided::GoOn { rotation: begun.clone().unwrap_or_default(), missing: missing(&is_finished) })
        }
        Step::Finish => Err(RotateError::Standing(
            "not all of its vaults hold the new key: run `--rotate begin` again, and wait until it is read",
        )),
    }
}

/// None where the vault has no such secret.
async fn look(client: &ArmClient, vault: &str, secret: &str) -> Result<Option<Held>, Error> {
    let found = client.find_resource(&format!("{vault}/secrets/{secret}"), VAULTS).await?;
    let tag = |body: &Json, name: &str| {
        body.get("tags")?.get(name).and_then(Json::as_str).map(str::to_owned).filter(|tag| !tag.is_empty())
    };
    Ok(found.map(|body| Held {
        is_secondary: tag(&body, "apim-key").as_deref() == Some(KeyOf::Secondary.word()),
        rotation: tag(&body, "apim-rotation"),
    }))
}

async fn deliver(
    client: &ArmClient,
    of: &Delivered,
    vault: &str,
    key: KeyOf,
    step: &str,
    rotation: &str,
    template: &Json,
) -> Result<(), RotateError> {
    let (scope, name) = record(of, vault, step);
    let (service, _) = of.id.rsplit_once("/subscriptions/").unwrap_or((&of.id, ""));
    let plain = |name: &str, value: &str| (name.to_owned(), Argument::Plain(Json::from(value)));
    let request = DeploymentRequest {
        location: None,
        template: template.clone(),
        parameters: IndexMap::from([
            plain("vaultName", vault.rsplit('/').next().unwrap_or_default()),
            plain("secretName", &of.secret),
            plain("apimId", service),
            plain("subscriptionName", &of.subscription),
            plain("keyName", key.word()),
            plain("rotation", rotation),
        ]),
        tags: IndexMap::from([("apim-rotation".to_owned(), rotation.to_owned())]),
    };
    let not_stopped = CancelFlag::default();
    let mut poller = client.put_deployment(&scope, &name, &request).await?;
    let end = loop {
        if let Some(end) = poller.poll(client).await? {
            break end;
        }
        poller.pause(client, &not_stopped).await?;
    };
    if end.state == ProvisioningState::Succeeded {
        return Ok(());
    }
    let error = match end.error {
        Some(error) => Some(error),
        None => client.get_deployment(&scope, &name).await?.error,
    };
    let why = error.map_or_else(|| end.state.to_string(), |error| error.deepest().to_string());
    Err(RotateError::NotDelivered(why))
}

/// The deployment that delivered a key last: one for each subscription, vault and step, so that the time of the last rotation is that of
/// its record, which no deployment of the spec touches.
fn record(of: &Delivered, vault: &str, step: &str) -> (Scope, String) {
    // `/subscriptions/ID/resourceGroups/NAME/…`, as the spec's checks have it.
    let part = |index: usize| vault.split('/').nth(index).unwrap_or_default().to_owned();
    let scope = Scope::ResourceGroup { subscription_id: part(2), resource_group: part(4) };
    let both = format!("{} {vault}", of.id).to_ascii_lowercase();
    (scope, format!("genai-lz-key-{}-{step}", fingerprint(&both)))
}

/// How old the keys of a subscription are.
///
/// # Errors
/// Every [`Error`].
pub async fn age(client: &ArmClient, of: &Delivered) -> Result<Age, Error> {
    let mut rotated: Option<OffsetDateTime> = None;
    for vault in &of.vaults {
        let (scope, name) = record(of, vault, "finish");
        let found = match client.get_deployment(&scope, &name).await {
            Ok(found) => found,
            Err(error) if error.kind == ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if found.state == ProvisioningState::Succeeded {
            rotated = rotated.max(found.timestamp.as_deref().and_then(read));
        }
    }
    let since = match rotated {
        Some(rotated) => Some(rotated),
        None => client.subscription_created(&of.id).await?.as_deref().and_then(read),
    };
    let days = of.every_days.map(|days| Duration::days(i64::from(days)));
    let is_due = match (since, days) {
        (Some(since), Some(days)) => since + days <= client.clock().now(),
        _ => false,
    };
    Ok(Age { since, is_rotated: rotated.is_some(), is_due })
}

fn read(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(text: &str) -> Vec<Option<Held>> {
        let one = |word: &str| {
            let (key, rotation) = word.split_once(':').unwrap_or((word, ""));
            let rotation = Some(rotation.to_owned()).filter(|text| !text.is_empty());
            (key != "-").then(|| Held { is_secondary: key == "s", rotation })
        };
        text.split_whitespace().map(one).collect()
    }

    /// `p` holds the primary key, `s` the secondary one, `-` nothing; behind it of which rotation.
    #[test]
    fn a_step_begins_where_the_other_has_ended_and_goes_on_where_it_broke_off() {
        let new = |rotation: Option<&str>| Decided::New { rotation: rotation.map(str::to_owned) };
        let on = |missing: &[usize]| Decided::GoOn { rotation: "2".to_owned(), missing: missing.to_vec() };
        for (text, begin, finish) in [
            ("p p", Some(new(None)), None),
            ("- p:1", Some(new(None)), None),
            ("s:2 s:2", Some(Decided::Nothing), Some(new(Some("2")))),
            ("s:2 p:1", Some(on(&[1])), None),
            ("- s:2", Some(on(&[0])), None),
            ("s:2 p:2", None, Some(on(&[0]))),
            ("s:2 p:2 p:1", None, None),
        ] {
            assert_eq!(decide(Step::Begin, &held(text)).ok(), begin, "begin with {text}");
            assert_eq!(decide(Step::Finish, &held(text)).ok(), finish, "finish with {text}");
        }
    }
}
