//! How requests get here.

pub(crate) mod memory;
pub(crate) mod tcp;
pub(crate) mod well_known;
