//! Which operation a request names: by method, by the shape of the path and by its query keys,
//! before the body is read.

use http::request::Parts;
use http::{HeaderName, Method};
use rolecall_account::s3::{S3Code, S3Error};
use rolecall_account::sigv4::QueryParameter;
use rolecall_account::{Operation, Stage};

use super::address::Address;

/// A query key that chooses no operation and changes nothing: so do those of a signature.
const HARMLESS_KEY: &str = "x-id";

/// Headers that ask for something this account has not. Left unread they would be promises broken
/// in silence.
const UNSERVED_HEADERS: &[&str] = &[
    "expires",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    ACL,
    "x-amz-bucket-object-lock-enabled",
    "x-amz-expected-bucket-owner",
    "x-amz-mfa",
    "x-amz-optional-object-attributes",
    ENCRYPTION,
    "x-amz-source-expected-bucket-owner",
    "x-amz-storage-class",
    "x-amz-tagging",
    "x-amz-tagging-directive",
    "x-amz-website-redirect-location",
];

/// Beginnings of header names, likewise.
const UNSERVED_PREFIXES: &[&str] = &[
    COPY_SOURCE_PREFIX,
    GRANT_PREFIX,
    "x-amz-if-match-",
    "x-amz-object-lock-",
    "x-amz-server-side-encryption-",
    "x-amz-write-offset-",
];

/// The header that makes a copy of a PUT.
pub(super) const COPY_SOURCE: &str = "x-amz-copy-source";

/// With what the names of the headers begin that say more of the source.
pub(super) const COPY_SOURCE_PREFIX: &str = "x-amz-copy-source-";

/// The header that says which bytes of the source are copied.
pub(super) const COPY_SOURCE_RANGE: &str = "x-amz-copy-source-range";

/// The header that names an access control list.
pub(super) const ACL: &str = "x-amz-acl";

/// With what the names of the headers begin that grant permissions.
pub(super) const GRANT_PREFIX: &str = "x-amz-grant-";

/// The header that says how an object is to be encrypted.
pub(super) const ENCRYPTION: &str = "x-amz-server-side-encryption";

/// The header that says which tags an object is to have.
pub(super) const TAGGING: &str = "x-amz-tagging";

/// The header that says whether a copy has the tags of its source.
pub(super) const TAGGING_DIRECTIVE: &str = "x-amz-tagging-directive";

/// The headers that bind a request to what there is.
pub(super) const CONDITIONS: &[&str] = &[
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
];

/// Those that what is stored can be bound by.
const WRITE_CONDITIONS: &[&str] = &["if-match", "if-none-match"];

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Root,
    Bucket,
    Object,
}

use Shape::{Bucket, Object, Root};

/// A form that requests of an operation have.
struct Form {
    method: Method,
    shape: Shape,
    /// What the query must hold: a key, or a key with its value.
    marks: &'static [&'static str],
    /// What else it may hold.
    keys: &'static [&'static str],
    operation: Operation,
}

const fn form(
    method: Method,
    shape: Shape,
    marks: &'static [&'static str],
    keys: &'static [&'static str],
    operation: Operation,
) -> Form {
    Form {
        method,
        shape,
        marks,
        keys,
        operation,
    }
}

/// One that a part of a bucket has.
const fn bucket(method: Method, marks: &'static [&'static str], operation: Operation) -> Form {
    form(method, Bucket, marks, &[], operation)
}

const BUCKETS_KEYS: &[&str] = &[
    "bucket-region",
    "continuation-token",
    "max-buckets",
    "prefix",
];
const LIST_KEYS: &[&str] = &["delimiter", "encoding-type", "marker", "max-keys", "prefix"];
const LIST_V2_KEYS: &[&str] = &[
    "continuation-token",
    "delimiter",
    "encoding-type",
    "fetch-owner",
    "max-keys",
    "prefix",
    "start-after",
];
const UPLOADS_KEYS: &[&str] = &[
    "delimiter",
    "encoding-type",
    "key-marker",
    "max-uploads",
    "prefix",
    "upload-id-marker",
];
const PARTS_KEYS: &[&str] = &["max-parts", "part-number-marker"];
const RESPONSE_KEYS: &[&str] = &[
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
];

