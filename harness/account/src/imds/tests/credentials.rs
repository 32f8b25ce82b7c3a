use super::*;
use crate::ec2::SpotAction;
use crate::issuing::{Issuing, Staleness};
use crate::journal::{Entry, Happening};
use crate::policy::{Document, DocumentKind};
use crate::session::{Ending, RoleDelivery};
use crate::testing::{
    HOUR, MILLISECOND, MINUTE, ROLE, issued, launch, launch_with, metadata_token, policy, read,
    served, served_to, session_of, source, world,
};

const OF_ROLE: &str = "iam/security-credentials/photo-app";
const OF_INSTANCE: &str = "identity-credentials/ec2/security-credentials/ec2-instance";

// imds.credentials.document
#[test]
fn the_document_has_seven_members_and_whole_seconds() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let session = served_to(&mut world, start(), &web, None);
    let document = read(&mut world, start() + HOUR, &web, None, OF_ROLE).unwrap();
    assert_eq!(
        document,
        format!(
            "{{\n  \"Code\" : \"Success\",\n  \"LastUpdated\" : \"2031-05-01T00:00:00Z\",\n  \
             \"Type\" : \"AWS-HMAC\",\n  \"AccessKeyId\" : \"{}\",\n  \
             \"SecretAccessKey\" : \"{}\",\n  \"Token\" : \"{}\",\n  \
             \"Expiration\" : \"2031-05-01T06:00:00Z\"\n}}",
            session.access_key_id,
            session.secret_access_key.expose(),
            session.session_token.as_ref().unwrap().expose(),
        )
    );
    assert!(session.access_key_id.starts_with("ASIA"));
}

#[test]
fn a_document_is_rendered_once_and_the_next_set_has_its_own() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let path = MetadataPath::parse("/latest/meta-data/iam/security-credentials/photo-app");
    let mut body = |now| world.imds_read(now, &web, None, &path).unwrap().body;
    let first = body(start());
    let again = body(start() + HOUR);
    assert_eq!(first.as_ptr(), again.as_ptr(), "the same bytes, not a copy");
    assert_ne!(body(start() + 6 * HOUR), first);
}

// imds.credentials.role-delivery
#[test]
fn with_a_token_and_without_one_are_two_sets_of_one_issue() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let token = metadata_token(&mut world, start(), &web);
    let later = start() + HOUR;
    let v2 = served_to(&mut world, later, &web, Some(&token));
    let v1 = served_to(&mut world, later, &web, None);
    assert_eq!(v2.role_delivery, Some(RoleDelivery::V2));
    assert_eq!(v1.role_delivery, Some(RoleDelivery::V1));
    assert_ne!(v1.access_key_id, v2.access_key_id);
    let same = |session: &crate::session::Session| {
        let session = session.clone();
        (
            session.issue,
            session.issued_at,
            session.expires_at,
            session.identity,
            session.source,
        )
    };
    assert_eq!(same(&v1), same(&v2));
    assert_eq!(v1.issued_at, start());

    let again = served_to(&mut world, later + HOUR, &web, None);
    assert_eq!(again.access_key_id, v1.access_key_id, "issued once");
    let next = served_to(&mut world, start() + 6 * HOUR, &web, None);
    assert_eq!(
        (next.issue, next.role_delivery),
        (2, Some(RoleDelivery::V1))
    );
}

// imds.credentials.role-delivery
#[test]
fn the_issue_before_is_the_one_delivered_in_the_same_way() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let token = metadata_token(&mut world, start(), &web);
    let first = [None, Some(token.as_str())].map(|it| served_to(&mut world, start(), &web, it));
    let later = start() + 6 * HOUR;
    let token = metadata_token(&mut world, later, &web);
    let second = [None, Some(token.as_str())].map(|it| served_to(&mut world, later, &web, it));
    for (first, second) in first.iter().zip(&second) {
        let before = world.issue_before(second).unwrap();
        assert_eq!(before.access_key_id, first.access_key_id);
        assert!(world.issue_before(first).is_none());
    }
    // Nobody without a token asked while the third issue was served.
    let rotated = later + HOUR;
    world.rotate(rotated, &source(&web)).unwrap();
    world.rotate(rotated, &source(&web)).unwrap();
    let fourth = served_to(&mut world, rotated, &web, None);
    let before = world.issue_before(&fourth).unwrap();
    assert_eq!(
        (before.issue, before.role_delivery),
        (3, Some(RoleDelivery::V2))
    );
}

