//! What hands out credentials: rotations and revocations.

use rolecall_account::{Rotated, Source};

use super::problem::Problem;
use super::router::Control;
use super::said::{Issued, Named, Revocation, Revoke, Rotation};

pub(super) fn rotate(control: &Control, asked: &Named) -> Result<Rotation, Problem> {
    let (name, source) = source(control, &asked.name)?;
    let now = control.edge.now();
    let rotated = control.edge.world().rotate(now, &source);
    let rotated = rotated.map_err(|error| {
        let message = format!("`{name}` cannot rotate: {error}");
        Problem::conflict("nothing-served", message)
    })?;
    let (done, issued) = match rotated {
        Rotated::Issued {
            issue,
            access_key_id,
            expires_at,
        } => {
            let issued = Issued {
                issue,
                access_key_id,
                expires_at: expires_at.map(|expiry| expiry.to_string()),
            };
            (format!("`{name}` has issue {issue}"), Some(issued))
        }
        Rotated::Refused { role } => (
            format!(
                "`{name}` has no set any more: the trust policy of `{role}` does not admit its service"
            ),
            None,
        ),
    };
    Ok(Rotation {
        done,
        now: now.to_string(),
        issued,
    })
}

pub(super) fn revoke(control: &Control, asked: &Revoke) -> Result<Revocation, Problem> {
    let (name, source) = source(control, &asked.name)?;
    let now = control.edge.now();
    let ended = control.edge.world().revoke(now, &source, asked.issue);
    if ended == 0 {
        let which = match asked.issue {
            Some(issue) => format!("issue {issue} of `{name}` is not accepted"),
            None => format!("no set of `{name}` is accepted"),
        };
        let message = format!("{which} at this time: there is nothing to revoke");
        return Err(Problem::conflict("nothing-to-revoke", message));
    }
    let sets = if ended == 1 { "set" } else { "sets" };
    Ok(Revocation {
        done: format!("{ended} {sets} of `{name}` revoked"),
        now: now.to_string(),
        ended,
    })
}

/// The source that is called so, by its name or its id, and its name.
fn source(control: &Control, name: &str) -> Result<(String, Source), Problem> {
    let found = control.places.find(name);
    let found = found.and_then(|(name, place)| Some((name, place.source()?)));
    found.ok_or_else(|| {
        let message = format!("no instance, task or pod is called `{name}`");
        Problem::not_found("no-such-place", message).unknown(name, control.places.names())
    })
}
