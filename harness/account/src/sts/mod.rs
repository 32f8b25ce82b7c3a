//! The security token service: who is asking, and sessions for those who may have one.

mod access_key_info;
mod assume_role;
mod authentication;
mod caller_identity;
mod decode;
mod error;
mod federation_token;
mod forms;
mod mint;
mod restriction;
mod second_factor;
mod service;
mod session_policy;
mod session_token;
mod tagging;
#[cfg(test)]
mod tests;
mod web_identity;

use crate::constraint;

pub use assume_role::{AssumeRole, AssumedRole};
pub use caller_identity::CallerIdentity;
pub use error::StsError;
pub use federation_token::{Federated, GetFederationToken};
pub(crate) use mint::Minted;
pub use second_factor::SecondFactor;
pub use service::ServiceRefusal;
pub use web_identity::{AssumeRoleWithWebIdentity, AssumedWithWebIdentity, WebIdentityToken};
