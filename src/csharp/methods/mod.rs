//! The .NET members that expressions call: instance methods of simple types, LINQ, static members, constructors.

pub(super) mod construct;
pub(super) mod linq;
pub(super) mod statics;
pub(super) mod string;
pub(super) mod web;
