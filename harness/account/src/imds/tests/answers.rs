use bytes::Bytes;

use super::*;
use crate::ec2::Ec2Error;
use crate::journal::Happening;
use crate::operation::Operation;
use crate::testing::{HOUR, launch, read, world};

// imds.metadata.values
#[test]
fn plain_values() {
    let mut world = world();
    let first = launch(&mut world, None);
    let web = launch_as(
        &mut world,
        RunInstance {
            instance_type: "m7g.large".to_owned(),
            availability_zone: Some("us-east-1c".to_owned()),
            ..RunInstance::default()
        },
    );
    for (path, value) in [
        ("instance-id", web.as_str()),
        ("instance-type", "m7g.large"),
        ("instance-life-cycle", "on-demand"),
        ("local-ipv4", "10.0.0.5"),
        ("hostname", "ip-10-0-0-5.ec2.internal"),
        ("local-hostname", "ip-10-0-0-5.ec2.internal"),
        ("placement/region", "us-east-1"),
        ("placement/availability-zone", "us-east-1c"),
        ("placement/availability-zone/", "us-east-1c"),
        ("placement/availability-zone-id", "use1-az3"),
        ("services/domain", "amazonaws.com"),
        ("services/partition", "aws"),
        ("ami-launch-index", "0"),
    ] {
        let answer = read(&mut world, start(), &web, None, path);
        assert_eq!(answer.as_deref(), Ok(value), "{path}");
    }
    let zone = "placement/availability-zone";
    let default = read(&mut world, start(), &first, None, zone);
    assert_eq!(default.as_deref(), Ok("us-east-1a"));
}

// imds.metadata.values
#[test]
fn what_is_an_instances_own_is_not_anothers_and_what_is_shared_is() {
    let mut world = world();
    let (one, two) = (launch(&mut world, None), launch(&mut world, None));
    let mut both = |path: &str| {
        let mut read = |instance: &str| read(&mut world, start(), instance, None, path).unwrap();
        (read(&one), read(&two))
    };
    for path in ["mac", "local-ipv4", "reservation-id", "instance-id"] {
        let (one, two) = both(path);
        assert_ne!(one, two, "{path}");
    }
    let (one, two) = both("ami-id");
    assert_eq!(one, two);
    let (mac, _) = both("mac");
    assert_eq!(mac.len(), 17);
}

// imds.identity.document, imds.identity.signatures
#[test]
fn the_identity_document_names_the_instance() {
    let mut world = world();
    let web = launch_as(
        &mut world,
        RunInstance {
            instance_type: "c7gn.large".to_owned(),
            ..RunInstance::default()
        },
    );
    let document = text(
        &mut world,
        &web,
        "/latest/dynamic/instance-identity/document",
    )
    .unwrap();
    let document = json(&document);
    let image = read(&mut world, start(), &web, None, "ami-id").unwrap();
    let expected = serde_json::json!({
        "accountId": "111122223333",
        "architecture": "arm64",
        "availabilityZone": "us-east-1a",
        "billingProducts": null,
        "devpayProductCodes": null,
        "imageId": image,
        "instanceId": web,
        "instanceType": "c7gn.large",
        "kernelId": null,
        "marketplaceProductCodes": null,
        "pendingTime": "2031-05-01T00:00:00Z",
        "privateIp": "10.0.0.4",
        "ramdiskId": null,
        "region": "us-east-1",
        "version": "2017-09-30",
    });
    assert_eq!(document, expected);
    for name in ["pkcs7", "rsa2048", "signature"] {
        let path = format!("/latest/dynamic/instance-identity/{name}");
        let blob = text(&mut world, &web, &path).unwrap();
        assert!(blob.lines().all(|line| line.len() <= 64), "{name}");
        assert_eq!(text(&mut world, &web, &path), Ok(blob), "{name}");
    }
}

