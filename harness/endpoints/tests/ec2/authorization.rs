//! Who may do what: resources, condition keys, and what the others are told.

use rolecall_account::Stage;

use crate::support::lab;
use crate::{IMAGE, OTHER, Said, who_may};

const ONE: [(&str, &str); 3] = [("ImageId", IMAGE), ("MinCount", "1"), ("MaxCount", "1")];

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    ONE.into_iter().chain(more.iter().copied()).collect()
}

const ALL: &str = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;
const DENIED: &str = "UnauthorizedOperation";

// ec2.errors.unauthorized, ec2.errors.encoded-message
#[test]
fn a_refusal_says_what_of_what_and_encodes_the_rest() {
    lab(async |lab| {
        let deny = r#", {"Effect": "Deny", "Action": "ec2:StopInstances", "Resource": "*"}"#;
        let bob = who_may(&lab, &format!("{ALL}{deny}"));
        let web = [("InstanceId.1", lab.web.as_str())];
        let message = bob.refused("StopInstances", &web, DENIED).await;
        let (said, encoded) = message
            .split_once(". Encoded authorization failure message: ")
            .unwrap();
        let (_, said) = said.split_once("user/").unwrap();
        let (_, said) = said.split_once(' ').unwrap();
        assert_eq!(
            said,
            format!(
                "is not authorized to perform: ec2:StopInstances on resource: \
                 arn:aws:ec2:us-east-1:111122223333:instance/{} with an explicit deny in an identity-based policy",
                lab.web
            )
        );
        assert!(
            message.starts_with(
                "You are not authorized to perform this operation. User: arn:aws:iam::"
            )
        );
        assert!(
            encoded.len() > 100 && !encoded.contains("StopInstances"),
            "{encoded}"
        );
        let again = bob.refused("StopInstances", &web, DENIED).await;
        assert_eq!(again, message, "the same refusal has the same text");
        let exchange = lab.last_exchange();
        assert_eq!(exchange.refusal.unwrap().stage, Stage::Policy);
        assert!(exchange.decision.is_some());

        let nobody = who_may(
            &lab,
            r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#,
        );
        let message = nobody.refused("DescribeInstances", &[], DENIED).await;
        let end = "is not authorized to perform: ec2:DescribeInstances because no identity-based \
                   policy allows the ec2:DescribeInstances action";
        assert!(message.ends_with(end), "{message}");
        // Policies are asked before it is said whether there is such an instance.
        nobody
            .refused("StopInstances", &[("InstanceId.1", OTHER)], DENIED)
            .await;
        nobody
            .refused("RunInstances", &with(&[("DryRun", "true")]), DENIED)
            .await;
    });
}

