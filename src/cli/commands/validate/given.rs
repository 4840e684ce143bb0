//! What the command line says of all policy files: where they are attached, and what the service holds besides.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use indexmap::IndexMap;

use crate::cli::commands::policy::convert::Form;
use crate::cli::error::CommandError;
use crate::cli::{files, walk};
use crate::policy::project::Given;
use crate::policy::{self, Policy, Scope, Tier};
use crate::spec;

/// The options about what is known.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "What is known of policy files")]
pub(super) struct Args {
    /// The scope that the policy files are attached to, where the files do not say it
    #[arg(long, value_parser = PossibleValuesParser::new(SCOPES.map(Scope::name)).map(scope))]
    scope: Option<Scope>,

    /// The kind of gateway that they run on
    #[arg(long, value_parser = PossibleValuesParser::new(Tier::ALL.map(Tier::name)).map(tier))]
    tier: Option<Tier>,

    /// The format that they are deployed in
    #[arg(long, value_enum, value_name = "FORMAT")]
    policy_format: Option<Form>,

    /// The policy fragments of the service: `<id>.xml` in this folder is fragment `<id>`
    #[arg(long, value_name = "FOLDER")]
    fragments: Option<PathBuf>,

    /// The named values of the service, YAML or JSON: names with their values, or a list of names
    #[arg(long, value_name = "FILE")]
    named_values: Option<PathBuf>,
}

const SCOPES: [Scope; 5] = [Scope::Global, Scope::Workspace, Scope::Product, Scope::Api, Scope::Operation];

#[expect(clippy::needless_pass_by_value, reason = "the parser hands the word over")]
fn scope(word: String) -> Scope {
    SCOPES.into_iter().find(|scope| scope.name() == word).expect("the parser lets known words through")
}

#[expect(clippy::needless_pass_by_value, reason = "the parser hands the word over")]
fn tier(word: String) -> Tier {
    Tier::ALL.into_iter().find(|tier| tier.name() == word).expect("the parser lets known words through")
}

/// Reads what the options name.
///
/// # Errors
/// A file or folder that cannot be read.
pub(super) fn read(args: &Args) -> Result<Given, CommandError> {
    Ok(Given {
        scope: args.scope,
        tier: args.tier,
        is_xml: args.policy_format == Some(Form::Xml),
        fragments: args.fragments.as_ref().map(|folder| fragments(folder)).transpose()?,
        named_values: args.named_values.as_ref().map(|file| named_values(file)).transpose()?,
        ..Given::default()
    })
}

fn named_values(file: &Path) -> Result<IndexMap<String, Option<String>>, CommandError> {
    let bytes = files::read(file, spec::BYTES_MAX as u64)?;
    let source = spec::read(&files::shown(file), &bytes)?;
    Ok(spec::named_values(&source)?)
}

/// The fragments of a folder, by id.
fn fragments(folder: &Path) -> Result<IndexMap<String, Arc<Policy>>, CommandError> {
    if !folder.is_dir() {
        let message = format!("`--fragments {}` is not a folder", files::shown(folder));
        return Err(
            CommandError::usage(message).hint("name the folder that holds the fragments, one file each")
        );
    }
    let mut fragments = IndexMap::new();
    for path in walk::walk(folder, walk::FILES_MAX).files {
        let is_xml = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml"));
        let Some(id) = path.file_stem().filter(|_| is_xml).map(|stem| stem.to_string_lossy().into_owned())
        else {
            continue;
        };
        let bytes = files::read(&path, policy::MAX_FILE_BYTES as u64)?;
        let source =
            policy::read(&files::shown(&path), &bytes).map_err(|found| CommandError::Refused(vec![found]))?;
        // What is wrong inside is found where the folder itself is checked.
        let (fragment, _) = policy::load(&source, None);
        fragments.insert(id, Arc::new(fragment));
    }
    Ok(fragments)
}
