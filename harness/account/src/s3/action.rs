//! Which permission an operation needs, and what it is about.

use crate::operation::Operation;

/// The action that a policy must allow (`s3.put.action`, `s3.get.action`, `s3.tags.actions`,
/// `s3.delete.action`, `s3.list.action`, `s3.bucket.actions`, `s3.multipart.actions`,
/// `s3.policy.actions`, `s3.public-access.actions`, `s3.acl.actions`).
pub(super) fn action(operation: Operation) -> Option<&'static str> {
    match operation {
        Operation::PutObject
        | Operation::CopyObject
        | Operation::CreateMultipartUpload
        | Operation::UploadPart
        | Operation::UploadPartCopy
        | Operation::CompleteMultipartUpload => Some("s3:PutObject"),
        Operation::GetObject | Operation::HeadObject => Some("s3:GetObject"),
        Operation::GetObjectTagging => Some("s3:GetObjectTagging"),
        Operation::PutObjectTagging => Some("s3:PutObjectTagging"),
        Operation::DeleteObjectTagging => Some("s3:DeleteObjectTagging"),
        Operation::DeleteObject | Operation::DeleteObjects => Some("s3:DeleteObject"),
        Operation::HeadBucket | Operation::ListObjects | Operation::ListObjectsV2 => {
            Some("s3:ListBucket")
        }
        Operation::CreateBucket => Some("s3:CreateBucket"),
        Operation::DeleteBucket => Some("s3:DeleteBucket"),
        Operation::GetBucketLocation => Some("s3:GetBucketLocation"),
        Operation::GetBucketPolicy => Some("s3:GetBucketPolicy"),
        Operation::PutBucketPolicy => Some("s3:PutBucketPolicy"),
        Operation::DeleteBucketPolicy => Some("s3:DeleteBucketPolicy"),
        Operation::GetBucketPolicyStatus => Some("s3:GetBucketPolicyStatus"),
        Operation::GetPublicAccessBlock => Some("s3:GetBucketPublicAccessBlock"),
        Operation::PutPublicAccessBlock | Operation::DeletePublicAccessBlock => {
            Some("s3:PutBucketPublicAccessBlock")
        }
        Operation::GetBucketTagging => Some("s3:GetBucketTagging"),
        Operation::PutBucketTagging | Operation::DeleteBucketTagging => Some("s3:PutBucketTagging"),
        Operation::GetBucketAcl => Some("s3:GetBucketAcl"),
        Operation::PutBucketAcl => Some("s3:PutBucketAcl"),
        Operation::GetObjectAcl => Some("s3:GetObjectAcl"),
        Operation::PutObjectAcl => Some("s3:PutObjectAcl"),
        Operation::ListBuckets => Some("s3:ListAllMyBuckets"),
        Operation::AbortMultipartUpload => Some("s3:AbortMultipartUpload"),
        Operation::ListParts => Some("s3:ListMultipartUploadParts"),
        Operation::ListMultipartUploads => Some("s3:ListBucketMultipartUploads"),
        _ => None,
    }
}

/// Whether the decision waits for the body, which says with what or about what.
pub(super) fn is_decided_later(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::DeleteObjects | Operation::PutObjectTagging
    )
}

/// Whether only the account that owns the bucket may do it, and with which method
/// (`s3.policy.owner-only`).
pub(super) fn owners_method(operation: Operation) -> Option<&'static str> {
    match operation {
        Operation::GetBucketPolicy | Operation::GetBucketPolicyStatus => Some("GET"),
        Operation::PutBucketPolicy => Some("PUT"),
        Operation::DeleteBucketPolicy => Some("DELETE"),
        _ => None,
    }
}

/// The actions that a statement about objects can have no use for, and the other way round: what
/// each of those that are served here is about (`s3.policy.resources`).
pub(super) fn is_about_objects(action: &str) -> Option<bool> {
    const OBJECTS: &[&str] = &[
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:DeleteObjectTagging",
        "s3:GetObject",
        "s3:GetObjectAcl",
        "s3:GetObjectTagging",
        "s3:ListMultipartUploadParts",
        "s3:PutObject",
        "s3:PutObjectAcl",
        "s3:PutObjectTagging",
    ];
    const BUCKETS: &[&str] = &[
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:GetBucketAcl",
        "s3:GetBucketLocation",
        "s3:GetBucketPolicy",
        "s3:GetBucketPolicyStatus",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketTagging",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:PutBucketAcl",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketTagging",
    ];
    let is = |known: &&str| known.eq_ignore_ascii_case(action);
    if OBJECTS.iter().any(is) {
        return Some(true);
    }
    BUCKETS.iter().any(is).then_some(false)
}

/// Whether the tags of the object are keys of the decision (`s3.context.object-tags`).
pub(super) fn sees_object_tags(action: &str) -> bool {
    matches!(
        action,
        "s3:GetObject"
            | "s3:GetObjectAcl"
            | "s3:PutObjectAcl"
            | "s3:GetObjectTagging"
            | "s3:PutObjectTagging"
            | "s3:DeleteObjectTagging"
    )
}
