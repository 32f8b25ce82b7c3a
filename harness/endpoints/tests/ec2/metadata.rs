//! How instances serve their metadata.

use rolecall_account::{HttpTokens, Switch};

use crate::support::lab;
use crate::{OTHER, ann};

// ec2.metadata-options.reply-pending, ec2.metadata-options.modify-keeps-the-rest
#[test]
fn metadata_options_are_changed_one_by_one() {
    lab(async |lab| {
        let ann = ann(&lab);
        let asked = [
            ("InstanceId", lab.web.as_str()),
            ("HttpTokens", "required"),
            ("HttpPutResponseHopLimit", "64"),
        ];
        let answer = ann.done("ModifyInstanceMetadataOptions", &asked).await;
        assert_eq!(answer.element("instanceId"), lab.web);
        assert_eq!(
            answer.element("instanceMetadataOptions"),
            "<state>pending</state><httpTokens>required</httpTokens>\
             <httpPutResponseHopLimit>64</httpPutResponseHopLimit><httpEndpoint>enabled</httpEndpoint>\
             <httpProtocolIpv6>disabled</httpProtocolIpv6>\
             <instanceMetadataTags>disabled</instanceMetadataTags>"
        );
        let shown = ann
            .done("DescribeInstances", &[("InstanceId.1", &lab.web)])
            .await;
        let options = shown.element("metadataOptions");
        assert!(
            options.starts_with("<state>applied</state><httpTokens>required<"),
            "{options}"
        );

        let rows: &[(&[(&str, &str)], &str)] = &[
            (
                &[("InstanceId", &lab.web), ("HttpPutResponseHopLimit", "65")],
                "InvalidParameterValue",
            ),
            (
                &[("InstanceId", &lab.web), ("HttpPutResponseHopLimit", "300")],
                "InvalidParameterValue",
            ),
            (
                &[("InstanceId", &lab.web), ("HttpEndpoint", "off")],
                "InvalidParameterValue",
            ),
            (
                &[("InstanceId", OTHER), ("HttpEndpoint", "disabled")],
                "InvalidInstanceID.NotFound",
            ),
            (&[("InstanceId", "web")], "InvalidInstanceID.Malformed"),
            (&[("HttpEndpoint", "disabled")], "MissingParameter"),
            (
                &[
                    ("InstanceId", &lab.web),
                    ("HttpTokens", "optional"),
                    ("DryRun", "true"),
                ],
                "DryRunOperation",
            ),
        ];
        for (asked, code) in rows {
            ann.refused("ModifyInstanceMetadataOptions", asked, code)
                .await;
        }
        let world = lab.edge.world();
        let options = &world.instance(&lab.web).unwrap().metadata_options;
        assert_eq!(options.http_tokens, HttpTokens::Required);
        assert_eq!(options.http_endpoint, Switch::Enabled);
    });
}

// ec2.metadata-options.account-defaults
#[test]
fn an_account_has_defaults_of_its_own() {
    lab(async |lab| {
        let ann = ann(&lab);
        let before = ann.done("GetInstanceMetadataDefaults", &[]).await;
        assert_eq!(
            before.element("accountLevel"),
            "<managedBy>account</managedBy>"
        );
        let asked = [("HttpTokens", "required"), ("HttpPutResponseHopLimit", "2")];
        let done = ann.done("ModifyInstanceMetadataDefaults", &asked).await;
        assert_eq!(done.element("return"), "true");
        let after = ann.done("GetInstanceMetadataDefaults", &[]).await;
        assert_eq!(
            after.element("accountLevel"),
            "<httpTokens>required</httpTokens><httpPutResponseHopLimit>2</httpPutResponseHopLimit>\
             <managedBy>account</managedBy>"
        );

        let tokens = |id: &str| {
            let world = lab.edge.world();
            let options = &world.instance(id).unwrap().metadata_options;
            (options.http_tokens, options.http_put_response_hop_limit)
        };
        let silent = ann.launch("silent", &[]).await;
        assert_eq!(tokens(&silent), (HttpTokens::Required, 2));
        let said = ann
            .launch("said", &[("MetadataOptions.HttpTokens", "optional")])
            .await;
        assert_eq!(
            tokens(&said),
            (HttpTokens::Optional, 2),
            "a launch has the last word"
        );
        assert_eq!(
            tokens(&lab.web),
            (HttpTokens::Optional, 1),
            "for launches alone"
        );

        let back = [
            ("HttpTokens", "no-preference"),
            ("HttpPutResponseHopLimit", "-1"),
        ];
        ann.done("ModifyInstanceMetadataDefaults", &back).await;
        let back = ann.done("GetInstanceMetadataDefaults", &[]).await;
        assert_eq!(
            back.element("accountLevel"),
            "<managedBy>account</managedBy>"
        );
        for wrong in [("HttpTokens", "never"), ("HttpPutResponseHopLimit", "65")] {
            let code = "InvalidParameterValue";
            ann.refused("ModifyInstanceMetadataDefaults", &[wrong], code)
                .await;
        }
    });
}
