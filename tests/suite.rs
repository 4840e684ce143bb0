//! The data suites: each file or folder below tests/suite is one named test, read by the runner of its suite.
//! `GLZ_BLESS=1 cargo test --test suite` rewrites expectations; read the diff as if someone else had written it.

#![expect(clippy::disallowed_methods, reason = "runners read and bless the files of their suites")]

#[path = "runners/arm.rs"]
mod arm;
#[path = "runners/bicep.rs"]
mod bicep;
#[path = "runners/cli.rs"]
mod cli;
#[path = "runners/csharp.rs"]
mod csharp;
#[path = "runners/gateway.rs"]
mod gateway;
#[path = "runners/landing_zone.rs"]
mod landing_zone;
#[path = "runners/plan.rs"]
mod plan;
#[path = "runners/policy.rs"]
mod policy;
#[path = "runners/regions.rs"]
mod regions;
#[path = "runners/render.rs"]
mod render;
#[path = "runners/spec.rs"]
mod spec;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = libtest_mimic::Arguments::from_args();
    let suites = [
        arm::cases(),
        bicep::cases(),
        cli::cases(),
        csharp::cases(),
        gateway::cases(),
        landing_zone::cases(),
        plan::cases(),
        policy::cases(),
        regions::cases(),
        render::cases(),
        spec::cases(),
    ];
    libtest_mimic::run(&arguments, suites.into_iter().flatten().collect()).exit_code()
}
