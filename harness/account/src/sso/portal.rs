//! The portals: who is signed in, and which roles are assigned to them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::error::SsoError;
use crate::accounts::Accounts;
use crate::coherent::{Checked, there};
use crate::iam::IamError;
use crate::id;
use crate::instant::SimInstant;
use crate::issuing::Source;
use crate::journal::Happening;
use crate::secret::Secret;
use crate::session::{Actor, Identity, Session};
use crate::stored;
use crate::world::World;

/// What the roles of permission sets are called: this, the permission set, and 16 digits
/// (`sso.role.name`).
const RESERVED: &str = "AWSReservedSSO_";

/// How many digits end the name.
const DIGITS: usize = 16;

/// What a portal is to be.
#[derive(Clone, Debug)]
pub struct OpenPortal {
    /// Its name.
    pub name: String,
    /// Where its users sign in: `https://d-1234567890.awsapps.com/start`.
    pub start_url: String,
    /// Its region.
    pub region: String,
    /// Who signs in there: the name of the sessions (`sso.role.session-name`).
    pub user: String,
    /// How long a token is good for.
    pub token_lifetime: Duration,
}

/// A permission set that is assigned to the user of a portal in one account.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The name of the permission set: what clients call the role.
    pub permission_set: String,
    /// The role that stands for it in the account, by its ARN.
    pub role_arn: String,
    /// How long a set of credentials is good for.
    pub session_duration: Duration,
}

/// What `GetRoleCredentials` takes, as it was sent.
#[derive(Clone, Copy, Default)]
pub struct RoleRequest<'a> {
    /// `x-amz-sso_bearer_token`.
    pub token: Option<&'a str>,
    /// `account_id`.
    pub account_id: Option<&'a str>,
    /// `role_name`.
    pub role_name: Option<&'a str>,
}

/// What a client needs to know of who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Where.
    pub start_url: String,
    /// In which region.
    pub region: String,
    /// The token.
    pub token: Secret,
    /// From when on it is refused.
    pub expires_at: SimInstant,
}

