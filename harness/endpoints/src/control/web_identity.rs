//! Tokens of the world's identity providers.

use std::time::Duration;

use rolecall_account::WebIdentityToken;

use super::problem::Problem;
use super::router::Control;
use super::said::{KeysPublished, KeysWanted, TokenMade, TokenWanted};

/// As long as those that pods are given for a role of their own.
const LIFETIME_DEFAULT: f64 = 86_400.0;
/// Ten years.
const LIFETIME_MAX: f64 = 315_360_000.0;
const AUDIENCE_DEFAULT: &str = "sts.amazonaws.com";

pub(super) fn token(control: &Control, wanted: &TokenWanted) -> Result<TokenMade, Problem> {
    let TokenWanted {
        issuer,
        subject,
        audience,
        lifetime_seconds,
        claims,
    } = wanted;
    let audience = audience.as_deref().unwrap_or(AUDIENCE_DEFAULT);
    let lifetime = lifetime_seconds.unwrap_or(LIFETIME_DEFAULT);
    if !(0.0..=LIFETIME_MAX).contains(&lifetime) {
        let message = format!("`lifetime_seconds`: {lifetime} is not between 0 and {LIFETIME_MAX}");
        return Err(Problem::bad_request(message));
    }
    check_issuer(issuer)?;
    let asked = WebIdentityToken {
        issuer: issuer.clone(),
        subject: subject.clone(),
        audience: audience.to_owned(),
        lifetime: Duration::from_secs_f64(lifetime),
        claims: claims.clone().unwrap_or_default(),
    };
    let now = control.edge.now();
    let token = control.edge.world().web_identity_token(now, &asked);
    Ok(TokenMade {
        token: token.expose().to_owned(),
        expires_at: (now + asked.lifetime).to_string(),
    })
}

pub(super) fn keys(control: &Control, wanted: &KeysWanted) -> Result<KeysPublished, Problem> {
    let KeysWanted { issuer, keys } = wanted;
    check_issuer(issuer)?;
    let now = control.edge.now();
    let set = serde_json::json!({ "keys": keys });
    let published = control.edge.world().publish_keys(now, issuer, &set);
    let kids = published.map_err(|error| Problem::bad_request(format!("`keys`: {error}")))?;
    Ok(KeysPublished { kids })
}

fn check_issuer(issuer: &str) -> Result<(), Problem> {
    if issuer.starts_with("https://") {
        return Ok(());
    }
    let message = format!("`issuer`: `{issuer}` does not begin with `https://`");
    Err(Problem::bad_request(message))
}
