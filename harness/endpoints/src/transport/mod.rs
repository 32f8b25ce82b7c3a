//! How requests get here.

pub(crate) mod memory;
