use super::*;
use crate::journal::Happening;
use crate::testing::{HOUR, MILLISECOND, ROLE, SECOND, launch, read, world};

const LISTING: &str = "iam/security-credentials/";

// imds.token.ttl-range, imds.token.ttl-echo
#[test]
fn a_time_to_live_is_a_whole_number_from_1_to_21600() {
    for (sent, granted) in [
        (Some("1"), Some(1)),
        (Some("60"), Some(60)),
        (Some("21600"), Some(21_600)),
        (Some("0"), None),
        (Some("21601"), None),
        (Some("4294967297"), None),
        (Some("99999999999999999999"), None),
        (Some("-1"), None),
        (Some("+5"), None),
        (Some("1.5"), None),
        (Some(" 5"), None),
        (Some("5s"), None),
        (Some("٥"), None),
        (Some(""), None),
        (None, None),
    ] {
        let mut world = world();
        let web = launch(&mut world, None);
        let grant = ask_token(&mut world, start(), &web, sent);
        let expected = granted.ok_or(ImdsError::BadTtl);
        assert_eq!(grant.map(|grant| grant.ttl_seconds), expected, "{sent:?}");
    }
}

// imds.token.required
#[test]
fn a_token_is_good_until_its_last_millisecond() {
    let mut world = world();
    let web = launch_v2_only(&mut world);
    let token = token(&mut world, start(), &web, "60");
    let end = start() + 60 * SECOND;
    let mut role = |now| read(&mut world, now, &web, Some(&token), LISTING);
    assert_eq!(role(end - MILLISECOND).as_deref(), Ok(ROLE));
    assert_eq!(role(end), Err(ImdsError::Unauthorized));
    assert_eq!(role(end + HOUR), Err(ImdsError::Unauthorized));
}

// imds.token.ttl-told
#[test]
fn a_read_tells_how_long_its_token_is_good_for() {
    let mut world = world();
    let web = launch(&mut world, None);
    let token = token(&mut world, start(), &web, "60");
    let path = MetadataPath::parse("/latest/meta-data/instance-id");
    for (now, left) in [
        (start(), 60),
        (start() + MILLISECOND, 60),
        (start() + SECOND, 59),
        (start() + 60 * SECOND - MILLISECOND, 1),
    ] {
        let found = world.imds_read(now, &web, Some(&token), &path).unwrap();
        assert_eq!(found.token_ttl_seconds, Some(left));
    }
    let found = world.imds_read(start(), &web, None, &path).unwrap();
    assert_eq!(found.token_ttl_seconds, None);
}

// imds.token.coexist
#[test]
fn tokens_coexist_each_with_its_own_end() {
    let mut world = world();
    let web = launch_v2_only(&mut world);
    let short = token(&mut world, start(), &web, "1");
    let long = token(&mut world, start(), &web, "21600");
    assert_ne!(short, long);
    for (now, short_is_good) in [(start(), true), (start() + SECOND, false)] {
        let good = read(&mut world, now, &web, Some(&short), LISTING).is_ok();
        assert_eq!(good, short_is_good);
        assert!(read(&mut world, now, &web, Some(&long), LISTING).is_ok());
    }
}

#[test]
fn expired_tokens_are_forgotten_and_live_ones_are_not() {
    let mut world = world();
    let web = launch_v2_only(&mut world);
    let long = token(&mut world, start(), &web, "21600");
    for second in 0..1000 {
        token(&mut world, start() + SECOND * second, &web, "10");
    }
    assert_eq!(world.metadata_tokens.remembered(), 1 + 10);
    let now = start() + 1000 * SECOND;
    assert!(read(&mut world, now, &web, Some(&long), LISTING).is_ok());
}

// imds.token.coexist
#[test]
fn a_token_forgotten_before_its_time_leaves_the_others_alone() {
    let mut world = world();
    let web = launch_v2_only(&mut world);
    let [first, second] = [0, 1].map(|_| token(&mut world, start(), &web, "60"));
    for gone in [first.as_str(), "never-issued"] {
        world.forget_metadata_token(gone);
    }
    assert_eq!(world.metadata_tokens.remembered(), 1);
    for (token, good) in [(&first, false), (&second, true)] {
        let answer = read(&mut world, start(), &web, Some(token), LISTING);
        assert_eq!(answer.is_ok(), good);
    }
}

// imds.token.required, imds.v1.optional
#[test]
fn which_token_reads_where() {
    let mut world = world();
    let v2 = launch_v2_only(&mut world);
    let v1 = launch(&mut world, Some(PROFILE));
    let of_v2 = token(&mut world, start(), &v2, "60");
    let of_v1 = token(&mut world, start(), &v1, "60");
    for (instance, token, good) in [
        (&v2, Some(of_v2.as_str()), true),
        (&v2, Some(of_v1.as_str()), false),
        (&v2, Some("AQAEunknown=="), false),
        (&v2, Some(""), false),
        (&v2, None, false),
        (&v1, Some(of_v1.as_str()), true),
        (&v1, Some(of_v2.as_str()), false),
        (&v1, Some("AQAEunknown=="), false),
        (&v1, Some(""), false),
        (&v1, None, true),
    ] {
        let expected = good.then_some(()).ok_or(ImdsError::Unauthorized);
        for path in [
            "",
            "iam/info",
            LISTING,
            "iam/security-credentials/photo-app",
            "instance-id",
        ] {
            let answer = read(&mut world, start(), instance, token, path);
            assert_eq!(answer.map(|_| ()), expected, "{token:?} {path}");
        }
    }
}

