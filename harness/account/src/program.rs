//! Programs that print credentials: what a profile's `credential_process` runs.
//!
//! What a program prints, and how it fails, is not AWS's: whoever puts it on a machine says that. The
//! account issues its sets, as it does for an instance.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::accounts::Accounts;
use crate::coherent::{Checked, there};
use crate::iam::{IamError, Role};
use crate::instant::SimInstant;
use crate::issuing::{Assuming, Behind, Issuer, Issuing, SessionName, Source};
use crate::journal::Happening;
use crate::policy::Context;
use crate::session::Session;
use crate::world::World;

/// What the sessions of all of them are called.
const SESSION_NAME: &str = "credential-process";

/// The programs of a world, by their names.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Programs {
    by_name: BTreeMap<String, Program>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Program {
    account: String,
    role_id: String,
}

impl Programs {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// Whether the account of each is there, in a world that was read.
    pub(crate) fn check(&self, accounts: &Accounts) -> Checked {
        for (name, program) in &self.by_name {
            let account = &program.account;
            let is_there = accounts.get(account).is_some();
            let named = format!("the account {account}");
            there(is_there, format!("the program {name}"), named)?;
        }
        Ok(())
    }
}

impl World {
    /// Puts a program into the world that has credentials of a role, by the role's ARN or name, and
    /// issues its first set. No trust policy is asked: how a program comes by its credentials is its
    /// own affair.
    ///
    /// # Errors
    /// No such role.
    pub fn add_program(
        &mut self,
        now: SimInstant,
        name: &str,
        role: &str,
        issuing: Issuing,
    ) -> Result<Source, IamError> {
        self.advance_to(now);
        let role = self.accounts.role_named(role)?;
        let program = Program {
            account: role.account.clone(),
            role_id: role.id.clone(),
        };
        let source = Source::Program(name.to_owned());
        let assuming = Assuming {
            service_principal: None,
            session_name: SessionName::Fixed(SESSION_NAME.to_owned()),
            tags: BTreeMap::new(),
            context: Context::new(),
        };
        let issuer = Issuer::assuming(source.clone(), issuing, assuming);
        self.issuers.insert(source.clone(), issuer);
        self.programs.by_name.insert(name.to_owned(), program);
        self.issue(now, &source);
        Ok(source)
    }

    /// The set that a program has now; `None` if there is no such program, or its role is gone.
    pub fn program_set(&self, name: &str) -> Option<&Arc<Session>> {
        let issuer = self.issuers.get(&Source::Program(name.to_owned()))?;
        Some(&issuer.keys()?.session)
    }

    /// Notes that a program was run, and whether it did then what it should.
    pub fn program_ran(&mut self, now: SimInstant, name: &str, well: bool) {
        self.advance_to(now);
        let program = name.to_owned();
        let ran = Happening::ProgramRan { program, well };
        self.journal.happened(now, ran);
    }

    pub(crate) fn role_behind_program(&self, name: &str) -> Behind<&Role> {
        let Some(program) = self.programs.by_name.get(name) else {
            return Behind::Nothing;
        };
        let role = self.accounts.role_by_id(&program.account, &program.role_id);
        role.map_or(Behind::NoRole, Behind::Role)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::{start, world};
    use crate::world::Rotated;

    #[test]
    fn a_program_has_sets_that_are_issued_as_those_of_other_sources_are() {
        let mut world = world();
        let issuing = Issuing {
            credential_lifetime: Duration::from_hours(1),
            ..Issuing::default()
        };
        let made = world.add_program(start(), "tool", "photo-app", issuing);
        let source = made.unwrap();
        let first = Arc::clone(world.program_set("tool").unwrap());
        assert_eq!((first.issue, first.issued_at), (1, start()));
        assert_eq!(
            first.identity.caller_arn(),
            "arn:aws:sts::111122223333:assumed-role/photo-app/credential-process"
        );
        // Five minutes before its end.
        world.advance_to(start() + Duration::from_mins(55));
        assert_eq!(world.program_set("tool").unwrap().issue, 2);
        let rotated = world.rotate(start() + Duration::from_mins(56), &source);
        assert!(matches!(rotated, Ok(Rotated::Issued { issue: 3, .. })));
        assert_eq!(
            world.revoke(start() + Duration::from_mins(57), &source, Some(3)),
            1
        );
        let third = world.program_set("tool").unwrap().access_key_id.clone();
        assert!(world.session(&third).unwrap().ended.is_some());
        assert!(world.program_set("another").is_none());
    }

    #[test]
    fn no_role_no_program() {
        let made = world().add_program(start(), "tool", "nobody", Issuing::default());
        assert_eq!(made.unwrap_err().code(), "NoSuchEntity");
    }

    #[test]
    fn a_run_is_in_the_journal() {
        let mut world = world();
        world.program_ran(start(), "tool", false);
        let entry = world.journal().entries().last().unwrap();
        let expected = serde_json::json!({ "program": "tool", "well": false });
        assert_eq!(entry.to_json()["program_ran"], expected);
    }
}