// imds.credentials.role-delivery
#[test]
fn nobody_who_asks_with_a_token_has_a_set_issued_for_the_others() {
    let mut world = world();
    let web = launch_v2_only(&mut world);
    let token = metadata_token(&mut world, start(), &web);
    read(&mut world, start(), &web, Some(&token), OF_ROLE).unwrap();
    let refused = read(&mut world, start(), &web, None, OF_ROLE);
    assert_eq!(refused, Err(ImdsError::Unauthorized));
    let deliveries: Vec<_> = issued(&world)
        .iter()
        .map(|session| session.role_delivery)
        .collect();
    assert_eq!(deliveries, [Some(RoleDelivery::V2)]);
}

#[test]
fn which_keys_are_drawn_does_not_depend_on_who_asks_first() {
    let keys = |tokenless_first: bool| {
        let mut world = world();
        let web = launch(&mut world, Some(PROFILE));
        let token = metadata_token(&mut world, start(), &web);
        let mut order = [None, Some(token.as_str())];
        if !tokenless_first {
            order.reverse();
        }
        let mut keys = order.map(|token| {
            served_to(&mut world, start(), &web, token)
                .access_key_id
                .clone()
        });
        keys.sort();
        keys
    };
    assert_eq!(keys(true), keys(false));
}

// imds.credentials.role-delivery, policy.context.role-delivery
#[test]
fn a_policy_can_tell_which_version_of_the_service_delivered_the_keys() {
    let mut world = world();
    let guard = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*",
        "Resource": "*", "Condition": {"NumericLessThan": {"ec2:RoleDelivery": "2.0"}}}}"#;
    let guard = Document::parse(guard, DocumentKind::Identity).unwrap();
    world
        .operator(start())
        .put_role_policy(ROLE, "allow", policy("Allow", "s3:*"))
        .unwrap();
    world
        .operator(start())
        .put_role_policy(ROLE, "guard", guard)
        .unwrap();
    let web = launch(&mut world, Some(PROFILE));
    let token = metadata_token(&mut world, start(), &web);
    for (token, allowed) in [(Some(token.as_str()), true), (None, false)] {
        let session = served_to(&mut world, start(), &web, token);
        let decision = world.decide(start(), &session, "s3:GetObject", "*");
        assert_eq!(decision.allowed(), allowed, "{decision}");
    }
}

#[test]
fn revoking_an_issue_revokes_both_sets_whether_or_not_one_was_asked_for() {
    for asked_before in [true, false] {
        let mut world = world();
        let web = launch(&mut world, Some(PROFILE));
        let now = start() + HOUR;
        if asked_before {
            served_to(&mut world, start(), &web, None);
        }
        let ended = world.revoke(now, &source(&web), Some(1));
        assert_eq!(ended, 1 + usize::from(asked_before));
        let v1 = served_to(&mut world, now, &web, None);
        assert_eq!(v1.ended, Some((now, Ending::Revoked)), "{asked_before}");
    }
}

// imds.credentials.extended
#[test]
fn the_extended_api_is_there_if_the_instance_has_it() {
    const EXTENDED: &str = "iam/security-credentials-extended/";
    let mut world = world();
    let plain = launch(&mut world, Some(PROFILE));
    let refused = read(&mut world, start(), &plain, None, EXTENDED);
    assert_eq!(refused, Err(ImdsError::NotFound));

    let request = RunInstance {
        extended_credentials: true,
        ..with_options(MetadataOptions::default())
    };
    let web = launch_as(&mut world, request);
    let mut read = |path: &str| read(&mut world, start(), &web, None, path).unwrap();
    assert_eq!(read(EXTENDED), ROLE);
    let listed = "info\nsecurity-credentials/\nsecurity-credentials-extended/";
    assert_eq!(read("iam/"), listed);
    let mut extended = json(&read("iam/security-credentials-extended/photo-app"));
    let account = extended.as_object_mut().unwrap().remove("AccountId");
    assert_eq!(account.unwrap(), "111122223333");
    assert_eq!(extended, json(&read(OF_ROLE)), "the same set");
}

fn stale(staleness: Staleness) -> (World, String) {
    let mut world = world();
    let issuing = Issuing {
        staleness,
        ..Issuing::default()
    };
    let web = launch_with(&mut world, Some(PROFILE), issuing);
    (world, web)
}

// imds.credentials.stale
#[test]
fn a_stale_source_goes_on_serving_what_has_expired() {
    for (staleness, accepted) in [(Staleness::Accepted, true), (Staleness::Rejected, false)] {
        let (mut world, web) = stale(staleness);
        let expiry = start() + 6 * HOUR;
        for now in [start(), expiry - MILLISECOND, expiry, expiry + 48 * HOUR] {
            let session = served(&mut world, now, &web);
            assert_eq!((session.issue, session.expires_at), (1, Some(expiry)));
            let tokenless = served_to(&mut world, now, &web, None);
            for session in [session, tokenless] {
                let expected = now >= expiry && !accepted;
                assert_eq!(session.is_expired(now), expected, "{staleness:?} {now}");
            }
        }
        assert_eq!(world.next_event(), None, "{staleness:?}");
    }
}

