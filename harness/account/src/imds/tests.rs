use serde_json::Value;

use super::*;
use crate::ec2::{HttpTokens, RunInstance};
use crate::instant::SimInstant;
use crate::issuing::Issuing;
use crate::testing::{
    HOUR, MILLISECOND, PROFILE, ROLE, SECOND, add_profile, add_role, launch, served, start, world,
};
use crate::world::World;

fn launch_v2_only(world: &mut World) -> String {
    let request = RunInstance {
        name: "v2".to_owned(),
        profile: Some(PROFILE.to_owned()),
        http_tokens: HttpTokens::Required,
        issuing: Issuing::default(),
    };
    world.run_instance(start(), request).unwrap()
}

fn token(world: &mut World, now: SimInstant, instance: &str, ttl_seconds: &str) -> String {
    let grant = world.imds_token(now, instance, Some(ttl_seconds)).unwrap();
    grant.token.expose().to_owned()
}

fn credentials(world: &mut World, instance: &str, role: &str) -> Result<Value, ImdsError> {
    let document = world.imds_credentials(start(), instance, None, role)?;
    Ok(serde_json::from_str(&document).unwrap())
}

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
        let grant = world.imds_token(start(), &web, sent);
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
    let mut role = |now| world.imds_role(now, &web, Some(&token));
    assert_eq!(role(end - MILLISECOND).as_deref(), Ok(ROLE));
    assert_eq!(role(end), Err(ImdsError::Unauthorized));
    assert_eq!(role(end + HOUR), Err(ImdsError::Unauthorized));
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
        let good = world.imds_role(now, &web, Some(&short)).is_ok();
        assert_eq!(good, short_is_good);
        assert!(world.imds_role(now, &web, Some(&long)).is_ok());
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
        let what = format!("{token:?} at {instance}");
        let now = start();
        let expected = if good {
            Ok(())
        } else {
            Err(ImdsError::Unauthorized)
        };
        let answers = [
            world.imds_role(now, instance, token),
            world.imds_credentials(now, instance, token, ROLE),
            world.imds_info(now, instance, token),
            world.imds_value(now, instance, token, "instance-id"),
        ];
        for answer in answers {
            assert_eq!(answer.map(|_| ()), expected, "{what}");
        }
    }
}

#[test]
fn without_a_good_token_nothing_is_told_about_paths() {
    let mut world = world();
    let web = launch_v2_only(&mut world);
    let refused = world.imds_credentials(start(), &web, None, "no-such-role");
    assert_eq!(refused, Err(ImdsError::Unauthorized));
    let refused = world.imds_value(start(), &web, None, "no/such/path");
    assert_eq!(refused, Err(ImdsError::Unauthorized));
}

// imds.role.listing, imds.role.not-profile-name
#[test]
fn the_listing_is_the_roles_name_and_nothing_else() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    assert_eq!(world.imds_role(start(), &web, None).as_deref(), Ok(ROLE));
}

// imds.role.wrong-name
#[test]
fn only_the_exact_name_of_the_role_has_credentials() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    assert!(credentials(&mut world, &web, ROLE).is_ok());
    for wrong in [
        PROFILE,
        "photo-ap",
        "photo-app/",
        "photo-app\n",
        "Photo-App",
        "",
    ] {
        let refused = credentials(&mut world, &web, wrong);
        assert_eq!(refused, Err(ImdsError::NotFound), "{wrong:?}");
    }
}

// imds.credentials.document
#[test]
fn the_document_has_seven_members_and_whole_seconds() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let session = served(&mut world, start(), &web);
    let document = world.imds_credentials(start(), &web, None, ROLE).unwrap();
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

// imds.credentials.error-document
#[test]
fn a_trust_policy_without_ec2_gives_a_document_that_says_so() {
    let mut world = world();
    add_role(&mut world, "closed", "ecs-tasks.amazonaws.com");
    add_profile(&mut world, "closed", "closed");
    let web = launch(&mut world, Some("closed"));
    assert_eq!(
        world.imds_role(start(), &web, None).as_deref(),
        Ok("closed")
    );
    let document = credentials(&mut world, &web, "closed").unwrap();
    assert_eq!(document["Code"], "AssumeRoleUnauthorizedAccess");
    assert_eq!(document["LastUpdated"], "2031-05-01T00:00:00Z");
    assert!(
        document["Message"]
            .as_str()
            .unwrap()
            .contains("ec2.amazonaws.com")
    );
    let members = document.as_object().unwrap().len();
    assert_eq!(members, 3, "no keys: {document}");
}

// imds.info.document
#[test]
fn the_info_names_the_profile() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let info = world.imds_info(start() + HOUR, &web, None).unwrap();
    let info: Value = serde_json::from_str(&info).unwrap();
    assert_eq!(info["Code"], "Success");
    assert_eq!(info["LastUpdated"], "2031-05-01T00:00:00Z");
    assert_eq!(
        info["InstanceProfileArn"],
        "arn:aws:iam::111122223333:instance-profile/web-profile"
    );
    assert!(
        info["InstanceProfileId"]
            .as_str()
            .unwrap()
            .starts_with("AIPA")
    );
}

// imds.role.absent-without-profile
#[test]
fn without_a_profile_the_whole_subtree_is_absent() {
    let mut world = world();
    let bare = launch(&mut world, None);
    let now = start();
    for answer in [
        world.imds_role(now, &bare, None),
        world.imds_credentials(now, &bare, None, ROLE),
        world.imds_info(now, &bare, None),
    ] {
        assert_eq!(answer, Err(ImdsError::NotFound));
    }
}

// imds.metadata.values
#[test]
fn plain_values() {
    let mut world = world();
    let web = launch(&mut world, None);
    for (path, value) in [
        ("instance-id", web.as_str()),
        ("placement/region", "us-east-1"),
        ("placement/availability-zone", "us-east-1a"),
        ("placement/availability-zone/", "us-east-1a"),
        ("services/domain", "amazonaws.com"),
        ("services/partition", "aws"),
    ] {
        let answer = world.imds_value(start(), &web, None, path);
        assert_eq!(answer.as_deref(), Ok(value), "{path}");
    }
    for path in [
        "",
        "/",
        "placement",
        "instance-id//",
        "Instance-Id",
        "user-data",
    ] {
        let answer = world.imds_value(start(), &web, None, path);
        assert_eq!(answer, Err(ImdsError::NotFound), "{path}");
    }
}

#[test]
fn what_does_not_run_does_not_answer() {
    let mut world = world();
    let stopped = launch(&mut world, Some(PROFILE));
    let token = token(&mut world, start(), &stopped, "21600");
    world.stop_instance(start(), &stopped).unwrap();
    for instance in [stopped.as_str(), "i-0"] {
        let granted = world.imds_token(start(), instance, Some("60"));
        assert_eq!(granted.map(|_| ()), Err(ImdsError::NotFound));
        let read = world.imds_value(start(), instance, Some(&token), "instance-id");
        assert_eq!(read, Err(ImdsError::NotFound));
    }
}

#[test]
fn refusals_have_their_statuses() {
    assert_eq!(ImdsError::BadTtl.status(), 400);
    assert_eq!(ImdsError::Unauthorized.status(), 401);
    assert_eq!(ImdsError::NotFound.status(), 404);
}