/// Every form that is served.
const FORMS: &[Form] = &[
    form(Method::GET, Root, &[], BUCKETS_KEYS, Operation::ListBuckets),
    bucket(Method::GET, &["policy"], Operation::GetBucketPolicy),
    bucket(Method::PUT, &["policy"], Operation::PutBucketPolicy),
    bucket(Method::DELETE, &["policy"], Operation::DeleteBucketPolicy),
    bucket(
        Method::GET,
        &["policyStatus"],
        Operation::GetBucketPolicyStatus,
    ),
    bucket(
        Method::GET,
        &["publicAccessBlock"],
        Operation::GetPublicAccessBlock,
    ),
    bucket(
        Method::PUT,
        &["publicAccessBlock"],
        Operation::PutPublicAccessBlock,
    ),
    bucket(
        Method::DELETE,
        &["publicAccessBlock"],
        Operation::DeletePublicAccessBlock,
    ),
    bucket(Method::GET, &["acl"], Operation::GetBucketAcl),
    bucket(Method::PUT, &["acl"], Operation::PutBucketAcl),
    bucket(Method::GET, &["tagging"], Operation::GetBucketTagging),
    bucket(Method::PUT, &["tagging"], Operation::PutBucketTagging),
    bucket(Method::DELETE, &["tagging"], Operation::DeleteBucketTagging),
    form(Method::PUT, Bucket, &[], &[], Operation::CreateBucket),
    form(Method::HEAD, Bucket, &[], &[], Operation::HeadBucket),
    form(Method::DELETE, Bucket, &[], &[], Operation::DeleteBucket),
    form(
        Method::GET,
        Bucket,
        &["location"],
        &[],
        Operation::GetBucketLocation,
    ),
    form(
        Method::GET,
        Bucket,
        &["uploads"],
        UPLOADS_KEYS,
        Operation::ListMultipartUploads,
    ),
    form(
        Method::GET,
        Bucket,
        &["list-type=2"],
        LIST_V2_KEYS,
        Operation::ListObjectsV2,
    ),
    form(Method::GET, Bucket, &[], LIST_KEYS, Operation::ListObjects),
    form(
        Method::POST,
        Bucket,
        &["delete"],
        &[],
        Operation::DeleteObjects,
    ),
    form(
        Method::HEAD,
        Object,
        &[],
        RESPONSE_KEYS,
        Operation::HeadObject,
    ),
    form(
        Method::GET,
        Object,
        &["uploadId"],
        PARTS_KEYS,
        Operation::ListParts,
    ),
    form(
        Method::GET,
        Object,
        &["tagging"],
        &[],
        Operation::GetObjectTagging,
    ),
    form(Method::GET, Object, &["acl"], &[], Operation::GetObjectAcl),
    form(Method::PUT, Object, &["acl"], &[], Operation::PutObjectAcl),
    form(
        Method::PUT,
        Object,
        &["tagging"],
        &[],
        Operation::PutObjectTagging,
    ),
    form(
        Method::DELETE,
        Object,
        &["tagging"],
        &[],
        Operation::DeleteObjectTagging,
    ),
    form(
        Method::GET,
        Object,
        &[],
        RESPONSE_KEYS,
        Operation::GetObject,
    ),
    form(
        Method::PUT,
        Object,
        &["partNumber", "uploadId"],
        &[],
        Operation::UploadPart,
    ),
    form(Method::PUT, Object, &[], &[], Operation::PutObject),
    form(
        Method::POST,
        Object,
        &["uploads"],
        &[],
        Operation::CreateMultipartUpload,
    ),
    form(
        Method::POST,
        Object,
        &["uploadId"],
        &[],
        Operation::CompleteMultipartUpload,
    ),
    form(
        Method::DELETE,
        Object,
        &["uploadId"],
        &[],
        Operation::AbortMultipartUpload,
    ),
    form(Method::DELETE, Object, &[], &[], Operation::DeleteObject),
];

