//! The user's spec file: from text to a typed `Spec`, every problem reported at once and in its place.
