//! One file per command: its arguments with their help, and `run`.

pub mod bicep;
pub mod contract;
pub mod deploy;
pub mod destroy;
pub mod doctor;
pub mod drift;
pub mod explain;
pub mod import;
pub mod init;
pub mod keys;
pub mod outputs;
pub mod plan;
mod plan_many;
pub mod policy;
pub mod regions;
pub mod render;
pub mod sandbox;
pub mod schema;
pub mod snapshot;
pub mod spec;
pub mod status;
pub mod test;
pub mod usage;
pub mod validate;
pub mod verify;
