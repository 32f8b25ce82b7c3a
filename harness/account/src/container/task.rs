//! The tasks: which role each has, and what its clients must show.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::ContainerError;
use super::kind::TaskKind;
use crate::accounts::Accounts;
use crate::coherent::{Checked, there};
use crate::iam::{IamError, Role};
use crate::id;
use crate::imds::TokenGrant;
use crate::instant::SimInstant;
use crate::issuing::{Assuming, Behind, Issuer, Issuing, Serving, SessionName, Source};
use crate::journal::Happening;
use crate::policy::Context;
use crate::secret::Secret;
use crate::session::Session;
use crate::stored;
use crate::world::World;

/// What a wrong or missing authorization is answered with, unless the world says otherwise: no
/// source says it of ECS.
const UNAUTHORIZED: u16 = 401;

/// The longest life of a token of CloudShell, six hours: that of a metadata token, which it is
/// modelled after.
const TTL_SECONDS_MAX: u32 = 21_600;

/// What a task is to be.
#[derive(Clone, Debug)]
pub struct RunTask {
    /// Its name.
    pub name: String,
    /// What runs it.
    pub kind: TaskKind,
    /// Its role.
    pub role: String,
    /// What its clients must show.
    pub demand: Demand,
    /// How its credentials are issued.
    pub issuing: Issuing,
}

impl RunTask {
    /// A task of ECS that demands no authorization.
    pub fn new(name: impl Into<String>, role: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: TaskKind::default(),
            role: role.into(),
            demand: Demand::default(),
            issuing: Issuing::default(),
        }
    }
}

/// What a task demands of its clients.
#[derive(Clone, Debug, Default)]
pub enum Demand {
    /// What its kind does: nothing for ECS, a token of its own for the others.
    #[default]
    AsUsual,
    /// A token of its own.
    Drawn,
    /// This.
    Exactly(Authorization),
}

/// What a client must send in `Authorization` (`container.authorization.required`).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Authorization {
    /// The whole value.
    #[serde(with = "stored::exposed")]
    pub token: Secret,
    /// The HTTP status for a client that does not, where the kind of task has none of its own.
    pub refusal_status: u16,
}

impl Authorization {
    /// This token, and status 401 without it.
    pub fn new(token: impl Into<Box<str>>) -> Self {
        Self {
            token: Secret::new(token),
            refusal_status: UNAUTHORIZED,
        }
    }
}

/// What a client shows for itself.
#[derive(Clone, Copy, Default)]
pub struct Shown<'a> {
    /// `Authorization`.
    pub authorization: Option<&'a str>,
    /// `X-aws-ec2-metadata-token`, which CloudShell takes as well.
    pub metadata_token: Option<&'a str>,
}

/// The tasks of a world, by the ids in their paths.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tasks {
    by_id: BTreeMap<String, Task>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Task {
    pub(super) name: String,
    pub(super) kind: TaskKind,
    /// The twelve digits of its account, that of its role.
    pub(super) account: String,
    role_id: String,
    authorization: Option<Authorization>,
    /// How many authorizations it has had.
    authorizations: u32,
    /// The tokens of CloudShell, and when they end.
    tokens: BTreeMap<String, SimInstant>,
    tokens_drawn: u32,
    /// The id in the path of its metadata.
    pub(super) metadata_id: String,
    pub(super) started_at: SimInstant,
}

/// Says what it is and leaves the tokens out.
impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("authorization", &self.authorization)
            .finish_non_exhaustive()
    }
}

impl Tasks {
    fn get(&self, id: &str) -> Option<&Task> {
        self.by_id.get(id)
    }

    /// Whether the account of each is there, in a world that was read.
    pub(crate) fn check(&self, accounts: &Accounts) -> Checked {
        for (id, task) in &self.by_id {
            let account = &task.account;
            let is_there = accounts.get(account).is_some();
            let named = format!("the account {account}");
            there(is_there, format!("the task {id}"), named)?;
        }
        Ok(())
    }

    pub(crate) fn name(&self, id: &str) -> Option<&str> {
        self.get(id).map(|task| task.name.as_str())
    }

    /// The task whose metadata has that id.
    pub(super) fn with_metadata(&self, metadata_id: &str) -> Option<(&str, &Task)> {
        let mut tasks = self.by_id.iter();
        let found = tasks.find(|(_, task)| task.metadata_id == metadata_id)?;
        Some((found.0, found.1))
    }
}

