//! The policies of buckets, and what of public access is blocked.

use rolecall_account::s3::{PublicAccessBlock, S3Error};
use s3s::dto::{
    DeleteBucketPolicyInput, DeleteBucketPolicyOutput, DeletePublicAccessBlockInput,
    DeletePublicAccessBlockOutput, GetBucketPolicyInput, GetBucketPolicyOutput,
    GetBucketPolicyStatusInput, GetBucketPolicyStatusOutput, GetPublicAccessBlockInput,
    GetPublicAccessBlockOutput, PolicyStatus, PublicAccessBlockConfiguration, PutBucketPolicyInput,
    PutBucketPolicyOutput, PutPublicAccessBlockInput, PutPublicAccessBlockOutput,
};

use super::store::Step;

pub(super) fn get(
    step: Step<'_>,
    _input: GetBucketPolicyInput,
) -> Result<GetBucketPolicyOutput, S3Error> {
    let Step { world, hand, .. } = step;
    let text = world.s3_get_policy(hand.now, &hand.permit)?;
    Ok(GetBucketPolicyOutput { policy: Some(text) })
}

pub(super) fn put(
    step: Step<'_>,
    input: PutBucketPolicyInput,
) -> Result<PutBucketPolicyOutput, S3Error> {
    let Step { world, hand, .. } = step;
    let PutBucketPolicyInput { policy, .. } = input;
    world.s3_put_policy(hand.now, &hand.permit, &policy)?;
    Ok(PutBucketPolicyOutput::default())
}

pub(super) fn delete(
    step: Step<'_>,
    _input: DeleteBucketPolicyInput,
) -> Result<DeleteBucketPolicyOutput, S3Error> {
    let Step { world, hand, .. } = step;
    world.s3_delete_policy(hand.now, &hand.permit)?;
    Ok(DeleteBucketPolicyOutput::default())
}

pub(super) fn status(
    step: Step<'_>,
    _input: GetBucketPolicyStatusInput,
) -> Result<GetBucketPolicyStatusOutput, S3Error> {
    let Step { world, hand, .. } = step;
    let is_public = world.s3_policy_is_public(hand.now, &hand.permit)?;
    Ok(GetBucketPolicyStatusOutput {
        policy_status: Some(PolicyStatus {
            is_public: Some(is_public),
        }),
    })
}

pub(super) fn block(
    step: Step<'_>,
    _input: GetPublicAccessBlockInput,
) -> Result<GetPublicAccessBlockOutput, S3Error> {
    let Step { world, hand, .. } = step;
    let block = world.s3_get_public_access_block(hand.now, &hand.permit)?;
    Ok(GetPublicAccessBlockOutput {
        public_access_block_configuration: Some(PublicAccessBlockConfiguration {
            block_public_acls: Some(block.block_public_acls),
            block_public_policy: Some(block.block_public_policy),
            ignore_public_acls: Some(block.ignore_public_acls),
            restrict_public_buckets: Some(block.restrict_public_buckets),
        }),
    })
}

/// What is not said is off.
pub(super) fn set_block(
    step: Step<'_>,
    input: PutPublicAccessBlockInput,
) -> Result<PutPublicAccessBlockOutput, S3Error> {
    let Step { world, hand, .. } = step;
    let said = input.public_access_block_configuration;
    let block = PublicAccessBlock {
        block_public_acls: said.block_public_acls.unwrap_or_default(),
        ignore_public_acls: said.ignore_public_acls.unwrap_or_default(),
        block_public_policy: said.block_public_policy.unwrap_or_default(),
        restrict_public_buckets: said.restrict_public_buckets.unwrap_or_default(),
    };
    world.s3_set_public_access_block(hand.now, &hand.permit, Some(block))?;
    Ok(PutPublicAccessBlockOutput::default())
}

pub(super) fn delete_block(
    step: Step<'_>,
    _input: DeletePublicAccessBlockInput,
) -> Result<DeletePublicAccessBlockOutput, S3Error> {
    let Step { world, hand, .. } = step;
    world.s3_set_public_access_block(hand.now, &hand.permit, None)?;
    Ok(DeletePublicAccessBlockOutput::default())
}
