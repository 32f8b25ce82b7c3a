//! Good requests to IAM and EC2: a line for each operation.

mod instances;
mod roles;
mod users;

use bytes::Bytes;
use http::Request;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rolecall_account::{Operation, Service};

use crate::seeds::{Form, Seed, Speaker};
use crate::support::{Lab, request};

const IAM: &str = "https://iam.amazonaws.com/";
const EC2: &str = "https://ec2.us-east-1.amazonaws.com/";
const FORM: &[(&str, &str)] = &[("content-type", "application/x-www-form-urlencoded")];
const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
    "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}"#;
const GET: &str = r#"{"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}"#;

/// What no request makes work.
const NEVER: &[Operation] = &[
    Operation::GetAccountPasswordPolicy,
    Operation::StsAssumeRoleWithSaml,
    Operation::StsAssumeRoot,
];

/// An operation and its parameters.
type Row<'a> = (&'static str, Vec<(&'static str, &'a str)>);

/// A good request for each operation of IAM and EC2 that is there.
pub(crate) fn seeds(lab: &Lab) -> Vec<Seed> {
    roles::furnish(&mut lab.edge.world().operator(lab.edge.now()));
    let people = users::furnish(lab);
    let machines = instances::furnish(lab);
    let iam = roles::rows().into_iter().chain(users::rows(&people));
    let iam = iam.map(|row| seed(lab, Service::Iam, &row));
    let ec2 = instances::rows(&machines);
    let ec2 = ec2.into_iter().map(|row| seed(lab, Service::Ec2, &row));
    iam.chain(ec2).collect()
}

fn seed(lab: &Lab, service: Service, (action, parameters): &Row<'_>) -> Seed {
    Seed {
        speaker: speaker(service),
        place: lab.on_web(),
        request: form(service, action, parameters),
        form: Form::User,
    }
}

fn speaker(service: Service) -> Speaker {
    match service {
        Service::Ec2 => Speaker::Ec2,
        _ => Speaker::Iam,
    }
}

fn form(service: Service, action: &str, parameters: &[(&str, &str)]) -> Request<Bytes> {
    let (address, version) = match service {
        Service::Ec2 => (EC2, "2016-11-15"),
        _ => (IAM, "2010-05-08"),
    };
    let mut form = vec![format!("Action={action}&Version={version}")];
    form.extend(
        parameters.iter().map(|(name, value)| {
            format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
        }),
    );
    request("POST", address, FORM).map(|_| Bytes::from(form.join("&")))
}

/// Whether an operation can be asked for: one of IAM or EC2 that is not there is told so before it is
/// asked who wants to know.
pub(crate) async fn is_there(lab: &Lab, operation: Operation) -> bool {
    if NEVER.contains(&operation) || operation.service() == Service::CloudTrail {
        return false;
    }
    if operation.is_client_call() {
        return true;
    }
    let asked = form(operation.service(), operation.name(), &[]);
    let answer = lab.send(lab.on_web(), asked).await;
    answer.element("Code") != "InvalidAction"
}
