//! What a request wishes for what it makes: who owns it, and how it is encrypted. Buckets here are as
//! new ones are: without access control lists, and encrypted with keys of S3.

use std::collections::BTreeMap;

use super::begin::{Permit, Resource};
use super::error::{S3Code, S3Error};
use crate::authenticate::Stage;
use crate::id;
use crate::instant::SimInstant;
use crate::operation::Operation;
use crate::policy::Context;
use crate::world::World;

/// How everything is encrypted, as answers say it (`s3.encryption.always`).
pub const ENCRYPTION: &str = "AES256";

/// What a request wishes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// `x-amz-acl`: an access control list by its name.
    pub acl: Option<String>,
    /// `x-amz-grant-PERMISSION`: who is to have which permission.
    pub grants: BTreeMap<String, String>,
    /// `x-amz-server-side-encryption`.
    pub encryption: Option<String>,
}

impl Wishes {
    /// Whether an access control list is wished.
    fn any_acl(&self) -> bool {
        self.acl.is_some() || !self.grants.is_empty()
    }

    /// s3.encryption.headers
    fn check_encryption(&self) -> Result<(), S3Error> {
        match self.encryption.as_deref() {
            None | Some(ENCRYPTION) => Ok(()),
            // Keys of KMS this account has not.
            Some("aws:kms" | "aws:kms:dsse" | "aws:fsx") => {
                let message = "This simulated account has no AWS KMS: the only server-side encryption is AES256.";
                let (code, stage) = (S3Code::NotImplemented, Stage::Operation);
                Err(S3Error::with_message(code, stage, message))
            }
            Some(_) => {
                let code = S3Code::InvalidEncryptionAlgorithmError;
                Err(S3Error::new(code, Stage::Operation))
            }
        }
    }
}

impl World {
    /// Refuses wishes that no bucket here grants, of whoever has leave for the rest.
    pub(super) fn s3_grant(
        &self,
        now: SimInstant,
        permit: &Permit,
        wishes: &Wishes,
        context: &Context,
    ) -> Result<(), S3Error> {
        // s3.acl.actions
        if wishes.any_acl() {
            let action = match permit.operation {
                Operation::CreateBucket => Some("s3:PutBucketAcl"),
                Operation::PutBucketAcl | Operation::PutObjectAcl => None,
                _ => Some("s3:PutObjectAcl"),
            };
            let session = permit.session.as_ref();
            if let Some(action) = action {
                self.s3_allow(now, session, action, &permit.resource, context)?;
            }
        }
        match permit.operation {
            // s3.acl.never-set
            Operation::PutBucketAcl | Operation::PutObjectAcl => Err(no_lists()),
            // s3.acl.new-bucket
            Operation::CreateBucket => match wishes.acl.as_deref() {
                None | Some("private") if wishes.grants.is_empty() => Ok(()),
                _ => {
                    let code = S3Code::InvalidBucketAclWithObjectOwnership;
                    Err(S3Error::new(code, Stage::Operation))
                }
            },
            _ => {
                self.check_object_acl(permit, wishes)?;
                wishes.check_encryption()
            }
        }
    }

    /// s3.acl.owner-only: what gives the owner of the bucket everything and nobody else anything
    /// changes nothing.
    fn check_object_acl(&self, permit: &Permit, wishes: &Wishes) -> Result<(), S3Error> {
        let bucket = permit.resource.bucket();
        let Some(bucket) = bucket.and_then(|name| self.s3_find_bucket(name)) else {
            return Ok(());
        };
        let session = permit.session.as_ref();
        let by_owner = session.is_some_and(|session| session.identity.account == bucket.owner);
        let named = match wishes.acl.as_deref() {
            None | Some("bucket-owner-full-control") => true,
            Some("private") => by_owner,
            Some(_) => false,
        };
        let owner = id::canonical_user_id(&self.entropy, &bucket.owner);
        let granted = wishes
            .grants
            .iter()
            .all(|(permission, grantees)| permission == "full-control" && is_of(grantees, &owner));
        if named && granted {
            Ok(())
        } else {
            Err(no_lists())
        }
    }

    /// The canonical id of who has all permissions of a bucket or an object, as its access control
    /// list says it.
    ///
    /// # Errors
    /// No such object.
    pub fn s3_acl_owner(&self, permit: &Permit) -> Result<String, S3Error> {
        if let Resource::Object(target) = &permit.resource
            && self.s3_object(target).is_none()
        {
            let missing = S3Error::resource(S3Code::NoSuchKey);
            return Err(missing.and("Key", &target.key));
        }
        Ok(self.s3_owner(permit).id)
    }
}

fn no_lists() -> S3Error {
    S3Error::new(S3Code::AccessControlListNotSupported, Stage::Operation)
}

/// Whether a list of grantees is that one canonical id: `id="…"`.
fn is_of(grantees: &str, owner: &str) -> bool {
    let id = grantees.trim().strip_prefix("id=");
    id.is_some_and(|id| id.trim_matches('"') == owner)
}

#[cfg(test)]
mod tests {
    use super::*;

    // s3.encryption.headers
    #[test]
    fn everything_is_encrypted_with_keys_of_s3() {
        for (wished, expected) in [
            (None, None),
            (Some("AES256"), None),
            (Some("aws:kms"), Some(S3Code::NotImplemented)),
            (Some("aws:kms:dsse"), Some(S3Code::NotImplemented)),
            (
                Some("aes256"),
                Some(S3Code::InvalidEncryptionAlgorithmError),
            ),
            (Some(""), Some(S3Code::InvalidEncryptionAlgorithmError)),
        ] {
            let wishes = Wishes {
                encryption: wished.map(str::to_owned),
                ..Wishes::default()
            };
            let refused = wishes.check_encryption().err();
            assert_eq!(refused.map(|error| error.code), expected, "{wished:?}");
        }
    }

    #[test]
    fn a_grantee_is_one_canonical_id() {
        for (grantees, is_owner) in [
            (r#"id="abc""#, true),
            ("id=abc", true),
            (r#"id="abc", id="def""#, false),
            (
                r#"uri="http://acs.amazonaws.com/groups/global/AllUsers""#,
                false,
            ),
            ("", false),
        ] {
            assert_eq!(is_of(grantees, "abc"), is_owner, "{grantees}");
        }
    }
}
