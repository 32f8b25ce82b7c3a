//! The metadata of a task, version 4. It holds no credentials (`container.metadata.v4`).

use serde_json::{Value, json};
use thiserror::Error;

use super::task::Task;
use crate::id;
use crate::instant::SimInstant;
use crate::world::World;

/// What of a task's metadata is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskMetadata {
    /// The container.
    Container,
    /// The task, with its containers.
    Task,
    /// That, with its tags.
    TaskWithTags,
    /// What the container uses.
    ContainerStats,
    /// What each container of the task uses.
    TaskStats,
}

/// There is no metadata of that id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("V4 {0} handler: unable to find the container of that endpoint id")]
pub struct MetadataError(&'static str);

impl MetadataError {
    /// The HTTP status (`container.metadata.v4`).
    pub const fn status(self) -> u16 {
        404
    }

    /// The body: a JSON string.
    pub fn body(self) -> String {
        Value::from(self.to_string()).to_string()
    }
}

impl TaskMetadata {
    /// Every one.
    pub const ALL: [Self; 5] = [
        Self::Container,
        Self::Task,
        Self::TaskWithTags,
        Self::ContainerStats,
        Self::TaskStats,
    ];

    /// What comes after the id in its path.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Container => "",
            Self::Task => "/task",
            Self::TaskWithTags => "/taskWithTags",
            Self::ContainerStats => "/stats",
            Self::TaskStats => "/task/stats",
        }
    }

    const fn noun(self) -> &'static str {
        match self {
            Self::Container => "container metadata",
            Self::Task | Self::TaskWithTags => "task metadata",
            Self::ContainerStats => "container stats",
            Self::TaskStats => "task stats",
        }
    }
}

impl World {
    /// The metadata at `/v4/METADATA_ID` and the paths below it.
    ///
    /// # Errors
    /// No task has metadata of that id.
    pub fn task_metadata(
        &mut self,
        now: SimInstant,
        metadata_id: &str,
        what: TaskMetadata,
    ) -> Result<String, MetadataError> {
        self.advance_to(now);
        let found = self.tasks.with_metadata(metadata_id);
        let (task_id, task) = found.ok_or(MetadataError(what.noun()))?;
        let described = Described {
            world: self,
            task,
            task_id: task_id.replace('-', ""),
        };
        let document = match what {
            TaskMetadata::Container => described.container(),
            TaskMetadata::Task => described.task(),
            TaskMetadata::TaskWithTags => described.task_with_tags(),
            TaskMetadata::ContainerStats => described.stats(now),
            TaskMetadata::TaskStats => json!({ described.docker_id(): described.stats(now) }),
        };
        Ok(document.to_string())
    }
}

/// A task, with what is needed to say more about it. The names and the nesting are documented; the
/// values that no source backs are plausible ones.
struct Described<'a> {
    world: &'a World,
    task: &'a Task,
    /// 32 hex digits: the name of its sessions, too.
    task_id: String,
}

impl Described<'_> {
    fn arn(&self, resource: &str) -> String {
        let (region, account) = (&self.world.region, &self.task.account);
        format!("arn:aws:ecs:{region}:{account}:{resource}")
    }

    fn task_arn(&self) -> String {
        self.arn(&format!("task/default/{}", self.task_id))
    }

    fn docker_id(&self) -> String {
        format!("{}-0000000001", self.task_id)
    }

    fn container(&self) -> Value {
        let name = &self.task.name;
        let container = id::uuid(&self.world.entropy, &format!("container/{}", self.task_id));
        let path = format!("container/default/{}/{container}", self.task_id);
        let started = self.task.started_at.rfc3339_nano();
        json!({
            "DockerId": self.docker_id(),
            "Name": name,
            "DockerName": name,
            "Image": format!("{name}:latest"),
            "ImageID": format!("sha256:{:0>64}", self.task_id),
            "Labels": {
                "com.amazonaws.ecs.cluster": self.arn("cluster/default"),
                "com.amazonaws.ecs.container-name": name,
                "com.amazonaws.ecs.task-arn": self.task_arn(),
                "com.amazonaws.ecs.task-definition-family": name,
                "com.amazonaws.ecs.task-definition-version": "1",
            },
            "DesiredStatus": "RUNNING",
            "KnownStatus": "RUNNING",
            "Limits": { "CPU": 2 },
            "CreatedAt": started,
            "StartedAt": started,
            "Type": "NORMAL",
            "ContainerARN": self.arn(&path),
            "Networks": [{ "NetworkMode": "awsvpc", "IPv4Addresses": ["10.0.0.2"] }],
        })
    }

    fn task(&self) -> Value {
        let started = self.task.started_at.rfc3339_nano();
        json!({
            "Cluster": self.arn("cluster/default"),
            "TaskARN": self.task_arn(),
            "Family": self.task.name,
            "Revision": "1",
            "DesiredStatus": "RUNNING",
            "KnownStatus": "RUNNING",
            "Limits": { "CPU": 0.25, "Memory": 512 },
            "PullStartedAt": started,
            "PullStoppedAt": started,
            "AvailabilityZone": format!("{}a", self.world.region),
            "LaunchType": "FARGATE",
            "Containers": [self.container()],
        })
    }

    fn task_with_tags(&self) -> Value {
        let mut task = self.task();
        task["TaskTags"] = json!({ "Name": self.task.name });
        task
    }

    fn stats(&self, now: SimInstant) -> Value {
        json!({
            "read": now.rfc3339_nano(),
            "preread": self.task.started_at.rfc3339_nano(),
            "id": self.docker_id(),
            "name": self.task.name,
            "num_procs": 0,
            "pids_stats": { "current": 1 },
            "cpu_stats": { "cpu_usage": { "total_usage": 0 }, "online_cpus": 2 },
            "precpu_stats": { "cpu_usage": { "total_usage": 0 }, "online_cpus": 2 },
            "memory_stats": { "usage": 0, "limit": 536_870_912 },
            "networks": { "eth1": { "rx_bytes": 0, "tx_bytes": 0 } },
        })
    }
}
