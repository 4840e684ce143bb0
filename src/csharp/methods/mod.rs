//! The .NET members that expressions call: instance methods of simple types, LINQ, static members, constructors.

mod bits;
pub(super) mod construct;
mod grouping;
pub(super) mod linq;
pub(super) mod lists;
mod math;
pub(super) mod regex;
pub(super) mod statics;
pub(super) mod string;
pub(super) mod web;
