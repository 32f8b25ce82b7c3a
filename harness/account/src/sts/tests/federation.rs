//! Sessions for whom a user vouches for, and whose a key is.

use std::sync::Arc;

use super::{ACCOUNT, Lab, told, trusting};
use crate::operation::Operation;
use crate::policy::Document;
use crate::session::Session;
use crate::sts::GetFederationToken;
use crate::testing::{HOUR, MINUTE, policy, start};

fn lab(own: &[Document]) -> Lab {
    Lab::new(trusting(ACCOUNT, ""), own)
}

fn bob() -> GetFederationToken {
    GetFederationToken {
        name: "Bob".to_owned(),
        ..GetFederationToken::default()
    }
}

fn ask(lab: &mut Lab, request: &GetFederationToken) -> Result<Arc<Session>, crate::StsError> {
    let ann = Arc::clone(&lab.ann);
    let federated = lab.world.sts_get_federation_token(start(), &ann, request);
    federated.map(|federated| federated.session)
}

fn reads(lab: &Lab, session: &Session) -> bool {
    let decision = lab
        .world
        .decide(start(), session, "s3:GetObject", "arn:aws:s3:::b/k");
    decision.allowed()
}

// sts.federation-token.identity, sts.federation-token.parameter-forms
#[test]
fn it_has_a_name_and_a_time() {
    let mut lab = lab(&[policy("Allow", "*")]);
    let session = ask(&mut lab, &bob()).unwrap();
    let identity = &session.identity;
    assert_eq!(
        identity.caller_arn(),
        format!("arn:aws:sts::{ACCOUNT}:federated-user/Bob")
    );
    assert_eq!(identity.user_id(), format!("{ACCOUNT}:Bob"));
    assert_eq!(session.expires_at, Some(start() + HOUR * 12));
    for (seconds, expected) in [
        (900, Some(start() + MINUTE * 15)),
        (129_600, Some(start() + HOUR * 36)),
        (899, None),
        (129_601, None),
    ] {
        let request = GetFederationToken {
            duration_seconds: Some(seconds),
            ..bob()
        };
        let session = ask(&mut lab, &request).ok();
        assert_eq!(session.and_then(|session| session.expires_at), expected);
    }
    for name in ["B", "B b", &"B".repeat(33)] {
        let request = GetFederationToken {
            name: name.to_owned(),
            ..bob()
        };
        assert_eq!(told(ask(&mut lab, &request)).0, "ValidationError");
    }
}

// sts.federation-token.permissions
#[test]
fn it_may_do_what_both_the_user_and_its_own_policy_allow() {
    let allow = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*",
        "Resource": "*"}}"#;
    let limited = GetFederationToken {
        policy: Some(allow.to_owned()),
        ..bob()
    };
    let mut rich = lab(&[policy("Allow", "*")]);
    let session = ask(&mut rich, &limited).unwrap();
    assert!(reads(&rich, &session));
    let bare = ask(&mut rich, &bob()).unwrap();
    assert!(!reads(&rich, &bare), "without a policy of its own");
    let mut poor = lab(&[policy("Allow", "sts:GetFederationToken")]);
    let session = ask(&mut poor, &limited).unwrap();
    assert!(!reads(&poor, &session), "the user may not");
}

// sts.federation-token.permissions, sts.session-tags.permission
#[test]
fn a_user_must_be_allowed_to_vouch() {
    let mut lab = lab(&[policy("Allow", "s3:*")]);
    let refused = told(ask(&mut lab, &bob()));
    assert_eq!(refused.0, "AccessDenied");
    assert!(
        refused.2.contains(
            "sts:GetFederationToken on resource: arn:aws:sts::111122223333:federated-user/Bob"
        ),
        "{refused:?}"
    );
    let mut lab = self::lab(&[policy("Allow", "sts:GetFederationToken")]);
    let tagged = GetFederationToken {
        tags: vec![("team".to_owned(), "blue".to_owned())],
        ..bob()
    };
    assert!(told(ask(&mut lab, &tagged)).2.contains("sts:TagSession"));
    let mut lab = self::lab(&[policy("Allow", "sts:*")]);
    assert_eq!(ask(&mut lab, &tagged).unwrap().tags["team"], "blue");
}

// sts.federation-token.not-with-session, sts.federation-token.restricted
#[test]
fn it_takes_long_term_keys_and_is_taken_by_few() {
    let mut lab = lab(&[policy("Allow", "*")]);
    let session = ask(&mut lab, &bob()).unwrap();
    let ann = Arc::clone(&lab.ann);
    let of_ann = lab
        .world
        .sts_get_session_token(start(), &ann, None)
        .unwrap();
    for caller in [&session, &of_ann] {
        let refused = lab.world.sts_get_federation_token(start(), caller, &bob());
        let message = "Cannot call GetFederationToken with session credentials";
        assert_eq!(told(refused), ("AccessDenied", 403, message.to_owned()));
    }
    for (operation, taken) in [
        (Operation::StsGetCallerIdentity, Ok(())),
        (Operation::GetObject, Ok(())),
        (Operation::StsAssumeRole, Err("AccessDenied")),
        (Operation::StsGetSessionToken, Err("AccessDenied")),
        (Operation::CreateRole, Err("InvalidClientTokenId")),
    ] {
        let used = session.check_use(operation).map_err(|error| error.code());
        assert_eq!(used, taken, "{operation}");
    }
}

// sts.access-key-info.form, sts.access-key-info.unknown
#[test]
fn a_key_is_of_an_account() {
    let mut lab = lab(&[policy("Allow", "sts:GetAccessKeyInfo")]);
    let ann = Arc::clone(&lab.ann);
    let mut ask = |key: &str| {
        let found = lab.world.sts_get_access_key_info(start(), &ann, key);
        found
            .map(|(account, _)| account)
            .map_err(|error| error.code())
    };
    assert_eq!(ask(&ann.access_key_id), Ok(ACCOUNT.to_owned()));
    for key in ["AKIA", "AKIA-NO-KEY-AT-ALL", "AKIAIOSFODNN7EXAMPLE"] {
        assert_eq!(ask(key), Err("ValidationError"), "{key}");
    }
    let mut closed = self::lab(&[]);
    let ann = Arc::clone(&closed.ann);
    let refused = closed
        .world
        .sts_get_access_key_info(start(), &ann, &ann.access_key_id);
    assert_eq!(told(refused).0, "AccessDenied");
}
