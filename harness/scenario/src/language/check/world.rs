//! `[world]`.

use std::collections::BTreeMap;
use std::time::Duration;

use super::checker::Checker;
use super::names::Noun;
use crate::language::at::{At, Span};
use crate::language::model::{Issuing, IssuingChanges, Place};

/// The shortest and the longest `MaxSessionDuration` of a role. Source: IAM `CreateRole`.
const MAX_SESSION_DURATION: std::ops::RangeInclusive<Duration> =
    Duration::from_hours(1)..=Duration::from_hours(12);

const TOKEN_LIFETIME_MIN: Duration = Duration::from_mins(10);

pub(super) fn check(checker: &Checker<'_>) {
    different_buckets(checker);
    different_places(checker);
    roles(checker);
    places(checker);
    organization(checker);
    let world = &checker.scenario.world;
    issuing(checker, "[world]", &world.issuing, &world.issuing());
    for (name, user) in &world.users {
        let place = format!("user `{name}`");
        checker.known_if_any(&place, Noun::Account, user.value.account.as_ref());
        for policy in &user.value.policies {
            checker.known(&format!("user `{name}`"), Noun::Managed, policy);
        }
    }
    for (name, profile) in &world.profiles {
        let place = format!("instance profile `{name}`");
        checker.known_if_any(&place, Noun::Role, profile.value.role.as_ref());
    }
    for (name, bucket) in &world.bucket_tables {
        let place = format!("bucket `{name}`");
        checker.known_if_any(&place, Noun::Account, bucket.value.account.as_ref());
    }
}

/// Policies of an organization are of no use without one.
fn organization(checker: &Checker<'_>) {
    let world = &checker.scenario.world;
    if let Some(organization) = &world.organization {
        let management = organization.value.management.as_ref();
        checker.known_if_any("organization", Noun::Account, management);
        return;
    }
    for (name, account) in &world.accounts {
        let guardrails = &account.value.guardrails;
        let full = guardrails.full_aws_access.as_ref().map(|at| &at.span);
        let first = guardrails.policies().next().map(|(_, at)| &at.span);
        if let Some(span) = full.or(first) {
            checker.complain(
                &format!("account `{name}`"),
                "policies of an organization, and the account is in none",
                span,
                "nobody attaches this",
                "add `organization = {}` to `[world]`",
            );
        }
    }
}

fn different_buckets(checker: &Checker<'_>) {
    let mut first: BTreeMap<&str, &Span> = BTreeMap::new();
    for bucket in &checker.scenario.world.buckets {
        if let Some(other) = first.insert(&bucket.value, &bucket.span) {
            checker.complain_of_two(
                "[world]",
                &format!("bucket `{bucket}` is there twice"),
                (&bucket.span, "again"),
                (other, "first here"),
                "leave one out",
            );
        }
    }
}

/// Instances, tasks and pods share their names, because an app is on one of them by name alone.
fn different_places(checker: &Checker<'_>) {
    let world = &checker.scenario.world;
    let instances = world.instances.iter().map(|(name, at)| (name, &at.span));
    let tasks = world.tasks.iter().map(|(name, at)| (name, &at.span));
    let pods = world.pods.iter().map(|(name, at)| (name, &at.span));
    let mut first: BTreeMap<&str, &Span> = BTreeMap::new();
    for (name, span) in instances.chain(tasks).chain(pods) {
        if name == Place::LAPTOP {
            checker.complain(
                "[world]",
                "nothing in the world may be called `laptop`",
                span,
                "taken",
                "it is the word for an app that runs on none of them: choose another",
            );
        }
        if let Some(other) = first.insert(name, span) {
            checker.complain_of_two(
                "[world]",
                &format!("`{name}` is the name of two places"),
                (span, "again"),
                (other, "first here"),
                "give each instance, task and pod its own name",
            );
        }
    }
}

fn roles(checker: &Checker<'_>) {
    for (name, role) in &checker.scenario.world.roles {
        let place = format!("role `{name}`");
        for policy in &role.value.policies {
            checker.known(&place, Noun::Managed, policy);
        }
        checker.known_if_any(&place, Noun::Account, role.value.account.as_ref());
        if let Some(duration) = &role.value.max_session_duration
            && !MAX_SESSION_DURATION.contains(&duration.value)
        {
            checker.complain(
                &place,
                "`max-session-duration` is out of range",
                &duration.span,
                "not from one to twelve hours",
                "IAM takes `1h` to `12h`",
            );
        }
    }
}

fn places(checker: &Checker<'_>) {
    let world = &checker.scenario.world;
    let own_issuing = |place: &str, own: &IssuingChanges| {
        issuing(checker, place, own, &world.issuing().with(own));
    };
    for (name, At { value, .. }) in &world.instances {
        let place = format!("instance `{name}`");
        checker.known_if_any(&place, Noun::Profile, value.profile.as_ref());
        checker.known_if_any(&place, Noun::Account, value.account.as_ref());
        own_issuing(&place, &value.issuing);
    }
    for (name, At { value, .. }) in &world.tasks {
        let place = format!("task `{name}`");
        checker.known_if_any(&place, Noun::Role, value.role.as_ref());
        token_file(checker, &place, value.authorization_token_file.as_ref());
        own_issuing(&place, &value.issuing);
    }
    for (name, At { value, .. }) in &world.pods {
        let place = format!("pod `{name}`");
        checker.known(&place, Noun::Role, &value.role);
        token_lifetime(checker, &place, value.token_lifetime.as_ref());
        own_issuing(&place, &value.issuing);
    }
}

/// The environment of a client names the file, and a client has no folder to start from.
fn token_file(checker: &Checker<'_>, place: &str, file: Option<&At<String>>) {
    if let Some(file) = file.filter(|file| !file.value.starts_with('/')) {
        checker.complain(
            place,
            &format!("`{file}` is no path of a file"),
            &file.span,
            "not from the root",
            "begin it with `/`",
        );
    }
}

/// Kubernetes gives no shorter token, source: `TokenRequestSpec`.
fn token_lifetime(checker: &Checker<'_>, place: &str, lifetime: Option<&At<Duration>>) {
    if let Some(lifetime) = lifetime.filter(|at| at.value < TOKEN_LIFETIME_MIN) {
        checker.complain(
            place,
            "`token-lifetime` is out of range",
            &lifetime.span,
            "less than ten minutes",
            "Kubernetes takes `10m` and more",
        );
    }
}

/// A source that publishes the next key set before it has issued this one would never stop.
pub(super) fn issuing(
    checker: &Checker<'_>,
    place: &str,
    said: &IssuingChanges,
    issuing: &Issuing,
) {
    let Some(said) = said
        .credential_lifetime
        .as_ref()
        .or(said.publish_before_expiry.as_ref())
    else {
        return;
    };
    let lifetime = &issuing.credential_lifetime;
    let lead = &issuing.publish_before_expiry;
    if lifetime.value.is_zero() {
        checker.complain(
            place,
            "`credential-lifetime` is zero",
            &said.span,
            "expired when issued",
            "write it as `6h`, `90m`, `21600s` or `1h 30m`",
        );
    } else if lead.value >= lifetime.value {
        checker.complain(
            place,
            "`publish-before-expiry` is not shorter than `credential-lifetime`",
            &said.span,
            "the next key set would come before this one",
            "say both: left out, they are `5m` and `6h`, or what `[world]` says",
        );
    }
}
