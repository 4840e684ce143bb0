//! What a resource waits for: what `dependsOn` names, the batch before its own in a serial loop, and what its body
//! reads. Resources are indexes into [`Frame::entries`] here.

use serde_json::Value as Json;

use super::env::Env;
use super::expression::too_late;
use super::frame::{Entry, Frame};
use super::invalid;
use crate::arm::Value;
use crate::arm::codes::{CIRCULAR_DEPENDENCY, INVALID_TEMPLATE};
use crate::arm::fault::{Eval, Fault};
use crate::arm::limits::refusal;
use crate::diag::Diagnostic;

impl Frame<'_> {
    /// What `dependsOn` and the loop of a resource say.
    pub(super) fn declared_dependencies(&self, entry: &Entry<'_>) -> Eval<Vec<usize>> {
        let written = match entry.json.get("dependsOn") {
            None | Some(Json::Null) => &[][..],
            Some(Json::Array(items)) => items,
            Some(_) => return Err(invalid("`dependsOn` must be an array").under(".dependsOn")),
        };
        let mut found = Vec::new();
        for (at, json) in written.iter().enumerate() {
            let named = self.named(entry, json);
            found.extend(named.map_err(|fault| fault.under(&format!(".dependsOn[{at}]")))?);
        }
        found.extend(self.batch_before(entry));
        Ok(once_each(found))
    }

    /// What a resource waits for, its body included: `touched` are the ids that the body reads.
    pub(super) fn dependencies(&self, index: usize, touched: &[String]) -> Vec<usize> {
        let by_id = |id: &String| self.with_id(id);
        once_each(self.declared[index].iter().copied().chain(touched.iter().filter_map(by_id)).collect())
    }

    /// What one entry of `dependsOn` means: an id, or the name of a resource or loop of this template.
    fn named(&self, entry: &Entry<'_>, json: &Json) -> Eval<Vec<usize>> {
        let env = Env::early(self.scope, "a dependency").in_loops(&entry.loops);
        let wanted = match env.json(json)? {
            Value::String(wanted) => wanted,
            // The id of a resource whose own name waits: it is one of ours where it reads the same.
            Value::Unknown(residual) => {
                let wanted = Value::Unknown(residual.clone());
                let same = self.entries.iter().position(|other| other.id == wanted);
                return same
                    .map(|index| vec![index])
                    .ok_or_else(|| too_late("a dependency", &residual.short()));
            }
            _ => return Err(invalid("a dependency must be a string")),
        };
        // A loop repeats its list for each copy.
        self.scope.session.meter.charge(1)?;
        let found = self.find(&wanted).to_vec();
        if found.is_empty() && !self.is_empty_loop(&wanted) {
            let message = format!("the resource `{wanted}` is not defined in the template");
            let last = wanted.rsplit('/').next().unwrap_or(&wanted);
            // microsoft/vscode-azurearmtools#493, seen 2026-11-22.
            let service = refusal(&format!(
                "The resource '{wanted}' is not defined in the template. Please see https://aka.ms/arm-template for \
                 usage details."
            ));
            let diagnostic =
                Diagnostic::new(&INVALID_TEMPLATE, message).did_you_mean(last, self.known_names());
            return Err(diagnostic.azure_says(service).into());
        }
        Ok(found)
    }

    /// The copies of the same resource that a serial loop deploys just before this one.
    fn batch_before(&self, entry: &Entry<'_>) -> Vec<usize> {
        let Some(copy) = &entry.copy else { return Vec::new() };
        let Some(batch) = copy.batch else { return Vec::new() };
        let Some(before) = (copy.index / batch).checked_sub(1) else { return Vec::new() };
        let same_loop = |other: &Entry<'_>| {
            let around = entry.loops.len() - 1;
            std::ptr::eq(other.json, entry.json) && other.loops[..around] == entry.loops[..around]
        };
        let is_before = |other: &Entry<'_>| {
            same_loop(other) && other.copy.as_ref().is_some_and(|other| other.index / batch == before)
        };
        (0..self.entries.len()).filter(|index| is_before(&self.entries[*index])).collect()
    }

    /// The finding for resources that wait for each other.
    pub(super) fn circular(&self, cycle: &[usize]) -> Fault {
        let names: Vec<_> =
            cycle.iter().map(|index| format!("`{}`", self.entries[*index].name_text())).collect();
        let fault = Fault::new(
            &CIRCULAR_DEPENDENCY,
            format!("resources wait for each other: {}", names.join(" -> ")),
        );
        let Some(first) = cycle.first() else { return fault };
        // polymind-inc/acmebot#1089 of 2026-05-29.
        fault.service_says(refusal(&format!(
            "Circular dependency detected on resource: '{}'. Please see https://aka.ms/arm-syntax-resources for usage \
             details.",
            self.entries[*first].id_text()
        )))
    }
}

fn once_each(mut indexes: Vec<usize>) -> Vec<usize> {
    let mut seen = std::collections::BTreeSet::new();
    indexes.retain(|index| seen.insert(*index));
    indexes
}

/// An order in which everything comes after what it waits for.
///
/// # Errors
/// The first cycle, its first member repeated at the end.
pub(super) fn order(waits_for: &[Vec<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut order = Vec::new();
    let mut finished = vec![false; waits_for.len()];
    for start in 0..waits_for.len() {
        // Depth first, by hand: what is on the way, and how much of its waiting list has been looked at.
        let mut path: Vec<(usize, usize)> = if finished[start] { Vec::new() } else { vec![(start, 0)] };
        while let Some((current, looked_at)) = path.last_mut() {
            let current = *current;
            let next = waits_for[current].get(*looked_at).copied();
            *looked_at += 1;
            match next {
                None => {
                    finished[current] = true;
                    order.push(current);
                    path.pop();
                }
                Some(next) if finished[next] => {}
                Some(next) => {
                    if let Some(at) = path.iter().position(|(on_path, _)| *on_path == next) {
                        return Err(path[at..].iter().map(|(on_path, _)| *on_path).chain([next]).collect());
                    }
                    path.push((next, 0));
                }
            }
        }
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_puts_everything_after_what_it_waits_for() {
        assert_eq!(order(&[vec![2], vec![], vec![1]]), Ok(vec![1, 2, 0]));
        assert_eq!(order(&[]), Ok(vec![]));
    }

    #[test]
    fn a_cycle_is_given_in_the_order_of_waiting() {
        assert_eq!(order(&[vec![1], vec![2, 3], vec![], vec![1]]), Err(vec![1, 3, 1]));
        assert_eq!(order(&[vec![0]]), Err(vec![0, 0]));
    }
}
