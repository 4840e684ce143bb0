//! C# as APIM policy expressions use it: `@(expression)` and `@{ statements }`. Knows nothing of policies: text
//! in, a program out, evaluated against whatever `context` the caller supplies.

mod ast;
mod check;
pub mod codes;
mod convert;
mod coverage;
mod eval;
mod exception;
mod flow;
mod format;
mod layout;
mod lexer;
mod limits;
mod members;
mod methods;
mod number;
mod objects;
mod ops;
mod parameters;
mod parser;
mod pattern;
mod problem;
mod reference;
mod regex;
mod result;
mod scan;
mod types;
mod uses;
mod value;
mod wordings;

pub use ast::Program;
pub use check::check;
pub use coverage::not_run;
pub use eval::{constant, evaluate};
pub use exception::Exception;
pub use layout::layout;
pub use members::{Member, members};
pub use number::Number;
pub use parser::parse;
pub use pattern::TextPattern;
pub use problem::{Correction, Form, Problem};
pub use reference::{TypeEntry, types as type_entries};
pub use result::{Expected, check_result, type_of};
pub use scan::scan_balanced;
pub use uses::{BodyOf, BodyUse, CallUse, MemberUse, StringUse, Uses, VariableAccess, VariableUse, uses};
pub use value::{Environment, Object, Value};
