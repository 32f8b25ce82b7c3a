//! A world behind its network, and a client that calls it.
#![allow(dead_code, reason = "each topic uses its own part of this")]

#[cfg(feature = "s3")]
pub(crate) mod portal;
pub(crate) mod signer;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Full};
use rolecall_account::policy::{Document, DocumentKind};
use rolecall_account::{
    CreateRole, CreateUser, CreateVirtualMfaDevice, Exchange, Happening, HttpTokens, Issuing,
    MetadataOptions, RunInstance, RunPod, RunTask, Session, SimInstant, World, WorldOptions,
};
use rolecall_clock::SimClock;
use rolecall_endpoints::{Caller, Edge, MemoryNetwork, Place, WireError};
use tower::ServiceExt;

pub(crate) const START: &str = "2031-05-01T00:00:00Z";
pub(crate) const HOUR: Duration = Duration::from_hours(1);
pub(crate) const MILLISECOND: Duration = Duration::from_millis(1);

pub(crate) const ROLE: &str = "photo-app";
pub(crate) const BUCKET: &str = "photos";
pub(crate) const METADATA: &str = "http://169.254.169.254";
pub(crate) const CONTAINER: &str = "http://169.254.170.2";
pub(crate) const AGENT: &str = "http://169.254.170.23/v1/credentials";

/// A world with a role, an instance and a task that have it, a bucket, and the time.
pub(crate) struct Lab {
    pub(crate) edge: Edge,
    network: MemoryNetwork,
    /// Serves [`ROLE`] to whoever asks, with a metadata token or without.
    pub(crate) web: String,
    /// Serves it to those with a metadata token.
    pub(crate) strict: String,
    pub(crate) task: String,
}

