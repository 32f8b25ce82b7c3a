//! Buckets of several accounts: who may, and who is told why.

use std::sync::Arc;

use super::begin::{Question, Resource, Target};
use super::error::S3Code;
use super::{Permit, PublicAccessBlock, S3Error, Tags};
use crate::authenticate::Stage;
use crate::operation::Operation;
use crate::policy::Context;
use crate::s3::Preconditions;
use crate::session::{Actor, Session};
use crate::testing::{PROFILE, ROLE, launch, policy, role, served, start, world};
use crate::world::World;

const OWN: &str = "111122223333";
const OTHER: &str = "444455556666";

struct Lab {
    world: World,
    /// Of the account that owns the bucket.
    own: Arc<Session>,
    /// Of another account, with the same policies of its own.
    other: Arc<Session>,
}

/// A bucket `photos`, and two who may do everything as far as their own accounts are concerned.
fn lab() -> Lab {
    let mut world = world();
    let instance = launch(&mut world, Some(PROFILE));
    let own = served(&mut world, start(), &instance);
    let mut other = Session::clone(&own);
    world.accounts.open(OTHER);
    let mut there = world.operator_in(start(), OTHER).unwrap();
    there.create_role(role(ROLE, "ec2.amazonaws.com")).unwrap();
    let their_role = world.accounts.get(OTHER).unwrap().role(ROLE).unwrap();
    OTHER.clone_into(&mut other.identity.account);
    other.identity.actor = Actor::Role {
        name: ROLE.to_owned(),
        id: their_role.id.clone(),
        arn: their_role.arn.clone(),
        session_name: "there".to_owned(),
    };
    world.operator(start()).create_bucket("photos");
    let mut lab = Lab {
        world,
        own,
        other: Arc::new(other),
    };
    lab.allow("s3:*");
    lab
}

impl Lab {
    fn allow(&mut self, action: &str) {
        for account in [OWN, OTHER] {
            let mut operator = self.world.operator_in(start(), account).unwrap();
            let document = policy("Allow", action);
            operator.put_role_policy(ROLE, "allow", document).unwrap();
        }
    }

    fn begin(
        &mut self,
        session: Option<&Arc<Session>>,
        operation: Operation,
        resource: Resource,
    ) -> Result<Permit, S3Error> {
        let question = Question {
            operation,
            resource,
            preconditions: Preconditions::default(),
            source: None,
            tags: None,
            wishes: super::Wishes::default(),
            signed: Context::new(),
            context: Context::new(),
        };
        self.world.s3_begin(start(), session, question)
    }

    /// What the bucket's owner lets others do: everything public is let through.
    fn put_bucket_policy(&mut self, principal: &str, action: &str) {
        let own = Arc::clone(&self.own);
        let permit = self.begin(Some(&own), Operation::PutBucketPolicy, bucket());
        let permit = permit.unwrap();
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow",
                "Principal": {principal}, "Action": "{action}",
                "Resource": ["arn:aws:s3:::photos", "arn:aws:s3:::photos/*"]}}}}"#
        );
        let now = start();
        let world = &mut self.world;
        world
            .s3_set_public_access_block(now, &permit, None)
            .unwrap();
        world.s3_put_policy(now, &permit, &text).unwrap();
    }

    fn other_may(&mut self, operation: Operation, resource: Resource) -> Result<Permit, S3Error> {
        let other = Arc::clone(&self.other);
        self.begin(Some(&other), operation, resource)
    }
}

fn bucket() -> Resource {
    Resource::Bucket("photos".to_owned())
}

fn object() -> Resource {
    Resource::Object(Target {
        bucket: "photos".to_owned(),
        key: "k".to_owned(),
    })
}

