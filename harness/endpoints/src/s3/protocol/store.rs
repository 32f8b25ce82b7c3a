//! The operations, each one step in the world.

use std::sync::PoisonError;

use async_trait::async_trait;
use rolecall_account::World;
use rolecall_account::s3::S3Error;
use s3s::dto;
use s3s::{S3, S3ErrorCode, S3Request, S3Response, S3Result};

use super::{
    Aside, Asides, Hand, Wanted, acls, buckets, copies, deletes, listings, objects, policies, tags,
    uploads,
};
use crate::edge::Edge;

pub(super) struct Store {
    pub(super) edge: Edge,
}

/// What an operation is answered from, besides its input.
pub(super) struct Step<'a> {
    pub(super) world: &'a mut World,
    pub(super) hand: Hand,
    pub(super) wanted: Wanted,
    pub(super) aside: &'a mut Aside,
}

impl Store {
    /// Takes the step; a refusal of the account is left where [`super::call`] finds it, and what is
    /// returned in its place is thrown away.
    fn answer<I, O>(
        &self,
        request: S3Request<I>,
        step: impl FnOnce(Step<'_>, I) -> Result<O, S3Error>,
    ) -> S3Result<S3Response<O>> {
        let extensions = &request.extensions;
        let (Some(hand), Some(asides)) = (
            extensions.get::<Hand>().cloned(),
            extensions.get::<Asides>().cloned(),
        ) else {
            return Err(S3ErrorCode::AccessDenied.into());
        };
        let wanted = extensions.get::<Wanted>().cloned().unwrap_or_default();
        let mut world = self.edge.world();
        let mut aside = asides.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = Step {
            world: &mut world,
            hand,
            wanted,
            aside: &mut aside,
        };
        match step(taken, request.input) {
            Ok(output) => Ok(S3Response::new(output)),
            Err(error) => {
                aside.refused = Some(error);
                Err(S3ErrorCode::InternalError.into())
            }
        }
    }
}

macro_rules! operations {
    ($($name:ident($input:ident) -> $output:ident = $step:path;)+) => {
        #[async_trait]
        impl S3 for Store {
            $(async fn $name(
                &self,
                request: S3Request<dto::$input>,
            ) -> S3Result<S3Response<dto::$output>> {
                self.answer(request, $step)
            })+
        }
    };
}

operations! {
    create_bucket(CreateBucketInput) -> CreateBucketOutput = buckets::create;
    head_bucket(HeadBucketInput) -> HeadBucketOutput = buckets::head;
    delete_bucket(DeleteBucketInput) -> DeleteBucketOutput = buckets::delete;
    list_buckets(ListBucketsInput) -> ListBucketsOutput = buckets::list;
    get_bucket_location(GetBucketLocationInput) -> GetBucketLocationOutput = buckets::location;
    get_bucket_acl(GetBucketAclInput) -> GetBucketAclOutput = acls::of_bucket;
    get_object_acl(GetObjectAclInput) -> GetObjectAclOutput = acls::of_object;
    put_object(PutObjectInput) -> PutObjectOutput = objects::put;
    get_object(GetObjectInput) -> GetObjectOutput = objects::get;
    head_object(HeadObjectInput) -> HeadObjectOutput = objects::head;
    get_object_tagging(GetObjectTaggingInput) -> GetObjectTaggingOutput = tags::of_object;
    put_object_tagging(PutObjectTaggingInput) -> PutObjectTaggingOutput = tags::put_object;
    delete_object_tagging(DeleteObjectTaggingInput) -> DeleteObjectTaggingOutput = tags::delete_object;
    get_bucket_tagging(GetBucketTaggingInput) -> GetBucketTaggingOutput = tags::of_bucket;
    put_bucket_tagging(PutBucketTaggingInput) -> PutBucketTaggingOutput = tags::put_bucket;
    delete_bucket_tagging(DeleteBucketTaggingInput) -> DeleteBucketTaggingOutput = tags::delete_bucket;
    get_bucket_policy(GetBucketPolicyInput) -> GetBucketPolicyOutput = policies::get;
    put_bucket_policy(PutBucketPolicyInput) -> PutBucketPolicyOutput = policies::put;
    delete_bucket_policy(DeleteBucketPolicyInput) -> DeleteBucketPolicyOutput = policies::delete;
    get_bucket_policy_status(GetBucketPolicyStatusInput) -> GetBucketPolicyStatusOutput = policies::status;
    get_public_access_block(GetPublicAccessBlockInput) -> GetPublicAccessBlockOutput = policies::block;
    put_public_access_block(PutPublicAccessBlockInput) -> PutPublicAccessBlockOutput = policies::set_block;
    delete_public_access_block(DeletePublicAccessBlockInput) -> DeletePublicAccessBlockOutput = policies::delete_block;
    copy_object(CopyObjectInput) -> CopyObjectOutput = copies::copy;
    delete_object(DeleteObjectInput) -> DeleteObjectOutput = deletes::one;
    delete_objects(DeleteObjectsInput) -> DeleteObjectsOutput = deletes::many;
    list_objects(ListObjectsInput) -> ListObjectsOutput = listings::by_marker;
    list_objects_v2(ListObjectsV2Input) -> ListObjectsV2Output = listings::by_token;
    create_multipart_upload(CreateMultipartUploadInput) -> CreateMultipartUploadOutput = uploads::create;
    upload_part(UploadPartInput) -> UploadPartOutput = uploads::part;
    upload_part_copy(UploadPartCopyInput) -> UploadPartCopyOutput = copies::part;
    complete_multipart_upload(CompleteMultipartUploadInput) -> CompleteMultipartUploadOutput = uploads::complete;
    abort_multipart_upload(AbortMultipartUploadInput) -> AbortMultipartUploadOutput = uploads::abort;
    list_parts(ListPartsInput) -> ListPartsOutput = listings::parts;
    list_multipart_uploads(ListMultipartUploadsInput) -> ListMultipartUploadsOutput = listings::uploads;
}
