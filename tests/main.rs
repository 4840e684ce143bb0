//! The one integration binary: checks on the code itself, on generated pages, and on the program from outside.

mod e2e;
mod generated;
mod tidy;
