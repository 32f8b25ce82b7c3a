//! `expect.allowed`: by which policy, with which set, as whom. That the call was made and allowed
//! has been checked before.

use rolecall_account::Operation;
use rolecall_account::policy::Decision;
use rolecall_account::s3::Target;
use rolecall_providers::{Call, body_of};

use super::Difference;
use super::facts::Facts;
use super::identity;
use crate::act::Done;
use crate::language::Allowed;

pub(super) fn check(allowed: &Allowed, facts: &Facts<'_>) -> Vec<Difference> {
    let mut differences = Vec::new();
    if let Some(by) = &allowed.by {
        let expected = format!("allowed by `{by}`");
        match facts
            .last_signed()
            .and_then(|exchange| exchange.decision.as_ref())
        {
            Some(Decision::Allowed {
                by: Some(statement),
            }) if facts.is_called(&statement.policy, &by.value) => {}
            Some(decision) => differences.push(Difference::new(expected, decision.to_string())),
            None => differences.push(Difference::new(expected, "no policy was asked")),
        }
    }
    differences.extend(identity::role(allowed.identity.as_ref(), facts));
    differences.extend(identity::issue(allowed.issue.as_ref(), facts));
    differences.extend(content(facts));
    differences
}

/// What was uploaded is what is stored, what was downloaded is what was stored, and STS speaks of
/// whom it should.
fn content(facts: &Facts<'_>) -> Option<Difference> {
    let Done::Called {
        call,
        answer: Ok(read),
    } = facts.done
    else {
        return None;
    };
    let stored = |bucket: &str, key: &str| {
        let target = Target {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
        };
        facts
            .world
            .s3_object(&target)
            .map(|object| object.content.bytes.clone())
    };
    let signer = || facts.last_signed()?.session.as_deref();
    let (what, same) = match call {
        Call::PutObject {
            bucket, key, size, ..
        } => (
            "the object stored is the one uploaded",
            stored(bucket, key) == Some(body_of(key, *size)),
        ),
        Call::UploadMultipart {
            bucket,
            key,
            parts,
            part_size,
            ..
        } => (
            "the object stored is the one uploaded",
            stored(bucket, key) == Some(body_of(key, *part_size * *parts as usize)),
        ),
        // A URL may be for no more than the object's head, or its end.
        Call::GetObject { .. } if !asked_for(facts, Operation::GetObject) => return None,
        Call::GetObject { bucket, key } => (
            "the content read is the one stored",
            stored(bucket, key).as_ref() == Some(read),
        ),
        Call::CallerIdentity => (
            "the caller named is the one who signed",
            signer().is_some_and(|session| session.identity.caller_arn() == *read),
        ),
        Call::AssumeRole(asked) => (
            "the keys given are those of a session of the role",
            std::str::from_utf8(read)
                .ok()
                .and_then(|id| facts.world.session(id))
                .is_some_and(|session| session.identity.principal_arn() == asked.role_arn),
        ),
        Call::Presign { .. } => return None,
    };
    (!same).then(|| Difference::new(what, "they differ"))
}

fn asked_for(facts: &Facts<'_>, operation: Operation) -> bool {
    let signed = facts.last_signed();
    signed.is_some_and(|exchange| exchange.operation == Some(operation))
}
