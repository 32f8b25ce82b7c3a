//! How much an account may have.

use serde::{Deserialize, Serialize};

use crate::control_plane::ControlPlane;
use crate::iam::IamError;

/// The quotas of one account's IAM; those that AWS gives by default (`iam.quotas`). What cannot be
/// raised is no member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct IamQuotas {
    /// Roles in the account.
    pub roles: usize,
    /// Instance profiles in the account.
    pub instance_profiles: usize,
    /// Customer managed policies in the account.
    pub policies: usize,
    /// Managed policies attached to one role.
    pub policies_per_role: usize,
    /// Characters of a trust policy, white space not counted.
    pub trust_policy_size: usize,
}

impl Default for IamQuotas {
    fn default() -> Self {
        Self {
            roles: 1000,
            instance_profiles: 1000,
            policies: 1500,
            policies_per_role: 10,
            trust_policy_size: 2048,
        }
    }
}

impl ControlPlane<'_> {
    /// Sets how much the account may have from now on; what it has more than that stays. Not an
    /// operation of IAM: AWS raises quotas on request.
    pub fn set_iam_quotas(&mut self, quotas: IamQuotas) {
        self.iam_mut().quotas = quotas;
    }
}

/// Refuses one more of what there are `present` of.
pub(super) fn room(quota: &'static str, present: usize, max: usize) -> Result<(), IamError> {
    if present < max {
        return Ok(());
    }
    Err(IamError::QuotaExceeded { quota, max })
}
