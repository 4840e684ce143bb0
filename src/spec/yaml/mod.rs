//! YAML as a spec uses it: a tree in which every key and every value knows where it stands. Knows nothing of the
//! spec's fields; `decode` reads those from the tree.

mod compose;
mod fill;
mod merge;
mod node;
mod write;

pub(super) use compose::compose;
pub(super) use fill::{Done, Environment, Values, fill_in, variable_in};
pub(super) use merge::merge;
pub(super) use node::{Key, Kind, Node, Style};
pub(super) use write::write;
