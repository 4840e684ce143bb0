//! The data suites: each file or folder below tests/suite is one named test, read by the runner of its suite.
//! `GLZ_BLESS=1 cargo test --test suite` rewrites expectations; read the diff as if someone else had written it.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "runners read and bless the files of their suites, and a case that cannot be read has to fail"
)]

mod runners;

use std::process::ExitCode;

fn main() -> ExitCode {
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), runners::cases()).exit_code()
}
