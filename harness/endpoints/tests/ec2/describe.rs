//! What instances there are, and where.

use crate::support::{Lab, METADATA, lab};
use crate::{Asker, OTHER, Said, ann};

async fn ids(ann: &Asker<'_>, filters: &[(&str, &str)]) -> Vec<String> {
    let names: Vec<_> = (1..=filters.len())
        .map(|n| (format!("Filter.{n}.Name"), format!("Filter.{n}.Value.1")))
        .collect();
    let asked: Vec<_> = names
        .iter()
        .zip(filters)
        .flat_map(|((name, value), filter)| [(&**name, filter.0), (&**value, filter.1)])
        .collect();
    ann.done("DescribeInstances", &asked)
        .await
        .elements("instanceId")
}

// ec2.filters.wildcards, ec2.filters.unknown
#[test]
fn filters_choose() {
    lab(async |lab| {
        let ann = ann(&lab);
        let big = ann
            .launch(
                "big one",
                &[
                    ("InstanceType", "m5.24xlarge"),
                    ("Placement.AvailabilityZone", "us-east-1c"),
                ],
            )
            .await;
        ann.done("StopInstances", &[("InstanceId.1", &lab.strict)])
            .await;
        let (web, strict, big) = (lab.web.as_str(), lab.strict.as_str(), big.as_str());
        let profile = "arn:aws:iam::111122223333:instance-profile/web-profile";
        let rows: &[(Said<'_>, &[&str])] = &[
            (&[("instance-id", web)], &[web]),
            (&[("instance-state-name", "stopped")], &[strict]),
            (&[("instance-state-code", "16")], &[web, big]),
            (&[("instance-type", "m5.*")], &[web, strict, big]),
            (&[("instance-type", "m5.24*")], &[big]),
            (&[("instance-type", "M5.*")], &[]),
            (&[("availability-zone", "us-east-1c")], &[big]),
            (&[("iam-instance-profile.arn", profile)], &[web, strict]),
            (&[("tag:Name", "big ?ne")], &[big]),
            (&[("tag:name", "big one")], &[]),
            (&[("tag-key", "Name")], &[web, strict, big]),
            (&[("metadata-options.http-tokens", "required")], &[strict]),
            (
                &[("owner-id", "111122223333"), ("instance-type", "m5.large")],
                &[web, strict],
            ),
            (&[("owner-id", "444455556666")], &[]),
        ];
        for (filters, expected) in rows {
            let mut expected: Vec<_> = expected.to_vec();
            let mut found = ids(&ann, filters).await;
            expected.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, expected, "{filters:?}");
        }
        let unknown = [("Filter.1.Name", "colour"), ("Filter.1.Value.1", "red")];
        let message = ann
            .refused("DescribeInstances", &unknown, "InvalidParameterValue")
            .await;
        assert_eq!(message, "The filter 'colour' is invalid");
    });
}

// ec2.paging.max-results
#[test]
fn a_list_comes_in_parts() {
    lab(async |lab| {
        let ann = ann(&lab);
        for n in 0..10 {
            ann.launch(&format!("n{n}"), &[]).await;
        }
        let (mut found, mut token, mut sizes) = (Vec::new(), String::new(), Vec::new());
        loop {
            let asked = [("MaxResults", "5"), ("NextToken", &*token)];
            let part = ann.done("DescribeInstances", &asked).await;
            let ids = part.elements("instanceId");
            sizes.push(ids.len());
            found.extend(ids);
            match part.elements("nextToken").pop() {
                Some(next) => token = next,
                None => break,
            }
        }
        assert_eq!(sizes, [5, 5, 2]);
        let mut all = ann
            .done("DescribeInstances", &[])
            .await
            .elements("instanceId");
        all.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, all);

        let value = "InvalidParameterValue";
        let message = ann
            .refused("DescribeInstances", &[("MaxResults", "4")], value)
            .await;
        assert!(
            message.starts_with("Value ( 4 ) for parameter maxResults is invalid."),
            "{message}"
        );
        ann.refused("DescribeInstances", &[("MaxResults", "1001")], value)
            .await;
        ann.refused(
            "DescribeInstances",
            &[("NextToken", "x")],
            "InvalidNextToken",
        )
        .await;
        let both = [("MaxResults", "5"), ("InstanceId.1", lab.web.as_str())];
        let message = ann
            .refused("DescribeInstances", &both, "InvalidParameterCombination")
            .await;
        assert_eq!(
            message,
            "The parameter instancesSet cannot be used with the parameter maxResults"
        );
    });
}

#[test]
fn ids_must_be_those_of_instances() {
    lab(async |lab| {
        let ann = ann(&lab);
        let unknown = [("InstanceId.1", OTHER)];
        ann.refused("DescribeInstances", &unknown, "InvalidInstanceID.NotFound")
            .await;
        ann.refused(
            "DescribeInstances",
            &[("InstanceId.1", "i-1")],
            "InvalidInstanceID.Malformed",
        )
        .await;
        ann.refused(
            "DescribeInstances",
            &[("DryRun", "true")],
            "DryRunOperation",
        )
        .await;
    });
}

