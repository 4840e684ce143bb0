//! Names that `import` brings in: what each stands for in the file that exports it.

use std::sync::Arc;

use super::super::codes;
use super::super::imports::{Entry, Sort, Wanted, arity};
use super::super::project::Unit;
use super::super::syntax::{Ident, Imports};
use super::{Model, Symbol, diagnostic};
use crate::diag::Diagnostic;
use crate::text::Span;

/// A name of `import { … }`.
pub(in crate::bicep) struct Imported<'a> {
    pub(in crate::bicep) name: &'a Ident,
    /// None where the file could not be compiled or exports no such thing, which has been reported.
    pub(in crate::bicep) target: Option<Target>,
}

/// The name of `import * as …`.
pub(in crate::bicep) struct Everything<'a> {
    pub(in crate::bicep) name: &'a Ident,
    pub(in crate::bicep) unit: Option<Arc<Unit>>,
}

/// One declaration of another file.
#[derive(Clone)]
pub(in crate::bicep) struct Target {
    pub(in crate::bicep) unit: Arc<Unit>,
    pub(in crate::bicep) entry: Entry,
}

impl Target {
    pub(in crate::bicep) fn sort(&self) -> Sort {
        self.entry.0
    }

    /// How many arguments the function takes.
    pub(in crate::bicep) fn arity(&self) -> Option<usize> {
        arity(&self.unit.template, &self.entry.1)
    }
}

impl<'a> Model<'a> {
    pub(super) fn declare_import(
        &mut self,
        what: &'a Imports,
        unit: Option<&Arc<Unit>>,
        found: &mut Vec<Diagnostic>,
    ) {
        match what {
            Imports::Everything { name } => {
                self.name(name, Symbol::Everything(self.everything.len()), found);
                self.everything.push(Everything { name, unit: unit.cloned() });
            }
            Imports::Names(names) => {
                for import in names {
                    self.name(&import.name, Symbol::Imported(self.imported.len()), found);
                    let target = unit.and_then(|unit| {
                        self.export(unit, &import.original.name, import.original.span, found)
                    });
                    self.imported.push(Imported { name: &import.name, target });
                }
            }
        }
    }

    fn export(
        &self,
        unit: &Arc<Unit>,
        name: &str,
        span: Span,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Target> {
        let entry = unit.exports.get(name).cloned();
        if entry.is_none() {
            let message = format!("the file exports no `{name}`");
            let here = diagnostic(&codes::NOT_EXPORTED, message);
            let here = self.did_you_mean(here, name, unit.exports.keys().map(String::as_str));
            self.report(found, here, span);
        }
        Some(Target { unit: unit.clone(), entry: entry? })
    }

    /// What `name.member` stands for, where `name` is that of `import * as name`.
    pub(in crate::bicep) fn member_of(&self, at: usize, member: &str) -> Option<Target> {
        let unit = self.everything[at].unit.as_ref()?;
        Some(Target { unit: unit.clone(), entry: unit.exports.get(member)?.clone() })
    }

    /// Reports that a file does not export what is read of it.
    pub(super) fn report_member(
        &self,
        at: usize,
        member: &str,
        sort: Sort,
        span: Span,
        found: &mut Vec<Diagnostic>,
    ) {
        let Some(unit) = &self.everything[at].unit else { return };
        if self.member_of(at, member).is_some_and(|target| target.sort() == sort) {
            return;
        }
        let message = format!("`{}` has no {} `{member}`", self.everything[at].name.name, sort.name());
        let known = unit.exports.iter().filter(|(_, entry)| entry.0 == sort).map(|(name, _)| name.as_str());
        let here = self.did_you_mean(diagnostic(&codes::NO_PROPERTY_OF, message), member, known);
        self.report(found, here, span);
    }

    /// Everything that the file's template needs of others.
    pub(in crate::bicep) fn wanted(&self) -> Vec<Wanted<'_>> {
        let named = self.imported.iter().filter_map(|import| {
            let target = import.target.as_ref()?;
            Some(Wanted { unit: &target.unit, entry: target.entry.clone(), name: Some(&import.name.name) })
        });
        let everything = self.everything.iter().filter_map(|import| import.unit.as_ref()).flat_map(|unit| {
            unit.exports.values().map(move |entry| Wanted { unit, entry: entry.clone(), name: None })
        });
        named.chain(everything).collect()
    }
}