// imds.credentials.stale
#[test]
fn a_stale_source_recovers_when_it_is_told_to_rotate_and_can_be_revoked() {
    let (mut world, web) = stale(Staleness::Accepted);
    let now = start() + 10 * HOUR;
    world.rotate(now, &source(&web)).unwrap();
    let second = served(&mut world, now, &web);
    assert_eq!((second.issue, second.expires_at), (2, Some(now + 6 * HOUR)));
    let later = now + 100 * HOUR;
    assert_eq!(world.revoke(later, &source(&web), None), 2);
}

// imds.identity.credentials
#[test]
fn every_instance_can_say_who_it_is_and_may_do_nothing() {
    let mut world = world();
    let bare = launch(&mut world, None);
    let document = read(&mut world, start(), &bare, None, OF_INSTANCE).unwrap();
    assert_eq!(json(&document)["Type"], "AWS-HMAC");
    let session = session_of(&world, &document);
    assert_eq!(
        session.identity.caller_arn(),
        format!("arn:aws:sts::111122223333:assumed-role/aws:ec2-instance/{bare}")
    );
    assert_eq!(
        session.identity.user_id(),
        format!("111122223333:aws:ec2-instance:{bare}")
    );
    assert!(
        !world
            .decide(start(), &session, "s3:ListAllMyBuckets", "*")
            .allowed()
    );
    let info = "identity-credentials/ec2/info";
    let info = json(&read(&mut world, start(), &bare, None, info).unwrap());
    assert_eq!(info["AccountId"], "111122223333");
}

// imds.identity.credentials
#[test]
fn the_identity_of_an_instance_is_not_its_role() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let token = metadata_token(&mut world, start(), &web);
    let mut sets = Vec::new();
    for token in [None, Some(token.as_str())] {
        for path in [OF_ROLE, OF_INSTANCE] {
            let document = read(&mut world, start(), &web, token, path).unwrap();
            sets.push(session_of(&world, &document));
        }
    }
    let deliveries = sets.iter().map(|session| session.role_delivery.unwrap());
    let (v1, v2) = (RoleDelivery::V1, RoleDelivery::V2);
    assert!(deliveries.eq([v1, v1, v2, v2]));
    let keys: std::collections::BTreeSet<_> =
        sets.iter().map(|session| &session.access_key_id).collect();
    assert_eq!(keys.len(), 4);
    assert_eq!(world.revoke(start(), &source(&web), None), 2, "the role's");
}

// imds.identity.credentials
#[test]
fn an_identity_is_renewed_when_it_has_five_minutes_left() {
    let mut world = world();
    let bare = launch(&mut world, None);
    let mut key = |now| {
        let document = read(&mut world, now, &bare, None, OF_INSTANCE).unwrap();
        json(&document)["AccessKeyId"].as_str().unwrap().to_owned()
    };
    let first = key(start());
    let renewal = start() + 6 * HOUR - 5 * MINUTE;
    assert_eq!(key(renewal - MILLISECOND), first);
    assert_ne!(key(renewal), first);
}

#[test]
fn every_set_that_is_handed_out_is_journalled() {
    let mut world = world();
    let request = RunInstance {
        lifecycle: crate::ec2::Lifecycle::Spot,
        ..with_options(MetadataOptions::default())
    };
    let web = launch_as(&mut world, request);
    for path in [OF_ROLE, OF_INSTANCE] {
        read(&mut world, start(), &web, None, path).unwrap();
    }
    assert_eq!(issued(&world).len(), 3);
    world
        .operator(start())
        .interrupt_spot_instance(&web, SpotAction::Terminate)
        .unwrap();
    world.advance_to(start() + HOUR);
    let told = world.journal().entries().map(Entry::to_json);
    let told: Vec<String> = told.map(|line| line.to_string()).collect();
    assert!(
        told.iter()
            .any(|line| line.contains("interrupted: terminate"))
    );
    let keys = world.sessions().map(|session| &session.access_key_id);
    for key in keys {
        assert!(told.iter().any(|line| line.contains(key.as_str())), "{key}");
    }
    assert!(
        world
            .journal()
            .entries()
            .any(|entry| matches!(entry.happening, Happening::Notice { .. }))
    );
}
