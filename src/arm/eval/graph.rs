//! The order of resources: refuses dependencies that go round in a circle.

use std::collections::BTreeMap;

use crate::arm::Resource;
use crate::arm::codes::CIRCULAR_DEPENDENCY;
use crate::arm::fault::{Eval, Fault};

/// Refuses the first cycle, naming its resources in the order in which they wait for each other.
pub(super) fn check(resources: &[Resource]) -> Eval<()> {
    let index_of: BTreeMap<String, usize> = resources
        .iter()
        .enumerate()
        .map(|(index, resource)| (resource.id.to_ascii_lowercase(), index))
        .collect();
    let waits_for = |index: usize| -> Vec<usize> {
        let ids = resources[index].depends_on.iter();
        ids.filter_map(|id| index_of.get(&id.to_ascii_lowercase()).copied()).collect()
    };
    let mut finished = vec![false; resources.len()];
    for start in 0..resources.len() {
        // Depth first, by hand: (resource, what it still waits for).
        let mut path: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut next = Some(start).filter(|start| !finished[*start]);
        while let Some(index) = next {
            if let Some(at) = path.iter().position(|(on_path, _)| *on_path == index) {
                let cycle: Vec<_> = path[at..].iter().map(|(on_path, _)| *on_path).chain([index]).collect();
                return Err(circular(resources, &cycle));
            }
            path.push((index, waits_for(index)));
            next = None;
            while let Some((current, open)) = path.last_mut() {
                next = std::iter::from_fn(|| open.pop()).find(|index| !finished[*index]);
                if next.is_some() {
                    break;
                }
                finished[*current] = true;
                path.pop();
            }
        }
    }
    Ok(())
}

fn circular(resources: &[Resource], cycle: &[usize]) -> Fault {
    let names: Vec<_> = cycle.iter().map(|index| format!("`{}`", resources[*index].name)).collect();
    Fault::new(&CIRCULAR_DEPENDENCY, format!("resources wait for each other: {}", names.join(" -> ")))
}
