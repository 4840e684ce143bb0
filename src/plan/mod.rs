//! What would be deployed, as data and as a page to read.
