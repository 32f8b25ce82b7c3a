//! Keys in the environment.

use super::document::Set;
use super::surroundings::Surroundings;
use super::trouble::Trouble;

/// What of a set the environment has.
#[derive(Default)]
pub(super) struct Half {
    pub(super) access_key_id: Option<String>,
    pub(super) secret: Option<String>,
    pub(super) session_token: Option<String>,
}

impl Half {
    /// Reads what is there.
    pub(super) fn of(here: &Surroundings) -> Self {
        let told = |name: &str| here.variable(name).map(str::to_owned);
        Self {
            access_key_id: told("AWS_ACCESS_KEY_ID"),
            secret: told("AWS_SECRET_ACCESS_KEY"),
            session_token: told("AWS_SESSION_TOKEN"),
        }
    }

    /// A set with this half in place of its own.
    pub(super) fn over(self, set: Set) -> Set {
        Set {
            access_key_id: self.access_key_id.unwrap_or(set.access_key_id),
            secret: self.secret.unwrap_or(set.secret),
            session_token: self.session_token.or(set.session_token),
            expiry: set.expiry,
        }
    }
}

/// The keys, if both are there.
pub(super) fn keys(here: &Surroundings) -> Result<Set, Trouble> {
    let half = Half::of(here);
    let (Some(access_key_id), Some(secret)) = (half.access_key_id, half.secret) else {
        return Err(Trouble::none("there are no keys in the environment"));
    };
    Ok(Set {
        access_key_id,
        secret,
        session_token: half.session_token.filter(|token| !token.is_empty()),
        expiry: None,
    })
}
