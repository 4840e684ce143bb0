//! A declaration cannot need itself, directly or around corners.

use std::collections::{BTreeMap, BTreeSet};

use super::super::codes;
use super::{Model, Symbol, diagnostic};
use crate::diag::Diagnostic;

/// Names of a cycle that a message holds; a file can hold as many long cycles as it has declarations.
const NAMES_MAX: usize = 12;

/// Reports every cycle once, at the declaration where it was first met.
pub(super) fn check(model: &Model<'_>, found: &mut Vec<Diagnostic>) {
    let all = (0..model.params.len())
        .map(Symbol::Param)
        .chain((0..model.vars.len()).map(Symbol::Var))
        .chain((0..model.resources.len()).map(Symbol::Resource))
        .chain((0..model.modules.len()).map(Symbol::Module))
        .chain((0..model.funcs.len()).map(Symbol::Func));
    let mut done = BTreeSet::new();
    for start in all {
        visit(model, start, &mut done, found);
    }
}

/// Depth-first without recursion, so that a long chain of variables cannot exhaust the stack.
fn visit(model: &Model<'_>, start: Symbol, done: &mut BTreeSet<Symbol>, found: &mut Vec<Diagnostic>) {
    if done.contains(&start) {
        return;
    }
    let mut path: Vec<(Symbol, usize)> = vec![(start, 0)];
    let mut places: BTreeMap<Symbol, usize> = BTreeMap::from([(start, 0)]);
    while let Some((symbol, next)) = path.last_mut() {
        let symbol = *symbol;
        let Some(used) = model.uses_of(symbol).get(*next).copied() else {
            done.insert(symbol);
            places.remove(&symbol);
            path.pop();
            continue;
        };
        *next += 1;
        if used.symbol == symbol {
            let message = format!("`{}` uses itself", model.name_of(symbol));
            model.report(found, diagnostic(&codes::SELF_REFERENCE, message), used.span);
        } else if let Some(&begin) = places.get(&used.symbol) {
            let message = format!("this is part of a cycle: {}", shown(model, &path[begin..]));
            model.report(found, diagnostic(&codes::CYCLE, message), used.span);
        } else if !done.contains(&used.symbol) {
            places.insert(used.symbol, path.len());
            path.push((used.symbol, 0));
        }
    }
}

/// `` `a` -> `b` -> `a` ``, with a gap in the middle of a long cycle.
fn shown(model: &Model<'_>, path: &[(Symbol, usize)]) -> String {
    let name = |(symbol, _): &(Symbol, usize)| format!("`{}`", model.name_of(*symbol));
    let mut names: Vec<String> = path.iter().take(NAMES_MAX).map(name).collect();
    if path.len() > NAMES_MAX {
        names.push(format!("{} more", path.len() - NAMES_MAX));
    }
    names.extend(path.first().map(name));
    names.join(" -> ")
}
