//! Every code a diagnostic can have, gathered from the modules that own them.

use crate::diag::Code;

/// All codes, sorted by id.
pub fn all() -> Vec<&'static Code> {
    let tables: &[&[&'static Code]] = &[
        crate::arm::codes::ALL,
        crate::bicep::codes::ALL,
        crate::csharp::codes::ALL,
        crate::gateway::codes::ALL,
        crate::plan::codes::ALL,
        crate::policy::codes::ALL,
        crate::policy::project::codes::ALL,
        crate::render::codes::ALL,
        crate::sandbox::codes::ALL,
        crate::spec::codes::ALL,
    ];
    let mut all: Vec<&'static Code> = tables.iter().flat_map(|table| table.iter().copied()).collect();
    all.extend(crate::policy::lints::ALL.iter().map(|lint| lint.code));
    all.sort_by_key(|code| code.id);
    all
}
