//! What ties instances to profiles.

use rolecall_account::Source;

use crate::support::lab;
use crate::{Asker, OTHER, ann};

async fn listed(ann: &Asker<'_>, asked: &[(&str, &str)]) -> Vec<(String, String)> {
    let answer = ann
        .done("DescribeIamInstanceProfileAssociations", asked)
        .await;
    let instances = answer.elements("instanceId").into_iter();
    instances.zip(answer.elements("state")).collect()
}

/// The association of an instance.
async fn of(ann: &Asker<'_>, instance: &str) -> String {
    let asked = [
        ("Filter.1.Name", "instance-id"),
        ("Filter.1.Value.1", instance),
    ];
    let answer = ann
        .done("DescribeIamInstanceProfileAssociations", &asked)
        .await;
    answer.element("associationId")
}

// ec2.association.states, ec2.associate.one-per-instance, ec2.disassociate.vended-keys-live
#[test]
fn a_profile_is_taken_away_and_given() {
    lab(async |lab| {
        let ann = ann(&lab);
        let first = of(&ann, &lab.web).await;
        let associated = ("associated".to_owned(), "associated".to_owned());
        let states: Vec<_> = listed(&ann, &[])
            .await
            .into_iter()
            .map(|(_, state)| state)
            .collect();
        assert_eq!(states, [associated.0, associated.1]);

        let ended = ann
            .done(
                "DisassociateIamInstanceProfile",
                &[("AssociationId", &first)],
            )
            .await;
        assert_eq!(ended.element("state"), "disassociating");
        assert_eq!(ended.element("associationId"), first);
        assert_eq!(listed(&ann, &[]).await.len(), 1);
        assert!(lab.edge.world().served_by(&lab.web).is_none());
        let again = [("AssociationId", &*first)];
        let message = ann
            .refused(
                "DisassociateIamInstanceProfile",
                &again,
                "InvalidAssociationID.NotFound",
            )
            .await;
        assert_eq!(
            message,
            format!("An invalid association-id of '{first}' was given")
        );

        let asked = [
            ("InstanceId", lab.web.as_str()),
            (
                "IamInstanceProfile.Arn",
                "arn:aws:iam::111122223333:instance-profile/web-profile",
            ),
        ];
        let made = ann.done("AssociateIamInstanceProfile", &asked).await;
        assert_eq!(made.element("state"), "associating");
        assert_eq!(made.element("instanceId"), lab.web);
        assert_eq!(made.element("timestamp"), "2031-05-01T00:00:00Z");
        let second = made.element("associationId");
        assert_ne!(first, second);
        let digits = second.strip_prefix("iip-assoc-").unwrap();
        assert_eq!(digits.len(), 17);
        assert!(lab.edge.world().served_by(&lab.web).is_some());

        let message = ann
            .refused("AssociateIamInstanceProfile", &asked, "IncorrectState")
            .await;
        let web = &lab.web;
        assert_eq!(
            message,
            format!("There is an existing association for instance {web}")
        );
    });
}

// ec2.replace.needs-running, ec2.association.unknown
#[test]
fn a_profile_is_replaced() {
    lab(async |lab| {
        let ann = ann(&lab);
        let first = of(&ann, &lab.web).await;
        let now = lab.edge.now();
        {
            let mut world = lab.edge.world();
            world
                .operator(now)
                .create_instance_profile("other-profile")
                .unwrap();
            world
                .operator(now)
                .add_role_to_instance_profile("other-profile", "photo-app")
                .unwrap();
        }
        let asked = [
            ("AssociationId", &*first),
            ("IamInstanceProfile.Name", "other-profile"),
        ];
        let made = ann
            .done("ReplaceIamInstanceProfileAssociation", &asked)
            .await;
        let arn = "arn:aws:iam::111122223333:instance-profile/other-profile";
        assert_eq!(made.element("arn"), arn);
        assert_eq!(made.element("state"), "associating");
        let second = made.element("associationId");
        assert_ne!(first, second, "a new one");
        let code = "InvalidAssociationID.NotFound";
        ann.refused("ReplaceIamInstanceProfileAssociation", &asked, code)
            .await;

        let none = [
            ("AssociationId", &*lab.web),
            ("IamInstanceProfile.Name", "other-profile"),
        ];
        let message = ann
            .refused(
                "ReplaceIamInstanceProfileAssociation",
                &none,
                "InvalidParameterValue",
            )
            .await;
        assert_eq!(message, "Invalid value for associationId.");

        let unknown = [
            ("AssociationId", &*second),
            ("IamInstanceProfile.Name", "nobody"),
        ];
        ann.refused(
            "ReplaceIamInstanceProfileAssociation",
            &unknown,
            "InvalidParameterValue",
        )
        .await;
        ann.done("StopInstances", &[("InstanceId.1", &lab.web)])
            .await;
        let stopped = [
            ("AssociationId", &*second),
            ("IamInstanceProfile.Name", "web-profile"),
        ];
        ann.refused(
            "ReplaceIamInstanceProfileAssociation",
            &stopped,
            "IncorrectInstanceState",
        )
        .await;
    });
}

// ec2.association.filters
#[test]
fn associations_are_found_by_instance_state_and_id() {
    lab(async |lab| {
        let ann = ann(&lab);
        let id = of(&ann, &lab.web).await;
        let web = (lab.web.clone(), "associated".to_owned());
        assert_eq!(listed(&ann, &[("AssociationId.1", &id)]).await, [web]);
        let associating = [
            ("Filter.1.Name", "state"),
            ("Filter.1.Value.1", "associating"),
        ];
        assert_eq!(listed(&ann, &associating).await, []);
        let code = "InvalidAssociationID.NotFound";
        let unknown = [("AssociationId.1", "iip-assoc-0123456789abcdef0")];
        ann.refused("DescribeIamInstanceProfileAssociations", &unknown, code)
            .await;
        let other = [("Filter.1.Name", "profile"), ("Filter.1.Value.1", "x")];
        ann.refused(
            "DescribeIamInstanceProfileAssociations",
            &other,
            "InvalidParameterValue",
        )
        .await;
    });
}

#[test]
fn what_cannot_be_associated_is_refused() {
    lab(async |lab| {
        let ann = ann(&lab);
        let bare = ann.launch("bare", &[]).await;
        let rows: &[(&[(&str, &str)], &str)] = &[
            (
                &[
                    ("InstanceId", OTHER),
                    ("IamInstanceProfile.Name", "web-profile"),
                ],
                "InvalidInstanceID.NotFound",
            ),
            (
                &[
                    ("InstanceId", "web"),
                    ("IamInstanceProfile.Name", "web-profile"),
                ],
                "InvalidInstanceID.Malformed",
            ),
            (
                &[("InstanceId", &bare), ("IamInstanceProfile.Name", "nobody")],
                "InvalidParameterValue",
            ),
            (&[("InstanceId", &bare)], "MissingParameter"),
            (
                &[("IamInstanceProfile.Name", "web-profile")],
                "MissingParameter",
            ),
        ];
        for (asked, code) in rows {
            ann.refused("AssociateIamInstanceProfile", asked, code)
                .await;
        }
        let source = Source::Instance(bare.clone());
        let now = lab.edge.now();
        assert!(
            lab.edge.world().rotate(now, &source).is_err(),
            "it has none"
        );
    });
}
