//! STS through the SDK: who one is, roles assumed with a role and with a key, and what is refused.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::Credentials;
use aws_credential_types::attributes::AccountId;
use aws_sdk_sts::error::{DisplayErrorContext, ProvideErrorMetadata};
use rolecall::{ProvideCredentials, SharedCredentialsProvider, Simulation, World};
use rolecall_account::policy::{Document, DocumentKind};
use rolecall_account::{CreateRole, CreateUser, Happening, Operation};

const HOUR: Duration = Duration::from_hours(1);
const ADMIN: &str = "arn:aws:iam::111122223333:role/admin";
const WEB: &str = "arn:aws:iam::111122223333:role/photo-app";

/// An instance `web` with the role `photo-app`, which may do nothing but assume roles.
fn world() -> World {
    World::new()
        .bucket("photos")
        .role("photo-app", [])
        .profile("web-profile", "photo-app")
        .instance("web", "web-profile")
}

/// A role `admin`, which trusts `principal` under `condition`.
fn admin(simulation: &Simulation, principal: &str, condition: &str) {
    let trust = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {{"AWS": "{principal}"}}, "Condition": {{{condition}}}}}]}}"#
    );
    let trust = Document::parse(&trust, DocumentKind::Trust).unwrap();
    let request = CreateRole {
        attached: vec!["AdministratorAccess".to_owned()],
        max_session_duration: Some(HOUR * 12),
        ..CreateRole::new("admin", trust)
    };
    simulation
        .world()
        .operator(simulation.now())
        .create_role(request)
        .unwrap();
}

/// A user `ann` on a laptop, with a key of her own.
async fn ann(simulation: &Simulation) -> SdkConfig {
    let now = simulation.now();
    let key = {
        let mut world = simulation.world();
        let request = CreateUser {
            name: "ann".to_owned(),
            ..CreateUser::default()
        };
        world.operator(now).create_user(request).unwrap();
        world.operator(now).create_access_key("ann").unwrap()
    };
    let secret = key.secret_access_key.expose();
    let credentials = Credentials::new(&key.access_key_id, secret, None, None, "key");
    with(simulation.aws_config("laptop").await, credentials)
}

fn with(config: SdkConfig, provider: impl ProvideCredentials + 'static) -> SdkConfig {
    let provider = SharedCredentialsProvider::new(provider);
    config.into_builder().credentials_provider(provider).build()
}

async fn assuming(config: &SdkConfig) -> SdkConfig {
    let provider = AssumeRoleProvider::builder(ADMIN)
        .session_name("tests")
        .configure(config);
    with(config.clone(), provider.build().await)
}

async fn arn(config: &SdkConfig) -> String {
    let client = aws_sdk_sts::Client::new(config);
    let answer = client.get_caller_identity().send().await;
    answer.unwrap().arn.unwrap()
}

/// Uploads an object; the code of the refusal, if it was refused.
async fn put(config: &SdkConfig) -> Result<(), String> {
    let client = aws_sdk_s3::Client::new(config);
    let put = client.put_object().bucket("photos").key("cat.jpg");
    let sent = put
        .body(bytes::Bytes::from_static(b"cat").into())
        .send()
        .await;
    sent.map(|_| ())
        .map_err(|error| error.code().unwrap_or("none").to_owned())
}

/// How often roles were assumed, or tried to be.
fn assumed(simulation: &Simulation) -> usize {
    let world = simulation.world();
    let entries = world.journal().entries();
    let of_sts = entries.filter(|entry| {
        matches!(&entry.happening, Happening::Exchange(exchange)
            if exchange.operation == Some(Operation::StsAssumeRole))
    });
    of_sts.count()
}

/// Code and message of a refused `AssumeRole`.
async fn refused(
    config: &SdkConfig,
    change: impl FnOnce(
        aws_sdk_sts::operation::assume_role::builders::AssumeRoleFluentBuilder,
    ) -> aws_sdk_sts::operation::assume_role::builders::AssumeRoleFluentBuilder,
) -> (String, String) {
    let client = aws_sdk_sts::Client::new(config);
    let request = client
        .assume_role()
        .role_arn(ADMIN)
        .role_session_name("tests");
    let error = change(request).send().await.unwrap_err();
    let (code, message) = (error.code(), error.message());
    let told = || DisplayErrorContext(&error).to_string();
    (
        code.unwrap_or_else(|| panic!("{}", told())).to_owned(),
        message.unwrap().to_owned(),
    )
}

#[test]
fn an_instance_and_a_user_are_told_who_they_are() {
    world()
        .simulate(async |simulation| {
            let web = simulation.instance_id("web").unwrap();
            assert_eq!(
                arn(&simulation.aws_config("web").await).await,
                format!("arn:aws:sts::111122223333:assumed-role/photo-app/{web}")
            );
            let ann = ann(&simulation).await;
            assert_eq!(arn(&ann).await, "arn:aws:iam::111122223333:user/ann");
        })
        .unwrap();
}

#[test]
fn a_role_is_assumed_used_and_assumed_again_when_its_hour_is_over() {
    world()
        .simulate(async |simulation| {
            admin(&simulation, WEB, "");
            let web = simulation.aws_config("web").await;
            assert_eq!(put(&web).await, Err("AccessDenied".to_owned()));
            let admin = assuming(&web).await;
            assert_eq!(put(&admin).await, Ok(()));
            assert_eq!(
                arn(&admin).await,
                "arn:aws:sts::111122223333:assumed-role/admin/tests"
            );
            assert_eq!(assumed(&simulation), 1, "the clients share the session");
            simulation.advance(HOUR).await;
            assert_eq!(put(&admin).await, Ok(()));
            assert_eq!(assumed(&simulation), 2);
        })
        .unwrap();
}

