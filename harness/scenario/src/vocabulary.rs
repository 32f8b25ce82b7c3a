//! What the account tells the language: names of policies and of requests, and what a policy is.

use rolecall_account::Operation;
use rolecall_account::policy::{self, Document, DocumentKind};

use crate::language::{PolicyKind, PolicyProblem, Vocabulary};

/// What runs of programs that print credentials are counted as.
pub(crate) const PROCESS_RUN: &str = "process-run";

/// The vocabulary of the simulated account.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccountVocabulary;

impl Vocabulary for AccountVocabulary {
    fn managed_policies(&self) -> Vec<String> {
        policy::managed_names().map(str::to_owned).collect()
    }

    fn counters(&self) -> Vec<String> {
        let calls = Operation::ALL
            .iter()
            .filter(|operation| operation.is_client_call());
        let calls = calls.map(|operation| operation.slug().to_owned());
        calls.chain([PROCESS_RUN.to_owned()]).collect()
    }

    fn operations(&self) -> Vec<String> {
        let all = Operation::ALL.iter();
        all.map(|operation| operation.slug().to_owned()).collect()
    }

    fn check_policy(&self, kind: PolicyKind, json: &str) -> Result<(), PolicyProblem> {
        match Document::parse(json, document_kind(kind)) {
            Ok(_) => Ok(()),
            Err(malformed) => Err(PolicyProblem {
                message: malformed.message.clone(),
                line: malformed.line,
                column: malformed.column,
                help: malformed.hint.clone(),
            }),
        }
    }
}

pub(crate) fn document_kind(kind: PolicyKind) -> DocumentKind {
    match kind {
        PolicyKind::Identity => DocumentKind::Identity,
        PolicyKind::Trust => DocumentKind::Trust,
        PolicyKind::Resource => DocumentKind::Resource,
        PolicyKind::ServiceControl => DocumentKind::ServiceControl,
        PolicyKind::ResourceControl => DocumentKind::ResourceControl,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Revoke;

    #[test]
    fn the_policy_that_revokes_has_one_name() {
        assert_eq!(Revoke::POLICY, policy::REVOKE_OLDER_SESSIONS);
    }
}
