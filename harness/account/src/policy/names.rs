//! The texts of `Action` and `Resource`: what they have to look like, and what they compile to.

use super::complaint::Complaint;
use super::document::DocumentKind;
use super::pattern::{Case, Pattern, Syntax};

/// AWS's own partitions. A document that names another is refused, as IAM does.
const PARTITIONS: &[&str] = &[
    "aws",
    "aws-cn",
    "aws-us-gov",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
    "aws-eusc",
];

/// Why a text is refused: in our words, and what AWS complains of.
#[derive(Debug)]
pub(super) struct Refused(pub(super) String, pub(super) Complaint);

pub(super) fn action(text: &str, kind: DocumentKind) -> Result<Pattern, Refused> {
    let service = match text.split_once(':') {
        // Unsourced, but `*:*` is common, and it can only mean everything.
        None | Some(_) if matches!(text, "*" | "*:*") => "*",
        Some((service, name)) => {
            named(text, service, name)?;
            service
        }
        None => return Err(no_action(text, Complaint::ActionWithoutService)),
    };
    match kind {
        // policy.trust.sts-actions-only
        DocumentKind::Trust if !service.eq_ignore_ascii_case("sts") => Err(Refused(
            format!("`{text}` is no action of `sts`"),
            Complaint::ActionOfTrust,
        )),
        // policy.bucket.s3-actions-only
        DocumentKind::Bucket if service != "*" && !service.eq_ignore_ascii_case("s3") => {
            Err(Refused(
                format!("`{text}` is no action of `s3`"),
                Complaint::ActionForeign,
            ))
        }
        // policy.action.case-insensitive
        _ if service == "*" => Ok(Pattern::everything()),
        _ => Pattern::compile(text, Syntax::Wildcards, Case::Insensitive, false)
            .map_err(|message| no_action(&message, Complaint::Syntax)),
    }
}

/// Whether both halves of an action are such as there can be.
fn named(text: &str, service: &str, name: &str) -> Result<(), Refused> {
    let made_of = |half: &str, extra: &[char]| {
        !half.is_empty()
            && half
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || extra.contains(&c))
    };
    if name.contains(':') {
        return Err(no_action(text, Complaint::ActionColons));
    }
    if !made_of(service, &['-', '.']) {
        let complaint = Complaint::ActionService(service.to_owned());
        return Err(no_action(text, complaint));
    }
    if !made_of(name, &['*', '?', '-', '_']) {
        return Err(no_action(text, Complaint::Syntax));
    }
    Ok(())
}

fn no_action(text: &str, complaint: Complaint) -> Refused {
    let message = format!("`{text}` is no action; write `service:Action` or `*`");
    Refused(message, complaint)
}

/// Compiles a resource, which has to be in `bucket` if one is given.
pub(super) fn resource(
    text: &str,
    variables: bool,
    bucket: Option<&str>,
) -> Result<Pattern, Refused> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    if let Some(bucket) = bucket {
        in_bucket(text, &parts, bucket)?;
    }
    if text == "*" {
        return Ok(Pattern::everything());
    }
    let ["arn", partition, service, ..] = parts[..] else {
        let complaint = match parts.len() {
            2 => Complaint::ResourceService,
            _ => Complaint::ResourceNoArn(text.to_owned()),
        };
        let message = format!("`{text}` is neither an ARN nor `*`");
        return Err(Refused(message, complaint));
    };
    // policy.resource.service-is-literal
    if partition.is_empty() || service.is_empty() || service.contains(['*', '?']) {
        let message = format!("`{text}` names no service; wildcards stand after it");
        return Err(Refused(message, Complaint::ResourceService));
    }
    partition_exists(text, partition)?;
    // A `*` at the end reaches across the colons that are left out. Any other short form is
    // completed by AWS, by some accounts; unsourced, so refused.
    if parts.len() < 6 && !text.ends_with('*') {
        let message = format!("`{text}` has {} of the six parts of an ARN", parts.len());
        return Err(Refused(message, Complaint::Legacy));
    }
    no_region(text, &parts)?;
    Pattern::compile(text, Syntax::Resource, Case::Sensitive, variables)
        .map_err(|message| Refused(message, Complaint::Syntax))
}

/// policy.resource.no-region: what S3 has in a region is an account's, buckets are nobody's.
fn no_region(text: &str, parts: &[&str]) -> Result<(), Refused> {
    let nowhere = match parts {
        [_, _, "iam", region, ..] => matches!(*region, "" | "*"),
        [_, _, "s3", region, "", _] => matches!(*region, "" | "*"),
        _ => true,
    };
    if nowhere {
        return Ok(());
    }
    let message = format!("`{text}` has a region, and there is none in that service");
    Err(Refused(message, Complaint::ResourceRegion(text.to_owned())))
}

/// policy.resource.partition-exists
fn partition_exists(text: &str, partition: &str) -> Result<(), Refused> {
    if partition.contains(['*', '?']) || PARTITIONS.contains(&partition) {
        return Ok(());
    }
    let complaint = Complaint::ResourcePartition {
        partition: partition.to_owned(),
        resource: text.to_owned(),
    };
    let message = format!("`{partition}` is no partition of AWS");
    Err(Refused(message, complaint))
}

/// policy.bucket.resource-in-bucket: the bucket itself, or names below it.
fn in_bucket(text: &str, parts: &[&str], bucket: &str) -> Result<(), Refused> {
    let inside = match parts {
        ["arn", _, "s3", "", "", name] => name
            .strip_prefix(bucket)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '*'])),
        _ => false,
    };
    if inside {
        return Ok(());
    }
    let message = format!("`{text}` is not in the bucket `{bucket}`");
    Err(Refused(message, Complaint::ResourceForeign))
}
