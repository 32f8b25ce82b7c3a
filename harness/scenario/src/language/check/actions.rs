//! What actions name.

use std::collections::BTreeMap;
use std::time::Duration;

use super::checker::{Checker, place_of};
use super::names::Noun;
use crate::language::at::{At, Span};
use crate::language::model::{
    Action, Attachment, Issuer, Launch, Placement, Presign, Revoke, Revoked, Step, TokenHolder,
    Upload,
};

/// How long a presigned URL can work. Source: Signature Version 4, query parameters.
const PRESIGN_MAX: Duration = Duration::from_hours(7 * 24);

/// How many parts a multipart upload can have. Source: S3, multipart upload limits.
const PARTS_MAX: u32 = 10_000;

pub(super) fn check(checker: &Checker<'_>) {
    for step in &checker.scenario.steps {
        if let Some(action) = step.act.value.action() {
            names(checker, &place_of(step), action);
        }
    }
    new_instances(checker);
}

fn names(checker: &Checker<'_>, place: &str, action: &Action) {
    let known = |noun, name| checker.known(place, noun, name);
    match action {
        // What programs and portals do is checked with them.
        Action::Resolve
        | Action::CallerIdentity
        | Action::UseUrl(_)
        | Action::WriteFile(_)
        | Action::Rotate(Issuer::Process(_))
        | Action::SetProcess(_)
        | Action::SignIn(_)
        | Action::SignOut(_) => {}
        Action::Upload(upload) => self::upload(checker, place, upload),
        Action::Download(download) => known(Noun::Bucket, &download.bucket),
        Action::AssumeRole(assume) => known(Noun::Role, &assume.role),
        Action::Presign(presign) => self::presign(checker, place, presign),
        Action::Launch(Launch { profile, .. }) => {
            checker.known_if_any(place, Noun::Profile, profile.as_ref());
        }
        Action::StopInstance(instance)
        | Action::StartInstance(instance)
        | Action::Terminate(instance)
        | Action::DisassociateProfile(instance)
        | Action::Rotate(Issuer::Instance(instance)) => known(Noun::Instance, instance),
        Action::AssociateProfile(Placement { instance, profile })
        | Action::ReplaceProfile(Placement { instance, profile }) => {
            known(Noun::Instance, instance);
            known(Noun::Profile, profile);
        }
        Action::SetProfileRole(change) => {
            known(Noun::Profile, &change.profile);
            known(Noun::Role, &change.role);
        }
        Action::PutPolicy(put) => known(Noun::Role, &put.role),
        Action::AttachPolicy(Attachment { role, policy })
        | Action::DetachPolicy(Attachment { role, policy }) => {
            known(Noun::Role, role);
            known(Noun::Managed, policy);
        }
        Action::Rotate(Issuer::Task(task)) => known(Noun::Task, task),
        Action::Rotate(Issuer::Pod(pod)) => known(Noun::Pod, pod),
        Action::Revoke(Revoke { of, .. }) => match of {
            Revoked::Role(role) => known(Noun::Role, role),
            Revoked::Instance(instance) => known(Noun::Instance, instance),
            Revoked::Task(task) => known(Noun::Task, task),
            Revoked::Pod(pod) => known(Noun::Pod, pod),
            Revoked::Process(_) => {}
        },
        Action::RotateToken(rotate) => match &rotate.of {
            TokenHolder::Task(task) => {
                known(Noun::Task, task);
                has_token_file(checker, place, task);
            }
            TokenHolder::Pod(pod) => known(Noun::Pod, pod),
        },
    }
}

/// The token of a task can be rotated only where its clients read it from a file.
fn has_token_file(checker: &Checker<'_>, place: &str, task: &At<String>) {
    let known = checker.scenario.world.tasks.get(&task.value);
    if known.is_some_and(|known| known.value.authorization_token_file.is_none()) {
        checker.complain(
            place,
            &format!("task `{task}` has no token file"),
            &task.span,
            "its clients are told the token once",
            "give the task an `authorization-token-file`",
        );
    }
}

fn upload(checker: &Checker<'_>, place: &str, upload: &Upload) {
    checker.known(place, Noun::Bucket, &upload.bucket);
    if let Some(parts) = &upload.parts
        && parts.value > PARTS_MAX
    {
        checker.complain(
            place,
            &format!("{parts} parts"),
            &parts.span,
            "more than S3 takes",
            &format!("S3 takes {PARTS_MAX} at most"),
        );
    }
}

fn presign(checker: &Checker<'_>, place: &str, presign: &Presign) {
    checker.known(place, Noun::Bucket, &presign.bucket);
    let expires = &presign.expires;
    if expires.value.is_zero() || expires.value > PRESIGN_MAX {
        checker.complain(
            place,
            "`expires` is out of range",
            &expires.span,
            "no URL can be presigned for so long",
            "Signature Version 4 takes `1s` to `7d`",
        );
    }
}

/// A launched instance is a new one.
fn new_instances(checker: &Checker<'_>) {
    let world = &checker.scenario.world;
    let instances = world.instances.iter().map(|(name, at)| (name, &at.span));
    let tasks = world.tasks.iter().map(|(name, at)| (name, &at.span));
    let pods = world.pods.iter().map(|(name, at)| (name, &at.span));
    let mut first: BTreeMap<&str, &Span> = instances
        .chain(tasks)
        .chain(pods)
        .map(|(name, span)| (name.as_str(), span))
        .collect();
    let launches = checker.scenario.steps.iter().filter_map(launched);
    for (step, At { value, span }) in launches {
        if let Some(other) = first.insert(value, span) {
            checker.complain_of_two(
                &place_of(step),
                &format!("`{value}` is already there"),
                (span, "to be launched"),
                (other, "named here"),
                "choose another name for the new instance, or use `start-instance`",
            );
        }
    }
}

fn launched(step: &Step) -> Option<(&Step, &At<String>)> {
    match step.act.value.action()? {
        Action::Launch(launch) => Some((step, &launch.instance)),
        _ => None,
    }
}
