//! From a spec file to a governed GenAI gateway on Azure.
//!
//! Two paths run through this crate; docs/ARCHITECTURE.md tells them in full.
//!
//! ```text
//! spec file -> spec -> model -> render -> bicep -> arm -> plan -> deploy        (a landing zone)
//! policy text -> policy (with csharp) -> gateway                                (a request)
//! ```
//!
//! A module may use the modules above it in this list, and nothing below it; tests/tidy keeps that.

// L0 base
pub mod diag;
pub mod text;
// L1 facts
pub mod catalog;
pub mod dotnet;
// L2 languages
pub mod arm;
pub mod bicep;
pub mod csharp;
pub mod kql;
pub mod policy;
// L3 from spec to bundle
pub mod model;
pub mod render;
pub mod spec;
// L4 pure results
pub mod drift;
pub mod gateway;
pub mod import;
pub mod openai;
pub mod plan;
pub mod scenario;
pub mod services;
pub mod verify;
// L5 the world
pub mod azure;
pub mod deploy;
pub mod sandbox;
// L6 people
pub mod cli;
