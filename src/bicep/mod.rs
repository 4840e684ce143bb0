//! A Bicep compiler: source files in, an ARM template out. Covers the language that the landing zone's own
//! modules use; anything else is refused by name with the official BCP code where one exists.
//!
//! ```text
//! text -> lexer -> parser -> syntax -> bind (names, scopes, uses) -> emit -> template
//!                                        ^ load (files), project (modules, each compiled once)
//! ```

mod bind;
pub mod codes;
mod emit;
mod functions;
mod lexer;
mod load;
mod params;
mod parser;
mod project;
mod syntax;

use serde_json::Value as Json;

use crate::diag::{DiagResult, Diagnostic, Diagnostics, finish};
use crate::text::World;
use project::Project;

pub use params::{CompiledParams, compile_params};

/// A compiled Bicep file.
#[derive(Clone, Debug, PartialEq)]
pub struct Compiled {
    /// The ARM template, keys in the official compiler's order.
    pub template: Json,
    pub warnings: Vec<Diagnostic>,
    /// Every file that was read, the entry first.
    pub files: Vec<String>,
}

/// Compiles the file at `entry` with all its modules.
///
/// # Errors
/// Everything that was found in any of the files, at least one error among it.
pub fn compile(world: &dyn World, entry: &str) -> DiagResult<Compiled> {
    let mut project = Project::new(world);
    let unit = project.unit(entry, &|diagnostic| diagnostic);
    let files = project.files.read;
    let (unit, warnings) = finish(unit, project.found)?;
    let Some(unit) = unit else { return Err(Diagnostics(warnings)) };
    Ok(Compiled { template: unit.template.clone(), warnings, files })
}