// s3.policy.evaluated, s3.denied.outside-account
#[test]
fn another_account_needs_leave_of_both() {
    let mut lab = lab();
    let refused = lab.other_may(Operation::PutObject, object()).unwrap_err();
    assert_eq!(
        (refused.code, refused.stage),
        (S3Code::AccessDenied, Stage::Policy)
    );
    assert_eq!(refused.message, "Access Denied", "not why");

    let account = format!(r#"{{"AWS": "{OTHER}"}}"#);
    lab.put_bucket_policy(&account, "s3:PutObject");
    assert!(lab.other_may(Operation::PutObject, object()).is_ok());
    assert!(lab.other_may(Operation::GetObject, object()).is_err());

    lab.allow("s3:GetObject");
    assert!(
        lab.other_may(Operation::PutObject, object()).is_err(),
        "its own account"
    );
    let own = Arc::clone(&lab.own);
    let refused = lab
        .begin(Some(&own), Operation::PutObject, object())
        .unwrap_err();
    assert!(
        refused.message.contains("no identity-based policy"),
        "{refused}"
    );
}

// s3.bucket.again
#[test]
fn a_name_is_taken_in_all_accounts() {
    let mut lab = lab();
    let permit = lab.other_may(Operation::CreateBucket, bucket()).unwrap();
    let refused = lab
        .world
        .s3_create_bucket(start(), &permit, None)
        .unwrap_err();
    assert_eq!(
        (refused.code, refused.code.status()),
        (S3Code::BucketAlreadyExists, 409)
    );

    let theirs = Resource::Bucket("theirs".to_owned());
    let permit = lab
        .other_may(Operation::CreateBucket, theirs.clone())
        .unwrap();
    lab.world.s3_create_bucket(start(), &permit, None).unwrap();
    assert_eq!(lab.world.s3_find_bucket("theirs").unwrap().owner, OTHER);
    let own = Arc::clone(&lab.own);
    assert!(
        lab.begin(Some(&own), Operation::ListObjectsV2, theirs)
            .is_err()
    );
}

// s3.policy.owner-only
#[test]
fn the_policy_is_for_the_owners_account() {
    let mut lab = lab();
    let account = format!(r#"{{"AWS": "{OTHER}"}}"#);
    lab.put_bucket_policy(&account, "s3:*");
    for (operation, method) in [
        (Operation::GetBucketPolicy, "GET"),
        (Operation::PutBucketPolicy, "PUT"),
        (Operation::DeleteBucketPolicy, "DELETE"),
        (Operation::GetBucketPolicyStatus, "GET"),
    ] {
        let refused = lab.other_may(operation, bucket()).unwrap_err();
        assert_eq!(refused.code, S3Code::MethodNotAllowed, "{operation}");
        assert_eq!(refused.elements[0], ("Method", method.to_owned()));
    }
    assert!(lab.other_may(Operation::ListObjectsV2, bucket()).is_ok());
}

// s3.public-access.restrict
#[test]
fn a_restricted_bucket_is_for_its_own_account() {
    let mut lab = lab();
    lab.put_bucket_policy(r#""*""#, "s3:GetObject");
    assert!(lab.begin(None, Operation::GetObject, object()).is_ok());
    assert!(lab.other_may(Operation::GetObject, object()).is_ok());
    let own = Arc::clone(&lab.own);
    let permit = lab.begin(Some(&own), Operation::PutPublicAccessBlock, bucket());
    let block = Some(PublicAccessBlock::DEFAULT);
    let set = lab
        .world
        .s3_set_public_access_block(start(), &permit.unwrap(), block);
    set.unwrap();
    assert!(lab.begin(None, Operation::GetObject, object()).is_err());
    assert!(lab.other_may(Operation::GetObject, object()).is_err());
    assert!(
        lab.begin(Some(&own), Operation::GetObject, object())
            .is_ok()
    );
}

// s3.context.resource-account
#[test]
fn a_policy_can_keep_to_buckets_of_one_account() {
    let mut lab = lab();
    for (account, allowed) in [(OWN, true), (OTHER, false)] {
        for key in ["s3:ResourceAccount", "aws:ResourceAccount"] {
            let text = format!(
                r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "s3:*",
                    "Resource": "*", "Condition": {{"StringEquals": {{"{key}": "{account}"}}}}}}}}"#
            );
            let kind = crate::policy::DocumentKind::Identity;
            let document = crate::policy::Document::parse(&text, kind).unwrap();
            let mut operator = lab.world.operator(start());
            operator.put_role_policy(ROLE, "allow", document).unwrap();
            let own = Arc::clone(&lab.own);
            let answer = lab.begin(Some(&own), Operation::PutObject, object());
            assert_eq!(answer.is_ok(), allowed, "{key} {account}");
        }
    }
}

// s3.anonymous.denied
#[test]
fn who_did_not_sign_makes_no_bucket_and_lists_none() {
    let mut lab = lab();
    lab.put_bucket_policy(r#""*""#, "s3:*");
    let new = Resource::Bucket("new-bucket".to_owned());
    for (operation, resource) in [
        (Operation::CreateBucket, new),
        (Operation::ListBuckets, Resource::Account),
    ] {
        let refused = lab.begin(None, operation, resource).unwrap_err();
        assert_eq!(refused.code, S3Code::AccessDenied, "{operation}");
    }
    let permit = lab
        .begin(None, Operation::PutObjectTagging, object())
        .unwrap();
    let refused = lab.world.s3_put_tags(start(), &permit, Tags::default());
    assert_eq!(refused.unwrap_err().code, S3Code::NoSuchKey);
}
