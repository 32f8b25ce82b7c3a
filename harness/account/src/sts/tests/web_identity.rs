//! Roles for whom an identity provider vouches for.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ACCOUNT, told};
use crate::iam::{CreateOidcProvider, CreateRole};
use crate::instant::SimInstant;
use crate::jwt::{JwtError, fixture, sign_rs256};
use crate::policy::{Document, DocumentKind};
use crate::sts::{AssumeRoleWithWebIdentity, AssumedWithWebIdentity, StsError, WebIdentityToken};
use crate::testing::{HOUR, MINUTE, SECOND, role, start, world};
use crate::world::World;

const ISSUER: &str = "https://oidc.simulated.example/ci";
const PROVIDER: &str = "arn:aws:iam::111122223333:oidc-provider/oidc.simulated.example/ci";
const SUBJECT: &str = "repo:org/app";
const AUDIENCE: &str = "sts.amazonaws.com";

fn trust(actions: &str, condition: &str) -> Document {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": {actions},
            "Principal": {{"Federated": "{PROVIDER}"}}{condition}}}]}}"#
    );
    Document::parse(&text, DocumentKind::Trust).unwrap()
}

/// With the provider and a role that trusts it.
fn lab(actions: &str, condition: &str) -> World {
    let mut world = world();
    let provider = CreateOidcProvider {
        url: ISSUER.to_owned(),
        client_ids: vec![AUDIENCE.to_owned()],
        ..CreateOidcProvider::default()
    };
    let mut operator = world.operator(start());
    let arn = operator.create_oidc_provider(provider).unwrap().arn;
    assert_eq!(arn, PROVIDER);
    let deploy = CreateRole {
        trust: trust(actions, condition),
        ..role("deploy", "ec2.amazonaws.com")
    };
    operator.create_role(deploy).unwrap();
    world
}

