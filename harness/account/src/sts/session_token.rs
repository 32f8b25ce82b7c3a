//! `GetSessionToken`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::constraint::{Constraints, Field};
use super::error::StsError;
use super::mint::Minting;
use super::second_factor::SecondFactor;
use crate::instant::SimInstant;
use crate::session::{Session, SessionContext};
use crate::world::World;

const DURATION_DEFAULT: u32 = 43_200;
/// `sts.session-token.duration-range`.
const DURATION: std::ops::RangeInclusive<u32> = 900..=129_600;

impl World {
    /// A session of the user who asks, with the user's own permissions. No policy is asked
    /// (`sts.session-token.needs-no-permission`).
    ///
    /// # Errors
    /// A caller whose own credentials are temporary, a duration out of range.
    pub fn sts_get_session_token(
        &mut self,
        now: SimInstant,
        caller: &Arc<Session>,
        duration_seconds: Option<u32>,
    ) -> Result<Arc<Session>, StsError> {
        self.sts_get_session_token_with(now, caller, duration_seconds, &SecondFactor::default())
    }

    /// [`World::sts_get_session_token`], with a second factor.
    ///
    /// # Errors
    /// The same, and a factor that is none of the caller's.
    pub fn sts_get_session_token_with(
        &mut self,
        now: SimInstant,
        caller: &Arc<Session>,
        duration_seconds: Option<u32>,
        factor: &SecondFactor,
    ) -> Result<Arc<Session>, StsError> {
        self.advance_to(now);
        let mut constraints = Constraints::default();
        constraints.number(Field("durationSeconds"), duration_seconds, DURATION);
        factor.constrain(&mut constraints);
        constraints.check()?;
        // sts.session-token.not-with-session
        if caller.is_temporary() {
            return Err(StsError::not_with_session("GetSessionToken"));
        }
        let shown = self.shows(now, caller, factor)?;
        let seconds = duration_seconds.unwrap_or(DURATION_DEFAULT);
        Ok(self.mint(
            now,
            Minting {
                identity: caller.identity.clone(),
                lifetime: Duration::from_secs(seconds.into()),
                policies: None,
                tags: BTreeMap::new(),
                context: SessionContext {
                    mfa_at: shown.then_some(now),
                    ..SessionContext::default()
                },
            },
        ))
    }
}
