//! Buckets.

use rolecall_account::s3::{ListedBucket, S3Error, Selection};
use s3s::dto::{
    Bucket, BucketLocationConstraint, CreateBucketInput, CreateBucketOutput, DeleteBucketInput,
    DeleteBucketOutput, GetBucketLocationInput, GetBucketLocationOutput, HeadBucketInput,
    HeadBucketOutput, ListBucketsInput, ListBucketsOutput,
};

use super::convert::{at_most, owner, timestamp};
use super::store::Step;

/// The most buckets on a page (`s3.list.pages`).
const PAGE_MAX: u16 = 10_000;

pub(super) fn create(
    step: Step<'_>,
    input: CreateBucketInput,
) -> Result<CreateBucketOutput, S3Error> {
    let hand = step.hand;
    let constraint = input
        .create_bucket_configuration
        .and_then(|configuration| configuration.location_constraint);
    let constraint = constraint.as_ref().map(BucketLocationConstraint::as_str);
    let constraint = constraint.filter(|constraint| !constraint.is_empty());
    step.world
        .s3_create_bucket(hand.now, &hand.permit, constraint)?;
    Ok(CreateBucketOutput {
        location: Some(format!("/{}", input.bucket)),
    })
}

pub(super) fn head(step: Step<'_>, _input: HeadBucketInput) -> Result<HeadBucketOutput, S3Error> {
    let Step { world, hand, .. } = step;
    let bucket = world.s3_bucket(hand.now, &hand.permit)?;
    Ok(HeadBucketOutput {
        bucket_region: Some(bucket.region.clone()),
        ..HeadBucketOutput::default()
    })
}

pub(super) fn delete(
    step: Step<'_>,
    _input: DeleteBucketInput,
) -> Result<DeleteBucketOutput, S3Error> {
    let Step { world, hand, .. } = step;
    world.s3_delete_bucket(hand.now, &hand.permit)?;
    Ok(DeleteBucketOutput::default())
}

pub(super) fn location(
    step: Step<'_>,
    _input: GetBucketLocationInput,
) -> Result<GetBucketLocationOutput, S3Error> {
    let Step { world, hand, .. } = step;
    let bucket = world.s3_bucket(hand.now, &hand.permit)?;
    let constraint = bucket.location_constraint().map(str::to_owned);
    Ok(GetBucketLocationOutput {
        location_constraint: constraint.map(BucketLocationConstraint::from),
    })
}

pub(super) fn list(step: Step<'_>, input: ListBucketsInput) -> Result<ListBucketsOutput, S3Error> {
    let max = at_most(input.max_buckets, "max-buckets", PAGE_MAX)?;
    let selection = Selection {
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: None,
        after: input.continuation_token.as_deref(),
        max: max.into(),
    };
    let elsewhere = input
        .bucket_region
        .as_deref()
        .is_some_and(|region| region != step.world.region());
    let owner = owner(&step);
    let Step { world, hand, .. } = step;
    let mut page = world.s3_list_buckets(hand.now, &hand.permit, &selection);
    if elsewhere {
        (page.items, page.next) = (Vec::new(), None);
    }
    let told_region = input.max_buckets.is_some() || input.bucket_region.is_some();
    let listed = |bucket: ListedBucket| Bucket {
        bucket_region: told_region.then_some(bucket.region),
        creation_date: Some(timestamp(bucket.created)),
        name: Some(bucket.name),
    };
    Ok(ListBucketsOutput {
        buckets: Some(page.items.into_iter().map(listed).collect()),
        continuation_token: page.next,
        owner: Some(owner),
        prefix: input.prefix,
    })
}
