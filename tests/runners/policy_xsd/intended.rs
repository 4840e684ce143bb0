//! Where the catalogue differs from the schema on purpose: the difference as the comparison words it, and why.

pub(super) const INTENDED: &[(&str, &str)] = &[];
