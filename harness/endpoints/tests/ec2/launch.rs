//! Launching.

use rolecall_account::{HttpTokens, Lifecycle, Switch};

use crate::support::lab;
use crate::{Asker, IMAGE, Refused, ann};

const ONE: [(&str, &str); 3] = [("ImageId", IMAGE), ("MinCount", "1"), ("MaxCount", "1")];

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    ONE.into_iter().chain(more.iter().copied()).collect()
}

// ec2.states.no-time-between, ec2.launch.default-type
#[test]
fn a_launch_answers_what_was_launched() {
    lab(async |lab| {
        let ann = ann(&lab);
        let asked = with(&[
            ("InstanceType", "m7g.large"),
            ("IamInstanceProfile.Name", "web-profile"),
            ("MetadataOptions.HttpTokens", "required"),
            ("MetadataOptions.HttpPutResponseHopLimit", "2"),
            ("MetadataOptions.InstanceMetadataTags", "enabled"),
            ("TagSpecification.1.ResourceType", "instance"),
            ("TagSpecification.1.Tag.1.Key", "Name"),
            ("TagSpecification.1.Tag.1.Value", "batch"),
            ("TagSpecification.1.Tag.2.Key", "team"),
            ("TagSpecification.1.Tag.2.Value", "blue"),
            ("UserData", "IyEvYmluL3No"),
            ("Placement.AvailabilityZone", "us-east-1b"),
            ("InstanceMarketOptions.MarketType", "spot"),
        ]);
        let answer = ann.done("RunInstances", &asked).await;
        assert!(answer.element("reservationId").starts_with("r-"));
        assert_eq!(answer.element("ownerId"), "111122223333");
        assert_eq!(
            answer.element("instanceState"),
            "<code>0</code><name>pending</name>"
        );
        assert_eq!(answer.element("instanceType"), "m7g.large");
        assert_eq!(answer.element("architecture"), "arm64");
        assert_eq!(answer.element("instanceLifecycle"), "spot");
        assert_eq!(answer.element("launchTime"), "2031-05-01T00:00:00Z");
        let profile = answer.element("iamInstanceProfile");
        let arn = "<arn>arn:aws:iam::111122223333:instance-profile/web-profile</arn><id>AIPA";
        assert!(profile.starts_with(arn), "{profile}");

        let id = answer.element("instanceId");
        {
            let world = lab.edge.world();
            let instance = world.instance(&id).unwrap();
            assert_eq!(instance.name, "batch");
            assert_eq!(instance.tags["team"], "blue");
            assert_eq!(instance.metadata_options.http_tokens, HttpTokens::Required);
            assert_eq!(instance.metadata_options.http_put_response_hop_limit, 2);
            assert_eq!(
                instance.metadata_options.instance_metadata_tags,
                Switch::Enabled
            );
            assert_eq!(instance.user_data.as_deref(), Some(&b"#!/bin/sh"[..]));
            assert_eq!(instance.availability_zone, "us-east-1b");
            assert_eq!(instance.lifecycle, Lifecycle::Spot);
            assert!(world.served_by(&id).is_some(), "it serves its role at once");
        }

        let plain = ann.done("RunInstances", &ONE).await;
        assert_eq!(plain.element("instanceType"), "m1.small");
        assert!(!plain.text().contains("iamInstanceProfile"));
    });
}

#[test]
fn several_are_launched_together() {
    lab(async |lab| {
        let ann = ann(&lab);
        let asked = [("ImageId", IMAGE), ("MinCount", "2"), ("MaxCount", "3")];
        let answer = ann.done("RunInstances", &asked).await;
        let ids = answer.elements("instanceId");
        assert_eq!(ids.len(), 3);
        assert_eq!(answer.elements("amiLaunchIndex"), ["0", "1", "2"]);
        let reservation = answer.element("reservationId");
        let filter = [
            ("Filter.1.Name", "reservation-id"),
            ("Filter.1.Value.1", &reservation),
        ];
        let described = ann.done("DescribeInstances", &filter).await;
        assert_eq!(described.elements("reservationId"), [reservation.as_str()]);
        assert_eq!(described.elements("instanceId").len(), 3);
    });
}

// ec2.launch.client-token
#[test]
fn a_client_token_launches_once() {
    lab(async |lab| {
        let ann = ann(&lab);
        let asked = with(&[("ClientToken", "once")]);
        let first = ann.done("RunInstances", &asked).await;
        let again = ann.done("RunInstances", &asked).await;
        assert_eq!(first.element("instanceId"), again.element("instanceId"));
        assert_eq!(
            first.element("reservationId"),
            again.element("reservationId")
        );
        assert_eq!(first.element("clientToken"), "once");

        let otherwise = with(&[("ClientToken", "once"), ("InstanceType", "m5.large")]);
        let message = ann
            .refused("RunInstances", &otherwise, "IdempotentParameterMismatch")
            .await;
        assert_eq!(
            message,
            "Arguments on this idempotent request are inconsistent with arguments used in previous request(s)."
        );
        let other = with(&[("ClientToken", "twice")]);
        let other = ann.done("RunInstances", &other).await;
        assert_ne!(first.element("instanceId"), other.element("instanceId"));
    });
}