impl Task {
    /// Whether a client may have the credentials, and if not, how this kind says so.
    fn check(&self, now: SimInstant, shown: Shown<'_>) -> Result<(), ContainerError> {
        let Some(Authorization {
            token,
            refusal_status: status,
        }) = &self.authorization
        else {
            return Ok(());
        };
        let is_authorized = shown
            .authorization
            .is_some_and(|value| token.is(value) || self.is_live(now, value));
        let has_token = shown
            .metadata_token
            .is_some_and(|value| self.is_live(now, value));
        if is_authorized || has_token {
            return Ok(());
        }
        Err(match self.kind {
            TaskKind::Ecs | TaskKind::CloudShell => {
                ContainerError::Unauthorized { status: *status }
            }
            TaskKind::Greengrass => ContainerError::GreengrassForbidden,
            TaskKind::SnapStart => ContainerError::SnapStartNotFound,
        })
    }

    /// Whether this is a token of CloudShell whose time is not over.
    fn is_live(&self, now: SimInstant, token: &str) -> bool {
        self.tokens.get(token).is_some_and(|end| now < *end)
    }
}

impl World {
    /// [`World::run_task_with`] for a task of ECS that demands no authorization.
    ///
    /// # Errors
    /// No such role.
    pub fn run_task(
        &mut self,
        now: SimInstant,
        name: &str,
        role: &str,
        issuing: Issuing,
    ) -> Result<String, IamError> {
        let run = RunTask::new(name, role);
        self.run_task_with(now, RunTask { issuing, ..run })
    }

    /// Runs a task with a role; answers its id, the last part of the path in
    /// `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` (`container.ecs.path`).
    ///
    /// # Errors
    /// No such role.
    pub fn run_task_with(&mut self, now: SimInstant, run: RunTask) -> Result<String, IamError> {
        self.advance_to(now);
        let role = self.accounts.role_named(&run.role)?;
        let (account, role_id) = (role.account.clone(), role.id.clone());
        // container.ecs.path: the id is the task's own, whatever the task is called.
        let label = format!("task/{}/{}", run.name, self.tasks.by_id.len());
        let id = id::uuid(&self.entropy, &label);
        let source = Source::Task(id.clone());
        let assuming = Assuming {
            service_principal: run.kind.service_principal().map(str::to_owned),
            session_name: SessionName::Fixed(id.replace('-', "")),
            tags: BTreeMap::new(),
            context: Context::new(),
        };
        let issuer = Issuer::assuming(source.clone(), run.issuing, assuming);
        self.issuers.insert(source.clone(), issuer);
        let drawn = || Authorization::new(id::authorization_token(&self.entropy, &id, 0));
        let authorization = match run.demand {
            Demand::AsUsual => (run.kind != TaskKind::Ecs).then(drawn),
            Demand::Drawn => Some(drawn()),
            Demand::Exactly(authorization) => Some(authorization),
        };
        let task = Task {
            name: run.name,
            kind: run.kind,
            account,
            role_id,
            authorization,
            authorizations: 0,
            tokens: BTreeMap::new(),
            tokens_drawn: 0,
            metadata_id: id::uuid(&self.entropy, &format!("task-metadata/{id}")),
            started_at: now,
        };
        self.tasks.by_id.insert(id.clone(), task);
        self.issue(now, &source);
        Ok(id)
    }

    /// The document of the credentials of the ECS task `id`, for whoever knows the id and shows
    /// what the task demands (`container.credentials.document`). Rendered once for each set.
    ///
    /// # Errors
    /// An unknown task; no authorization; a role that does not admit ECS.
    pub fn container_credentials(
        &mut self,
        now: SimInstant,
        id: &str,
        shown: Shown<'_>,
    ) -> Result<Bytes, ContainerError> {
        self.advance_to(now);
        match self.tasks.get(id) {
            Some(task) if task.kind == TaskKind::Ecs => self.task_document(now, id, shown),
            _ => Err(ContainerError::NoSuchTask),
        }
    }

    /// The document of the credentials at the path of `kind`, for a client in the task `id`.
    ///
    /// # Errors
    /// A task of another kind; no authorization; a role that does not admit the service.
    pub fn local_credentials(
        &mut self,
        now: SimInstant,
        id: &str,
        kind: TaskKind,
        shown: Shown<'_>,
    ) -> Result<Bytes, ContainerError> {
        self.advance_to(now);
        match self.tasks.get(id) {
            Some(task) if task.kind == kind => self.task_document(now, id, shown),
            _ => Err(ContainerError::NoSuchPath),
        }
    }