// imds.token.required
#[test]
fn without_a_good_token_nothing_is_told_about_paths() {
    let mut world = world();
    let web = launch_v2_only(&mut world);
    for path in ["iam/security-credentials/no-such-role", "no/such/path"] {
        let refused = read(&mut world, start(), &web, None, path);
        assert_eq!(refused, Err(ImdsError::Unauthorized), "{path}");
    }
}

// imds.token.no-forwarding, imds.token.latest-only
#[test]
fn a_token_is_not_issued_through_a_proxy_nor_at_a_dated_path() {
    let mut world = world();
    let web = launch(&mut world, None);
    let good = TokenRequest {
        ttl_seconds: Some("60"),
        ..TokenRequest::default()
    };
    for (request, expected) in [
        (good, None),
        (
            TokenRequest {
                forwarded: true,
                ..good
            },
            Some(ImdsError::Forwarded),
        ),
        (
            TokenRequest {
                versioned: true,
                ..good
            },
            Some(ImdsError::VersionedToken),
        ),
        (
            TokenRequest {
                forwarded: true,
                ..TokenRequest::default()
            },
            Some(ImdsError::Forwarded),
        ),
    ] {
        let refused = world.imds_token(start(), &web, &request).err();
        assert_eq!(refused, expected, "{request:?}");
    }
}

// imds.endpoint.disabled
#[test]
fn a_disabled_endpoint_refuses_everything_and_can_be_enabled_again() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let token = token(&mut world, start(), &web, "60");
    let switch = |to| MetadataOptionsChange {
        http_endpoint: Some(to),
        ..MetadataOptionsChange::default()
    };
    change(&mut world, &web, switch(Switch::Disabled));
    let refused = ask_token(&mut world, start(), &web, Some("60")).map(|_| ());
    assert_eq!(refused, Err(ImdsError::Disabled));
    for (token, path) in [
        (None, "instance-id"),
        (Some(token.as_str()), LISTING),
        (Some("AQAEunknown=="), "no/such/path"),
    ] {
        let refused = read(&mut world, start(), &web, token, path);
        assert_eq!(refused, Err(ImdsError::Disabled), "{path}");
    }
    change(&mut world, &web, switch(Switch::Enabled));
    assert!(read(&mut world, start(), &web, Some(&token), LISTING).is_ok());
}

// imds.token.hop-limit
#[test]
fn the_answer_to_a_token_request_gets_no_farther_than_the_hop_limit() {
    for (hop_limit, client_hops, told, lost) in [
        (1, 1, None, false),
        (1, 2, None, true),
        (2, 2, None, false),
        (64, 64, None, false),
        (1, 1, Some(2), true),
        (1, 2, Some(1), false),
        (3, 1, Some(4), true),
    ] {
        let mut world = world();
        let options = MetadataOptions {
            http_put_response_hop_limit: hop_limit,
            ..MetadataOptions::default()
        };
        let web = launch_as(
            &mut world,
            RunInstance {
                client_hops,
                ..with_options(options)
            },
        );
        let what = format!("{hop_limit} {client_hops} {told:?}");
        assert_eq!(
            world.imds_put_reply_lost(start(), &web, told),
            lost,
            "{what}"
        );
        let entries = world.journal().entries();
        let noted = entries.filter(|entry| matches!(entry.happening, Happening::ReplyLost { .. }));
        assert_eq!(noted.count(), usize::from(lost), "{what}");
    }
}

#[test]
fn what_does_not_run_does_not_answer() {
    let mut world = world();
    let stopped = launch(&mut world, Some(PROFILE));
    let token = token(&mut world, start(), &stopped, "21600");
    world.operator(start()).stop_instance(&stopped).unwrap();
    for instance in [stopped.as_str(), "i-0"] {
        let granted = ask_token(&mut world, start(), instance, Some("60"));
        assert_eq!(granted.map(|_| ()), Err(ImdsError::NotFound));
        let answer = read(&mut world, start(), instance, Some(&token), "instance-id");
        assert_eq!(answer, Err(ImdsError::NotFound));
    }
}

#[test]
fn refusals_have_their_statuses() {
    for (error, status) in [
        (ImdsError::BadTtl, 400),
        (ImdsError::Unauthorized, 401),
        (ImdsError::Disabled, 403),
        (ImdsError::Forwarded, 403),
        (ImdsError::VersionedToken, 403),
        (ImdsError::NotFound, 404),
    ] {
        assert_eq!(error.status(), status, "{error}");
    }
}
