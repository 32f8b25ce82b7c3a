//! What runs a container, and where its clients find credentials.

use serde::{Deserialize, Serialize};

/// What runs a container: each has an endpoint of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskKind {
    /// Amazon ECS: at the address that all tasks share, under an id of its own.
    #[default]
    Ecs,
    /// AWS CloudShell (`container.cloudshell.endpoint`).
    CloudShell,
    /// The token exchange service of AWS IoT Greengrass (`container.greengrass.endpoint`).
    Greengrass,
    /// AWS Lambda SnapStart (`container.snapstart.endpoint`).
    SnapStart,
}

impl TaskKind {
    /// Who assumes the role, to its trust policy; `None` for CloudShell, which hands out what its
    /// user has signed in with.
    pub(super) const fn service_principal(self) -> Option<&'static str> {
        match self {
            Self::Ecs => Some("ecs-tasks.amazonaws.com"),
            Self::CloudShell => None,
            Self::Greengrass => Some("credentials.iot.amazonaws.com"),
            Self::SnapStart => Some("lambda.amazonaws.com"),
        }
    }

    /// Where its endpoint listens, besides the address of ECS: a host of the container's own, and
    /// a port. Greengrass lets the system choose the port; this one is ours.
    pub const fn local_address(self) -> Option<(&'static str, u16)> {
        match self {
            Self::Ecs => None,
            Self::CloudShell => Some(("localhost", 1338)),
            Self::Greengrass => Some(("localhost", 38_080)),
            Self::SnapStart => Some(("127.0.0.1", 9001)),
        }
    }

    /// The path of the credentials of the task `id`.
    pub fn path(self, id: &str) -> String {
        match self {
            // container.ecs.path
            Self::Ecs => format!("/v2/credentials/{id}"),
            Self::CloudShell => "/latest/meta-data/container/security-credentials".to_owned(),
            Self::Greengrass => "/2016-11-01/credentialprovider/".to_owned(),
            Self::SnapStart => "/2021-04-23/credentials".to_owned(),
        }
    }
}