/// Gives a user, who is made if there is none, a virtual MFA device; answers its serial number.
pub(crate) fn give_device(lab: &Lab, user: &str, name: &str) -> String {
    let now = lab.edge.now();
    let mut world = lab.edge.world();
    let request = CreateUser {
        name: user.to_owned(),
        ..CreateUser::default()
    };
    // Another device for one who is there.
    let _ = world.operator(now).create_user(request);
    let request = CreateVirtualMfaDevice {
        name: name.to_owned(),
        ..CreateVirtualMfaDevice::default()
    };
    let device = world.operator(now).create_virtual_mfa_device(&request);
    let serial = device.unwrap().serial;
    let shown = world.mfa_code(now, &serial).unwrap();
    let codes = [shown.code.expose(), shown.next.expose()];
    let enabled = world.operator(now).enable_mfa_device(user, &serial, codes);
    enabled.unwrap();
    serial
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Runs `work` in a fresh world, in virtual time.
pub(crate) fn lab<T, F: Future<Output = T>>(work: impl FnOnce(Lab) -> F) -> T {
    lab_issuing(Issuing::default(), work)
}

/// [`lab`], in which sources issue in their own way.
pub(crate) fn lab_issuing<T, F: Future<Output = T>>(
    issuing: Issuing,
    work: impl FnOnce(Lab) -> F,
) -> T {
    let start = SimInstant::parse(START).unwrap();
    rolecall_clock::run_virtual(start.into(), |clock| work(Lab::new(start, clock, issuing)))
}

impl Lab {
    /// A world by the machine's clock and an offset; `tolerating` is told of each caller whose
    /// signatures are dated by the machine's clock alone.
    pub(crate) fn by_the_machine(
        tolerating: Option<impl Fn(&str) + Send + Sync + 'static>,
    ) -> Self {
        let clock = SimClock::real();
        let lab = Self::new(clock.now().into(), clock, Issuing::default());
        let Some(tell) = tolerating else { return lab };
        let edge = lab.edge.tolerating_machine_time(tell);
        let network = MemoryNetwork::new(&edge);
        Self {
            edge,
            network,
            ..lab
        }
    }

    pub(crate) fn new(start: SimInstant, clock: SimClock, issuing: Issuing) -> Self {
        let mut world = World::new(WorldOptions {
            start,
            region: "us-east-1".to_owned(),
            seed: 1,
            association_delay: Duration::ZERO,
        });
        let role = CreateRole {
            attached: vec!["AmazonS3FullAccess".to_owned()],
            ..CreateRole::new(ROLE, trust())
        };
        world.operator(start).create_role(role).unwrap();
        world
            .operator(start)
            .create_instance_profile("web-profile")
            .unwrap();
        world
            .operator(start)
            .add_role_to_instance_profile("web-profile", ROLE)
            .unwrap();
        let mut launch = |name: &str, http_tokens| {
            let request = RunInstance {
                name: name.to_owned(),
                profile: Some("web-profile".to_owned()),
                metadata_options: MetadataOptions {
                    http_tokens,
                    ..MetadataOptions::default()
                },
                issuing,
                ..RunInstance::default()
            };
            world.operator(start).run_instance(request).unwrap()
        };
        let web = launch("web", HttpTokens::Optional);
        let strict = launch("strict", HttpTokens::Required);
        let task = world.run_task(start, "api", ROLE, issuing).unwrap();
        world.operator(start).create_bucket(BUCKET);
        let edge = Edge::new(world, clock);
        let network = MemoryNetwork::new(&edge);
        Self {
            edge,
            network,
            web,
            strict,
            task,
        }
    }

    pub(crate) fn on_web(&self) -> Place {
        Place::Instance(self.web.clone())
    }

    pub(crate) fn on_strict(&self) -> Place {
        Place::Instance(self.strict.clone())
    }

    /// Runs a pod that has [`ROLE`].
    pub(crate) fn run_pod(&self) -> String {
        let run = RunPod::new("worker", ROLE);
        let pod = self.edge.world().run_pod(self.edge.now(), run);
        pod.unwrap()
    }

    /// What a pod's token file holds.
    pub(crate) fn pod_token(&self, pod: &str) -> String {
        let world = self.edge.world();
        world.pod_token(pod).unwrap().expose().to_owned()
    }

    pub(crate) fn run_task(&self, run: RunTask) -> String {
        let task = self.edge.world().run_task_with(self.edge.now(), run);
        task.unwrap()
    }

    /// What a task demands.
    pub(crate) fn authorization(&self, task: &str) -> String {
        let world = self.edge.world();
        world.task_authorization(task).unwrap().expose().to_owned()
    }

    pub(crate) fn in_task(&self) -> Place {
        Place::Task(self.task.clone())
    }

    /// The control routes, for whoever has `token`; the world begins again in word alone.
    #[cfg(feature = "control")]
    pub(crate) fn control(&self, token: &str) -> axum::Router {
        let places = rolecall_endpoints::Places::default();
        places.put("web", self.on_web());
        places.put("api", self.in_task());
        let options = rolecall_endpoints::ControlOptions {
            token: rolecall_account::Secret::new(token),
            places,
            reset: Box::new(|| Ok(())),
            dump: Box::new(|| Ok(serde_json::json!({ "format": "a world", "version": 1 }))),
            load: Box::new(|_| Ok(())),
        };
        rolecall_endpoints::control(self.edge.clone(), options)
    }

    /// Leaves the role without any policy.
    pub(crate) fn detach_all(&self) {
        let mut world = self.edge.world();
        world
            .operator(self.edge.now())
            .detach_role_policy(ROLE, "AmazonS3FullAccess")
            .unwrap();
    }

    /// Writes an inline policy of the role.
    pub(crate) fn put_policy(&self, name: &str, statements: &str) {
        let mut world = self.edge.world();
        world
            .operator(self.edge.now())
            .put_role_policy(ROLE, name, policy(statements))
            .unwrap();
    }

    pub(crate) fn network(&self) -> &MemoryNetwork {
        &self.network
    }

    pub(crate) async fn advance(&self, duration: Duration) {
        self.edge.clock().advance(duration).await;
    }

    /// Sends a request from a place; what there is no route to is not journalled.
    pub(crate) async fn try_send<B>(
        &self,
        place: Place,
        request: Request<B>,
    ) -> Result<Answer, WireError>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<tower::BoxError>,
    {
        let caller = Caller {
            name: "app".into(),
            place,
        };
        let response = self.network.wire(caller).oneshot(request).await?;
        let (parts, body) = response.into_parts();
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes(),
        })
    }

    /// Sends a request that arrives; checks that it was journalled, once, with that status.
    pub(crate) async fn send(&self, place: Place, request: Request<Bytes>) -> Answer {
        let mark = self.edge.world().journal().mark();
        let answer = self.try_send(place, request.map(Full::new)).await.unwrap();
        let exchanges = self.exchanges_since(mark);
        let [exchange] = &exchanges[..] else {
            panic!("{} exchanges journalled for one request", exchanges.len());
        };
        assert_eq!(exchange.status().unwrap().as_u16(), answer.status);
        answer
    }

    pub(crate) fn exchanges_since(&self, mark: u64) -> Vec<Exchange> {
        let world = self.edge.world();
        let entries = world.journal().since(mark);
        entries
            .filter_map(|entry| match &entry.happening {
                Happening::Exchange(exchange) => Some((**exchange).clone()),
                _ => None,
            })
            .collect()
    }

    /// What was journalled last.
    pub(crate) fn last_exchange(&self) -> Exchange {
        self.exchanges_since(0).pop().unwrap()
    }
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The texts of all XML elements of that name, unescaped, in order.
    pub(crate) fn elements(&self, name: &str) -> Vec<String> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let rest = self.text().split(&open).skip(1);
        let inner = rest.map(|rest| rest.split_once(&close).unwrap().0);
        inner.map(unescaped).collect()
    }

    /// The text of an XML element, unescaped; there must be one such element.
    pub(crate) fn element(&self, name: &str) -> String {
        let text = self.text();
        let (_, rest) = text
            .split_once(&format!("<{name}>"))
            .unwrap_or_else(|| panic!("no <{name}> in {text}"));
        let (inner, _) = rest.split_once(&format!("</{name}>")).unwrap();
        unescaped(inner)
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

pub(crate) fn request(method: &str, uri: &str, headers: &[(&str, &str)]) -> Request<Bytes> {
    let mut request = Request::builder()
        .method(method.parse::<Method>().unwrap())
        .uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Bytes::new()).unwrap()
}