// imds.identity.document
#[test]
fn the_architecture_follows_from_the_type() {
    for (instance_type, architecture) in [
        ("m5.large", "x86_64"),
        ("t4g.micro", "arm64"),
        ("g4dn.xlarge", "x86_64"),
        ("g5g.xlarge", "arm64"),
        ("x", "x86_64"),
    ] {
        let mut world = world();
        let web = launch_as(
            &mut world,
            RunInstance {
                instance_type: instance_type.to_owned(),
                ..RunInstance::default()
            },
        );
        let path = "/latest/dynamic/instance-identity/document";
        let document = json(&text(&mut world, &web, path).unwrap());
        assert_eq!(document["architecture"], architecture, "{instance_type}");
    }
}

// imds.user-data, imds.headers.content-type
#[test]
fn user_data_is_served_as_it_was_given() {
    let data = Bytes::from_static(b"\x1f\x8b\x00 not text\n");
    let mut world = world();
    let bare = launch(&mut world, None);
    let refused = get(&mut world, &bare, "/latest/user-data").err();
    assert_eq!(refused, Some(ImdsError::NotFound));
    let web = launch_as(
        &mut world,
        RunInstance {
            user_data: Some(data.clone()),
            ..RunInstance::default()
        },
    );
    let found = get(&mut world, &web, "/latest/user-data").unwrap();
    assert_eq!(found.body, data);
    assert_eq!(found.content_type, "application/octet-stream");
    let found = get(&mut world, &web, "/latest/meta-data/instance-id").unwrap();
    assert_eq!(found.content_type, "text/plain");
}

// imds.headers.last-modified
#[test]
fn a_value_tells_when_it_last_changed() {
    let mut world = world();
    let web = launch(&mut world, Some(PROFILE));
    let modified = |world: &mut World, now, path: &str| {
        let path = MetadataPath::parse(&format!("/latest/meta-data/{path}"));
        let found = world.imds_read(now, &web, None, &path).unwrap();
        found.last_modified
    };
    let rotation = start() + 6 * HOUR - 5 * crate::testing::MINUTE;
    let credentials = "iam/security-credentials/photo-app";
    for (now, expected) in [(start() + HOUR, start()), (rotation + HOUR, rotation)] {
        for path in [credentials, "iam/info", "iam/security-credentials/"] {
            assert_eq!(modified(&mut world, now, path), expected, "{path}");
        }
        assert_eq!(modified(&mut world, now, "instance-id"), start());
    }
}

// imds.tags.enabled
#[test]
fn tags_are_there_if_they_are_enabled_and_follow_every_change() {
    let mut world = world();
    let web = launch(&mut world, None);
    let tags = |key: &str, value: &str| [(key.to_owned(), value.to_owned())].into();
    let listing = |world: &mut World| read(world, start(), &web, None, "tags/instance").ok();
    world
        .operator(start())
        .create_tags(&web, &tags("team", "photos"))
        .unwrap();
    assert_eq!(listing(&mut world), None);
    let switch = |to| MetadataOptionsChange {
        instance_metadata_tags: Some(to),
        ..MetadataOptionsChange::default()
    };
    change(&mut world, &web, switch(Switch::Enabled));
    assert_eq!(listing(&mut world).as_deref(), Some("Name\nteam"));
    let team = read(&mut world, start(), &web, None, "tags/instance/team");
    assert_eq!(team.as_deref(), Ok("photos"));
    let name = read(&mut world, start(), &web, None, "tags/instance/Name");
    assert_eq!(name.as_deref(), Ok("web"));
    world
        .operator(start())
        .delete_tags(&web, &["team", "never-there"])
        .unwrap();
    assert_eq!(listing(&mut world).as_deref(), Some("Name"));
    change(&mut world, &web, switch(Switch::Disabled));
    assert_eq!(listing(&mut world), None);
}

