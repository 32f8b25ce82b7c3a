//! The places a request can be signed in.

/// Where a request is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In its `Authorization` header.
    Header,
    /// In its query: a presigned URL.
    Query,
}
