//! Careless authors: each the smallest change that makes a plausible bug.

mod chain;
mod container;
mod credentials;
mod errors;
mod imds;
mod off_cloud;
mod process;
mod profiles;
mod refresh;
mod security;
mod skew;
mod sso;
mod sts;
mod web_identity;

use super::conduct::Conduct;

/// One careless author.
#[derive(Clone, Copy, Debug)]
pub struct Mutant {
    /// What it is called.
    pub name: &'static str,
    /// The rule that it breaks.
    pub breaks: &'static str,
    /// What its author did.
    pub says: &'static str,
    /// The change.
    pub change: fn(&mut Conduct),
}

impl Mutant {
    /// How it conducts itself.
    pub fn conduct(&self) -> Conduct {
        let mut conduct = Conduct::default();
        (self.change)(&mut conduct);
        conduct
    }
}

/// All of them, by the topics of the rules that they break.
pub const MUTANTS: &[&[Mutant]] = &[
    chain::MUTANTS,
    container::MUTANTS,
    credentials::MUTANTS,
    errors::MUTANTS,
    imds::MUTANTS,
    off_cloud::MUTANTS,
    process::MUTANTS,
    profiles::MUTANTS,
    refresh::MUTANTS,
    security::MUTANTS,
    skew::MUTANTS,
    sso::MUTANTS,
    sts::MUTANTS,
    web_identity::MUTANTS,
];
