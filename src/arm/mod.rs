//! ARM templates: the expression language, and the evaluator that turns a template and its parameters into the
//! resources that would be deployed. The same evaluator serves `genai-lz plan` (nothing exists yet: what only
//! Azure can know stays a [`Value::Unknown`]) and the sandbox (which resolves those against what it stored).
//!
//! ```text
//! template + parameters + target --evaluate--> Deployment --Resource::resolve(&dyn Runtime)--> what is sent
//! ```
//!
//! One idea carries both: a function whose arguments are not all known stays a [`Residual`], a closed call over
//! values, and `machine` computes it again once the outside has an answer.

pub mod codes;
mod deployment;
mod eval;
pub mod expr;
mod fault;
pub mod functions;
mod limits;
mod machine;
mod residual;
mod snapshot;
mod value;

pub use deployment::{
    Deployment, Facts, LateName, Output, Parameters, Resource, Runtime, Target, TargetScope,
};
pub use eval::{evaluate, evaluate_with, parameter_expression};
pub use residual::Residual;
pub use snapshot::snapshot;
pub use value::Value;
