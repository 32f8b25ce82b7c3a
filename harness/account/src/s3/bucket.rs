//! Buckets: made, told apart, listed, deleted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::begin::Permit;
use super::bucket_policy::BucketPolicy;
use super::error::{S3Code, S3Error};
use super::listing::{Listed, Page, Selection, page};
use super::object::Object;
use super::public_access::PublicAccessBlock;
use super::tags::Tags;
use super::uploads::Uploads;
use crate::accounts::Accounts;
use crate::coherent::{Checked, possible, there};
use crate::control_plane::ControlPlane;
use crate::id;
use crate::instant::SimInstant;
use crate::operation::Operation;
use crate::world::World;

/// The Region that has no location constraint, for it was the first (`s3.bucket.location`).
const REGION_UNNAMED: &str = "us-east-1";

/// All buckets by name.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Buckets {
    by_name: BTreeMap<String, Bucket>,
}

impl Buckets {
    /// Whether the owner of each is there, in a world that was read.
    pub(crate) fn check(&self, accounts: &Accounts) -> Checked {
        for (name, bucket) in &self.by_name {
            let what = format!("the bucket `{name}`");
            let owner = &bucket.owner;
            let is_there = accounts.get(owner).is_some();
            there(is_there, &what, format!("the account {owner}"))?;
            let in_order = bucket.uploads.is_in_order();
            possible(
                in_order,
                format!("{what} has an upload under a key that is not its own"),
            )?;
        }
        Ok(())
    }

    pub(super) fn exists(&self, bucket: &str) -> bool {
        self.by_name.contains_key(bucket)
    }
}

/// A bucket.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// The account it belongs to.
    pub owner: String,
    /// When it was made.
    pub created: SimInstant,
    /// Where it is.
    pub region: String,
    pub(super) policy: Option<BucketPolicy>,
    pub(super) public_access_block: Option<PublicAccessBlock>,
    pub(super) tags: Tags,
    pub(super) objects: BTreeMap<String, Object>,
    pub(super) uploads: Uploads,
}

/// An account, as S3 names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The canonical user id.
    pub id: String,
}

/// A bucket in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedBucket {
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: SimInstant,
    /// Where it is.
    pub region: String,
}

impl ControlPlane<'_> {
    /// Makes a bucket; one that exists stays as it is.
    pub fn create_bucket(&mut self, name: &str) {
        let owner = self.account.clone();
        self.world.add_bucket(self.now, name, owner);
        self.done(Operation::CreateBucket, name);
    }
}

impl World {
    /// Makes a bucket (`s3.bucket.location`, `s3.bucket.again`).
    ///
    /// # Errors
    /// Somebody has one of that name; it is to be made elsewhere.
    pub fn s3_create_bucket(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        constraint: Option<&str>,
    ) -> Result<(), S3Error> {
        self.advance_to(now);
        self.check_constraint(constraint)?;
        let name = permit.bucket()?;
        let account = permit.account()?;
        match self.buckets.by_name.get(name) {
            Some(bucket) if bucket.owner != *account => {
                return Err(S3Error::resource(S3Code::BucketAlreadyExists));
            }
            Some(_) if self.region != REGION_UNNAMED => {
                return Err(S3Error::resource(S3Code::BucketAlreadyOwnedByYou));
            }
            Some(_) => {}
            None => self.add_bucket(now, name, account.to_owned()),
        }
        Ok(())
    }

    fn add_bucket(&mut self, now: SimInstant, name: &str, owner: String) {
        let bucket = || Bucket {
            owner,
            created: now,
            region: self.region.clone(),
            policy: None,
            // s3.public-access.default
            public_access_block: Some(PublicAccessBlock::DEFAULT),
            tags: Tags::default(),
            objects: BTreeMap::new(),
            uploads: Uploads::default(),
        };
        self.buckets
            .by_name
            .entry(name.to_owned())
            .or_insert_with(bucket);
    }

    fn check_constraint(&self, constraint: Option<&str>) -> Result<(), S3Error> {
        match constraint {
            None if self.region == REGION_UNNAMED => Ok(()),
            None => Err(S3Error::resource(
                S3Code::IllegalLocationConstraintException,
            )),
            Some(REGION_UNNAMED) => Err(S3Error::resource(S3Code::InvalidLocationConstraint)),
            Some(region) if region == self.region => Ok(()),
            Some(region) => {
                let mut error = S3Error::resource(S3Code::IllegalLocationConstraintException);
                error.message = format!(
                    "The {region} location constraint is incompatible for the region specific endpoint this request was sent to."
                );
                Err(error)
            }
        }
    }