// ec2.dry-run.codes
#[test]
fn a_dry_run_launches_nothing() {
    lab(async |lab| {
        let ann = ann(&lab);
        let asked = with(&[("DryRun", "true")]);
        let message = ann.refused("RunInstances", &asked, "DryRunOperation").await;
        assert_eq!(
            message,
            "Request would have succeeded, but DryRun flag is set."
        );
        let described = ann.done("DescribeInstances", &[]).await;
        assert_eq!(
            described.elements("instanceId").len(),
            2,
            "those of the lab"
        );
    });
}

const VALUE: &str = "InvalidParameterValue";

const CANNOT_BE_LAUNCHED: &[Refused<'_>] = &[
    (
        &[("IamInstanceProfile.Name", "nobody")],
        VALUE,
        "Value (nobody) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
    ),
    (
        &[(
            "IamInstanceProfile.Arn",
            "arn:aws:iam::111122223333:instance-profile/nobody",
        )],
        VALUE,
        "Value (arn:aws:iam::111122223333:instance-profile/nobody) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN",
    ),
    (
        &[("IamInstanceProfile.Name", "empty")],
        VALUE,
        "IAM Instance Profile \"arn:aws:iam::111122223333:instance-profile/empty\" has no associated IAM Roles",
    ),
    (
        &[
            ("IamInstanceProfile.Name", "a"),
            ("IamInstanceProfile.Arn", "b"),
        ],
        "InvalidParameterCombination",
        "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
    ),
    (
        &[("KeyName", "mine")],
        "InvalidKeyPair.NotFound",
        "The key pair 'mine' does not exist",
    ),
    (
        &[("SubnetId", "subnet-0123456789abcdef0")],
        "InvalidSubnetID.NotFound",
        "The subnet ID 'subnet-0123456789abcdef0' does not exist",
    ),
    (
        &[("SecurityGroupId.1", "sg-0123456789abcdef0")],
        "InvalidGroup.NotFound",
        "The security group 'sg-0123456789abcdef0' does not exist",
    ),
    (
        &[("UserData", "?")],
        VALUE,
        "Invalid BASE64 encoding of user data",
    ),
    (
        &[("Placement.AvailabilityZone", "us-east-1z")],
        VALUE,
        "Invalid availability zone: [us-east-1z]",
    ),
    (
        &[("InstanceType", "large")],
        VALUE,
        "Invalid value 'large' for InstanceType.",
    ),
    (
        &[("MetadataOptions.HttpPutResponseHopLimit", "65")],
        VALUE,
        "Value (65) for parameter HttpPutResponseHopLimit is invalid. It must be between 1 and 64",
    ),
    (
        &[("MetadataOptions.HttpTokens", "always")],
        VALUE,
        "Value (always) for parameter MetadataOptions.HttpTokens is invalid. Valid values: optional | required",
    ),
    (
        &[("TagSpecification.1.ResourceType", "volume")],
        VALUE,
        "Value (volume) for parameter TagSpecification.ResourceType is invalid. Valid values: instance",
    ),
    (
        &[
            ("TagSpecification.1.ResourceType", "instance"),
            ("TagSpecification.1.Tag.1.Key", "aws:mine"),
        ],
        VALUE,
        "Tag keys starting with 'aws:' are reserved for internal use",
    ),
    (
        &[("Monitoring.Enabled", "true")],
        "UnknownParameter",
        "The parameter Monitoring.Enabled is not recognized; EC2 has none of that name or it is not simulated here",
    ),
];

async fn refused(ann: &Asker<'_>, more: &[(&str, &str)], code: &str) -> String {
    ann.refused("RunInstances", &with(more), code).await
}

// ec2.profile.unknown, ec2.launch.needs-a-role, ec2.launch.what-is-there, ec2.launch.user-data,
// ec2.launch.images, ec2.parameters.unknown, ec2.parameters.missing, ec2.tags.limits
#[test]
fn what_cannot_be_launched_is_refused_in_aws_words() {
    lab(async |lab| {
        let ann = ann(&lab);
        let now = lab.edge.now();
        lab.edge
            .world()
            .operator(now)
            .create_instance_profile("empty")
            .unwrap();
        for (more, code, message) in CANNOT_BE_LAUNCHED {
            assert_eq!(&refused(&ann, more, code).await, message);
        }

        let none: &[(&str, &str)] = &[("MinCount", "1"), ("MaxCount", "1")];
        let missing = ann.refused("RunInstances", none, "MissingParameter").await;
        assert_eq!(missing, "The request must contain the parameter ImageId");
        let no_image = [("ImageId", "ubuntu"), ("MinCount", "1"), ("MaxCount", "1")];
        let malformed = ann
            .refused("RunInstances", &no_image, "InvalidAMIID.Malformed")
            .await;
        assert_eq!(malformed, "Invalid id: \"ubuntu\" (expecting \"ami-...\")");
        for (least, most) in [("0", "1"), ("2", "1"), ("1", "101")] {
            let counts = [("ImageId", IMAGE), ("MinCount", least), ("MaxCount", most)];
            ann.refused("RunInstances", &counts, VALUE).await;
        }
        let described = ann.done("DescribeInstances", &[]).await;
        assert_eq!(
            described.elements("instanceId").len(),
            2,
            "those of the lab"
        );
    });
}