fn open() -> World {
    lab(r#""sts:AssumeRoleWithWebIdentity""#, "")
}

fn asked() -> WebIdentityToken {
    WebIdentityToken {
        issuer: ISSUER.to_owned(),
        subject: SUBJECT.to_owned(),
        audience: AUDIENCE.to_owned(),
        lifetime: Duration::from_mins(10),
        ..WebIdentityToken::default()
    }
}

fn claiming(claims: Value) -> WebIdentityToken {
    let Value::Object(claims) = claims else {
        unreachable!("claims are an object")
    };
    WebIdentityToken { claims, ..asked() }
}

fn token(world: &mut World, asked: &WebIdentityToken) -> String {
    let token = world.web_identity_token(start(), asked);
    token.expose().to_owned()
}

fn request(token: String) -> AssumeRoleWithWebIdentity {
    AssumeRoleWithWebIdentity {
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/deploy"),
        role_session_name: "run-1".to_owned(),
        web_identity_token: token,
        ..AssumeRoleWithWebIdentity::default()
    }
}

fn assume(
    world: &mut World,
    now: SimInstant,
    asked: &WebIdentityToken,
) -> Result<AssumedWithWebIdentity, StsError> {
    let token = token(world, asked);
    world.sts_assume_role_with_web_identity(now, &request(token))
}

fn refused(asked: &WebIdentityToken) -> (&'static str, u16, String) {
    told(assume(&mut open(), start(), asked))
}

// sts.web-identity.condition-keys
#[test]
fn a_token_is_exchanged_for_a_session() {
    let condition = r#", "Condition": {
        "StringEquals": {"oidc.simulated.example/ci:aud": "sts.amazonaws.com"},
        "StringLike": {"oidc.simulated.example/ci:sub": "repo:org/*"}}"#;
    let mut world = lab(r#""sts:AssumeRoleWithWebIdentity""#, condition);
    let assumed = assume(&mut world, start(), &asked()).unwrap();
    assert_eq!(
        assumed.session.identity.caller_arn(),
        format!("arn:aws:sts::{ACCOUNT}:assumed-role/deploy/run-1")
    );
    assert_eq!(assumed.session.expires_at, Some(start() + HOUR));
    assert_eq!(assumed.who.subject, SUBJECT);
    assert_eq!(assumed.who.audience, AUDIENCE);
    assert_eq!(assumed.who.provider_arn, PROVIDER);
    let stranger = WebIdentityToken {
        subject: "repo:other/app".to_owned(),
        ..asked()
    };
    let not_authorized = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
    let denied = ("AccessDenied", 403, not_authorized.to_owned());
    assert_eq!(told(assume(&mut world, start(), &stranger)), denied);
    // sts.web-identity.not-authorized
    let good = token(&mut world, &asked());
    let nobody = AssumeRoleWithWebIdentity {
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/nobody"),
        ..request(good)
    };
    assert_eq!(
        told(world.sts_assume_role_with_web_identity(start(), &nobody)),
        denied
    );
}

#[test]
fn methods_of_authentication_are_a_list_of_values() {
    let condition = r#", "Condition": {"ForAnyValue:StringEquals":
        {"oidc.simulated.example/ci:amr": "mfa"}}"#;
    let mut world = lab(r#""sts:AssumeRoleWithWebIdentity""#, condition);
    assert!(assume(&mut world, start(), &asked()).is_err());
    let strong = claiming(json!({ "amr": ["pwd", "mfa"] }));
    assert!(assume(&mut world, start(), &strong).is_ok());
}

// sts.web-identity.malformed, sts.web-identity.no-provider, sts.web-identity.audience,
// sts.web-identity.required-claims
#[test]
fn a_token_that_is_none_of_the_accounts_is_not_believed() {
    let mut world = open();
    let said = |result: Result<AssumedWithWebIdentity, StsError>| {
        let (code, status, message) = told(result);
        assert_eq!((code, status), ("InvalidIdentityToken", 400), "{message}");
        message
    };
    let mut send = |token: &str| {
        said(world.sts_assume_role_with_web_identity(start(), &request(token.to_owned())))
    };
    assert!(send("not.a.token").contains("not a valid JWT"));
    let elsewhere = WebIdentityToken {
        issuer: "https://other.example".to_owned(),
        ..asked()
    };
    assert_eq!(
        refused(&elsewhere).2,
        "No OpenIDConnect provider found in your account for https://other.example"
    );
    let other = WebIdentityToken {
        audience: "someone-else".to_owned(),
        ..asked()
    };
    assert_eq!(refused(&other).2, "Incorrect token audience");
    for name in ["sub", "aud", "exp"] {
        let without = claiming(json!({ name: null }));
        let (code, _, message) = refused(&without);
        assert_eq!(code, "InvalidIdentityToken", "{name}: {message}");
    }
}

// sts.web-identity.signature
#[test]
fn a_token_that_another_has_signed_or_changed_is_not_believed() {
    let mut world = open();
    let forged = WebIdentityToken {
        issuer: "https://attacker.example".to_owned(),
        ..claiming(json!({ "iss": ISSUER }))
    };
    let (code, _, message) = told(assume(&mut world, start(), &forged));
    assert_eq!(code, "InvalidIdentityToken");
    assert!(
        message.starts_with("Couldn't retrieve verification key"),
        "{message}"
    );
    let good = token(&mut world, &asked());
    let other = token(&mut world, &claiming(json!({ "sub": "somebody" })));
    let (signed, _) = good.rsplit_once('.').unwrap();
    let (_, signature) = other.rsplit_once('.').unwrap();
    let mixed = request(format!("{signed}.{signature}"));
    let refused = told(world.sts_assume_role_with_web_identity(start(), &mixed));
    assert_eq!(
        (refused.0, refused.2.as_str()),
        ("InvalidIdentityToken", "Invalid token signature")
    );
}

// sts.web-identity.published-keys, sts.web-identity.signature
#[test]
fn keys_that_an_issuer_publishes_are_taken_with_rs256() {
    let mut world = open();
    let issued = start().epoch_millis() / 1000;
    let claims = json!({
        "aud": AUDIENCE, "iss": ISSUER, "sub": SUBJECT, "exp": issued + 600, "iat": issued,
    });
    let foreign = request(sign_rs256(&claims));
    let unknown = told(world.sts_assume_role_with_web_identity(start(), &foreign));
    assert_eq!(unknown.0, "InvalidIdentityToken");
    assert!(unknown.2.starts_with("Couldn't retrieve"), "{}", unknown.2);
    let set = json!({ "keys": [fixture()] });
    let published = world.publish_keys(start(), ISSUER, &set).unwrap();
    assert_eq!(published, ["rolecall-fixture-1"]);
    assert!(
        !format!("{:?}", world.published_keys).contains(fixture()["d"].as_str().unwrap()),
        "the private half is not kept"
    );
    let assumed = world.sts_assume_role_with_web_identity(start(), &foreign);
    assert_eq!(assumed.unwrap().who.subject, SUBJECT);
    assert!(
        assume(&mut world, start(), &asked()).is_ok(),
        "its own key is good as before"
    );
    let (signed, _) = foreign.web_identity_token.rsplit_once('.').unwrap();
    let own = token(&mut world, &asked());
    let (_, signature) = own.rsplit_once('.').unwrap();
    let mixed = request(format!("{signed}.{signature}"));
    let refused = told(world.sts_assume_role_with_web_identity(start(), &mixed));
    assert_eq!(refused.2, "Invalid token signature");
    // Elsewhere the key means nothing.
    let mut claims = claims;
    claims["iss"] = json!("https://other.example");
    let elsewhere = request(sign_rs256(&claims));
    assert!(
        world
            .sts_assume_role_with_web_identity(start(), &elsewhere)
            .is_err()
    );
}

// sts.web-identity.published-keys
#[test]
fn only_keys_are_published() {
    let mut world = open();
    let mut without_id = fixture();
    without_id["kid"] = json!(null);
    let mut other_algorithm = fixture();
    other_algorithm["alg"] = json!("RS512");
    let curve = json!({ "kty": "EC", "crv": "P-521", "kid": "a", "x": "AA", "y": "AA" });
    for keys in [
        json!(null),
        json!([]),
        json!([without_id]),
        json!([other_algorithm]),
        json!([curve]),
        json!([fixture(), { "kty": "oct", "kid": "a", "k": "AA" }]),
    ] {
        let published = world.publish_keys(start(), ISSUER, &json!({ "keys": keys }));
        assert_eq!(published, Err(JwtError::Key), "{keys}");
    }
    assert!(world.published_keys.is_empty());
}

// sts.web-identity.times
#[test]
fn a_token_has_its_time() {
    let mut world = open();
    let end = start() + 10 * MINUTE;
    assert!(assume(&mut world, start() + 599 * SECOND, &asked()).is_ok());
    let good = token(&mut world, &asked());
    let over = told(world.sts_assume_role_with_web_identity(end, &request(good)));
    let seconds = end.epoch_millis() / 1000;
    let message = format!(
        "Token expired: current date/time {seconds} must be before the expiration date/time {seconds}"
    );
    assert_eq!(over, ("ExpiredTokenException", 400, message));
    let later = (start() + MINUTE).epoch_millis() / 1000;
    for name in ["nbf", "iat"] {
        let early = refused(&claiming(json!({ name: later })));
        assert_eq!(early.0, "InvalidIdentityToken", "{name}");
    }
}

// sts.web-identity.tags
#[test]
fn a_token_tags_the_session_and_says_who_is_behind_it() {
    let said = claiming(json!({
        "https://aws.amazon.com/tags": {
            "principal_tags": { "team": ["blue"] },
            "transitive_tag_keys": ["team"],
        },
        "https://aws.amazon.com/source_identity": "ann",
    }));
    let all = r#"["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"]"#;
    let mut world = lab(all, "");
    let session = assume(&mut world, start(), &said).unwrap().session;
    assert_eq!(session.tags["team"], "blue");
    assert!(session.context.transitive_tag_keys.contains("team"));
    assert_eq!(session.context.source_identity.as_deref(), Some("ann"));
    assert_eq!(refused(&said).0, "AccessDenied", "without the permissions");
}

// sts.web-identity.parameter-forms
#[test]
fn parameters_have_limits_and_the_token_is_not_said() {
    let mut world = open();
    let short = told(world.sts_assume_role_with_web_identity(start(), &request("abc".to_owned())));
    assert_eq!(short.0, "ValidationError");
    assert!(
        short.2.contains("at 'webIdentityToken'") && !short.2.contains("abc"),
        "{short:?}"
    );
    let good = token(&mut world, &asked());
    for (seconds, ok) in [(899, false), (900, true), (3600, true), (3601, false)] {
        let request = AssumeRoleWithWebIdentity {
            duration_seconds: Some(seconds),
            ..request(good.clone())
        };
        let result = world.sts_assume_role_with_web_identity(start(), &request);
        assert_eq!(result.is_ok(), ok, "{seconds}");
        assert!(!format!("{request:?}").contains(&good));
    }
}

// sts.web-identity.world-issuers: the issuer of the pods' cluster signs with the cluster's key.
#[test]
fn the_cluster_is_an_issuer_like_others() {
    let mut world = open();
    let cluster = WebIdentityToken {
        issuer: world.cluster_issuer(),
        ..asked()
    };
    let token = token(&mut world, &cluster);
    assert!(world.cluster_jwks().verify(&token).is_ok());
}
