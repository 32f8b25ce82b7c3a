//! Always: key id, secret and session token come from one issue. Two halves of different sets are
//! each genuine, and together worthless.

use super::Difference;
use super::facts::Facts;
use crate::act::Done;

pub(super) const RULE: &str = "credentials.never-mixed";

pub(super) fn check(facts: &Facts<'_>) -> Vec<Difference> {
    let Done::Resolved(Ok(credentials)) = facts.done else {
        return Vec::new();
    };
    let id = credentials.access_key_id();
    let (secret, own) = if let Some(session) = facts.world.session(id) {
        (&session.secret_access_key, session.session_token.as_ref())
    } else if let Some(set) = facts.of_recordings(id) {
        (&set.secret_access_key, set.session_token.as_ref())
    } else {
        return vec![Difference::new(
            "a set that was issued",
            format!("the access key id {id}, which never was"),
        )];
    };
    let mut differences = Vec::new();
    if !secret.is(credentials.secret_access_key()) {
        let expected = format!("the secret that was issued with {id}");
        differences.push(Difference::new(expected, "another one"));
    }
    // A user's key has none.
    let same = match (credentials.session_token(), own) {
        (Some(token), Some(own)) => own.is(token),
        (given, own) => given.is_none() && own.is_none(),
    };
    if !same {
        let expected = match own {
            Some(_) => format!("the session token that was issued with {id}"),
            None => format!("no session token with {id}"),
        };
        let actual = credentials
            .session_token()
            .map_or("none", |_| "another one");
        differences.push(Difference::new(expected, actual));
    }
    differences
}