/// What the metadata of the lab's first instance says.
async fn metadata(lab: &Lab, path: &str) -> String {
    let uri = format!("{METADATA}/latest/meta-data/{path}");
    let request = crate::support::request("GET", &uri, &[]);
    lab.send(lab.on_web(), request).await.text().to_owned()
}

// ec2.instances.members
#[test]
fn what_ec2_says_is_what_the_metadata_says() {
    lab(async |lab| {
        let ann = ann(&lab);
        let shown = ann
            .done("DescribeInstances", &[("InstanceId.1", &lab.web)])
            .await;
        let paths = [
            ("imageId", "ami-id"),
            ("reservationId", "reservation-id"),
            ("amiLaunchIndex", "ami-launch-index"),
            ("availabilityZone", "placement/availability-zone"),
            ("macAddress", "mac"),
        ];
        for (member, path) in paths {
            assert_eq!(shown.element(member), metadata(&lab, path).await, "{path}");
        }
        let mac = shown.element("macAddress");
        let interface = |name: &str| format!("network/interfaces/macs/{mac}/{name}");
        for (member, path) in [
            ("networkInterfaceId", "interface-id"),
            ("subnetId", "subnet-id"),
            ("vpcId", "vpc-id"),
            ("groupId", "security-group-ids"),
        ] {
            let told = shown.elements(member);
            assert_eq!(told[0], metadata(&lab, &interface(path)).await, "{path}");
        }
    });
}

// ec2.status.running-only, ec2.status.checks
#[test]
fn the_status_is_of_those_that_run() {
    lab(async |lab| {
        let ann = ann(&lab);
        ann.done("StopInstances", &[("InstanceId.1", &lab.strict)])
            .await;
        let now = lab.edge.now();
        let event = lab
            .edge
            .world()
            .operator(now)
            .schedule_event(
                &lab.web,
                rolecall_account::EventCode::InstanceReboot,
                "a reboot",
                (now, now),
            )
            .unwrap();
        let status = ann.done("DescribeInstanceStatus", &[]).await;
        assert_eq!(status.elements("instanceId"), [lab.web.as_str()]);
        assert_eq!(status.element("instanceEventId"), event);
        assert_eq!(
            status.element("systemStatus"),
            "<status>ok</status><details><item><name>reachability</name><status>passed</status></item></details>"
        );
        let all = ann
            .done("DescribeInstanceStatus", &[("IncludeAllInstances", "true")])
            .await;
        assert_eq!(all.elements("instanceId").len(), 2);
        ann.refused(
            "DescribeInstanceStatus",
            &[("InstanceId.1", OTHER)],
            "InvalidInstanceID.NotFound",
        )
        .await;
    });
}

#[test]
fn attributes_are_told_one_by_one() {
    lab(async |lab| {
        let ann = ann(&lab);
        let id = ann
            .launch("with-data", &[("UserData", "IyEvYmluL3No")])
            .await;
        for (attribute, value) in [
            ("userData", "<value>IyEvYmluL3No</value>"),
            ("instanceType", "<value>m1.small</value>"),
            ("disableApiTermination", "<value>false</value>"),
            ("instanceInitiatedShutdownBehavior", "<value>stop</value>"),
        ] {
            let asked = [("InstanceId", &*id), ("Attribute", attribute)];
            let told = ann.done("DescribeInstanceAttribute", &asked).await;
            assert_eq!(told.element(attribute), value);
            assert_eq!(told.element("instanceId"), id);
        }
        let unknown = [("InstanceId", &*id), ("Attribute", "kernel")];
        ann.refused(
            "DescribeInstanceAttribute",
            &unknown,
            "InvalidParameterValue",
        )
        .await;
        let nobody = [("InstanceId", OTHER), ("Attribute", "userData")];
        ann.refused(
            "DescribeInstanceAttribute",
            &nobody,
            "InvalidInstanceID.NotFound",
        )
        .await;
    });
}

// ec2.regions.one, ec2.zones.three
#[test]
fn there_is_one_region_of_three_zones() {
    lab(async |lab| {
        let ann = ann(&lab);
        let regions = ann.done("DescribeRegions", &[]).await;
        assert_eq!(regions.elements("regionName"), ["us-east-1"]);
        assert_eq!(
            regions.element("regionEndpoint"),
            "ec2.us-east-1.amazonaws.com"
        );
        ann.refused(
            "DescribeRegions",
            &[("RegionName.1", "moon-1")],
            "InvalidParameterValue",
        )
        .await;

        let zones = ann.done("DescribeAvailabilityZones", &[]).await;
        assert_eq!(
            zones.elements("zoneName"),
            ["us-east-1a", "us-east-1b", "us-east-1c"]
        );
        assert_eq!(
            zones.elements("zoneId"),
            ["use1-az1", "use1-az2", "use1-az3"]
        );
        let one = [
            ("Filter.1.Name", "zone-id"),
            ("Filter.1.Value.1", "use1-az2"),
        ];
        let one = ann.done("DescribeAvailabilityZones", &one).await;
        assert_eq!(one.elements("zoneName"), ["us-east-1b"]);
        let unknown = [("ZoneName.1", "us-east-1z")];
        let message = ann
            .refused(
                "DescribeAvailabilityZones",
                &unknown,
                "InvalidParameterValue",
            )
            .await;
        assert_eq!(message, "Invalid availability zone: [us-east-1z]");
    });
}