pub(crate) fn policy(statements: &str) -> Document {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    Document::parse(&text, DocumentKind::Identity).unwrap()
}

/// A user with a key, who may do everything but what is denied.
pub(crate) fn user(lab: &Lab, denied: Option<&str>) -> Arc<Session> {
    let now = lab.edge.now();
    let deny = denied.map(|action| {
        let statement = format!(r#"{{"Effect": "Deny", "Action": "{action}", "Resource": "*"}}"#);
        ("deny".to_owned(), policy(&statement))
    });
    let request = CreateUser {
        name: "ann".to_owned(),
        attached: vec!["AdministratorAccess".to_owned()],
        inline: deny.into_iter().collect(),
        ..CreateUser::default()
    };
    let mut world = lab.edge.world();
    world.operator(now).create_user(request).unwrap();
    world.operator(now).create_access_key("ann").unwrap()
}

/// A role for everyone in the account whose own policies allow it.
pub(crate) fn admin(lab: &Lab) {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": "111122223333"}}}"#;
    let trust = Document::parse(text, DocumentKind::Trust).unwrap();
    let request = CreateRole {
        attached: vec!["AdministratorAccess".to_owned()],
        ..CreateRole::new("admin", trust)
    };
    lab.edge
        .world()
        .operator(lab.edge.now())
        .create_role(request)
        .unwrap();
}

/// For instances, for tasks of every kind, and for pods.
fn trust() -> Document {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Principal": {"Service": ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com",
            "credentials.iot.amazonaws.com", "lambda.amazonaws.com", "pods.eks.amazonaws.com"]}}}"#;
    Document::parse(text, DocumentKind::Trust).unwrap()
}
