//! What would be deployed, as data and as a page to read.

pub mod checks;
pub mod view;
