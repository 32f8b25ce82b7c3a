//! What users and sessions ask about themselves.

use std::sync::Arc;

use super::{ACCOUNT, Lab, told, trusting};
use crate::session::Session;
use crate::testing::{HOUR, MINUTE, PROFILE, launch, policy, served, start};

// sts.session-token.duration-range, sts.session-token.not-with-session
#[test]
fn a_users_session_acts_as_the_user() {
    let mut lab = Lab::new(
        trusting(ACCOUNT, ""),
        &[policy("Allow", "s3:*"), policy("Deny", "sts:*")],
    );
    let ann = Arc::clone(&lab.ann);
    let mut ask =
        |caller: &Arc<Session>, seconds| lab.world.sts_get_session_token(start(), caller, seconds);
    let session = ask(&ann, None).unwrap();
    assert_eq!(session.identity, ann.identity);
    assert!(session.access_key_id.starts_with("ASIA"));
    assert_eq!(session.expires_at, Some(start() + HOUR * 12));
    assert_eq!(
        ask(&ann, Some(129_600)).unwrap().expires_at,
        Some(start() + HOUR * 36)
    );
    assert_eq!(
        ask(&ann, Some(900)).unwrap().expires_at,
        Some(start() + MINUTE * 15)
    );
    for seconds in [899, 129_601] {
        assert_eq!(told(ask(&ann, Some(seconds))).0, "ValidationError");
    }
    let refused = (
        "AccessDenied",
        403,
        "Cannot call GetSessionToken with session credentials".to_owned(),
    );
    assert_eq!(told(ask(&session, None)), refused);
    let web = launch(&mut lab.world, Some(PROFILE));
    let role = served(&mut lab.world, start(), &web);
    assert_eq!(
        told(lab.world.sts_get_session_token(start(), &role, None)),
        refused
    );
    let write = lab
        .world
        .decide(start(), &session, "s3:PutObject", "arn:aws:s3:::b/k");
    assert!(write.allowed());
}

// sts.caller-identity.needs-no-permission
#[test]
fn everyone_is_told_who_they_are() {
    let mut lab = Lab::new(trusting(ACCOUNT, ""), &[policy("Deny", "*")]);
    let ann = Arc::clone(&lab.ann);
    let told = lab.world.sts_get_caller_identity(start(), &ann);
    assert_eq!(told.user_id, ann.identity.unique_id());
    assert_eq!(
        (told.account.as_str(), told.arn.as_str()),
        (ACCOUNT, "arn:aws:iam::111122223333:user/ann")
    );
}
