//! The two faces of a plan and of the region table: a page to read and JSON for machines. Both are pure functions of
//! the data; the same plan gives the same bytes.

mod checks;
mod human;
mod json;
mod regions;
mod text;
mod tree;

pub use checks::human as checks_human;
pub use human::{human, overview};
pub use json::{checks_json, checks_value, json, json_value, regions_json, regions_value};
pub use regions::human as regions_human;