impl Form {
    fn is_that_of(&self, method: &Method, shape: Shape, pairs: &[(&str, &str)]) -> bool {
        let marked = |mark: &str| {
            pairs.iter().any(|(key, value)| match mark.split_once('=') {
                Some((name, wanted)) => *key == name && *value == wanted,
                None => *key == mark,
            })
        };
        let known = |(key, _): &(&str, &str)| {
            let of_mark = |mark: &&str| mark.split('=').next() == Some(*key);
            self.keys.contains(key) || self.marks.iter().any(of_mark)
        };
        self.method == *method
            && self.shape == shape
            && self.marks.iter().all(|mark| marked(mark))
            && pairs.iter().all(known)
    }
}

/// The operation, or `None` for everything that is not served.
pub(super) fn operation(request: &Parts, address: &Address) -> Option<Operation> {
    let shape = shape(address)?;
    let pairs = pairs(request.uri.query().unwrap_or_default())?;
    let mut forms = FORMS.iter();
    let form = forms.find(|form| form.is_that_of(&request.method, shape, &pairs))?;
    let operation = match (form.operation, request.headers.contains_key(COPY_SOURCE)) {
        (Operation::PutObject, true) => Operation::CopyObject,
        (Operation::UploadPart, true) => Operation::UploadPartCopy,
        (_, true) => return None,
        (operation, false) => operation,
    };
    let mut names = request.headers.keys();
    let is_served = names.all(|name| !is_unserved(name) || is_served_by(operation, name));
    is_served.then_some(operation)
}

/// Whether a header that most operations have no use for is served by this one.
fn is_served_by(operation: Operation, name: &HeaderName) -> bool {
    let name = name.as_str();
    match operation {
        // s3.acl.never-set, s3.acl.new-bucket
        Operation::CreateBucket | Operation::PutBucketAcl | Operation::PutObjectAcl => {
            is_of_acl(name)
        }
        // s3.get.preconditions
        Operation::GetObject | Operation::HeadObject => CONDITIONS.contains(&name),
        // s3.put.preconditions, s3.put.tagging
        Operation::PutObject => {
            WRITE_CONDITIONS.contains(&name) || name == TAGGING || is_wish(name)
        }
        Operation::CreateMultipartUpload => name == TAGGING || is_wish(name),
        Operation::CompleteMultipartUpload => WRITE_CONDITIONS.contains(&name),
        // s3.copy.preconditions, s3.copy.tags
        Operation::CopyObject => {
            WRITE_CONDITIONS.contains(&name)
                || is_source_condition(name)
                || name == TAGGING
                || name == TAGGING_DIRECTIVE
                || is_wish(name)
        }
        Operation::UploadPartCopy => name == COPY_SOURCE_RANGE || is_source_condition(name),
        _ => false,
    }
}

/// s3.acl.owner-only, s3.encryption.headers
fn is_wish(name: &str) -> bool {
    is_of_acl(name) || name == ENCRYPTION
}

fn is_of_acl(name: &str) -> bool {
    name == ACL || name.starts_with(GRANT_PREFIX)
}

fn is_source_condition(name: &str) -> bool {
    let condition = name.strip_prefix(COPY_SOURCE_PREFIX);
    condition.is_some_and(|condition| CONDITIONS.contains(&condition))
}

/// Why a request that names no operation is refused: S3 has none there of that method, or has one
/// that this account has not (`s3.errors.method`).
pub(super) fn unserved(request: &Parts, address: &Address) -> S3Error {
    let not_implemented = S3Error::new(S3Code::NotImplemented, Stage::Operation);
    let Some(shape) = shape(address) else {
        return not_implemented;
    };
    let (resource, allow) = match shape {
        Root => ("SERVICE", "GET"),
        Bucket => ("BUCKET", "HEAD, DELETE, POST, GET, PUT"),
        Object => ("OBJECT", "HEAD, DELETE, GET, PUT"),
    };
    let method = request.method.as_str();
    let query = pairs(request.uri.query().unwrap_or_default());
    let bare = query.is_some_and(|pairs| pairs.is_empty());
    let known = match (shape, method) {
        (Bucket, "POST") if bare => return not_a_form(),
        // What a POST to an object means, the query says.
        (Object, "POST") => !bare,
        // By which browsers ask whether another method may be used.
        (_, "OPTIONS") => true,
        _ => allow.split(", ").any(|allowed| allowed == method),
    };
    if known {
        return not_implemented;
    }
    let mut error = S3Error::new(S3Code::MethodNotAllowed, Stage::Operation);
    error.elements = vec![
        ("Method", method.to_owned()),
        ("ResourceType", resource.to_owned()),
    ];
    error.allow = Some(allow);
    error
}

