//! Reading metadata: everything but the token request.

use bytes::Bytes;

use super::document;
use super::error::ImdsError;
use super::path::MetadataPath;
use super::tree::{Found, View};
use crate::instant::SimInstant;
use crate::issuing::{KeySet, Serving, Source};
use crate::session::RoleDelivery;
use crate::world::World;

const TEXT: &str = "text/plain";
/// Of user data: it may be anything.
const BYTES: &str = "application/octet-stream";

/// What was read.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// The value, the document or the listing.
    pub body: Bytes,
    /// The content type (`imds.headers.content-type`).
    pub content_type: &'static str,
    /// When it last changed (`imds.headers.last-modified`).
    pub last_modified: SimInstant,
    /// For how many seconds yet the token of the request is good; `None` if it had none
    /// (`imds.token.ttl-told`).
    pub token_ttl_seconds: Option<u32>,
}

impl World {
    /// Reads what is at a path (`imds.paths.tree`).
    ///
    /// # Errors
    /// No valid token; nothing at that path; an instance that does not run, or whose metadata
    /// endpoint is disabled.
    pub fn imds_read(
        &mut self,
        now: SimInstant,
        instance: &str,
        token: Option<&str>,
        path: &MetadataPath,
    ) -> Result<Metadata, ImdsError> {
        self.advance_to(now);
        let token_ttl_seconds = self.check_metadata_token(now, instance, token)?;
        // imds.credentials.role-delivery
        let delivery = match token {
            None => RoleDelivery::V1,
            Some(_) => RoleDelivery::V2,
        };
        let found = self.answering(instance)?;
        let changed_at = found.changed_at;
        let found = View::new(self, found).find(path.parts());
        let mut content_type = TEXT;
        let (body, last_modified) = match found.ok_or(ImdsError::NotFound)? {
            Found::Text(text) => (text.into(), self.modified(instance, path, changed_at)),
            Found::Bytes(bytes) => {
                content_type = BYTES;
                (bytes, changed_at)
            }
            Found::Credentials { extended } => {
                self.role_credentials(now, instance, delivery, extended)?
            }
            Found::IdentityCredentials => {
                let keys = self.identity_keys(now, instance, delivery);
                let document = keys.document(document::credentials);
                (document, keys.session.issued_at)
            }
        };
        Ok(Metadata {
            body,
            content_type,
            last_modified,
            token_ttl_seconds,
        })
    }

    /// The document of the role's credentials, or the one that says why there are none
    /// (`imds.credentials.error-document`).
    fn role_credentials(
        &mut self,
        now: SimInstant,
        instance: &str,
        delivery: RoleDelivery,
        extended: bool,
    ) -> Result<(Bytes, SimInstant), ImdsError> {
        let source = Source::Instance(instance.to_owned());
        if let Some(Serving::Refused { role_name, at }) = self.serving_of(&source) {
            return Ok((document::refused(role_name, *at).into(), *at));
        }
        let keys = self.delivered(now, &source, delivery);
        let keys: &KeySet = keys.ok_or(ImdsError::NotFound)?;
        let document = if extended {
            keys.extended(document::extended)
        } else {
            keys.document(document::credentials)
        };
        Ok((document, keys.session.issued_at))
    }

    /// What is said about the role changes when credentials are issued.
    fn modified(&self, instance: &str, path: &MetadataPath, changed_at: SimInstant) -> SimInstant {
        let source = Source::Instance(instance.to_owned());
        match self.serving_of(&source) {
            Some(serving) if path.is_of_the_role() => serving.since(),
            _ => changed_at,
        }
    }

    pub(super) fn serving_of(&self, source: &Source) -> Option<&Serving> {
        self.issuers.get(source)?.serving()
    }
}
