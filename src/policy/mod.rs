//! APIM policy text: a lossless parser for rawxml, the typed tree, and the composition of scopes by `<base/>`.
//!
//! ```text
//! text -> named_values::substitute -> parse -> Document -> lower -> Policy -> compose -> Effective
//! ```
//!
//! Knows the language, its elements and the C# inside it; running a policy is left to `gateway`.

pub mod codes;
mod entities;
mod parser;
mod scanner;
mod tree;

pub use parser::{MAX_DEPTH, MAX_DOCUMENT_BYTES, parse};
pub use tree::{Attribute, Document, Element, Node, Piece, Text};
