//! Which pool the requests of a text go to, where that can be told.

use crate::policy::{BackendEntity, PolicyElement};

use super::Unit;
use super::look::fixed;
use super::steps::steps;

/// The pool that a policy chose.
pub(super) struct Pool<'a> {
    pub id: &'a str,
    pub entity: &'a BackendEntity,
    /// The `set-backend-service` that names it.
    pub chosen_by: &'a PolicyElement,
}

/// The pools that the text names, each once, in its order.
pub(super) fn named<'a>(unit: &Unit<'a>) -> Vec<Pool<'a>> {
    let Some(backends) = &unit.around.backends else { return Vec::new() };
    let mut pools: Vec<Pool<'a>> = Vec::new();
    for step in steps(unit.policy).named(&["set-backend-service"]) {
        let Some(id) = fixed(step.element, "backend-id") else { continue };
        let Some(entity) = backends.get(id).filter(|entity| !entity.members.is_empty()) else { continue };
        if !pools.iter().any(|pool| pool.id == id) {
            pools.push(Pool { id, entity, chosen_by: step.element });
        }
    }
    pools
}

/// The one pool that every request of the text goes to: it is the only backend that the text, or else the nearest
/// document around it that chooses one, ever names.
pub(super) fn only<'a>(unit: &Unit<'a>) -> Option<Pool<'a>> {
    let backends = unit.around.backends.as_ref()?;
    let outer = unit.around.outer.iter().rev().map(|(_, policy)| &**policy);
    for policy in std::iter::once(unit.policy).chain(outer) {
        let mut chosen = None;
        for step in steps(policy).named(&["set-backend-service"]) {
            let id = fixed(step.element, "backend-id")?;
            if chosen.is_some_and(|(known, _)| known != id) {
                return None;
            }
            chosen = Some((id, step.element));
        }
        if let Some((id, chosen_by)) = chosen {
            let entity = backends.get(id).filter(|entity| !entity.members.is_empty())?;
            return Some(Pool { id, entity, chosen_by });
        }
    }
    None
}
