//! The client of the bench `rotation`: what an SDK sends, and nothing of what it does besides.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use axum::body::Body;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use rolecall_account::policy::{Document, DocumentKind};
use rolecall_account::{
    CreateRole, Happening, HttpTokens, Issuing, MetadataOptions, RunInstance, SimInstant, Source,
    World, WorldOptions,
};
use rolecall_clock::SimClock;
use rolecall_endpoints::{Caller, Edge, MemoryNetwork, Place, Wire};
use serde::Deserialize;
use tower::{Service, ServiceExt};

/// 2031-05-01T00:00:00Z.
pub(crate) const START: SimInstant = SimInstant::from_epoch_millis(1_935_360_000_000);
pub(crate) const ROLE: &str = "photo-app";

const REGION: &str = "us-east-1";
const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#;
const METADATA: &str = "http://169.254.169.254/latest";
const OBJECT: &str = "https://photos.s3.us-east-1.amazonaws.com/cat.jpg";
const CONTENT: [u8; 1024] = [b'c'; 1024];

/// A program on an instance whose role may do everything in S3.
pub(crate) struct Client {
    edge: Edge,
    source: Source,
    wire: Wire,
}

/// What it reads of a set.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Set<'a> {
    access_key_id: &'a str,
    secret_access_key: &'a str,
    token: &'a str,
}

impl Client {
    /// A new world with an instance, whose credentials rotate every `interval`.
    pub(crate) fn on_an_instance(clock: SimClock, interval: Duration) -> Self {
        let mut world = World::new(WorldOptions {
            start: START,
            region: REGION.to_owned(),
            seed: 1,
            association_delay: Duration::ZERO,
        });
        let trust = Document::parse(TRUST, DocumentKind::Trust).unwrap();
        let role = CreateRole {
            attached: vec!["AmazonS3FullAccess".to_owned()],
            ..CreateRole::new(ROLE, trust)
        };
        let publish_before_expiry = Duration::from_mins(1);
        let instance = RunInstance {
            name: "web".to_owned(),
            profile: Some("web".to_owned()),
            metadata_options: MetadataOptions {
                http_tokens: HttpTokens::Required,
                ..MetadataOptions::default()
            },
            issuing: Issuing {
                credential_lifetime: interval + publish_before_expiry,
                publish_before_expiry,
                ..Issuing::default()
            },
            ..RunInstance::default()
        };
        world.operator(START).create_bucket("photos");
        world.operator(START).create_role(role).unwrap();
        world
            .operator(START)
            .create_instance_profile("web")
            .unwrap();
        world
            .operator(START)
            .add_role_to_instance_profile("web", ROLE)
            .unwrap();
        let id = world.operator(START).run_instance(instance).unwrap();
        let edge = Edge::new(world, clock);
        let caller = Caller {
            name: "bench".into(),
            place: Place::Instance(id.clone()),
        };
        Self {
            wire: MemoryNetwork::new(&edge).wire(caller),
            source: Source::Instance(id),
            edge,
        }
    }

    /// The world issues the next set, ahead of its time.
    pub(crate) fn rotate(&self) {
        let now = self.edge.now();
        self.edge.world().rotate(now, &self.source).unwrap();
    }

    pub(crate) async fn fetch_and_upload(&self) {
        let set = self.fetch().await;
        ok(&self.wire, self.signed_upload(&set)).await;
    }

    /// The next set, as it is served, by three requests.
    pub(crate) async fn fetch(&self) -> String {
        let token = self.metadata_token().await;
        let role = self.metadata("iam/security-credentials/", &token).await;
        self.set(&token, &role).await
    }

    pub(crate) async fn set(&self, token: &str, role: &str) -> String {
        let path = format!("iam/security-credentials/{role}");
        self.metadata(&path, token).await
    }

    pub(crate) async fn metadata_token(&self) -> String {
        let request = Request::put(format!("{METADATA}/api/token"))
            .header("x-aws-ec2-metadata-token-ttl-seconds", "21600")
            .body(Body::empty());
        ok(&self.wire, request.unwrap()).await
    }

    async fn metadata(&self, path: &str, token: &str) -> String {
        let request = Request::get(format!("{METADATA}/meta-data/{path}"))
            .header("x-aws-ec2-metadata-token", token)
            .body(Body::empty());
        ok(&self.wire, request.unwrap()).await
    }

    pub(crate) fn signed_upload(&self, set: &str) -> Request<Body> {
        let set: Set<'_> = serde_json::from_str(set).unwrap();
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let token = Some(set.token.to_owned());
        let identity = Credentials::new(
            set.access_key_id,
            set.secret_access_key,
            token,
            None,
            "imds",
        )
        .into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name("s3")
            .time(self.edge.now().into())
            .settings(settings)
            .build();
        let body = SignableBody::Bytes(&CONTENT);
        let signable = SignableRequest::new("PUT", OBJECT, std::iter::empty(), body).unwrap();
        let (signature, _) = sign(signable, &parameters.unwrap().into())
            .unwrap()
            .into_parts();
        let mut request = Request::put(OBJECT).body(Body::from(&CONTENT[..])).unwrap();
        signature.apply_to_request_http1x(&mut request);
        request
    }

    pub(crate) fn sets_issued(&self) -> u64 {
        self.edge.world().sessions().count() as u64
    }

    /// How many sets the journal has seen an upload allowed with.
    pub(crate) fn sets_that_signed(&self) -> u64 {
        let world = self.edge.world();
        let uploads = world
            .journal()
            .entries()
            .filter_map(|entry| match &entry.happening {
                Happening::Exchange(exchange) => {
                    exchange.decision.as_ref().zip(exchange.session.as_ref())
                }
                _ => None,
            });
        let allowed = uploads.filter(|(decision, _)| decision.allowed());
        let issues: BTreeSet<u32> = allowed.map(|(_, session)| session.issue).collect();
        issues.len() as u64
    }
}

/// The body of an answer, which must be a good one.
pub(crate) async fn ok<S>(service: &S, request: Request<Body>) -> String
where
    S: Service<Request<Body>, Response = Response<Body>, Error: Debug> + Clone,
{
    let response = service.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.into()).unwrap()
}
