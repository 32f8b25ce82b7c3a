//! Tasks and pods: how they run, where their clients look for credentials, and the files that those
//! read.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use rolecall_account::{
    Authorization, Demand, PodIdentity, RunPod, RunTask, Secret, Source, TaskKind,
};
use rolecall_endpoints::Place;
use rolecall_endpoints::record::Replay;
use serde::{Deserialize, Serialize};

use super::{SetupError, Simulation, checked, issuing};
use crate::files::{FileError, Machines};
use crate::language::{self, How};

/// Where EKS projects the token of a pod. Source: the webhook that changes the pods,
/// aws/amazon-eks-pod-identity-webhook.
const POD_TOKEN: &str =
    "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token";

/// The same of a pod that takes it to STS itself (`container.pod.web-identity`).
const WEB_IDENTITY_TOKEN: &str = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token";

/// A token that clients read from a file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeldToken {
    /// The task or pod, by the world's name.
    pub(super) name: String,
    source: Source,
    /// On its machine.
    path: String,
    /// The role it is taken to STS for, by its ARN; none if it is shown to somebody else.
    for_role: Option<String>,
}

impl Simulation {
    /// Runs the tasks and the pods of the world.
    fn hold_token(&mut self, held: Option<HeldToken>) {
        self.setting_mut().token_files.extend(held);
    }

    pub(super) fn run_containers(&mut self, world: &language::World) -> Result<(), SetupError> {
        for (name, task) in &world.tasks {
            self.run_task(world, name, &task.value)?;
        }
        for (name, pod) in &world.pods {
            self.run_pod(world, name, &pod.value)?;
        }
        Ok(self.write_token_files(How::SymlinkSwap)?)
    }

    fn run_task(
        &mut self,
        world: &language::World,
        name: &str,
        task: &language::Task,
    ) -> Result<(), SetupError> {
        let what = || format!("task `{name}`");
        let Some(role) = &task.role else {
            // ECS knows nothing of a task that is only a recording.
            let place = Place::Task(name.to_owned());
            self.put_place(name, place.clone());
            return self.serve_recording(place, task.recorded.as_ref(), what);
        };
        let token = task.authorization_token.as_ref();
        let file = task.authorization_token_file.as_ref();
        let run = RunTask {
            kind: task
                .kind
                .as_ref()
                .map_or(TaskKind::Ecs, |kind| kind_of(kind.value)),
            demand: match (token, file) {
                (Some(token), _) => Demand::Exactly(Authorization::new(token.value.as_str())),
                (None, Some(_)) => Demand::Drawn,
                (None, None) => Demand::AsUsual,
            },
            issuing: checked(issuing(&world.issuing().with(&task.issuing)), what)?,
            ..RunTask::new(name, self.role_arn(&role.value).unwrap_or_default())
        };
        let id = self.world().run_task_with(self.now(), run);
        let id = id.map_err(|error| SetupError::Iam {
            what: what(),
            error,
        })?;
        self.put_place(name, Place::Task(id.clone()));
        self.hold_token(file.map(|path| HeldToken {
            name: name.to_owned(),
            source: Source::Task(id),
            path: path.value.clone(),
            for_role: None,
        }));
        Ok(())
    }

    fn run_pod(
        &mut self,
        world: &language::World,
        name: &str,
        pod: &language::Pod,
    ) -> Result<(), SetupError> {
        let what = || format!("pod `{name}`");
        let plain = RunPod::new(name, pod.role.value.as_str());
        let run = RunPod {
            namespace: pod.namespace.value.clone(),
            service_account: pod.service_account.value.clone(),
            identity: match pod.identity.value {
                language::PodIdentity::PodIdentity => PodIdentity::Agent,
                language::PodIdentity::WebIdentity => PodIdentity::WebIdentity,
            },
            token_lifetime: pod
                .token_lifetime
                .as_ref()
                .map_or(plain.token_lifetime, |at| at.value),
            issuing: checked(issuing(&world.issuing().with(&pod.issuing)), what)?,
            ..plain
        };
        let uid = self.world().run_pod(self.now(), run);
        let uid = uid.map_err(|error| SetupError::Iam {
            what: what(),
            error,
        })?;
        self.put_place(name, Place::Pod(uid.clone()));
        let (path, for_role) = match pod.identity.value {
            language::PodIdentity::PodIdentity => (POD_TOKEN, None),
            language::PodIdentity::WebIdentity => {
                (WEB_IDENTITY_TOKEN, self.role_arn(&pod.role.value))
            }
        };
        self.hold_token(Some(HeldToken {
            name: name.to_owned(),
            source: Source::Pod(uid),
            path: path.to_owned(),
            for_role,
        }));
        Ok(())
    }

    /// Keeps the files of the machines in `folder` from now on, for clients in processes of their
    /// own; it stays when the simulation is gone.
    ///
    /// # Errors
    /// A token file could not be written there.
    pub fn keeping_files_in(mut self, folder: PathBuf) -> Result<Self, FileError> {
        self.machines = Machines::in_folder(folder);
        self.write_token_files(How::SymlinkSwap)?;
        for machine in self.places.all().into_keys() {
            self.write_config_files_of(&machine)?;
        }
        self.write_config_files_of(language::Place::LAPTOP)?;
        Ok(self)
    }

