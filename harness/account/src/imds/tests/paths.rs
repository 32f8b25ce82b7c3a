use std::collections::BTreeSet;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::ec2::{EventCode, Lifecycle, SpotAction};
use crate::operation::Operation;
use crate::testing::{HOUR, ROLE, launch, world};

/// An instance that has everything there can be.
fn furnished(world: &mut World) -> String {
    let options = MetadataOptions {
        instance_metadata_tags: Switch::Enabled,
        ..MetadataOptions::default()
    };
    let web = launch_as(
        world,
        RunInstance {
            extended_credentials: true,
            lifecycle: Lifecycle::Spot,
            user_data: Some(Bytes::from_static(b"#!/bin/sh\n")),
            tags: [("team".to_owned(), "photos".to_owned())].into(),
            ..with_options(options)
        },
    );
    let window = (start(), start() + HOUR);
    world
        .operator(start())
        .schedule_event(&web, EventCode::SystemReboot, "x", window)
        .unwrap();
    world.operator(start()).recommend_rebalance(&web).unwrap();
    world
        .operator(start())
        .interrupt_spot_instance(&web, SpotAction::Terminate)
        .unwrap();
    web
}

/// Every path that listings lead to, with whether it is a directory.
fn walk(world: &mut World, instance: &str, at: &str, found: &mut BTreeSet<(String, bool)>) {
    let listing = text(world, instance, at).unwrap();
    for line in listing.lines() {
        let bare_directory = matches!(line, "dynamic" | "meta-data") || at == "/";
        let name = line.trim_end_matches('/');
        let path = format!("{at}{name}");
        let directory = bare_directory || line.ends_with('/');
        found.insert((path.clone(), directory));
        if directory {
            walk(world, instance, &format!("{path}/"), found);
        }
    }
}

fn walked(world: &mut World, instance: &str, at: &str) -> BTreeSet<(String, bool)> {
    let mut found = BTreeSet::new();
    walk(world, instance, at, &mut found);
    found
}

// imds.paths.listing, imds.paths.tree, imds.paths.slashes
#[test]
fn whatever_is_listed_is_there_with_a_slash_at_its_end_and_without() {
    let mut world = world();
    let web = furnished(&mut world);
    let found = walked(&mut world, &web, "/latest/");
    assert!(found.len() > 50, "{found:?}");
    for (path, directory) in found {
        let bare = get(&mut world, &web, &path).unwrap();
        let slashed = get(&mut world, &web, &format!("{path}/")).unwrap();
        assert_eq!(bare.body, slashed.body, "{path}");
        assert!(!bare.body.ends_with(b"\n") || path == "/latest/user-data");
        assert!(!bare.body.is_empty(), "{path}");
        if !directory {
            let below = get(&mut world, &web, &format!("{path}/x"));
            assert_eq!(below.err(), Some(ImdsError::NotFound), "{path}");
        }
    }
}

// imds.paths.listing
#[test]
fn listings_are_in_order_and_lines_are_not_ended_but_separated() {
    let mut world = world();
    let web = furnished(&mut world);
    for (path, listing) in [
        ("/latest/", "dynamic\nmeta-data\nuser-data"),
        ("/latest", "dynamic\nmeta-data\nuser-data"),
        ("/latest/dynamic/", "fws/\ninstance-identity/"),
        (
            "/latest/dynamic/instance-identity/",
            "document\npkcs7\nrsa2048\nsignature",
        ),
        (
            "/latest/meta-data/iam/",
            "info\nsecurity-credentials/\nsecurity-credentials-extended/",
        ),
        ("/latest/meta-data/identity-credentials/", "ec2/"),
        (
            "/latest/meta-data/placement/",
            "availability-zone\navailability-zone-id\nregion",
        ),
        (
            "/latest/meta-data/spot/",
            "instance-action\ntermination-time",
        ),
        ("/latest/meta-data/tags/", "instance/"),
        ("/latest/meta-data/tags/instance/", "Name\nteam"),
    ] {
        let answer = text(&mut world, &web, path);
        assert_eq!(answer.as_deref(), Ok(listing), "{path}");
    }
    let all = text(&mut world, &web, "/latest/meta-data/").unwrap();
    assert!(all.lines().is_sorted(), "{all}");
    let macs = "/latest/meta-data/network/interfaces/macs/";
    let mac = text(&mut world, &web, "/latest/meta-data/mac").unwrap();
    let listed = text(&mut world, &web, macs).unwrap();
    assert_eq!(listed, format!("{mac}/"));
}

