use serde_json::json;

use super::*;
use crate::entropy::Entropy;
use crate::jwt::{JwtError, SigningKey};
use crate::secret::Secret;
use crate::testing::MILLISECOND;

// container.agent.document, container.agent.request
#[test]
fn a_token_is_worth_the_roles_credentials() {
    let (mut world, uid) = world_with_a_pod();
    let token = token(&world, &uid);
    let document = get(&mut world, start(), &token).unwrap();
    let session = world
        .session(document["AccessKeyId"].as_str().unwrap())
        .unwrap();
    let expected = json!({
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key.expose(),
        "Token": session.session_token.as_ref().map(Secret::expose),
        "AccountId": "111122223333",
        "Expiration": "2031-05-01T06:00:00Z",
    });
    assert_eq!(document, expected);
    assert_eq!(session.issue, 1);
}

// container.agent.expiration-nanos
#[test]
fn the_expiration_has_the_fraction_that_it_has() {
    let (mut world, uid) = world_with_a_pod();
    let token = token(&world, &uid);
    let now = start() + 120 * MILLISECOND;
    let document = get(&mut world, now, &token).unwrap();
    assert_eq!(document["Expiration"], "2031-05-01T06:00:00.12Z");
}

// container.agent.host-check, container.agent.address
#[test]
fn only_the_agents_own_addresses_are_answered() {
    let (mut world, uid) = world_with_a_pod();
    let token = token(&world, &uid);
    let mut status = |host: &str, token: &str| {
        let answer = world.pod_credentials(start(), host, token);
        answer.map_or_else(|error| error.status(), |_| 200)
    };
    for host in [
        "169.254.170.23",
        "169.254.170.23:80",
        "[fd00:ec2::23]",
        "[fd00:ec2::23]:4213",
        "fd00:ec2::23",
    ] {
        assert_eq!(status(host, &token), 200, "{host}");
    }
    for host in [
        "",
        "localhost",
        "127.0.0.1:8080",
        "169.254.170.2",
        "[fd00:ec2::24]",
        "169.254.170.23.example.com",
        "[169.254.170.23",
    ] {
        assert_eq!(status(host, &token), 403, "{host}");
        assert_eq!(status(host, ""), 403, "the address comes first");
    }
}

// container.agent.host-check
#[test]
fn the_addresses_can_be_others() {
    let (mut world, uid) = world_with_a_pod();
    let mut options = world.pod_agent().clone();
    options.hosts.insert("127.0.0.1".to_owned());
    world.set_up_pod_agent(options);
    let token = token(&world, &uid);
    let there = world.pod_credentials(start(), "127.0.0.1:41337", &token);
    assert!(there.is_ok());
    let error = world
        .pod_credentials(start(), "localhost", &token)
        .unwrap_err();
    assert_eq!(
        error.body(),
        "Access Denied. Called agent through invalid address, please use either \
         [127.0.0.1 169.254.170.23 fd00:ec2::23] address not localhost\n"
    );
}

// container.agent.token-check, container.agent.text-errors
#[test]
fn a_token_that_is_none_or_not_of_this_time_is_a_bad_request() {
    let (mut world, uid) = world_with_a_pod();
    let token = token(&world, &uid);
    let bearer = format!("Bearer {token}");
    for (sent, at, expected) in [
        ("", hours(0), AgentError::NoToken),
        ("x", hours(0), AgentError::Unparsable(JwtError::Parts)),
        (
            bearer.as_str(),
            hours(0),
            AgentError::Unparsable(JwtError::Encoding(crate::jwt::Part::Header)),
        ),
        (
            &token,
            start() - Duration::from_secs(1),
            AgentError::FailedClaims(JwtError::NotYet),
        ),
        (
            &token,
            hours(24),
            AgentError::FailedClaims(JwtError::Expired),
        ),
    ] {
        let error = get(&mut world, at, sent).unwrap_err();
        assert_eq!(error, expected);
        assert_eq!(error.status(), 400);
        assert!(error.body().starts_with("Service account token "));
        assert!(error.body().ends_with('\n') && !error.body().contains(&token));
    }
    assert!(get(&mut world, hours(24) - MILLISECOND, &token).is_ok());
}

