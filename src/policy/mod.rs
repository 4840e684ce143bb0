//! APIM policy text: a lossless parser for rawxml, the typed tree, and the composition of scopes by `<base/>`.
//!
//! ```text
//! bytes -> read -> text -> named_values::substitute -> parse -> Document -> lower -> Policy -> compose -> Effective
//! ```
//!
//! Knows the language, its elements and the C# inside it; running a policy is left to `gateway`.

mod around;
mod canonical;
pub mod codes;
mod compose;
mod convert;
pub mod effective;
pub mod elements;
mod entities;
pub mod lints;
mod lower;
mod named_values;
mod parser;
pub mod project;
mod read;
mod recovery;
mod scanner;
pub mod suppress;
mod surroundings;
mod tree;
mod typed;
mod wordings;

use std::sync::Arc;

use indexmap::IndexMap;

pub use around::check_surroundings;
pub use canonical::{canonical, canonical_text};
pub use compose::{DEFAULT_GLOBAL_POLICY, Effective, Placed, Scope, compose, place_fragment};
pub use convert::{not_xml, to_rawxml, to_xml};
pub use named_values::{Substituted, substitute};
pub use parser::{MAX_DEPTH, MAX_NODES, end_of_declaration, parse};
pub use read::{MAX_FILE_BYTES, read, too_large};
pub use surroundings::{ApiFacts, BackendEntity, PoolMember, Surroundings, Tier};
pub use tree::{Attribute, Document, Element, Node, Piece, Text};
pub use typed::{Body, Expression, Policy, PolicyAttribute, PolicyElement, Section, Value, ValueKind};

use crate::diag::Diagnostic;
use crate::text::Source;

/// Reads one policy text the whole way: named values in, parsed, lowered. All findings are about `source` as it
/// was written. Where there are no named values to know, `named_values` is None and `{{name}}` stays as text.
pub fn load(
    source: &Arc<Source>,
    named_values: Option<&IndexMap<String, String>>,
) -> (Policy, Vec<Diagnostic>) {
    let (_, policy, found) = load_with_document(source, named_values);
    (policy, found)
}

/// As [`load`], with the tree of the text as it was written.
pub fn load_with_document(
    source: &Arc<Source>,
    named_values: Option<&IndexMap<String, String>>,
) -> (Document, Policy, Vec<Diagnostic>) {
    let (origin, mut found) = match named_values {
        Some(values) => substitute(source, values),
        None => (Substituted::unchanged(source), Vec::new()),
    };
    let (parsed, problems) = parse(&origin.source);
    found.extend(origin.restore(problems));
    let (policy, problems) = lower::lower(&parsed, &origin);
    found.extend(problems);
    found.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span.start));
    let is_as_written = Arc::ptr_eq(&origin.source, source);
    let document = if is_as_written { parsed } else { parse(source).0 };
    (document, policy, found)
}