// imds.paths.versions
#[test]
fn the_versions_are_listed_and_each_serves_the_same_tree() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let versions = text(&mut world, &web, "/").unwrap();
    let versions: Vec<&str> = versions.lines().collect();
    assert_eq!(versions.first(), Some(&"1.0"));
    assert_eq!(versions.last(), Some(&"latest"));
    assert!(versions.contains(&"2021-03-23"));
    for version in versions {
        let listing = text(&mut world, &web, &format!("/{version}/"));
        assert_eq!(listing.as_deref(), Ok("dynamic\nmeta-data"), "{version}");
        let path = format!("/{version}/meta-data/iam/security-credentials/");
        assert_eq!(text(&mut world, &web, &path).as_deref(), Ok(ROLE));
        assert!(!MetadataPath::parse(&path).is_dated() || version != "latest");
    }
}

// imds.paths.unknown
#[test]
fn unknown_paths_are_not_found() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    for path in [
        "/2020-01-01/meta-data/",
        "/newest/meta-data/",
        "/latest/api",
        "/latest/api/token",
        "/latest/user-data",
        "/latest/meta-data/Instance-Id",
        "/latest/meta-data/instance-id/x",
        "/latest/meta-data/public-ipv4",
        "/latest/meta-data/tags/",
        "/latest/meta-data/spot/instance-action",
        "/latest/meta-data/../meta-data/instance-id",
        "/latest/meta-data/%ff",
        "/meta-data/instance-id",
    ] {
        let answer = text(&mut world, &web, path);
        assert_eq!(answer, Err(ImdsError::NotFound), "{path}");
    }
}

// imds.paths.slashes
#[test]
fn slashes_in_a_row_are_one_and_parts_are_decoded() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    for path in [
        "//latest/meta-data/instance-id",
        "/latest//meta-data///instance-id//",
        "/latest/meta-data/instance%2Did",
        "latest/meta-data/instance-id",
    ] {
        let answer = text(&mut world, &web, path);
        assert_eq!(answer.as_deref(), Ok(web.as_str()), "{path}");
    }
    let encoded_slash = text(&mut world, &web, "/latest/meta-data%2Finstance-id");
    assert_eq!(encoded_slash, Err(ImdsError::NotFound));
}

#[test]
fn a_path_says_which_operation_it_is() {
    for (path, operation) in [
        ("/", Some(Operation::ImdsMetadata)),
        ("/latest", Some(Operation::ImdsMetadata)),
        ("/latest/api/token", Some(Operation::ImdsToken)),
        ("/2021-03-23/api/token", Some(Operation::ImdsToken)),
        (
            "/latest/meta-data/iam/security-credentials",
            Some(Operation::ImdsRole),
        ),
        (
            "/2021-03-23/meta-data/iam/security-credentials/x/",
            Some(Operation::ImdsCredentials),
        ),
        (
            "/latest/meta-data/iam/security-credentials-extended/",
            Some(Operation::ImdsRoleExtended),
        ),
        (
            "/latest/meta-data/iam/security-credentials-extended/x",
            Some(Operation::ImdsCredentialsExtended),
        ),
        ("/latest/meta-data/iam/info", Some(Operation::ImdsInfo)),
        (
            "/latest/meta-data/identity-credentials/ec2/security-credentials/ec2-instance",
            Some(Operation::ImdsIdentityCredentials),
        ),
        ("/latest/user-data", Some(Operation::ImdsMetadata)),
        ("/latest/no/such/path", Some(Operation::ImdsMetadata)),
        ("/v2/credentials/x", None),
        ("/newest/api/token", None),
    ] {
        assert_eq!(MetadataPath::parse(path).operation(), operation, "{path}");
    }
}

proptest! {
    // imds.paths.slashes
    #[test]
    fn more_slashes_lead_to_the_same_place(
        parts in prop::collection::vec("[a-z0-9.%-]{1,6}", 0..6),
        gaps in prop::collection::vec(1_usize..4, 7),
    ) {
        let plain = format!("/{}", parts.join("/"));
        let slashed: String = parts
            .iter()
            .zip(&gaps)
            .map(|(part, gap)| "/".repeat(*gap) + part)
            .collect();
        let slashed = slashed + &"/".repeat(gaps[6]);
        prop_assert_eq!(MetadataPath::parse(&plain), MetadataPath::parse(&slashed));
    }

    #[test]
    fn any_path_is_answered(path in "(/|latest|meta-data|iam|tags|%2F|%ff|é|\\PC){0,12}") {
        let mut world = world();
        let web = furnished(&mut world);
        let path = MetadataPath::parse(&path);
        let answer = world.imds_read(start(), &web, None, &path);
        let not_found = matches!(answer, Err(ImdsError::NotFound));
        prop_assert!(not_found || answer.is_ok());
    }
}