    /// Deletes a bucket, with the uploads that have begun in it (`s3.bucket.not-empty`).
    ///
    /// # Errors
    /// It holds objects; it is gone since the permit was given.
    pub fn s3_delete_bucket(&mut self, now: SimInstant, permit: &Permit) -> Result<(), S3Error> {
        self.advance_to(now);
        if !self.s3_bucket_mut(permit)?.objects.is_empty() {
            return Err(S3Error::resource(S3Code::BucketNotEmpty));
        }
        self.buckets.by_name.remove(permit.bucket()?);
        Ok(())
    }

    /// The bucket.
    ///
    /// # Errors
    /// It is gone since the permit was given.
    pub fn s3_bucket(&mut self, now: SimInstant, permit: &Permit) -> Result<&Bucket, S3Error> {
        self.advance_to(now);
        self.s3_bucket_mut(permit).map(|bucket| &*bucket)
    }

    pub(super) fn s3_bucket_mut(&mut self, permit: &Permit) -> Result<&mut Bucket, S3Error> {
        let name = permit.bucket()?;
        self.s3_bucket_named(name)
    }

    pub(super) fn s3_bucket_named(&mut self, name: &str) -> Result<&mut Bucket, S3Error> {
        let bucket = self.buckets.by_name.get_mut(name);
        bucket.ok_or_else(|| S3Error::resource(S3Code::NoSuchBucket))
    }

    /// The buckets of the caller's account, by name.
    pub fn s3_list_buckets(
        &mut self,
        now: SimInstant,
        permit: &Permit,
        selection: &Selection<'_>,
    ) -> Page<ListedBucket> {
        self.advance_to(now);
        // Nobody has no buckets.
        let account = permit.account().unwrap_or_default();
        let buckets = self.buckets.by_name.iter();
        let own = buckets.filter(|(name, bucket)| {
            bucket.owner == *account && selection.after.is_none_or(|after| name.as_str() > after)
        });
        let listed = own.map(|(name, bucket)| Listed {
            name,
            item: (name, bucket),
        });
        page(listed, selection).map(|(name, bucket)| ListedBucket {
            name: name.clone(),
            created: bucket.created,
            region: bucket.region.clone(),
        })
    }

    /// How S3 names the account that owns the bucket, and what is in it; the caller's own if the
    /// permit is for no bucket.
    pub fn s3_owner(&self, permit: &Permit) -> Owner {
        let bucket = permit.resource.bucket();
        let bucket = bucket.and_then(|name| self.s3_find_bucket(name));
        let account = match bucket {
            Some(bucket) => &bucket.owner,
            None => permit.account().unwrap_or_default(),
        };
        Owner {
            id: id::canonical_user_id(&self.entropy, account),
        }
    }

    /// A bucket, for whoever looks at the account from outside: no permission is asked.
    pub fn s3_find_bucket(&self, name: &str) -> Option<&Bucket> {
        self.buckets.by_name.get(name)
    }
}

impl Bucket {
    /// What `GetBucketLocation` answers (`s3.bucket.location`).
    pub fn location_constraint(&self) -> Option<&str> {
        (self.region != REGION_UNNAMED).then_some(&*self.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{options, start};
    use crate::world::WorldOptions;

    // s3.bucket.location
    #[test]
    fn a_region_is_named_by_all_but_the_first() {
        for (region, constraint, expected) in [
            ("us-east-1", None, None),
            (
                "us-east-1",
                Some("us-east-1"),
                Some(S3Code::InvalidLocationConstraint),
            ),
            (
                "us-east-1",
                Some("eu-west-1"),
                Some(S3Code::IllegalLocationConstraintException),
            ),
            ("eu-west-1", Some("eu-west-1"), None),
            (
                "eu-west-1",
                None,
                Some(S3Code::IllegalLocationConstraintException),
            ),
            (
                "eu-west-1",
                Some("us-west-2"),
                Some(S3Code::IllegalLocationConstraintException),
            ),
        ] {
            let mut world = World::new(WorldOptions {
                region: region.to_owned(),
                ..options()
            });
            let found = world.check_constraint(constraint).err();
            let found = found.map(|error| error.code);
            assert_eq!(found, expected, "{region} {constraint:?}");
            world.operator(start()).create_bucket("photos");
            let bucket = world.s3_find_bucket("photos").unwrap();
            let told = (region != "us-east-1").then_some(region);
            assert_eq!(bucket.location_constraint(), told);
            assert_eq!(bucket.owner, "111122223333");
        }
    }
}
