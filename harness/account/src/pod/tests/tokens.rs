use proptest::prelude::*;

use super::*;
use crate::issuing::Source;
use crate::journal::Happening;
use crate::testing::MILLISECOND;

// container.pod.token-claims
#[test]
fn a_token_says_what_the_kubelet_projects() {
    let (mut world, _) = world_with_a_pod();
    let run = RunPod {
        namespace: "photos".to_owned(),
        service_account: "robot".to_owned(),
        ..RunPod::new("api", ROLE)
    };
    let uid = world.run_pod(hours(1), run).unwrap();
    let claims = world.cluster_jwks().verify(&token(&world, &uid)).unwrap();
    for (path, said) in [
        (&["sub"][..], "system:serviceaccount:photos:robot"),
        (&["kubernetes.io", "namespace"], "photos"),
        (&["kubernetes.io", "pod", "name"], "api"),
        (&["kubernetes.io", "pod", "uid"], &uid),
        (&["kubernetes.io", "serviceaccount", "name"], "robot"),
    ] {
        assert_eq!(claims.text(path), Some(said), "{path:?}");
    }
    for path in [&["jti"][..], &["kubernetes.io", "node", "name"]] {
        assert!(claims.text(path).is_some(), "{path:?}");
    }
    let issuer = claims.text(&["iss"]).unwrap();
    let id = issuer.strip_prefix("https://oidc.eks.us-east-1.amazonaws.com/id/");
    assert_eq!(id.map(str::len), Some(32), "{issuer}");
    assert!(claims.has_audience("pods.eks.amazonaws.com"));
    for (at, good) in [
        (hours(1) - MILLISECOND, false),
        (hours(1), true),
        (hours(25) - MILLISECOND, true),
        (hours(25), false),
    ] {
        assert_eq!(claims.check_times(at).is_ok(), good, "{at:?}");
    }
}

// container.pod.token-rotation
#[test]
fn the_next_token_comes_at_four_fifths_of_a_life_or_after_a_day() {
    for (lifetime, rotation) in [
        (Duration::from_hours(24), Duration::from_mins(19 * 60 + 12)),
        (Duration::from_hours(1), Duration::from_mins(48)),
        (Duration::from_hours(48), Duration::from_hours(24)),
    ] {
        let (mut world, _) = world_with_a_pod();
        let run = RunPod {
            token_lifetime: lifetime,
            ..RunPod::new("api", ROLE)
        };
        let uid = world.run_pod(start(), run).unwrap();
        let first = token(&world, &uid);
        world.advance_to(start() + rotation - MILLISECOND);
        assert_eq!(token(&world, &uid), first);
        world.advance_to(start() + rotation);
        let second = token(&world, &uid);
        assert_ne!(second, first);
        world.advance_to(start() + 2 * rotation);
        assert_ne!(token(&world, &uid), second);
        let told = world.journal().entries().filter(|entry| {
            matches!(&entry.happening, Happening::TokenIssued { source } if *source == Source::Pod(uid.clone()))
        });
        assert_eq!(told.count(), 2);
    }
}

// container.pod.token-rotation
#[test]
fn a_rotation_by_hand_voids_the_plan_and_both_tokens_are_good() {
    let (mut world, uid) = world_with_a_pod();
    let first = token(&world, &uid);
    assert!(world.rotate_pod_token(hours(10), &uid));
    let second = token(&world, &uid);
    world.advance_to(hours(20));
    assert_eq!(token(&world, &uid), second, "the first plan is void");
    world.advance_to(hours(30));
    assert_ne!(token(&world, &uid), second);
    for good in [&first, &second] {
        assert!(get(&mut world, hours(20), good).is_ok());
    }
    assert!(!world.rotate_pod_token(hours(30), "nobody"));
}

#[test]
fn tokens_are_never_shown() {
    let (mut world, uid) = world_with_a_pod();
    let token = token(&world, &uid);
    key(&mut world, start(), &token);
    let shown = format!("{world:?}");
    let (_, rest) = token.split_once('.').unwrap();
    assert!(!shown.contains(rest));
}

proptest! {
    // Each makes and checks signatures, unoptimised.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_shown_is_answered(host in ".*", text in ".*") {
        let (mut world, _) = world_with_a_pod();
        prop_assert!(world.pod_credentials(start(), &host, &text).is_err());
        prop_assert!(get(&mut world, start(), &text).is_err());
    }
}
