//! Multi-factor authentication: a code of a device that the caller has.

use super::constraint::Constraints;
use super::error::StsError;
use super::forms;
use crate::instant::SimInstant;
use crate::policy::Context;
use crate::session::Session;
use crate::world::World;

/// The device and the code that a request shows.
#[derive(Clone, Default)]
pub struct SecondFactor {
    /// The serial number of the device: the ARN of a virtual one.
    pub serial_number: Option<String>,
    /// Six digits.
    pub token_code: Option<String>,
}

impl SecondFactor {
    pub(super) fn constrain(&self, constraints: &mut Constraints) {
        let (serial, code) = (self.serial_number.as_deref(), self.token_code.as_deref());
        forms::second_factor(constraints, serial, code);
    }
}

/// Says the device and not the code.
impl std::fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SecondFactor")
            .field(&self.serial_number)
            .finish()
    }
}

impl World {
    /// Whether a factor is shown, if it is a good one; each code is good once
    /// (`sts.mfa.code-refused`).
    pub(super) fn shows(
        &mut self,
        now: SimInstant,
        caller: &Session,
        factor: &SecondFactor,
    ) -> Result<bool, StsError> {
        match (&factor.serial_number, &factor.token_code) {
            (None, None) => Ok(false),
            (Some(serial), Some(code)) => {
                self.check_mfa(now, &caller.identity, serial, code)?;
                Ok(true)
            }
            _ => Err(StsError::HalfSecondFactor),
        }
    }
}

/// The condition keys of a factor that the request itself shows (`policy.context.mfa`).
pub(super) fn shown(own: &mut Context) {
    own.set("aws:MultiFactorAuthPresent", ["true"]);
    own.set("aws:MultiFactorAuthAge", ["0"]);
}
