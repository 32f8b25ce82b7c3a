//! Requests to S3.

use http::Uri;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::{Category, Event, answered, header};
use crate::journal::{BodyRecord, Exchange};
use crate::operation::Operation;
use crate::redact;

/// Headers that are parameters: what they say is about the object, not about the request.
const PARAMETER_HEADERS: &[&str] = &[
    "x-amz-acl",
    "x-amz-copy-source",
    "x-amz-metadata-directive",
    "x-amz-storage-class",
];

pub(super) fn event(event: Event, operation: Operation, exchange: &Exchange) -> Event {
    let (bucket, key) = address(header(exchange, "host"), &exchange.request.uri);
    let category = category(operation);
    Event {
        // cloudtrail.s3.event-names
        name: match operation {
            Operation::ListObjectsV2 => Operation::ListObjects.name(),
            Operation::PutPublicAccessBlock => "PutBucketPublicAccessBlock",
            Operation::GetPublicAccessBlock => "GetBucketPublicAccessBlock",
            Operation::DeletePublicAccessBlock => "DeleteBucketPublicAccessBlock",
            _ => operation.name(),
        },
        user_agent: format!("[{}]", event.user_agent),
        request_parameters: parameters(exchange, bucket.as_deref(), key.as_deref()),
        additional: Some(additional(exchange)),
        resources: match (category, bucket) {
            (Category::Data, Some(bucket)) => resources(&event.recipient, &bucket, key.as_deref()),
            _ => Vec::new(),
        },
        category,
        ..event
    }
}

/// `cloudtrail.s3.data-events`.
fn category(operation: Operation) -> Category {
    match operation {
        Operation::CreateBucket
        | Operation::DeleteBucket
        | Operation::ListBuckets
        | Operation::GetBucketLocation
        | Operation::PutBucketTagging
        | Operation::GetBucketTagging
        | Operation::DeleteBucketTagging
        | Operation::PutBucketPolicy
        | Operation::GetBucketPolicy
        | Operation::DeleteBucketPolicy
        | Operation::GetBucketPolicyStatus
        | Operation::PutPublicAccessBlock
        | Operation::GetPublicAccessBlock
        | Operation::DeletePublicAccessBlock
        | Operation::GetBucketAcl
        | Operation::PutBucketAcl => Category::Management,
        _ => Category::Data,
    }
}

/// Whether nobody signed it, neither in the header nor in the query.
pub(super) fn is_anonymous(exchange: &Exchange) -> bool {
    let signed =
        query(&exchange.request.uri).any(|(name, _)| name.eq_ignore_ascii_case("x-amz-signature"));
    !signed && !exchange.request.headers.contains_key("authorization")
}

/// The bucket and the key, decoded. The bucket is in the path, or in front of a name of S3.
fn address(host: &str, uri: &Uri) -> (Option<String>, Option<String>) {
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    let bucket = name.strip_suffix(".amazonaws.com").and_then(|name| {
        let of_s3 = [".s3.", ".s3-"];
        let at = of_s3.iter().filter_map(|label| name.rfind(label)).max();
        at.map(|at| &name[..at]).or(name.strip_suffix(".s3"))
    });
    let path = uri.path().strip_prefix('/').unwrap_or_default();
    let (bucket, key) = match bucket {
        Some(bucket) => (bucket, path),
        None => path.split_once('/').unwrap_or((path, "")),
    };
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let named = |text: &str| Some(decoded(text)).filter(|text| !text.is_empty());
    (named(bucket), named(key))
}

/// Bucket, key, host, the query without what is secret in it, and some headers
/// (`cloudtrail.s3.parameters`).
fn parameters(exchange: &Exchange, bucket: Option<&str>, key: Option<&str>) -> Value {
    let mut shown = Map::new();
    let mut put = |name: &str, value: &str| shown.insert(name.to_owned(), value.into());
    for (name, value) in query(&exchange.request.uri) {
        let credential = name.eq_ignore_ascii_case("x-amz-credential");
        if !credential && !redact::is_secret_key(&name) {
            put(&name, &value);
        }
    }
    for name in PARAMETER_HEADERS {
        let value = header(exchange, name);
        if !value.is_empty() {
            put(name, value);
        }
    }
    put("Host", header(exchange, "host"));
    if let Some(bucket) = bucket {
        put("bucketName", bucket);
    }
    if let Some(key) = key {
        put("key", key);
    }
    shown.into()
}

/// The pairs of the query, decoded.
fn query(uri: &Uri) -> impl Iterator<Item = (String, String)> {
    let pairs = uri.query().unwrap_or_default().split('&');
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    pairs.filter(|pair| !pair.is_empty()).map(move |pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    })
}

fn additional(exchange: &Exchange) -> Value {
    let in_header = exchange.request.headers.contains_key("authorization");
    let received: u64 = header(exchange, "content-length").parse().unwrap_or(0);
    let sent = match exchange.response.as_ref().map(|response| &response.body) {
        Some(BodyRecord::Document(document)) => document.len() as u64,
        Some(BodyRecord::Data(length)) => *length,
        None => 0,
    };
    let mut shown = json!({ "bytesTransferredIn": received, "bytesTransferredOut": sent });
    if !is_anonymous(exchange) {
        shown["SignatureVersion"] = "SigV4".into();
        let method = if in_header {
            "AuthHeader"
        } else {
            "QueryString"
        };
        shown["AuthenticationMethod"] = method.into();
    }
    if let Some(id) = answered(exchange, "x-amz-id-2") {
        shown["x-amz-id-2"] = id.into();
    }
    shown
}

fn resources(account: &str, bucket: &str, key: Option<&str>) -> Vec<Value> {
    let bucket_arn = format!("arn:aws:s3:::{bucket}");
    let object =
        key.map(|key| json!({ "type": "AWS::S3::Object", "ARN": format!("{bucket_arn}/{key}") }));
    let bucket = json!({ "accountId": account, "type": "AWS::S3::Bucket", "ARN": bucket_arn });
    object.into_iter().chain([bucket]).collect()
}
