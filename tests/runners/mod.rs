//! A runner for each folder of tests/suite, and what they share.

use libtest_mimic::Trial;

mod markdown;
mod support;

mod arm;
mod arm_errors;
mod bicep;
mod cli;
mod csharp;
mod fields;
mod gateway;
mod landing_zone;
mod lints;
mod plan;
mod policy;
mod policy_text;
mod policy_xsd;
mod project;
mod refused;
mod regions;
mod render;
mod resource_types;
mod spec;

/// Every case of every suite as a named test.
pub(crate) fn cases() -> Vec<Trial> {
    let suites = [
        arm::cases(),
        arm_errors::cases(),
        bicep::cases(),
        cli::cases(),
        csharp::cases(),
        fields::cases(),
        gateway::cases(),
        landing_zone::cases(),
        lints::cases(),
        plan::cases(),
        policy::cases(),
        policy_xsd::cases(),
        policy_text::cases(),
        project::cases(),
        refused::cases(),
        regions::cases(),
        render::cases(),
        resource_types::cases(),
        spec::cases(),
    ];
    suites.into_iter().flatten().collect()
}
