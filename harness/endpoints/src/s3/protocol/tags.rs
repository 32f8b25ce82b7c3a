//! The tags of objects and buckets.

use rolecall_account::Stage;
use rolecall_account::s3::{S3Code, S3Error, Tags};
use s3s::dto::{
    DeleteBucketTaggingInput, DeleteBucketTaggingOutput, DeleteObjectTaggingInput,
    DeleteObjectTaggingOutput, GetBucketTaggingInput, GetBucketTaggingOutput,
    GetObjectTaggingInput, GetObjectTaggingOutput, PutBucketTaggingInput, PutBucketTaggingOutput,
    PutObjectTaggingInput, PutObjectTaggingOutput, Tag, TagSet,
};

use super::store::Step;

pub(super) fn of_object(
    step: Step<'_>,
    _input: GetObjectTaggingInput,
) -> Result<GetObjectTaggingOutput, S3Error> {
    let Step { world, hand, .. } = step;
    let tags = world.s3_get_tags(hand.now, &hand.permit)?;
    Ok(GetObjectTaggingOutput {
        tag_set: shown(&tags),
        ..GetObjectTaggingOutput::default()
    })
}

pub(super) fn put_object(
    step: Step<'_>,
    input: PutObjectTaggingInput,
) -> Result<PutObjectTaggingOutput, S3Error> {
    let Step { world, hand, .. } = step;
    let tags = Tags::of_object(pairs(input.tagging.tag_set)?)?;
    world.s3_put_tags(hand.now, &hand.permit, tags)?;
    Ok(PutObjectTaggingOutput::default())
}

pub(super) fn delete_object(
    step: Step<'_>,
    _input: DeleteObjectTaggingInput,
) -> Result<DeleteObjectTaggingOutput, S3Error> {
    let Step { world, hand, .. } = step;
    world.s3_delete_tags(hand.now, &hand.permit)?;
    Ok(DeleteObjectTaggingOutput::default())
}

pub(super) fn of_bucket(
    step: Step<'_>,
    _input: GetBucketTaggingInput,
) -> Result<GetBucketTaggingOutput, S3Error> {
    let Step { world, hand, .. } = step;
    let tags = world.s3_get_bucket_tags(hand.now, &hand.permit)?;
    Ok(GetBucketTaggingOutput {
        tag_set: shown(&tags),
    })
}

pub(super) fn put_bucket(
    step: Step<'_>,
    input: PutBucketTaggingInput,
) -> Result<PutBucketTaggingOutput, S3Error> {
    let Step { world, hand, .. } = step;
    let tags = Tags::of_bucket(pairs(input.tagging.tag_set)?)?;
    world.s3_set_bucket_tags(hand.now, &hand.permit, tags)?;
    Ok(PutBucketTaggingOutput::default())
}

pub(super) fn delete_bucket(
    step: Step<'_>,
    _input: DeleteBucketTaggingInput,
) -> Result<DeleteBucketTaggingOutput, S3Error> {
    let Step { world, hand, .. } = step;
    world.s3_set_bucket_tags(hand.now, &hand.permit, Tags::default())?;
    Ok(DeleteBucketTaggingOutput::default())
}

fn shown(tags: &Tags) -> TagSet {
    let tag = |(key, value): (&str, &str)| Tag {
        key: Some(key.to_owned()),
        value: Some(value.to_owned()),
    };
    tags.iter().map(tag).collect()
}

/// A tag has both a key and a value, be they empty.
fn pairs(tags: TagSet) -> Result<Vec<(String, String)>, S3Error> {
    let pair = |tag: Tag| Some((tag.key?, tag.value?));
    let pairs: Option<Vec<_>> = tags.into_iter().map(pair).collect();
    pairs.ok_or_else(|| S3Error::new(S3Code::MalformedXML, Stage::Parameters))
}
