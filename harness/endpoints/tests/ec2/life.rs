//! Starting, stopping, rebooting, terminating.

use crate::support::{HOUR, MILLISECOND, lab};
use crate::{OTHER, ann};

fn change(id: &str, current: (u8, &str), previous: (u8, &str)) -> String {
    format!(
        "<item><instanceId>{id}</instanceId><currentState><code>{}</code><name>{}</name></currentState>\
         <previousState><code>{}</code><name>{}</name></previousState></item>",
        current.0, current.1, previous.0, previous.1
    )
}

// ec2.states.codes, ec2.states.no-time-between, ec2.states.idempotent
#[test]
fn states_change_as_they_are_told() {
    lab(async |lab| {
        let ann = ann(&lab);
        let web = lab.web.as_str();
        let one = [("InstanceId.1", web)];
        let (running, stopped) = ((16, "running"), (80, "stopped"));
        let rows = [
            ("StartInstances", running, running),
            ("StopInstances", (64, "stopping"), running),
            ("StopInstances", stopped, stopped),
            ("StartInstances", (0, "pending"), stopped),
            ("TerminateInstances", (32, "shutting-down"), running),
            ("TerminateInstances", (48, "terminated"), (48, "terminated")),
        ];
        for (action, current, previous) in rows {
            let answer = ann.done(action, &one).await;
            let set = answer.element("instancesSet");
            assert_eq!(set, change(web, current, previous), "{action}");
        }
        for action in ["StartInstances", "StopInstances", "RebootInstances"] {
            ann.refused(action, &one, "IncorrectInstanceState").await;
        }
    });
}

#[test]
fn a_stopped_instance_says_why_and_serves_nothing() {
    lab(async |lab| {
        let ann = ann(&lab);
        let one = [("InstanceId.1", lab.web.as_str())];
        ann.done("StopInstances", &[one[0], ("Force", "true")])
            .await;
        assert!(lab.edge.world().served_by(&lab.web).is_none());
        let shown = ann.done("DescribeInstances", &one).await;
        assert_eq!(
            shown.element("reason"),
            "User initiated (2031-05-01 00:00:00 GMT)"
        );
        assert_eq!(
            shown.element("stateReason"),
            "<code>Client.UserInitiatedShutdown</code>\
             <message>Client.UserInitiatedShutdown: User initiated shutdown</message>"
        );
        let refused = ann
            .refused("RebootInstances", &one, "IncorrectInstanceState")
            .await;
        let id = &lab.web;
        assert_eq!(
            refused,
            format!("The instance '{id}' is not in a state from which it can be rebooted.")
        );
        ann.done("StartInstances", &one).await;
        assert!(lab.edge.world().served_by(&lab.web).is_some());
        assert_eq!(
            ann.done("RebootInstances", &one).await.element("return"),
            "true"
        );
        let shown = ann.done("DescribeInstances", &one).await;
        assert_eq!(shown.element("reason"), "");
    });
}

// ec2.terminated.forgotten
#[test]
fn a_terminated_instance_is_seen_for_an_hour() {
    lab(async |lab| {
        let ann = ann(&lab);
        let one = [("InstanceId.1", lab.web.as_str())];
        ann.done("TerminateInstances", &one).await;
        lab.advance(HOUR.saturating_sub(MILLISECOND)).await;
        let shown = ann.done("DescribeInstances", &one).await;
        let state = shown.element("instanceState");
        assert_eq!(state, "<code>48</code><name>terminated</name>");
        assert!(!shown.text().contains("privateIpAddress"));
        lab.advance(MILLISECOND).await;
        ann.refused("DescribeInstances", &one, "InvalidInstanceID.NotFound")
            .await;
        let all = ann.done("DescribeInstances", &[]).await;
        assert_eq!(all.elements("instanceId"), [lab.strict.as_str()]);
    });
}

#[test]
fn ids_that_nothing_has_or_that_are_none_change_nothing() {
    lab(async |lab| {
        let ann = ann(&lab);
        for action in [
            "StartInstances",
            "StopInstances",
            "RebootInstances",
            "TerminateInstances",
        ] {
            let unknown = [("InstanceId.1", lab.web.as_str()), ("InstanceId.2", OTHER)];
            let message = ann
                .refused(action, &unknown, "InvalidInstanceID.NotFound")
                .await;
            assert_eq!(message, format!("The instance ID '{OTHER}' does not exist"));
            let two = [("InstanceId.1", "i-12345678"), ("InstanceId.2", OTHER)];
            let message = ann
                .refused(action, &two, "InvalidInstanceID.NotFound")
                .await;
            assert_eq!(
                message,
                format!("The instance IDs 'i-12345678, {OTHER}' do not exist")
            );
            let none = [("InstanceId.1", "web")];
            let message = ann
                .refused(action, &none, "InvalidInstanceID.Malformed")
                .await;
            assert_eq!(message, "Invalid id: \"web\" (expecting \"i-...\")");
            let message = ann.refused(action, &[], "MissingParameter").await;
            assert_eq!(message, "The request must contain the parameter InstanceId");
            let dry = [("InstanceId.1", lab.web.as_str()), ("DryRun", "true")];
            ann.refused(action, &dry, "DryRunOperation").await;
        }
        let web = lab.edge.world().instance(&lab.web).unwrap().state;
        assert_eq!(web, rolecall_account::InstanceState::Running);
    });
}