/// The portals of a world, by their names.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Portals {
    by_name: BTreeMap<String, Portal>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Portal {
    start_url: String,
    region: String,
    user: String,
    token_lifetime: Duration,
    /// The latest token.
    token: Option<Token>,
    tokens_drawn: u32,
    /// By permission set and account.
    #[serde(with = "stored::pairs")]
    assigned: BTreeMap<(String, String), Assigned>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Token {
    #[serde(with = "stored::exposed")]
    shown: Secret,
    expires_at: SimInstant,
    /// Whether the portal refuses it before that.
    revoked: bool,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Assigned {
    account: String,
    role_id: String,
    session_duration: Duration,
    issues: u32,
}

impl Portal {
    /// Whether it takes a token (`sso.token.refused`).
    fn takes(&self, now: SimInstant, shown: &str) -> bool {
        let token = self.token.as_ref();
        token.is_some_and(|it| it.shown.is(shown) && !it.revoked && now < it.expires_at)
    }
}

impl Portals {
    /// Whether a source that hands out sets for a portal is there.
    pub(crate) fn has(&self, source: &str) -> bool {
        let portals = self.by_name.iter();
        let mut sources = portals.flat_map(|(name, portal)| {
            portal
                .assigned
                .keys()
                .map(move |key| source_name(name, key))
        });
        sources.any(|name| name == source)
    }

    /// Whether the accounts of each are there, in a world that was read.
    pub(crate) fn check(&self, accounts: &Accounts) -> Checked {
        for (name, portal) in &self.by_name {
            for Assigned { account, .. } in portal.assigned.values() {
                let is_there = accounts.get(account).is_some();
                let named = format!("the account {account}");
                there(is_there, format!("the portal {name}"), named)?;
            }
        }
        Ok(())
    }
}

impl World {
    /// Opens a portal, or another of that name in its place. Nobody is signed in.
    pub fn open_portal(&mut self, now: SimInstant, open: OpenPortal) {
        self.advance_to(now);
        let portal = Portal {
            start_url: open.start_url,
            region: open.region,
            user: open.user,
            token_lifetime: open.token_lifetime,
            token: None,
            tokens_drawn: 0,
            assigned: BTreeMap::new(),
        };
        self.portals.by_name.insert(open.name, portal);
    }

    /// The name of the role that stands for a permission set in an account (`sso.role.name`).
    pub fn permission_set_role(&self, permission_set: &str, account: &str) -> String {
        let label = format!("permission-set/{permission_set}/{account}");
        let digits = hex::encode(self.entropy.bytes::<{ DIGITS / 2 }>(&label));
        format!("{RESERVED}{permission_set}_{digits}")
    }

    /// Assigns a permission set to the user of a portal.
    ///
    /// # Errors
    /// No such role.
    ///
    /// # Panics
    /// No such portal.
    pub fn assign(
        &mut self,
        now: SimInstant,
        portal: &str,
        assignment: Assignment,
    ) -> Result<(), IamError> {
        self.advance_to(now);
        let role = self.accounts.role_named(&assignment.role_arn)?;
        let assigned = Assigned {
            account: role.account.clone(),
            role_id: role.id.clone(),
            session_duration: assignment.session_duration,
            issues: 0,
        };
        let portal = self.portals.by_name.get_mut(portal);
        let portal = portal.expect("a portal is opened before its roles are assigned");
        let key = (assignment.permission_set, assigned.account.clone());
        portal.assigned.insert(key, assigned);
        Ok(())
    }

    /// The user of a portal signs in: there is a new token, and the one before is refused from now
    /// on. `None` if there is no such portal.
    pub fn sign_in(&mut self, now: SimInstant, portal: &str) -> Option<SignedIn> {
        self.advance_to(now);
        let found = self.portals.by_name.get_mut(portal)?;
        found.tokens_drawn += 1;
        let label = format!("{portal}/{}", found.tokens_drawn);
        found.token = Some(Token {
            shown: Secret::new(id::sso_token(&self.entropy, &label)),
            expires_at: now + found.token_lifetime,
            revoked: false,
        });
        self.signed_in(portal)
    }

    /// The user of a portal is signed out: the portal refuses the token from now on, and a client
    /// that has it is told nothing (`sso.token.refused`). Answers whether there was one to refuse.
    pub fn sign_out(&mut self, now: SimInstant, portal: &str) -> bool {
        self.advance_to(now);
        let portal = self.portals.by_name.get_mut(portal);
        let token = portal.and_then(|portal| portal.token.as_mut());
        token.is_some_and(|token| !std::mem::replace(&mut token.revoked, true))
    }

    /// What a client of the portal finds on its machine: the latest token, good or not.
    pub fn signed_in(&self, portal: &str) -> Option<SignedIn> {
        let portal = self.portals.by_name.get(portal)?;
        let token = portal.token.as_ref()?;
        Some(SignedIn {
            start_url: portal.start_url.clone(),
            region: portal.region.clone(),
            token: token.shown.clone(),
            expires_at: token.expires_at,
        })
    }

    /// `GetRoleCredentials`: a new set of the role, and the document that it is answered in.
    ///
    /// # Errors
    /// A member that is missing, a token that is not good, a role that is not assigned.
    pub fn sso_role_credentials(
        &mut self,
        now: SimInstant,
        request: RoleRequest<'_>,
    ) -> Result<String, SsoError> {
        self.advance_to(now);
        // sso.role-credentials.request
        let token = request.token.filter(|token| !token.is_empty());
        let token = token.ok_or(SsoError::Unauthorized)?;
        let role = request.role_name.ok_or(SsoError::Missing("role_name"))?;
        let account = request.account_id.ok_or(SsoError::Missing("account_id"))?;
        let mut portals = self.portals.by_name.iter_mut();
        let found = portals.find(|(_, portal)| portal.takes(now, token));
        let (name, portal) = found.ok_or(SsoError::Unauthorized)?;
        let user = portal.user.clone();
        let key = (role.to_owned(), account.to_owned());
        let source = Source::Sso(source_name(name, &key));
        // sso.role-credentials.not-assigned
        let assigned = portal.assigned.get_mut(&key).ok_or(SsoError::Forbidden)?;
        let role = self.accounts.role_by_id(account, &assigned.role_id);
        let role = role.ok_or(SsoError::Forbidden)?;
        assigned.issues += 1;
        let identity = Identity {
            account: account.to_owned(),
            actor: Actor::Role {
                name: role.name.clone(),
                id: role.id.clone(),
                arn: role.arn.clone(),
                session_name: user,
            },
        };
        let label = format!("{source}/{}", assigned.issues);
        let lifetime = assigned.session_duration;
        let session = Arc::new(Session {
            source: Some(source),
            issue: assigned.issues,
            ..Session::temporary(&self.entropy, &label, identity, now, lifetime)
        });
        self.sessions.insert(Arc::clone(&session));
        let document = document(&session);
        self.journal.happened(now, Happening::Issued(session));
        Ok(document)
    }
}

/// What the source of the sets of one assignment is called.
fn source_name(portal: &str, (permission_set, account): &(String, String)) -> String {
    format!("{portal}: {permission_set} in {account}")
}

/// The permission set that a role stands for, if it stands for one (`sso.role.name`).
pub fn permission_set(role: &str) -> Option<&str> {
    let (set, digits) = role.strip_prefix(RESERVED)?.rsplit_once('_')?;
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (digits.len() == DIGITS && digits.bytes().all(hex)).then_some(set)
}

/// `sso.role-credentials.document`: the expiry in milliseconds since the epoch.
fn document(session: &Session) -> String {
    let members = json!({
        "accessKeyId": session.access_key_id,
        "secretAccessKey": session.secret_access_key.expose(),
        "sessionToken": session.session_token.as_ref().map(Secret::expose),
        "expiration": session.expires_at.map(SimInstant::epoch_millis),
    });
    json!({ "roleCredentials": members }).to_string()
}
