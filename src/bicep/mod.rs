//! A Bicep compiler: source files in, an ARM template out. Covers the language but for extensions, tests and
//! template specs; what is not covered is refused by name, with the official BCP code where one exists.
//!
//! ```text
//! text -> lexer -> parser -> syntax -> bind (names, scopes, uses) -> emit -> template
//!                                        ^ load (files), project (modules and imports, each compiled once)
//! ```

mod bind;
pub mod codes;
mod collate;
mod config;
mod directives;
mod emit;
mod external;
mod fit;
mod found;
mod functions;
mod imports;
mod lexer;
mod load;
mod needs;
mod params;
mod parser;
mod project;
mod registry;
mod resource_types;
mod syntax;

use serde_json::Value as Json;

use crate::catalog::azure_types::AzureTypes;
use crate::diag::{DiagResult, Diagnostic, Diagnostics, finish};
use crate::text::World;
use project::Project;

pub use needs::{Needs, needs};
pub use params::{CompiledParams, compile_params, compile_params_with};
pub use registry::{Artifact, Version};

/// A compiled Bicep file.
#[derive(Clone, Debug, PartialEq)]
pub struct Compiled {
    /// The ARM template, keys in the official compiler's order.
    pub template: Json,
    pub warnings: Vec<Diagnostic>,
    /// Every file that was read, the entry first.
    pub files: Vec<String>,
}

/// What a compilation can use besides the project's own files.
#[derive(Clone, Copy, Default)]
pub struct Options<'o> {
    /// The folder of the world where the official tools keep modules that they have restored (`~/.bicep`). Without it
    /// a module of a registry is refused.
    pub registry: Option<&'o str>,
    /// The types that resources are checked by and `resourceInput<>` is looked up in:
    /// `catalog::azure_types::Embedded`, or a `Folder` of them. Without it neither is done.
    pub types: Option<&'o dyn AzureTypes>,
    /// Templates of language version 2.0 also where nothing asks for it: resources are then known by name.
    pub symbolic_names: bool,
}

/// Compiles the file at `entry` with all its modules.
///
/// # Errors
/// Everything that was found in any of the files, at least one error among it.
pub fn compile(world: &dyn World, entry: &str) -> DiagResult<Compiled> {
    compile_with(world, entry, &Options::default())
}

/// Compiles as [`compile`] does, with `options`.
///
/// # Errors
/// As [`compile`].
pub fn compile_with<'w>(world: &'w dyn World, entry: &str, options: &Options<'w>) -> DiagResult<Compiled> {
    let mut project = Project::new(world, options);
    let unit = project.unit(entry, &|diagnostic| diagnostic);
    let (found, files) = project.finish();
    let (unit, warnings) = finish(unit, found)?;
    let Some(unit) = unit else { return Err(Diagnostics(warnings)) };
    Ok(Compiled { template: unit.template.clone(), warnings, files })
}
