//! The two faces of a plan and of the region table: a page to read and JSON for machines. Both are pure functions of
//! the data; the same plan gives the same bytes.

mod checks;
mod text;

pub use checks::human as checks_human;
