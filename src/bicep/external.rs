//! `externalInput(kind, config?)` in parameters files: values that whoever deploys fills in. A parameter that uses one,
//! also through variables and other parameters, becomes an expression, and the file lists what has to be filled in
//! (Azure/bicep, src/Bicep.Core/Emit/ExternalInputFunctionReferenceVisitor.cs, 2026-08-21).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::bind::{Model, Symbol, not_supported};
use super::syntax::{Expr, ExprKind};
use crate::diag::Diagnostic;
use crate::text::Span;

/// The external inputs of one file.
#[derive(Debug, Default)]
pub(super) struct Externals {
    /// The key of each call.
    keys: BTreeMap<Span, String>,
    /// What has to be filled in, by key.
    pub(super) definitions: Map<String, Json>,
    params: BTreeSet<usize>,
    vars: BTreeSet<usize>,
}

impl Externals {
    /// Finds all calls: those of parameters first, then those of variables. `compute` gives the value of an argument.
    pub(super) fn of<'a>(
        model: &Model<'a>,
        compute: &mut dyn FnMut(&'a Expr) -> Option<Json>,
        found: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut externals = Self::default();
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        let params = model.params.iter().filter_map(|param| param.default);
        for value in params.chain(model.vars.iter().map(|var| var.value)) {
            value.each(&mut |expr| {
                let Some(arguments) = external_call(expr) else { return };
                let Some(kind) = arguments.first().and_then(Expr::as_text) else {
                    return model.report(found, not_supported("a kind of input that is computed"), expr.span);
                };
                let config = match arguments.get(1) {
                    None => None,
                    Some(config) => match compute(config) {
                        Some(config) => Some(config),
                        None => return,
                    },
                };
                let mut definition = json!({ "kind": kind });
                if let (Some(config), Json::Object(definition)) = (config, &mut definition) {
                    definition.insert("config".into(), config);
                }
                let next = known.len();
                let key =
                    known.entry(definition.to_string()).or_insert_with(|| format!("{}_{next}", plain(kind)));
                externals.keys.insert(expr.span, key.clone());
                externals.definitions.insert(key.clone(), definition);
            });
        }
        externals.definitions.sort_keys();
        externals.spread(model);
        externals
    }

    /// Marks what uses a call, directly or through others.
    fn spread(&mut self, model: &Model<'_>) {
        let calls = |value: &Expr| {
            let mut is_there = false;
            value.each(&mut |expr| is_there |= external_call(expr).is_some());
            is_there
        };
        let params = model.params.iter().enumerate().filter(|(_, param)| param.default.is_some_and(calls));
        self.params = params.map(|(at, _)| at).collect();
        self.vars =
            model.vars.iter().enumerate().filter(|(_, var)| calls(var.value)).map(|(at, _)| at).collect();
        loop {
            let before = self.params.len() + self.vars.len();
            for (at, param) in model.params.iter().enumerate() {
                if param.uses.iter().any(|used| self.is_external(used.symbol)) {
                    self.params.insert(at);
                }
            }
            for (at, var) in model.vars.iter().enumerate() {
                if var.uses.iter().any(|used| self.is_external(used.symbol)) {
                    self.vars.insert(at);
                }
            }
            // Each round adds a declaration or is the last.
            if self.params.len() + self.vars.len() == before {
                return;
            }
        }
    }

    /// True where the value is known only when all inputs are.
    pub(super) fn is_external(&self, symbol: Symbol) -> bool {
        match symbol {
            Symbol::Param(at) => self.params.contains(&at),
            Symbol::Var(at) => self.vars.contains(&at),
            _ => false,
        }
    }

    /// The key of a call.
    pub(super) fn key(&self, call: &Expr) -> Option<&str> {
        self.keys.get(&call.span).map(String::as_str)
    }
}

/// The arguments of a call of `externalInput`.
pub(super) fn external_call(expr: &Expr) -> Option<&[Expr]> {
    match &expr.kind {
        ExprKind::Call { name, arguments } | ExprKind::Method { name, arguments, .. }
            if name.name == "externalInput" =>
        {
            Some(arguments)
        }
        _ => None,
    }
}

/// Letters, digits and `_`; anything else becomes `_`.
fn plain(kind: &str) -> String {
    kind.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect()
}
