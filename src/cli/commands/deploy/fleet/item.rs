//! One spec among many: its text, what it comes to, and whether it may be deployed beside the others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli::error::CommandError;
use crate::cli::pipeline::{self, Evaluated, Rendered};
use crate::cli::spec_args::SpecArgs;
use crate::cli::{files, parallel};
use crate::plan::{self, Plan};
use crate::spec;

/// A spec, read once: what is confirmed is what is deployed.
pub(super) struct Item {
    pub(super) path: PathBuf,
    /// The path as messages show it.
    pub(super) shown: String,
    pub(super) bytes: Vec<u8>,
    pub(super) looked: Result<Looked, CommandError>,
}

/// What a spec comes to.
#[derive(Clone, Debug)]
pub(super) struct Looked {
    /// `metadata.name`.
    pub(super) name: String,
    pub(super) subscription: String,
    pub(super) n_resources: usize,
    deployment_names: Vec<String>,
}

impl Item {
    pub(super) fn read(path: &Path, layers: &SpecArgs, subscription: Option<&str>) -> Self {
        let shown = files::shown(path);
        let (bytes, looked) = match files::read_spec(path, spec::BYTES_MAX as u64) {
            Ok(bytes) => {
                let looked = look(path, &shown, &bytes, layers, subscription);
                (bytes, looked)
            }
            Err(error) => (Vec::new(), Err(error)),
        };
        Self { path: path.to_owned(), shown, bytes, looked }
    }
}

fn look(
    path: &Path,
    shown: &str,
    bytes: &[u8],
    layers: &SpecArgs,
    subscription: Option<&str>,
) -> Result<Looked, CommandError> {
    let rendered = pipeline::render_bytes(path, shown, bytes, layers)?;
    let named = subscription.map(str::to_owned).or_else(|| rendered.zone.subscription_id.clone());
    let subscription = named.ok_or_else(|| {
        CommandError::usage("no Azure subscription to deploy to")
            .hint("set `azure.subscription` in the spec, or give `--subscription GUID`")
    })?;
    let (evaluated, _warnings) = pipeline::evaluate(&rendered.bundle, &subscription)?;
    let plan = pipeline::plan(&rendered.zone, &evaluated);
    if let Some(blocked) = pipeline::blocked(&plan) {
        return Err(blocked);
    }
    let plan::Counts { create, maybe, .. } = plan.counts();
    Ok(Looked {
        name: rendered.zone.name,
        subscription,
        n_resources: create + maybe,
        deployment_names: evaluated.into_iter().map(|stage| stage.stage.deployment_name).collect(),
    })
}

/// Reads and evaluates a spec again, just before it is deployed: the templates of hundreds would fill the memory. On a
/// thread whose stack is deep enough for the readers.
///
/// # Errors
/// All that is wrong with it; the same as before, since the text is the same.
pub(super) fn evaluate(
    path: &Path,
    bytes: &[u8],
    layers: &SpecArgs,
    subscription: &str,
) -> Result<(Rendered, Vec<Evaluated>, Plan), CommandError> {
    let read = |(): &()| {
        let rendered = pipeline::render_bytes(path, &files::shown(path), bytes, layers)?;
        let (evaluated, _warnings) = pipeline::evaluate(&rendered.bundle, subscription)?;
        let plan = pipeline::plan(&rendered.zone, &evaluated);
        Ok((rendered, evaluated, plan))
    };
    parallel::map(&[()], read).pop().expect("one item gives one result")
}

/// Two specs that deploy under one name would deploy over each other: neither is deployed.
pub(super) fn refuse_doubles(items: &mut [Item]) {
    let mut by_name: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        let Ok(Looked { subscription, deployment_names, .. }) = &item.looked else { continue };
        for name in deployment_names {
            let key = (subscription.to_ascii_lowercase(), name.to_ascii_lowercase());
            by_name.entry(key).or_default().push(index);
        }
    }
    for ((_, name), indexes) in by_name.into_iter().filter(|(_, indexes)| indexes.len() > 1) {
        let shown: Vec<String> = indexes.iter().map(|index| format!("`{}`", items[*index].shown)).collect();
        for index in indexes {
            if items[index].looked.is_ok() {
                let message = format!("{} deploy under the same name, `{name}`", shown.join(" and "));
                let error = CommandError::input(message)
                    .hint("give each landing zone a `metadata.identifier` or an environment of its own");
                items[index].looked = Err(error);
            }
        }
    }
}
