//! Lays one tree over another: mappings by key, lists of things with an id or a name by that, everything else as a
//! whole. Nothing behind a key takes away what stands below.

use std::collections::{HashMap, HashSet};

use super::node::{Key, Kind, Node};

/// In an item of a list, `true` takes the item with that id or name away.
const REMOVE: &str = "$remove";

/// What comes of `over` laid over `base`. Every value keeps the place where it was written.
pub(crate) fn merge(base: Node, over: Node) -> Node {
    let kind = match (base.kind, over.kind) {
        (Kind::Mapping(base), Kind::Mapping(over)) => Kind::Mapping(fields(base, over)),
        (Kind::List(base), Kind::List(over)) => Kind::List(items(base, over)),
        (_, over) => over,
    };
    Node { span: over.span, kind }
}

fn fields(base: Vec<(Key, Node)>, over: Vec<(Key, Node)>) -> Vec<(Key, Node)> {
    let mut over: Vec<Option<(Key, Node)>> = over.into_iter().map(Some).collect();
    let places: HashMap<String, usize> =
        over.iter().flatten().enumerate().map(|(at, (key, _))| (key.text.clone(), at)).collect();
    let mut merged = Vec::with_capacity(base.len());
    for (key, value) in base {
        match places.get(&key.text).and_then(|&at| over[at].take()) {
            None => merged.push((key, value)),
            Some((_, given)) if given.is_null() => {}
            Some((key, given)) => merged.push((key, merge(value, given))),
        }
    }
    merged.extend(over.into_iter().flatten());
    merged
}

fn items(base: Vec<Node>, over: Vec<Node>) -> Vec<Node> {
    let Some(key) = ["id", "name"].into_iter().find(|key| have(key, &base) && have(key, &over)) else {
        return over;
    };
    let mut merged: Vec<Option<Node>> = base.into_iter().map(Some).collect();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (at, item) in merged.iter().flatten().enumerate() {
        places.entry(name(key, item).unwrap_or_default().to_owned()).or_insert(at);
    }
    // A second item of one name is left for the check that finds it twice.
    let mut seen = HashSet::new();
    for item in over {
        let id = name(key, &item).unwrap_or_default().to_owned();
        let place = places.get(&id).copied().filter(|_| seen.insert(id));
        match place.map(|at| (at, merged[at].take())) {
            Some((_, Some(_))) if removes(&item) => {}
            Some((at, Some(below))) => merged[at] = Some(merge(below, item)),
            _ => merged.push(Some(item)),
        }
    }
    merged.into_iter().flatten().collect()
}

/// True for a list with items, each of which says what it is called.
fn have(key: &str, items: &[Node]) -> bool {
    !items.is_empty() && items.iter().all(|item| name(key, item).is_some())
}

fn name<'n>(key: &str, item: &'n Node) -> Option<&'n str> {
    match &item.field(key)?.1.kind {
        Kind::Scalar { text, .. } => Some(text),
        _ => None,
    }
}

fn removes(item: &Node) -> bool {
    item.field(REMOVE).and_then(|(_, value)| value.as_bool()) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::yaml::{compose, write};
    use crate::text::Source;

    #[test]
    fn trees_are_laid_over_each_other() {
        let read = |text: &str| compose(&Source::new("spec.yaml", text)).unwrap();
        for (what, base, over, expected) in [
            (
                "by key",
                "{a: 1, b: {c: 2, d: 3}}",
                "{b: {d: 4, e: 5}, f: 6}",
                "{a: 1, b: {c: 2, d: 4, e: 5}, f: 6}",
            ),
            ("null takes away", "{a: 1, b: {c: 2}}", "{a: ~, b: {c: , d: 1}}", "{b: {d: 1}}"),
            ("null over nothing stays", "{a: 1}", "{b: ~}", "{a: 1, b: ~}"),
            ("other kinds", "{a: {b: 1}}", "{a: [1]}", "{a: [1]}"),
            ("plain lists", "{a: [1, 2]}", "{a: [3]}", "{a: [3]}"),
            (
                "lists by id",
                "{a: [{id: x, n: 1, m: 1}, {id: y}]}",
                "{a: [{id: z}, {id: x, n: 2}]}",
                "{a: [{id: x, n: 2, m: 1}, {id: y}, {id: z}]}",
            ),
            ("lists by name", "{a: [{name: x, n: 1}]}", "{a: [{name: x, n: 2}]}", "{a: [{name: x, n: 2}]}"),
            ("an item without one", "{a: [{id: x}, {n: 1}]}", "{a: [{id: x, n: 2}]}", "{a: [{id: x, n: 2}]}"),
            ("an empty list", "{a: [{id: x}]}", "{a: []}", "{a: []}"),
            (
                "an item is removed",
                "{a: [{id: x}, {id: y}]}",
                "{a: [{id: x, $remove: true}]}",
                "{a: [{id: y}]}",
            ),
            (
                "of two the first",
                "{a: [{id: x}]}",
                "{a: [{id: x, n: 1}, {id: x}]}",
                "{a: [{id: x, n: 1}, {id: x}]}",
            ),
            ("removed twice", "{a: [{id: x}]}", "{a: [{id: x, $remove: true}, {id: x}]}", "{a: [{id: x}]}"),
        ] {
            let merged = merge(read(base), read(over));
            assert_eq!(write(&merged), write(&read(expected)), "{what}");
        }
    }
}
