//! `dependsOn`: what a declaration mentions has to be deployed first. Existing resources and variables are not
//! deployed, so what *they* mention counts instead. An indexed mention keeps its index where the index still has
//! a meaning in the place where the dependency is written.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::super::codes;
use super::super::collate::collate;
use super::super::syntax::{Expr, ExprKind};
use super::arm_expr::{Arm, call};
use super::bind::Symbol;
use super::bind::uses::{LocalKind, Use};
use super::{Emitter, Env};

/// Longest chain of existing resources and variables between two deployed ones; bounds the stack.
const CHAIN_MAX: usize = 256;

/// One hop on the way: what it leads to, with which index, whether `copyIndex()` still means this round, and whether
/// nothing of the resource's body is read.
type Step = (Symbol, Option<Arm>, bool, bool);

struct Dependency {
    /// Sorts the list, so that the same file gives the same template.
    key: String,
    symbol: Symbol,
    /// None for the whole collection.
    index: Option<Arm>,
    entry: Json,
}

impl<'a> Emitter<'_, 'a> {
    pub(super) fn depends_on(&self, of: Symbol, out: &mut Map<String, Json>) {
        let mut all: Vec<Dependency> = Vec::new();
        let env = self.own(of);
        let mut seen = BTreeSet::new();
        for used in self.model.uses_of(of) {
            self.follow(used, &env, true, 0, &mut seen, &mut all);
        }
        let whole: BTreeSet<Symbol> = all.iter().filter(|d| d.index.is_none()).map(|d| d.symbol).collect();
        all.retain(|dependency| dependency.index.is_none() || !whole.contains(&dependency.symbol));
        all.sort_by(|left, right| collate(&left.key, &right.key));
        let mut written = BTreeSet::new();
        let entries: Vec<Json> = all
            .into_iter()
            .map(|dependency| dependency.entry)
            .filter(|entry| written.insert(entry.to_string()))
            .collect();
        if !entries.is_empty() {
            out.insert("dependsOn".into(), Json::Array(entries));
        }
    }

    /// `env` holds the names of the declaration that has this use. `indexed` says that every step so far was
    /// indexed by the loop of the dependent, so that its `copyIndex()` still means this round.
    fn follow(
        &self,
        used: &Use<'a>,
        env: &Env<'a>,
        indexed: bool,
        depth: usize,
        seen: &mut BTreeSet<Step>,
        all: &mut Vec<Dependency>,
    ) {
        if !matches!(used.symbol, Symbol::Var(_) | Symbol::Resource(_) | Symbol::Module(_)) {
            return;
        }
        if depth > CHAIN_MAX {
            let message =
                format!("more than {CHAIN_MAX} variables and existing resources build on each other here");
            return self.report(&codes::TOO_DEEP, message, used.span);
        }
        let index = used.index.filter(|_| used.index_movable).map(|index| self.convert(index, env));
        let uses_copy_index = index.as_ref().is_some_and(mentions_copy_index);
        let index = index.filter(|_| !uses_copy_index || indexed);
        let indexed = indexed && uses_copy_index;
        // The same step leads to the same ends: variables that share variables stay linear.
        let step = (used.symbol, index.clone(), indexed, used.weak);
        if !seen.insert(step) {
            return;
        }
        // Without an index, the loop variables of this step mean no round in particular. `copyIndex()` stands for
        // them: whatever mentions it is dropped in the next step, because `indexed` is false then.
        let round =
            || index.clone().or_else(|| self.model.is_collection(used.symbol).then(|| call("copyIndex", [])));
        match used.symbol {
            Symbol::Var(at) => {
                let inner = self.var_instance(self.model.vars[at].value, round());
                for next in &self.model.vars[at].uses {
                    self.follow(next, &inner, indexed, depth + 1, seen, all);
                }
            }
            // A template that knows existing resources by name can wait for one to be read.
            Symbol::Resource(at)
                if self.model.resources[at].decl.existing && (used.weak || !self.symbolic) =>
            {
                let inner = self.instance(used.symbol, round());
                for next in &self.model.resources[at].uses {
                    self.follow(next, &inner, indexed, depth + 1, seen, all);
                }
            }
            Symbol::Resource(at) => all.push(self.resource_dependency(at, index)),
            Symbol::Module(at) => all.push(self.module_dependency(at, index)),
            _ => {}
        }
    }

    fn var_instance(&self, value: &'a Expr, index: Option<Arm>) -> Env<'a> {
        match (&value.kind, index) {
            (ExprKind::For { head, .. }, Some(index)) => {
                self.in_loop(head, index, &Env::default(), LocalKind::Declaration)
            }
            _ => Env::default(),
        }
    }

    fn resource_dependency(&self, at: usize, index: Option<Arm>) -> Dependency {
        let symbol = Symbol::Resource(at);
        let key = self.model.symbolic_name(at);
        let entry = if self.symbolic {
            Self::by_name(&key, index.as_ref()).to_json()
        } else if self.model.is_collection(symbol) && index.is_none() {
            Json::from(key.as_str())
        } else {
            self.resource_id(at, &self.instance(symbol, index.clone())).to_json()
        };
        Dependency { key, symbol, index, entry }
    }

    fn module_dependency(&self, at: usize, index: Option<Arm>) -> Dependency {
        let symbol = Symbol::Module(at);
        let key = self.model.name_of(symbol).to_owned();
        let entry = if self.symbolic {
            Self::by_name(&key, index.as_ref()).to_json()
        } else if self.model.is_collection(symbol) && index.is_none() {
            Json::from(key.as_str())
        } else {
            self.module_id(at, &self.instance(symbol, index.clone())).to_json()
        };
        Dependency { key, symbol, index, entry }
    }
}

fn mentions_copy_index(arm: &Arm) -> bool {
    match arm {
        Arm::Text(_) | Arm::Int(_) => false,
        Arm::Call { name, arguments, properties } => {
            name == "copyIndex" || arguments.iter().chain(properties).any(mentions_copy_index)
        }
    }
}
