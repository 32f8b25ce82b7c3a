//! Instances: each has one thing done to it.

use rolecall_account::RunInstance;

use super::Row;
use crate::support::Lab;

const IMAGE: &str = "ami-0abcdef1234567890";

/// Instances, by what is to be done to them, and associations.
pub(super) struct Machines {
    plain: String,
    started: String,
    ended: String,
    untied: String,
    replaced: String,
    dropped: String,
}

/// Launches them.
pub(super) fn furnish(lab: &Lab) -> Machines {
    let mut world = lab.edge.world();
    let mut account = world.operator(lab.edge.now());
    let mut launch = |profile: Option<&str>| {
        let request = RunInstance {
            profile: profile.map(str::to_owned),
            ..RunInstance::default()
        };
        account.run_instance(request).unwrap()
    };
    let [plain, started, ended, untied] = [(); 4].map(|()| launch(None));
    let tied = [(); 2].map(|()| launch(Some("web-profile")));
    account.stop_instance(&started).unwrap();
    let associations = account.associations(&[]).unwrap();
    let [replaced, dropped] = tied.map(|instance| {
        let mut associations = associations.iter();
        let found = associations.find(|found| found.instance == instance);
        found.unwrap().association.id.clone()
    });
    Machines {
        plain,
        started,
        ended,
        untied,
        replaced,
        dropped,
    }
}

pub(super) fn rows(machines: &Machines) -> Vec<Row<'_>> {
    fn one(id: &str) -> Vec<(&'static str, &str)> {
        vec![("InstanceId.1", id)]
    }
    let plain = ("InstanceId", machines.plain.as_str());
    let profile = ("IamInstanceProfile.Name", "web-profile");
    let tag = [
        ("ResourceId.1", machines.plain.as_str()),
        ("Tag.1.Key", "team"),
        ("Tag.1.Value", "red"),
    ];
    let associated = ("AssociationId", machines.replaced.as_str());
    let launch = [("ImageId", IMAGE), ("MinCount", "1"), ("MaxCount", "1")];
    let filter = [("Filter.1.Name", "key"), ("Filter.1.Value.1", "team")];
    vec![
        ("RunInstances", launch.to_vec()),
        ("StopInstances", one(&machines.plain)),
        ("StartInstances", one(&machines.started)),
        ("RebootInstances", one(&machines.untied)),
        ("TerminateInstances", one(&machines.ended)),
        ("DescribeInstances", vec![("MaxResults", "5")]),
        ("DescribeInstanceStatus", vec![("MaxResults", "5")]),
        (
            "DescribeInstanceAttribute",
            vec![plain, ("Attribute", "instanceType")],
        ),
        (
            "AssociateIamInstanceProfile",
            vec![("InstanceId", &machines.untied), profile],
        ),
        (
            "ReplaceIamInstanceProfileAssociation",
            vec![associated, profile],
        ),
        (
            "DisassociateIamInstanceProfile",
            vec![("AssociationId", &machines.dropped)],
        ),
        ("DescribeIamInstanceProfileAssociations", vec![]),
        (
            "ModifyInstanceMetadataOptions",
            vec![plain, ("HttpTokens", "required")],
        ),
        (
            "ModifyInstanceMetadataDefaults",
            vec![("HttpPutResponseHopLimit", "2")],
        ),
        ("GetInstanceMetadataDefaults", vec![]),
        ("CreateTags", tag.to_vec()),
        ("DeleteTags", tag.to_vec()),
        ("DescribeTags", filter.to_vec()),
        ("DescribeRegions", vec![]),
        ("DescribeAvailabilityZones", vec![]),
    ]
}
