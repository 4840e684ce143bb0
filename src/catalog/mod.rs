//! Facts about Azure, each with its source and date, embedded in the binary.
//!
//! A fact is a row of a file under `data/`; the modules here read those files once and answer questions about
//! them. They judge nothing: whether a region is good enough for a landing zone is for `plan::checks` to say.

pub mod arm_errors;
pub mod azure_types;
pub mod durations;
pub mod models;
pub mod regions;
mod source;
pub mod tiers;
pub mod what_if_defaults;

use time::Date;

pub use source::{Fact, Source};

/// What is known offline, and the day the question is asked.
#[derive(Clone, Copy, Debug)]
pub struct Catalog {
    pub regions: &'static regions::Regions,
    pub models: &'static models::Models,
    /// Decides whether a scheduled retirement lies in the past. None leaves that open: nothing below `cli` knows
    /// the date.
    pub today: Option<Date>,
}

impl Catalog {
    /// The catalogue inside this binary.
    pub fn embedded() -> Self {
        Self { regions: regions::all(), models: models::all(), today: None }
    }

    /// The same facts, asked on `today`.
    pub fn on(self, today: Date) -> Self {
        Self { today: Some(today), ..self }
    }
}
