//! `DecodeAuthorizationMessage`.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::error::StsError;
use crate::authorization_message;
use crate::constraint::{Constraints, Field};
use crate::instant::SimInstant;
use crate::policy::Decision;
use crate::session::Session;
use crate::world::World;

/// `sts.decode.message`.
const MESSAGE_LENGTH: RangeInclusive<usize> = 1..=10_240;

impl World {
    /// What an encoded message says about a refusal, as JSON, and why it is told.
    ///
    /// # Errors
    /// A caller who may not ask, a message that no service of this world has made.
    pub fn sts_decode_authorization_message(
        &mut self,
        now: SimInstant,
        caller: &Arc<Session>,
        encoded: &str,
    ) -> Result<(String, Decision), StsError> {
        self.advance_to(now);
        let mut constraints = Constraints::default();
        let length = encoded.chars().count();
        constraints.length(Field("encodedMessage"), length, MESSAGE_LENGTH);
        constraints.check()?;
        let decision = self.sts_authorize(now, caller, "sts:DecodeAuthorizationMessage")?;
        let decoded = authorization_message::decode(&self.entropy, encoded);
        let decoded = decoded.ok_or(StsError::InvalidAuthorizationMessage)?;
        Ok((decoded, decision))
    }
}