/// A POST to a bucket that says nothing else is an upload by a form, and this one was not.
fn not_a_form() -> S3Error {
    let mut error = S3Error::new(S3Code::PreconditionFailed, Stage::Operation);
    let condition = "Bucket POST must be of the enclosure-type multipart/form-data";
    error.elements = vec![("Condition", condition.to_owned())];
    error
}

/// What an address names; `None` for a key without a bucket.
fn shape(address: &Address) -> Option<Shape> {
    match (&address.bucket, &address.key) {
        (None, None) => Some(Root),
        (Some(_), None) => Some(Bucket),
        (Some(_), Some(_)) => Some(Object),
        (None, Some(_)) => None,
    }
}

/// The query's keys and values, but for the harmless ones; `None` if one comes twice, for then it
/// has no meaning.
fn pairs(query: &str) -> Option<Vec<(&str, &str)>> {
    let mut pairs: Vec<(&str, &str)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .filter(|(key, _)| *key != HARMLESS_KEY && QueryParameter::named(key).is_none())
        .collect();
    pairs.sort_unstable();
    let unique = pairs.is_sorted_by(|(one, _), (next, _)| one < next);
    unique.then_some(pairs)
}

fn is_unserved(name: &HeaderName) -> bool {
    let name = name.as_str();
    UNSERVED_HEADERS.contains(&name)
        || UNSERVED_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn name(method: &str, uri: &str, header: Option<&str>) -> Option<Operation> {
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(header) = header {
            request = request.header(header, "x");
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let address = Address::of("s3.amazonaws.com", &parts.uri).unwrap();
        operation(&parts, &address)
    }

    #[test]
    fn names() {
        for (method, uri, operation) in [
            ("PUT", "/b/k?x-id=PutObject", Operation::PutObject),
            ("GET", "/b/k", Operation::GetObject),
            (
                "GET",
                "/b/k?X-Amz-Signature=0&X-Amz-Date=1",
                Operation::GetObject,
            ),
            ("HEAD", "/b/k", Operation::HeadObject),
            ("GET", "/b/k?tagging", Operation::GetObjectTagging),
            ("DELETE", "/b/k", Operation::DeleteObject),
            ("POST", "/b?delete", Operation::DeleteObjects),
            ("POST", "/b?delete=", Operation::DeleteObjects),
            ("GET", "/", Operation::ListBuckets),
            ("GET", "/?max-buckets=3", Operation::ListBuckets),
            ("PUT", "/b/k?tagging", Operation::PutObjectTagging),
            ("DELETE", "/b/k?tagging=", Operation::DeleteObjectTagging),
            ("PUT", "/b?tagging", Operation::PutBucketTagging),
            ("GET", "/b?acl", Operation::GetBucketAcl),
            ("PUT", "/b?acl", Operation::PutBucketAcl),
            ("GET", "/b/k?acl", Operation::GetObjectAcl),
            ("PUT", "/b/k?acl", Operation::PutObjectAcl),
            ("GET", "/b?tagging", Operation::GetBucketTagging),
            ("DELETE", "/b?tagging", Operation::DeleteBucketTagging),
            ("PUT", "/b?policy", Operation::PutBucketPolicy),
            ("GET", "/b?policy", Operation::GetBucketPolicy),
            ("DELETE", "/b?policy", Operation::DeleteBucketPolicy),
            ("GET", "/b?policyStatus", Operation::GetBucketPolicyStatus),
            (
                "PUT",
                "/b?publicAccessBlock",
                Operation::PutPublicAccessBlock,
            ),
            (
                "GET",
                "/b?publicAccessBlock",
                Operation::GetPublicAccessBlock,
            ),
            (
                "DELETE",
                "/b?publicAccessBlock",
                Operation::DeletePublicAccessBlock,
            ),
            ("PUT", "/b", Operation::CreateBucket),
            ("PUT", "/b/", Operation::CreateBucket),
            ("HEAD", "/b", Operation::HeadBucket),
            ("DELETE", "/b", Operation::DeleteBucket),
            ("GET", "/b?location", Operation::GetBucketLocation),
            ("GET", "/b", Operation::ListObjects),
            ("GET", "/b?prefix=a&max-keys=3", Operation::ListObjects),
            ("GET", "/b?list-type=2&prefix=a", Operation::ListObjectsV2),
            ("GET", "/b?uploads", Operation::ListMultipartUploads),
            ("POST", "/b/k?uploads", Operation::CreateMultipartUpload),
            ("PUT", "/b/k?partNumber=1&uploadId=x", Operation::UploadPart),
            (
                "POST",
                "/b/k?uploadId=x",
                Operation::CompleteMultipartUpload,
            ),
            ("DELETE", "/b/k?uploadId=x", Operation::AbortMultipartUpload),
            ("GET", "/b/k?uploadId=x&max-parts=2", Operation::ListParts),
        ] {
            assert_eq!(name(method, uri, None), Some(operation), "{method} {uri}");
        }
        let copy = name("PUT", "/b/k", Some(COPY_SOURCE));
        assert_eq!(copy, Some(Operation::CopyObject));
        let part = name("PUT", "/b/k?partNumber=1&uploadId=x", Some(COPY_SOURCE));
        assert_eq!(part, Some(Operation::UploadPartCopy));
        let part = name("GET", "/b/k", Some("range"));
        assert_eq!(part, Some(Operation::GetObject));
    }

    // s3.get.preconditions, s3.put.preconditions
    #[test]
    fn which_conditions_are_served_where() {
        for (method, uri, served) in [
            ("GET", "/b/k", CONDITIONS),
            ("HEAD", "/b/k", CONDITIONS),
            ("PUT", "/b/k", WRITE_CONDITIONS),
            ("POST", "/b/k?uploadId=x", WRITE_CONDITIONS),
            ("DELETE", "/b/k", &[]),
            ("POST", "/b/k?uploads", &[]),
            ("PUT", "/b/k?partNumber=1&uploadId=x", &[]),
            ("GET", "/b", &[]),
        ] {
            for condition in CONDITIONS {
                let found = name(method, uri, Some(*condition)).is_some();
                let what = format!("{method} {uri} {condition}");
                assert_eq!(found, served.contains(condition), "{what}");
            }
        }
    }

    #[test]
    fn what_is_not_served_has_no_name() {
        for (method, uri) in [
            ("DELETE", "/b/k?acl"),
            ("GET", "/b/k?partNumber=1"),
            ("GET", "/b?list-type=1"),
            ("GET", "/b?list-type=2&list-type=2"),
            ("GET", "/b?prefix=a&prefix=b"),
            ("GET", "/b?versions"),
            ("PUT", "/b/k?uploadId=x"),
            ("PUT", "/"),
            ("POST", "/b/k"),
            ("DELETE", "/b/k?versionId=x"),
        ] {
            assert_eq!(name(method, uri, None), None, "{method} {uri}");
        }
        for (uri, header) in [
            ("/b?tagging", "x-amz-acl"),
            ("/b/k?partNumber=1&uploadId=x", ENCRYPTION),
            ("/b/k", "x-amz-server-side-encryption-customer-key"),
            ("/b/k", "x-amz-copy-source-if-match"),
            ("/b/k", COPY_SOURCE_RANGE),
            ("/b", COPY_SOURCE),
        ] {
            assert_eq!(name("PUT", uri, Some(header)), None, "{uri} {header}");
        }
    }
}
