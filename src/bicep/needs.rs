//! What a file needs from registries, by itself and through the files it names, without compiling any of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::config::Configs;
use super::parser::{Dialect, parse};
use super::project;
use super::project::Files;
use super::registry::{self, Artifact, Reference};
use super::syntax::{Expr, Program, StatementKind};
use crate::diag::{Diagnostic, Label};
use crate::text::{Source, World};

/// What a file needs from registries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs {
    /// Each module once, with the place that names it first.
    pub artifacts: Vec<(Artifact, Label)>,
    /// What cannot be had from a registry, and files that cannot be read.
    pub found: Vec<Diagnostic>,
}

/// Files of one project; the limit is for circles of ever new names.
const FILES_MAX: usize = 10_000;

/// Looks through the file at `entry` and the files that it names. Syntax errors are left to the compiler, which tells
/// them all.
pub fn needs(world: &dyn World, entry: &str) -> Needs {
    let mut search = Search {
        files: Files::new(world),
        configs: Configs::default(),
        waiting: vec![entry.to_owned()],
        visited: BTreeSet::new(),
        needs: Needs::default(),
    };
    while let Some(path) = search.waiting.pop() {
        if search.visited.len() >= FILES_MAX || !search.visited.insert(path.clone()) {
            continue;
        }
        match search.files.read_text(&path) {
            Ok(text) => search.file(world, &Source::new(&path, text)),
            Err(diagnostic) => search.needs.found.push(*diagnostic),
        }
    }
    search.needs.artifacts.sort_by(|(left, _), (right, _)| left.cmp(right));
    search.needs
}

struct Search<'w> {
    files: Files<'w>,
    configs: Configs,
    /// Files that are named and have not been looked through.
    waiting: Vec<String>,
    visited: BTreeSet<String>,
    needs: Needs,
}

impl Search<'_> {
    fn file(&mut self, world: &dyn World, source: &Arc<Source>) {
        let is_params = source.path().ends_with(".bicepparam");
        let dialect = if is_params { Dialect::Parameters } else { Dialect::Template };
        let program = parse(source, dialect, &mut Vec::new());
        for path in paths(&program) {
            let Some(written) = path.as_text() else { continue };
            let at = |diagnostic: Diagnostic| diagnostic.at(source, path.span);
            if !registry::is_reference(written) {
                match self.files.resolve(source.path(), written) {
                    Ok(path) if path.ends_with(".json") || path.ends_with(".jsonc") => {}
                    Ok(path) => self.waiting.push(path),
                    Err(diagnostic) => self.needs.found.push(at(*diagnostic)),
                }
                continue;
            }
            let reference = self
                .configs
                .aliases(world, source.path())
                .map(|aliases| registry::reference(written, &aliases));
            match reference {
                Ok(Some(Reference::Registry(artifact))) => {
                    if !self.needs.artifacts.iter().any(|(known, _)| *known == artifact) {
                        let label =
                            Label { source: Arc::clone(source), span: path.span, message: String::new() };
                        self.needs.artifacts.push((artifact, label));
                    }
                }
                Ok(Some(other)) => self.needs.found.push(at(project::unusable(&other, written))),
                Ok(None) => {}
                Err(diagnostic) => self.needs.found.push(at(*diagnostic)),
            }
        }
    }
}

/// The texts that name other files or modules of registries.
fn paths(program: &Program) -> impl Iterator<Item = &Expr> {
    program.statements.iter().filter_map(|statement| match &statement.kind {
        StatementKind::Module(module) => Some(&module.path),
        StatementKind::Import { path, .. } | StatementKind::Extends { path } => Some(path),
        StatementKind::Using { path } => path.as_ref(),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::MemoryWorld;

    #[test]
    fn what_is_needed_is_found_through_modules_imports_and_parameters_files() {
        let world = MemoryWorld::default()
            .with("main.bicepparam", "using 'main.bicep'\nextends 'base.bicepparam'")
            .with("base.bicepparam", "using none\nimport { a } from 'br/public:x/types:1.0.0'")
            .with("main.bicep", "module a 'b/a.bicep' = {}\nmodule b 'br/public:x/b:2.0.0' = {}\nmodule c '../c.bicep' = {}")
            .with("b/a.bicep", "import * as m from '../main.bicep'\nmodule b 'br/public:x/b:2.0.0' = {}\nmodule d 'ts/x:y:1' = {}\nmodule e 'br/z:y:1' = {} }}}")
            ;
        let needs = needs(&world, "main.bicepparam");
        let artifacts: Vec<String> = needs.artifacts.iter().map(|(artifact, _)| artifact.full()).collect();
        assert_eq!(
            artifacts,
            ["br:mcr.microsoft.com/bicep/x/b:2.0.0", "br:mcr.microsoft.com/bicep/x/types:1.0.0"]
        );
        let codes: Vec<&str> = needs.found.iter().map(|found| found.code.id).collect();
        assert_eq!(codes, ["bicep-path-outside-project", "bicep-not-supported", "BCP213"]);
    }
}
