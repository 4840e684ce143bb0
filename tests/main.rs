//! The one integration binary: checks on the code itself, on generated pages, and on the program from outside.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test that cannot read what it looks at has to fail"
)]

mod contracts;
mod coverage;
mod e2e;
mod generated;
mod tidy;
