//! What S3 asks of a bucket's policy beyond the grammar.

use super::context::Context;
use super::statement::{Listed, Statement};

/// Actions on objects. Source: Service Authorization Reference, "Actions, resources, and condition
/// keys for Amazon S3".
const OBJECT_ACTIONS: &[&str] = &[
    "s3:AbortMultipartUpload",
    "s3:BypassGovernanceRetention",
    "s3:DeleteObject",
    "s3:DeleteObjectTagging",
    "s3:DeleteObjectVersion",
    "s3:DeleteObjectVersionTagging",
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:GetObjectAttributes",
    "s3:GetObjectLegalHold",
    "s3:GetObjectRetention",
    "s3:GetObjectTagging",
    "s3:GetObjectTorrent",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionAttributes",
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionTagging",
    "s3:GetObjectVersionTorrent",
    "s3:InitiateReplication",
    "s3:ListMultipartUploadParts",
    "s3:ObjectOwnerOverrideToBucketOwner",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionAcl",
    "s3:PutObjectVersionTagging",
    "s3:ReplicateDelete",
    "s3:ReplicateObject",
    "s3:ReplicateTags",
    "s3:RestoreObject",
];

/// Enough of the actions on buckets that every pattern which means some of them fits one.
const BUCKET_ACTIONS: &[&str] = &[
    "s3:CreateBucket",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:DeleteBucketWebsite",
    "s3:GetAccelerateConfiguration",
    "s3:GetAnalyticsConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketCORS",
    "s3:GetBucketLocation",
    "s3:GetBucketLogging",
    "s3:GetBucketNotification",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketRequestPayment",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:GetIntelligentTieringConfiguration",
    "s3:GetInventoryConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetMetricsConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
    "s3:PutAccelerateConfiguration",
    "s3:PutAnalyticsConfiguration",
    "s3:PutBucketAcl",
    "s3:PutBucketCORS",
    "s3:PutBucketLogging",
    "s3:PutBucketNotification",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketRequestPayment",
    "s3:PutBucketTagging",
    "s3:PutBucketVersioning",
    "s3:PutBucketWebsite",
    "s3:PutEncryptionConfiguration",
    "s3:PutIntelligentTieringConfiguration",
    "s3:PutInventoryConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutMetricsConfiguration",
    "s3:PutReplicationConfiguration",
];

/// Says which action has no resource of its kind in the statement. An action that neither list has
/// is let pass: S3 has more of them every year.
pub(super) fn check(statement: &Statement) -> Result<(), String> {
    // policy.bucket.action-fits-resource
    let (Some(resources), false) = (&statement.resources, statement.actions.negated) else {
        return Ok(());
    };
    if resources.negated {
        return Ok(());
    }
    let objects = has(resources, |name| name.contains('/') || name.ends_with('*'));
    let buckets = has(resources, |name| !name.contains('/'));
    let nothing = Context::new();
    let actions = &statement.actions;
    for (pattern, text) in actions.patterns.iter().zip(&actions.written) {
        let means = |names: &[&str]| names.iter().any(|name| pattern.matches(name, &nothing));
        let (of_objects, of_buckets) = (means(OBJECT_ACTIONS), means(BUCKET_ACTIONS));
        let known = of_objects || of_buckets;
        if known && !(of_objects && objects || of_buckets && buckets) {
            return Err(format!(
                "`{text}` does not apply to any resource of the statement"
            ));
        }
    }
    Ok(())
}

fn has(resources: &Listed, is: impl Fn(&str) -> bool) -> bool {
    resources.written.iter().any(|text| {
        let name = text.split_once(":::").map_or("*", |(_, name)| name);
        is(name)
    })
}