#[test]
fn a_session_that_is_kept_is_refused_after_an_hour() {
    world()
        .simulate(async |simulation| {
            admin(&simulation, WEB, "");
            let web = simulation.aws_config("web").await;
            let provider = assuming(&web).await.credentials_provider().unwrap();
            let session = provider.provide_credentials().await.unwrap();
            let expiry = std::time::SystemTime::from(simulation.now() + HOUR);
            assert_eq!(session.expiry(), Some(expiry));
            assert_eq!(
                session.account_id().map(AccountId::as_str),
                Some("111122223333")
            );
            let (key, secret) = (session.access_key_id(), session.secret_access_key());
            let token = session.session_token().map(str::to_owned);
            let kept = with(web, Credentials::new(key, secret, token, None, "kept"));
            simulation
                .advance(HOUR.saturating_sub(Duration::from_secs(1)))
                .await;
            assert_eq!(put(&kept).await, Ok(()));
            simulation.advance(Duration::from_secs(1)).await;
            assert_eq!(put(&kept).await, Err("ExpiredToken".to_owned()));
            let client = aws_sdk_sts::Client::new(&kept);
            let late = client.get_caller_identity().send().await.unwrap_err();
            assert_eq!(late.code(), Some("ExpiredToken"));
        })
        .unwrap();
}

#[test]
fn an_external_id_opens_a_role_to_those_who_tell_it() {
    world()
        .simulate(async |simulation| {
            let condition = r#""StringEquals": {"sts:ExternalId": "partner-7"}"#;
            admin(&simulation, "arn:aws:iam::111122223333:user/ann", condition);
            let ann = ann(&simulation).await;
            let denied = (
                "AccessDenied".to_owned(),
                format!("User: arn:aws:iam::111122223333:user/ann is not authorized to perform: sts:AssumeRole on resource: {ADMIN} because no role trust policy allows the sts:AssumeRole action"),
            );
            assert_eq!(refused(&ann, |request| request).await, denied);
            assert_eq!(refused(&ann, |request| request.external_id("partner-8")).await, denied);
            let provider = AssumeRoleProvider::builder(ADMIN).external_id("partner-7");
            let provider = provider.session_name("tests").configure(&ann).build().await;
            assert_eq!(put(&with(ann, provider)).await, Ok(()));
        })
        .unwrap();
}

#[test]
fn a_chain_is_limited_to_an_hour_and_a_key_is_not() {
    world()
        .simulate(async |simulation| {
            admin(&simulation, "*", "");
            let web = simulation.aws_config("web").await;
            let (code, message) = refused(&web, |request| request.duration_seconds(3601)).await;
            assert_eq!(code, "ValidationError");
            assert_eq!(message, "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
            let ann = ann(&simulation).await;
            let twelve = AssumeRoleProvider::builder(ADMIN).session_length(HOUR * 12);
            let twelve = twelve.session_name("tests").configure(&ann).build().await;
            let session = twelve.provide_credentials().await.unwrap();
            let expiry = std::time::SystemTime::from(simulation.now() + HOUR * 12);
            assert_eq!(session.expiry(), Some(expiry));
        })
        .unwrap();
}

#[test]
fn a_session_policy_limits_what_the_role_may() {
    world()
        .simulate(async |simulation| {
            admin(&simulation, WEB, "");
            let web = simulation.aws_config("web").await;
            let read_only = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
            let provider = AssumeRoleProvider::builder(ADMIN).session_name("tests");
            let provider = provider.policy_arns(vec![read_only.to_owned()]);
            let limited = with(web.clone(), provider.configure(&web).build().await);
            assert_eq!(put(&limited).await, Err("AccessDenied".to_owned()));
            let (code, message) = refused(&web, |request| {
                let context = aws_sdk_sts::types::ProvidedContext::builder()
                    .provider_arn("arn:aws:iam::aws:contextProvider/IdentityCenter")
                    .context_assertion("assertion")
                    .build();
                request.provided_contexts(context)
            })
            .await;
            assert_eq!(code, "ValidationError");
            assert!(
                message.starts_with("The parameter ProvidedContexts is not supported"),
                "{message}"
            );
        })
        .unwrap();
}

#[test]
fn a_users_session_acts_as_the_user_and_makes_no_other() {
    world()
        .simulate(async |simulation| {
            let ann = ann(&simulation).await;
            let client = aws_sdk_sts::Client::new(&ann);
            let answer = client.get_session_token().send().await.unwrap();
            let made = answer.credentials.unwrap();
            let token = Some(made.session_token);
            let (key, secret) = (made.access_key_id, made.secret_access_key);
            let session = with(ann, Credentials::new(key, secret, token, None, "session"));
            assert_eq!(arn(&session).await, "arn:aws:iam::111122223333:user/ann");
            let client = aws_sdk_sts::Client::new(&session);
            let refused = client.get_session_token().send().await.unwrap_err();
            assert_eq!(refused.code(), Some("AccessDenied"));
            assert_eq!(
                refused.message(),
                Some("Cannot call GetSessionToken with session credentials")
            );
        })
        .unwrap();
}
