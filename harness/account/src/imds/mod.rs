//! The instance metadata service.

mod contents;
mod document;
mod error;
mod identity;
mod network;
mod path;
mod read;
#[cfg(test)]
mod tests;
mod token;
mod tree;

pub use error::ImdsError;
pub(crate) use identity::IdentityKeys;
pub use path::MetadataPath;
pub use read::Metadata;
pub(crate) use token::MetadataTokens;
pub use token::{TokenGrant, TokenRequest};