// ec2.launch.resources
#[test]
fn a_launch_needs_each_of_its_resources() {
    lab(async |lab| {
        let resources = [
            "arn:aws:ec2:us-east-1::image/ami-*",
            "arn:aws:ec2:us-east-1:111122223333:instance/*",
            "arn:aws:ec2:us-east-1:111122223333:network-interface/*",
            "arn:aws:ec2:us-east-1:111122223333:subnet/*",
            "arn:aws:ec2:us-east-1:111122223333:volume/*",
            "arn:aws:ec2:us-east-1:111122223333:security-group/*",
        ];
        let allow = |resources: &[&str]| {
            let list = serde_json::json!(resources);
            format!(r#"{{"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": {list}}}"#)
        };
        for left_out in 0..resources.len() {
            let mut rest = resources.to_vec();
            let missing = rest.remove(left_out);
            let message = who_may(&lab, &allow(&rest))
                .refused("RunInstances", &ONE, DENIED)
                .await;
            let prefix = missing.trim_end_matches(['*', '-']);
            assert!(
                message.contains(&format!("on resource: {prefix}")),
                "{message}"
            );
        }
        who_may(&lab, &allow(&resources))
            .done("RunInstances", &ONE)
            .await;
    });
}

// ec2.authorization.keys
#[test]
fn conditions_see_what_is_launched() {
    lab(async |lab| {
        let rows: &[(&str, Said<'_>, bool)] = &[
            (
                r#"{"StringEquals": {"ec2:InstanceType": "m5.large"}}"#,
                &[("InstanceType", "m5.large")],
                true,
            ),
            (
                r#"{"StringEquals": {"ec2:InstanceType": "m5.large"}}"#,
                &[],
                false,
            ),
            (
                r#"{"StringEquals": {"ec2:MetadataHttpTokens": "required"}}"#,
                &[("MetadataOptions.HttpTokens", "required")],
                true,
            ),
            (
                r#"{"StringEquals": {"ec2:MetadataHttpTokens": "required"}}"#,
                &[],
                false,
            ),
            (
                r#"{"NumericLessThan": {"ec2:MetadataHttpPutResponseHopLimit": "3"}}"#,
                &[("MetadataOptions.HttpPutResponseHopLimit", "2")],
                true,
            ),
            (
                r#"{"ArnLike": {"ec2:InstanceProfile": "arn:aws:iam::*:instance-profile/web-*"}}"#,
                &[("IamInstanceProfile.Name", "web-profile")],
                true,
            ),
            (
                r#"{"ArnLike": {"ec2:InstanceProfile": "arn:aws:iam::*:instance-profile/web-*"}}"#,
                &[],
                false,
            ),
            (
                r#"{"StringEquals": {"aws:RequestTag/team": "blue"}}"#,
                &[
                    ("TagSpecification.1.ResourceType", "instance"),
                    ("TagSpecification.1.Tag.1.Key", "team"),
                    ("TagSpecification.1.Tag.1.Value", "blue"),
                ],
                true,
            ),
            (
                r#"{"StringEquals": {"aws:RequestTag/team": "blue"}}"#,
                &[],
                false,
            ),
            (
                r#"{"StringEquals": {"ec2:InstanceMarketType": "spot"}}"#,
                &[("InstanceMarketOptions.MarketType", "spot")],
                true,
            ),
            (
                r#"{"StringEquals": {"ec2:Region": "us-east-1"}}"#,
                &[],
                true,
            ),
            (
                r#"{"StringEquals": {"ec2:Region": "eu-west-1"}}"#,
                &[],
                false,
            ),
        ];
        for (condition, more, allowed) in rows {
            let statements = format!(
                r#"{{"Effect": "Allow", "NotAction": "ec2:RunInstances", "Resource": "*"}},
                   {{"Effect": "Allow", "Action": "ec2:RunInstances", "NotResource": "arn:aws:ec2:*:*:instance/*"}},
                   {{"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "arn:aws:ec2:*:*:instance/*",
                     "Condition": {condition}}}"#
            );
            let bob = who_may(&lab, &statements);
            let answer = bob.ask("RunInstances", &with(more)).await;
            assert_eq!(
                answer.status,
                if *allowed { 200 } else { 403 },
                "{condition} {more:?}"
            );
        }
    });
}

// ec2.pass-role.checked
#[test]
fn a_role_must_be_passed_to_ec2() {
    lab(async |lab| {
        let pass = |service: &str| {
            format!(
                r#"{{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}},
                   {{"Effect": "Allow", "Action": "iam:PassRole",
                     "Resource": "arn:aws:iam::111122223333:role/photo-app",
                     "Condition": {{"StringEquals": {{"iam:PassedToService": "{service}"}}}}}}"#
            )
        };
        let launch = with(&[("IamInstanceProfile.Name", "web-profile")]);
        let wrong = who_may(&lab, &pass("lambda.amazonaws.com"));
        let message = wrong.refused("RunInstances", &launch, DENIED).await;
        let said = "is not authorized to perform: iam:PassRole on resource: \
                    arn:aws:iam::111122223333:role/photo-app because no identity-based policy allows \
                    the iam:PassRole action. Encoded authorization failure message: ";
        assert!(message.contains(said), "{message}");
        wrong.done("RunInstances", &ONE).await;

        let right = who_may(&lab, &pass("ec2.amazonaws.com"));
        right.done("RunInstances", &launch).await;
        let bare = right.launch("bare", &[]).await;
        let associate = [
            ("InstanceId", &*bare),
            ("IamInstanceProfile.Name", "web-profile"),
        ];
        wrong
            .refused("AssociateIamInstanceProfile", &associate, DENIED)
            .await;
        let made = right.done("AssociateIamInstanceProfile", &associate).await;
        let replace = [
            ("AssociationId", &*made.element("associationId")),
            ("IamInstanceProfile.Name", "web-profile"),
        ];
        wrong
            .refused("ReplaceIamInstanceProfileAssociation", &replace, DENIED)
            .await;
        right
            .done("ReplaceIamInstanceProfileAssociation", &replace)
            .await;
    });
}

// ec2.launch.tags
#[test]
fn tags_at_launch_need_create_tags() {
    lab(async |lab| {
        let create_tags = |action: &str| {
            format!(
                r#"{{"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*"}},
                   {{"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*",
                     "Condition": {{"StringEquals": {{"ec2:CreateAction": "{action}"}}}}}}"#
            )
        };
        let tagged = with(&[
            ("TagSpecification.1.ResourceType", "instance"),
            ("TagSpecification.1.Tag.1.Key", "team"),
            ("TagSpecification.1.Tag.1.Value", "blue"),
        ]);
        let wrong = who_may(&lab, &create_tags("CreateVolume"));
        let message = wrong.refused("RunInstances", &tagged, DENIED).await;
        assert!(message.contains(
            "perform: ec2:CreateTags on resource: arn:aws:ec2:us-east-1:111122223333:instance/*"
        ));
        wrong.done("RunInstances", &ONE).await;
        let right = who_may(&lab, &create_tags("RunInstances"));
        right.done("RunInstances", &tagged).await;
        let later = [("ResourceId.1", lab.web.as_str()), ("Tag.1.Key", "a")];
        right.refused("CreateTags", &later, DENIED).await;
    });
}

// ec2.authorization.keys
#[test]
fn conditions_see_the_tags_of_an_instance() {
    lab(async |lab| {
        let own = r#"{"Effect": "Allow", "Action": "ec2:*", "Resource": "*",
            "Condition": {"StringEquals": {"ec2:ResourceTag/Name": "web"}}}"#;
        let bob = who_may(&lab, own);
        bob.refused("StopInstances", &[("InstanceId.1", &lab.strict)], DENIED)
            .await;
        let both = [
            ("InstanceId.1", lab.web.as_str()),
            ("InstanceId.2", lab.strict.as_str()),
        ];
        bob.refused("StopInstances", &both, DENIED).await;
        assert!(
            lab.edge.world().served_by(&lab.web).is_some(),
            "all or none"
        );
        bob.done("StopInstances", &both[..1]).await;
        let keys = r#"{"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*",
            "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}}"#;
        let carl = who_may(&lab, keys);
        let web = ("ResourceId.1", lab.web.as_str());
        carl.done("CreateTags", &[web, ("Tag.1.Key", "team")]).await;
        carl.refused("CreateTags", &[web, ("Tag.1.Key", "Name")], DENIED)
            .await;
    });
}
