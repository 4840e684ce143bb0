//! Diagnostics as bytes. Each renderer is a pure function from a list to a `String`.

mod human;
mod json;

pub use human::{Style, human};
pub use json::json;
