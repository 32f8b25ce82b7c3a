//! `GetCallerIdentity`.

use crate::instant::SimInstant;
use crate::session::Session;
use crate::world::World;

/// Who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerIdentity {
    /// `AIDA…` or `AROA…:SESSION`.
    pub user_id: String,
    /// The twelve digits of the account.
    pub account: String,
    /// Of the user or of the role session.
    pub arn: String,
}

impl World {
    /// Says who signed. No policy is asked: it works under an explicit deny too
    /// (`sts.caller-identity.needs-no-permission`).
    pub fn sts_get_caller_identity(&mut self, now: SimInstant, caller: &Session) -> CallerIdentity {
        self.advance_to(now);
        let identity = &caller.identity;
        CallerIdentity {
            user_id: identity.user_id(),
            account: identity.account.clone(),
            arn: identity.caller_arn(),
        }
    }
}
