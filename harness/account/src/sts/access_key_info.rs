//! `GetAccessKeyInfo`.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::constraint::{Alphabet, Constraints, Field, Violated};
use super::error::StsError;
use crate::instant::SimInstant;
use crate::policy::{Context, Decision};
use crate::session::Session;
use crate::world::World;

/// `sts.access-key-info.form`.
const KEY_LENGTH: RangeInclusive<usize> = 16..=128;
const KEY: Alphabet = Alphabet {
    pattern: r"[\w]*",
    has: |c| c.is_ascii_alphanumeric() || c == '_',
};

impl World {
    /// The account that an access key id is of, whatever has become of the key, and why it is told.
    ///
    /// # Errors
    /// A caller who may not ask, an id that is none or that nobody was ever given.
    pub fn sts_get_access_key_info(
        &mut self,
        now: SimInstant,
        caller: &Arc<Session>,
        access_key_id: &str,
    ) -> Result<(String, Decision), StsError> {
        self.advance_to(now);
        let mut constraints = Constraints::default();
        constraints.text(Field("accessKeyId"), access_key_id, KEY_LENGTH, &KEY);
        constraints.check()?;
        let decision = self.sts_authorize(now, caller, "sts:GetAccessKeyInfo")?;
        let found = self.session(access_key_id);
        // sts.access-key-info.unknown
        let found = found.ok_or_else(|| {
            Violated::said(format!("The access key id {access_key_id} is not valid."))
        })?;
        Ok((found.identity.account.clone(), decision))
    }

    /// Refuses what the caller's policies do not allow, of an action that is on no resource.
    pub(super) fn sts_authorize(
        &self,
        now: SimInstant,
        caller: &Session,
        action: &'static str,
    ) -> Result<Decision, StsError> {
        const RESOURCE: &str = "*";
        let decision = self.decide_with(now, caller, action, RESOURCE, &Context::new());
        if decision.allowed() {
            return Ok(decision);
        }
        Err(StsError::Denied {
            caller: caller.identity.caller_arn(),
            action,
            resource: RESOURCE.to_owned(),
            decision: Some(decision),
        })
    }
}
