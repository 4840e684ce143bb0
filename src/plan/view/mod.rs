//! The two faces of a plan and of the region table: a page to read and JSON for machines. Both are pure functions of
//! the data; the same plan gives the same bytes.

mod changes;
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

/// How a page looks.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub style: crate::diag::render::Style,
    /// Lists also the differences that are none, each with its reason, and what stays as it is.
    pub noise: bool,
}

impl Look {
    /// The page without noise.
    pub fn new(style: crate::diag::render::Style) -> Self {
        Self { style, noise: false }
    }
}