fn claims(uid: &str, audience: &str) -> Value {
    json!({ "aud": [audience], "exp": 4_000_000_000_u64, "kubernetes.io": { "pod": { "uid": uid } } })
}

// container.agent.upstream-code
#[test]
fn what_eks_refuses_has_the_code_and_the_status_of_eks() {
    let (mut world, uid) = world_with_a_pod();
    let (ours, theirs) = (key_of(&mut world), SigningKey::draw(&Entropy::new(9), "x"));
    let audience = "pods.eks.amazonaws.com";
    add_pod_role(&mut world, "closed", r#""sts:AssumeRole""#, "");
    let closed = world.run_pod(start(), RunPod::new("x", "closed")).unwrap();
    let closed = token(&world, &closed);
    for (token, status, code) in [
        (theirs.sign(&claims(&uid, audience)), 400, "InvalidToken"),
        (
            ours.sign(&claims(&uid, "sts.amazonaws.com")),
            400,
            "InvalidToken",
        ),
        (ours.sign(&json!({ "aud": audience })), 400, "InvalidToken"),
        (
            ours.sign(&claims("nobody", audience)),
            404,
            "ResourceNotFound",
        ),
        (Secret::new(closed), 400, "AccessDenied"),
    ] {
        let error = get(&mut world, start(), token.expose()).unwrap_err();
        assert_eq!(error.status(), status, "{error}");
        assert_eq!(error.code(), format!("{code}Exception"));
        let body = error.body();
        assert!(
            body.starts_with('[') && body.contains(&format!("]: ({code}Exception): ")),
            "{body}"
        );
        assert!(body.ends_with(", fault: client\n"), "{body}");
    }
    assert_eq!(
        world.sessions().count(),
        0,
        "nothing was issued for any of them"
    );
}

fn key_of(world: &mut World) -> SigningKey {
    let entropy = world.entropy.clone();
    world.cluster.key(&entropy).clone()
}

// container.agent.rate-limit
#[test]
fn a_limit_is_off_unless_it_is_set_and_comes_before_all_else() {
    let (mut world, uid) = world_with_a_pod();
    let token = token(&world, &uid);
    for _ in 0..2000 {
        assert!(get(&mut world, start(), &token).is_ok());
    }
    world.set_up_pod_agent(AgentOptions {
        rate_limit: Some(RateLimit {
            per_second: 1,
            burst: 2,
        }),
        ..AgentOptions::default()
    });
    assert!(get(&mut world, start(), &token).is_ok());
    assert!(get(&mut world, start(), "").is_err());
    let error = get(&mut world, start(), "").unwrap_err();
    assert_eq!(
        (error.status(), error.body()),
        (429, "Too Many Requests\n".to_owned())
    );
    let later = start() + Duration::from_secs(1);
    assert!(get(&mut world, later, &token).is_ok());
    assert!(get(&mut world, later, &token).is_err());
}

// container.agent.address
#[test]
fn a_world_that_begins_again_has_its_agent_where_it_was() {
    let (mut before, _) = world_with_a_pod();
    let mut options = before.pod_agent().clone();
    options.hosts.insert("127.0.0.1".to_owned());
    options.rate_limit = Some(RateLimit::AGENT);
    before.set_up_pod_agent(options);
    let (mut after, uid) = world_with_a_pod();
    after.succeed(&before);
    let token = token(&after, &uid);
    assert!(after.pod_credentials(start(), "127.0.0.1", &token).is_ok());
    assert_eq!(
        after.pod_agent().rate_limit,
        None,
        "that is the world's own"
    );
}