    /// Gives each token file the token that is good now, if it holds another. While time is moved
    /// by [`Simulation::advance`] this happens by itself.
    ///
    /// # Errors
    /// A file could not be written.
    pub fn write_token_files(&self, how: How) -> Result<(), FileError> {
        let held = self.setting().token_files.clone();
        for held in &held {
            if let Some(token) = self.token_of(&held.source) {
                self.machines
                    .write_token(&held.name, &held.path, &token, how)?;
            }
        }
        self.write_programs()?;
        self.write_token_caches()
    }

    /// Gives a file on the machine called `on` another content.
    pub(crate) fn write_file(
        &self,
        on: &str,
        path: &str,
        content: &str,
        how: How,
    ) -> Result<(), FileError> {
        self.machines.write(on, path, content, how)
    }

    fn token_of(&self, source: &Source) -> Option<Secret> {
        let world = self.world();
        match source {
            Source::Pod(uid) => world.pod_token(uid).cloned(),
            Source::Task(id) => world.task_authorization(id).cloned(),
            Source::Instance(_) | Source::Program(_) | Source::Sso(_) => None,
        }
    }

    /// The environment variables by which a client on the instance, task or pod called `on` finds
    /// its credentials: at the addresses of AWS, or where its endpoint listens on TCP.
    pub fn variables(&self, on: &str, listening: Option<SocketAddr>) -> BTreeMap<String, String> {
        self.variables_of(on, listening, listening.is_some())
    }

    /// The same where the addresses of AWS answer, and its files are where they really are: in a
    /// network of its own.
    pub fn variables_in_own_network(&self, on: &str) -> BTreeMap<String, String> {
        self.variables_of(on, None, true)
    }

    fn variables_of(
        &self,
        on: &str,
        listening: Option<SocketAddr>,
        really: bool,
    ) -> BTreeMap<String, String> {
        let host = listening.map(|address| format!("http://{address}"));
        let pairs = match self.place(on) {
            Some(Place::Instance(_)) => host
                .map(|host| ("AWS_EC2_METADATA_SERVICE_ENDPOINT", host))
                .into_iter()
                .collect(),
            Some(Place::Task(id)) => self.variables_of_task(on, &id, host.as_deref(), really),
            Some(Place::Pod(_)) => self.variables_of_pod(on, host, really),
            Some(Place::Laptop) | None => Vec::new(),
        };
        let pairs = pairs.into_iter();
        pairs
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    fn variables_of_pod(
        &self,
        on: &str,
        listening: Option<String>,
        really: bool,
    ) -> Vec<(&'static str, String)> {
        let role = self
            .setting()
            .held(on)
            .and_then(|held| held.for_role.clone());
        let Some(role) = role else {
            let host = listening.unwrap_or_else(|| "http://169.254.170.23".to_owned());
            let uri = host + "/v1/credentials";
            let file = self.token_file_of(on, really).into_iter();
            return file
                .chain([("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri)])
                .collect();
        };
        // container.pod.web-identity
        let path = self.path_of_token(on, really).into_iter();
        path.map(|path| ("AWS_WEB_IDENTITY_TOKEN_FILE", path))
            .chain([("AWS_ROLE_ARN", role)])
            .collect()
    }

    fn variables_of_task(
        &self,
        on: &str,
        id: &str,
        listening: Option<&str>,
        really: bool,
    ) -> Vec<(&'static str, String)> {
        let world = self.world();
        let kind = world.task_kind(id).unwrap_or_default();
        let path = self.credentials_path(kind, id);
        let local = kind
            .local_address()
            .map(|(host, port)| format!("http://{host}:{port}"));
        let mut variables = vec![match listening.map(str::to_owned).or(local) {
            Some(host) => ("AWS_CONTAINER_CREDENTIALS_FULL_URI", host + &path),
            None => ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", path),
        }];
        if let (TaskKind::Ecs, Some(metadata)) = (kind, world.task_metadata_id(id)) {
            let host = listening.unwrap_or("http://169.254.170.2");
            let uri = format!("{host}/v4/{metadata}");
            variables.push(("ECS_CONTAINER_METADATA_URI_V4", uri));
        }
        let token = world.task_authorization(id).cloned();
        drop(world);
        let told = token.map(|token| {
            let value = token.expose().to_owned();
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", value)
        });
        variables.extend(self.token_file_of(on, really).or(told));
        variables
    }

    /// The path of a task's credentials: its own, or the one that was recorded.
    fn credentials_path(&self, kind: TaskKind, id: &str) -> String {
        let recording = self.edge().recording(&Place::Task(id.to_owned()));
        let recorded = recording.as_ref().and_then(Replay::first_path);
        recorded.map_or_else(|| kind.path(id), str::to_owned)
    }

    /// The variable that names a token file: as clients in memory see it, or where it really is.
    fn token_file_of(&self, on: &str, really: bool) -> Option<(&'static str, String)> {
        let path = self.path_of_token(on, really)?;
        Some(("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", path))
    }

    fn path_of_token(&self, on: &str, really: bool) -> Option<String> {
        let setting = self.setting();
        let held = setting.held(on)?;
        Some(if really {
            let located = self.machines.locate(on, &held.path).ok()?;
            located.display().to_string()
        } else {
            held.path.clone()
        })
    }
}

fn kind_of(kind: language::TaskKind) -> TaskKind {
    match kind {
        language::TaskKind::Ecs => TaskKind::Ecs,
        language::TaskKind::CloudShell => TaskKind::CloudShell,
        language::TaskKind::Greengrass => TaskKind::Greengrass,
        language::TaskKind::SnapStart => TaskKind::SnapStart,
    }
}
