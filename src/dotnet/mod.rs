//! How .NET writes numbers, times and certificates: the invariant culture's standard and custom formats, composite formats, and the
//! calendar behind them. Template functions (`format`, `utcNow`) and policy expressions (`ToString`, `string.Format`)
//! write the same texts, because the same .NET library stands behind both; so there is one copy of it here.

pub mod calendar;
mod certificate;
mod composite;
mod date;
mod number;

pub use certificate::{Certificate, Name, from_pem};
pub use composite::{Piece, align, pieces};
pub use date::{Zone, date};
pub use number::{Number, double, number};

/// What is wrong with a format, in words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadFormat(pub String);

impl BadFormat {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}
