//! Objects deleted.

use rolecall_account::Stage;
use rolecall_account::s3::{Deletion, S3Code, S3Error};
use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    Error, ObjectIdentifier,
};

use super::store::Step;

/// The most keys in one request (`s3.delete.per-key`).
const KEYS_MAX: usize = 1000;

pub(super) fn one(
    step: Step<'_>,
    _input: DeleteObjectInput,
) -> Result<DeleteObjectOutput, S3Error> {
    let Step { world, hand, .. } = step;
    world.s3_delete(hand.now, &hand.permit)?;
    Ok(DeleteObjectOutput::default())
}

pub(super) fn many(
    step: Step<'_>,
    input: DeleteObjectsInput,
) -> Result<DeleteObjectsOutput, S3Error> {
    let hand = step.hand;
    let asked = input.delete.objects;
    if asked.is_empty() || asked.len() > KEYS_MAX {
        return Err(S3Error::new(S3Code::MalformedXML, Stage::Operation));
    }
    if asked.iter().any(is_conditional) {
        return Err(S3Error::new(S3Code::NotImplemented, Stage::Operation));
    }
    let keys = asked.into_iter().map(|object| object.key).collect();
    let deletions = step.world.s3_delete_many(hand.now, &hand.permit, keys)?;
    let quiet = input.delete.quiet.unwrap_or_default();
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for Deletion { key, refusal } in deletions {
        match refusal {
            Some(error) => errors.push(refused(key, error)),
            None if quiet => {}
            None => deleted.push(DeletedObject {
                key: Some(key),
                ..DeletedObject::default()
            }),
        }
    }
    Ok(DeleteObjectsOutput {
        deleted: (!deleted.is_empty()).then_some(deleted),
        errors: (!errors.is_empty()).then_some(errors),
        request_charged: None,
    })
}

/// Versions and conditions this account has not.
fn is_conditional(object: &ObjectIdentifier) -> bool {
    object.version_id.is_some()
        || object.e_tag.is_some()
        || object.last_modified_time.is_some()
        || object.size.is_some()
}

fn refused(key: String, error: S3Error) -> Error {
    Error {
        code: Some(error.code.as_str().to_owned()),
        key: Some(key),
        message: Some(error.message),
        version_id: None,
    }
}
