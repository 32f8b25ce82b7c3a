//! The security token service: who is asking, and sessions for those who may have one.

mod assume_role;
mod authentication;
mod caller_identity;
mod error;
mod mint;
mod session_policy;
mod session_token;
#[cfg(test)]
mod tests;

use crate::constraint;

pub use assume_role::{AssumeRole, AssumedRole};
pub use caller_identity::CallerIdentity;
pub use error::StsError;
pub(crate) use mint::Minted;
