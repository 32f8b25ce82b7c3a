//! Objects deleted, one or many.

use super::begin::{Permit, Resource, Target};
use super::error::S3Error;
use crate::instant::SimInstant;
use crate::world::World;

/// What became of one key of many.
#[derive(Clone, Debug)]
pub struct Deletion {
    /// The key.
    pub key: String,
    /// Why it was not deleted, if it was not.
    pub refusal: Option<S3Error>,
}

impl World {
    /// Deletes an object, or finds it deleted (`s3.delete.absent`).
    ///
    /// # Errors
    /// The bucket is gone since the permit was given.
    pub fn s3_delete(&mut self, now: SimInstant, permit: &Permit) -> Result<(), S3Error> {
        self.advance_to(now);
        let key = &permit.target()?.key;
        self.s3_bucket_mut(permit)?.objects.remove(key);
        Ok(())
    }

    /// Deletes those objects that the caller may delete: each is decided on by itself
    /// (`s3.delete.per-key`).
    ///
    /// # Errors
    /// The bucket is gone since the permit was given.
    pub fn s3_delete_many(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        keys: Vec<String>,
    ) -> Result<Vec<Deletion>, S3Error> {
        self.advance_to(now);
        let mut deletions = Vec::with_capacity(keys.len());
        for key in keys {
            let target = Target {
                bucket: permit.bucket()?.to_owned(),
                key,
            };
            let resource = Resource::Object(target.clone());
            let allowed = self.s3_allow_also(now, permit, "s3:DeleteObject", &resource);
            if allowed.is_ok() {
                self.s3_bucket_mut(permit)?.objects.remove(&target.key);
            }
            deletions.push(Deletion {
                key: target.key,
                refusal: allowed.err(),
            });
        }
        Ok(deletions)
    }
}