    /// `PUT /latest/api/token` in CloudShell; `ttl_seconds` is the header as sent
    /// (`container.cloudshell.endpoint`).
    ///
    /// # Errors
    /// A task of another kind; a time to live that is missing, malformed or out of range.
    pub fn cloudshell_token(
        &mut self,
        now: SimInstant,
        id: &str,
        ttl_seconds: Option<&str>,
    ) -> Result<TokenGrant, ContainerError> {
        self.advance_to(now);
        let task = self.tasks.by_id.get_mut(id);
        let task = task.filter(|task| task.kind == TaskKind::CloudShell);
        let task = task.ok_or(ContainerError::NoSuchPath)?;
        let ttl_seconds = ttl_seconds
            .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|text| text.parse().ok())
            .filter(|seconds| (1..=TTL_SECONDS_MAX).contains(seconds))
            .ok_or(ContainerError::BadTtl)?;
        task.tokens.retain(|_, end| now < *end);
        task.tokens_drawn += 1;
        let label = format!("cloudshell/{id}/{}", task.tokens_drawn);
        let token = id::metadata_token(&self.entropy, &label);
        let end = now + Duration::from_secs(ttl_seconds.into());
        task.tokens.insert(token.clone(), end);
        Ok(TokenGrant {
            token: Secret::new(token),
            ttl_seconds,
        })
    }

    /// What runs the task `id`; `None` if there is no such task.
    pub fn task_kind(&self, id: &str) -> Option<TaskKind> {
        self.tasks.get(id).map(|task| task.kind)
    }

    /// What clients in the task `id` must send in `Authorization`; `None` if nothing.
    pub fn task_authorization(&self, id: &str) -> Option<&Secret> {
        let authorization = self.tasks.get(id)?.authorization.as_ref()?;
        Some(&authorization.token)
    }

    /// The id in the path of the metadata of the task `id`.
    pub fn task_metadata_id(&self, id: &str) -> Option<&str> {
        self.tasks.get(id).map(|task| task.metadata_id.as_str())
    }

    /// Gives the task `id` another authorization; the one before is refused from now on. Answers
    /// whether it demands one at all.
    pub fn rotate_task_authorization(&mut self, now: SimInstant, id: &str) -> bool {
        self.advance_to(now);
        let Some(task) = self.tasks.by_id.get_mut(id) else {
            return false;
        };
        let Some(authorization) = &mut task.authorization else {
            return false;
        };
        task.authorizations += 1;
        let token = id::authorization_token(&self.entropy, id, task.authorizations);
        authorization.token = Secret::new(token);
        let source = Source::Task(id.to_owned());
        self.journal
            .happened(now, Happening::TokenIssued { source });
        true
    }

    fn task_document(
        &self,
        now: SimInstant,
        id: &str,
        shown: Shown<'_>,
    ) -> Result<Bytes, ContainerError> {
        let task = self.tasks.get(id).ok_or(ContainerError::NoSuchTask)?;
        task.check(now, shown)?;
        let issuer = self.issuers.get(&Source::Task(id.to_owned()));
        match issuer.and_then(Issuer::serving) {
            None | Some(Serving::NoRole { .. } | Serving::NoProfile { .. }) => {
                Err(ContainerError::NoSuchTask)
            }
            Some(Serving::Refused { .. }) => Err(ContainerError::NotAdmitted),
            Some(Serving::Keys(keys)) => Ok(keys.main.document(match task.kind {
                TaskKind::Ecs => document_of_ecs,
                TaskKind::CloudShell | TaskKind::Greengrass | TaskKind::SnapStart => document,
            })),
        }
    }

    pub(crate) fn role_behind_task(&self, id: &str) -> Behind<&Role> {
        let Some(task) = self.tasks.get(id) else {
            return Behind::Nothing;
        };
        let role = self.accounts.role_by_id(&task.account, &task.role_id);
        role.map_or(Behind::NoRole, Behind::Role)
    }
}

/// `container.credentials.document`: only ECS tells the role.
fn document_of_ecs(session: &Session) -> String {
    let mut members = members(session);
    members["RoleArn"] = session.identity.principal_arn().into();
    members.to_string()
}

fn document(session: &Session) -> String {
    members(session).to_string()
}

fn members(session: &Session) -> Value {
    json!({
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key.expose(),
        "Token": session.session_token.as_ref().map(Secret::expose),
        "Expiration": session.expires_at.map(|expiry| expiry.to_string()),
    })
}
