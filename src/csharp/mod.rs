//! C# as APIM policy expressions use it: `@(expression)` and `@{ statements }`. Knows nothing of policies: text
//! in, a program out, evaluated against whatever `context` the caller supplies.

pub mod codes;
mod problem;
mod scan;
mod value;

pub use problem::{Form, Problem};
pub use scan::scan_balanced;
pub use value::{Environment, Exception, Object, Value};
