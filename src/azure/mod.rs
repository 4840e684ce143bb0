//! The only module that speaks to ARM and names azure_* crates.
