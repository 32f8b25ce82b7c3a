//! `[world.organization]`, and what an account has of it.

use std::collections::BTreeMap;

use crate::language::at::At;

/// `organization`: every account of the world is in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Organization {
    /// `o-` and 10 to 32 letters and digits. Default drawn from the seed.
    pub id: Option<At<String>>,
    /// The management account, by name. Default one that the world does not have.
    pub management: Option<At<String>>,
    /// What is attached to its root.
    pub guardrails: Guardrails,
}

/// What an organization attaches to its root or to an account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guardrails {
    /// Whether `FullAWSAccess` is. Default yes.
    pub full_aws_access: Option<At<bool>>,
    /// Service control policies: JSON documents by name.
    pub scp: BTreeMap<String, At<String>>,
    /// Resource control policies: JSON documents by name.
    pub rcp: BTreeMap<String, At<String>>,
}

impl Guardrails {
    /// Every policy, with its name.
    pub(crate) fn policies(&self) -> impl Iterator<Item = (&String, &At<String>)> {
        self.scp.iter().chain(&self.rcp)
    }
}