// ec2.metadata-options.tag-keys
#[test]
fn a_tag_that_cannot_stand_in_a_path_cannot_be_in_the_metadata() {
    for key in ["a b", "a/b", ".", "..", "_index"] {
        let mut world = world();
        let web = launch(&mut world, None);
        let tags = || [(key.to_owned(), "x".to_owned())].into();
        let enable = MetadataOptionsChange {
            instance_metadata_tags: Some(Switch::Enabled),
            ..MetadataOptionsChange::default()
        };
        let error = Ec2Error::TagKeyNotInMetadata(key.to_owned());
        world.operator(start()).create_tags(&web, &tags()).unwrap();
        let refused = world
            .operator(start())
            .modify_instance_metadata_options(&web, enable);
        assert_eq!(refused, Err(error.clone()));
        world.operator(start()).delete_tags(&web, &[key]).unwrap();
        change(&mut world, &web, enable);
        assert_eq!(
            world.operator(start()).create_tags(&web, &tags()),
            Err(error.clone())
        );
        let options = world.instance(&web).unwrap().metadata_options.clone();
        let launched = world.operator(start()).run_instance(RunInstance {
            tags: tags(),
            ..with_options(options)
        });
        assert_eq!(launched, Err(error));
    }
}

// ec2.metadata-options.defaults
#[test]
fn the_defaults_are_those_of_the_api() {
    let mut world = world();
    let web = launch(&mut world, None);
    let expected = MetadataOptions {
        http_tokens: HttpTokens::Optional,
        http_put_response_hop_limit: 1,
        http_endpoint: Switch::Enabled,
        http_protocol_ipv6: Switch::Disabled,
        instance_metadata_tags: Switch::Disabled,
    };
    let instance = world.instance(&web).unwrap();
    assert_eq!(instance.metadata_options, expected);
    assert!(!instance.serves_ipv6());
}

// ec2.metadata-options.hop-limit-range
#[test]
fn a_hop_limit_is_from_1_to_64() {
    for (limit, good) in [(0, false), (1, true), (64, true), (65, false)] {
        let mut world = world();
        let web = launch(&mut world, None);
        let change = MetadataOptionsChange {
            http_put_response_hop_limit: Some(limit),
            ..MetadataOptionsChange::default()
        };
        let changed = world
            .operator(start())
            .modify_instance_metadata_options(&web, change);
        assert_eq!(changed.is_ok(), good, "{limit}");
        let options = MetadataOptions {
            http_put_response_hop_limit: limit,
            ..MetadataOptions::default()
        };
        let launched = world.operator(start()).run_instance(with_options(options));
        assert_eq!(launched.is_ok(), good, "{limit}");
    }
}

// ec2.metadata-options.modify-keeps-the-rest
#[test]
fn what_a_change_does_not_name_stays_and_the_change_is_journalled() {
    let mut world = world();
    let web = launch_v2_only(&mut world);
    let hops = MetadataOptionsChange {
        http_put_response_hop_limit: Some(2),
        http_protocol_ipv6: Some(Switch::Enabled),
        ..MetadataOptionsChange::default()
    };
    change(&mut world, &web, hops);
    let instance = world.instance(&web).unwrap();
    assert_eq!(instance.metadata_options.http_tokens, HttpTokens::Required);
    assert_eq!(instance.metadata_options.http_put_response_hop_limit, 2);
    assert!(instance.serves_ipv6());
    let last = world.journal().entries().last().unwrap();
    let Happening::Control {
        operation, detail, ..
    } = &last.happening
    else {
        panic!("a control");
    };
    assert_eq!(*operation, Operation::ModifyInstanceMetadataOptions);
    let said = format!("{web} http-put-response-hop-limit=2 http-protocol-ipv6=enabled");
    assert_eq!(*detail, said);
    world.operator(start()).terminate_instance(&web).unwrap();
    let refused = world
        .operator(start())
        .modify_instance_metadata_options(&web, hops);
    assert_eq!(refused.unwrap_err().code(), "IncorrectInstanceState");
}

#[test]
fn thousands_of_instances_have_addresses_of_their_own() {
    let mut world = world();
    let mut addresses = std::collections::BTreeSet::new();
    for _ in 0..2000 {
        let web = launch(&mut world, None);
        addresses.insert(world.instance(&web).unwrap().private_ip);
    }
    assert_eq!(addresses.len(), 2000);
}
