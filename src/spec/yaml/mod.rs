//! YAML as a spec uses it: a tree in which every key and every value knows where it stands. Knows nothing of the
//! spec's fields; `decode` reads those from the tree.

mod compose;
mod environment;
mod node;

pub(super) use compose::compose;
pub(super) use environment::fill_in;
pub(super) use node::{Key, Kind, Node, Style};
