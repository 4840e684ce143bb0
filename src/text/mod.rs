//! The base everything else stands on: source files with positions, the `World` that files are read
//! from, and the "did you mean" helper. Knows nothing of any language.

mod diff;
mod duration;
mod encoding;
mod glob;
mod hash;
mod iso_duration;
mod paths;
mod plural;
mod random;
mod source;
mod suggest;
mod visible;
mod world;

pub use diff::diff;
pub use duration::milliseconds;
pub use encoding::foreign_encoding;
pub use glob::{glob, wildcard};
pub use hash::sha256;
pub use iso_duration::iso_duration_s;
pub use paths::{join, parent, relative};
pub use plural::{counted, plural};
pub use random::{next_random, unit};
pub use source::{Position, Source, Span};
pub use suggest::{misspelt, suggest};
pub use visible::{is_unshowable, shortened, visible};
pub use world::{FileError, MemoryWorld, World};
