//! The `Condition` element.

mod operator;
mod test;
mod value;

pub(super) use operator::parse;
pub(super) use test::{Condition, is_key};
