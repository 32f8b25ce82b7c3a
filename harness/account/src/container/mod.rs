//! The container credential endpoint of ECS.
//!
//! Small for now: a task has one role and no authorization token.

use std::collections::BTreeMap;

use serde_json::json;
use thiserror::Error;

use crate::iam::{IamError, Role};
use crate::id;
use crate::instant::SimInstant;
use crate::issuing::{Behind, Issuer, Issuing, Serving, Source};
use crate::secret::Secret;
use crate::world::World;

/// Who ECS is to a trust policy.
const SERVICE_PRINCIPAL: &str = "ecs-tasks.amazonaws.com";

/// The tasks of a world: which role each has.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    role_ids: BTreeMap<String, String>,
}

impl Tasks {
    pub(crate) fn role_id(&self, task: &str) -> Option<&String> {
        self.role_ids.get(task)
    }
}

/// A refusal of the endpoint (`container.errors.body`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ContainerError {
    /// No task has that id. The status is unsourced.
    #[error("Unable to find credentials: the task is not known")]
    NoSuchTask,
    /// The role's trust policy does not admit ECS.
    #[error(
        "Unable to assume the role of the task: its trust policy does not allow ecs-tasks.amazonaws.com to do so"
    )]
    NotAdmitted,
}

impl ContainerError {
    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::NoSuchTask => 400,
            Self::NotAdmitted => 500,
        }
    }

    /// The JSON body: `code` and `message`.
    pub fn body(self) -> String {
        let code = match self {
            Self::NoSuchTask => "InvalidIdInRequest",
            Self::NotAdmitted => "AssumeRoleUnauthorizedAccess",
        };
        json!({ "code": code, "message": self.to_string() }).to_string()
    }
}

impl World {
    /// Runs a task with a role; answers its id, the last part of the path in
    /// `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` (`container.ecs.path`).
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
        self.advance_to(now);
        let role_id = self.iam.role(role)?.id.clone();
        // container.ecs.path: the id is the task's own, whatever the task is called.
        let label = format!("task/{name}/{}", self.tasks.role_ids.len());
        let id = id::uuid(&self.entropy, &label);
        let source = Source::Task(id.clone());
        let issuer = Issuer::new(
            source.clone(),
            issuing,
            SERVICE_PRINCIPAL,
            id.replace('-', ""),
        );
        self.issuers.insert(source.clone(), issuer);
        self.tasks.role_ids.insert(id.clone(), role_id);
        self.issue(now, &source);
        Ok(id)
    }

    /// The document of a task's credentials (`container.credentials.document`).
    ///
    /// # Errors
    /// An unknown task; a role that does not admit ECS.
    pub fn container_credentials(
        &mut self,
        now: SimInstant,
        task: &str,
    ) -> Result<String, ContainerError> {
        self.advance_to(now);
        let issuer = self
            .issuers
            .get(&Source::Task(task.to_owned()))
            .ok_or(ContainerError::NoSuchTask)?;
        match issuer.serving() {
            None | Some(Serving::NoRole { .. } | Serving::NoProfile { .. }) => {
                Err(ContainerError::NoSuchTask)
            }
            Some(Serving::Refused { .. }) => Err(ContainerError::NotAdmitted),
            Some(Serving::Keys(keys)) => {
                let session = &keys.main.session;
                Ok(json!({
                    "RoleArn": session.identity.principal_arn(),
                    "AccessKeyId": session.access_key_id,
                    "SecretAccessKey": session.secret_access_key.expose(),
                    "Token": session.session_token.as_ref().map(Secret::expose),
                    "Expiration": session.expires_at.map(|expiry| expiry.to_string()),
                })
                .to_string())
            }
        }
    }

    pub(crate) fn role_behind_task(&self, task: &str) -> Behind<&Role> {
        let Some(role_id) = self.tasks.role_id(task) else {
            return Behind::Nothing;
        };
        let role = self.iam.role_by_id(role_id);
        role.map_or(Behind::NoRole, Behind::Role)
    }
}

#[cfg(test)]
mod tests;
