//! The instance metadata service.

mod document;
mod error;
#[cfg(test)]
mod tests;
mod token;

pub use error::ImdsError;
pub(crate) use token::MetadataTokens;
pub use token::TokenGrant;
