//! EC2 over HTTP: instances, their profiles, their tags, and who may do what with them.

mod associations;
mod authentication;
mod authorization;
mod describe;
mod launch;
mod life;
mod metadata;
#[path = "../support/mod.rs"]
mod support;
mod tags;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Request;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rolecall_account::CreateUser;
use support::signer::Signer;
use support::{Answer, Lab};

const HOST: &str = "https://ec2.us-east-1.amazonaws.com/";
const IMAGE: &str = "ami-0abcdef1234567890";
const OTHER: &str = "i-0123456789abcdef0";

/// The parameters of a request.
type Said<'a> = &'a [(&'a str, &'a str)];

/// A request, the code that refuses it, and the message.
type Refused<'a> = (Said<'a>, &'a str, &'a str);

/// Somebody with keys, who asks EC2.
struct Asker<'a> {
    lab: &'a Lab,
    signer: Signer,
}

/// Ann, who may do everything.
fn ann(lab: &Lab) -> Asker<'_> {
    who_may(
        lab,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#,
    )
}

/// A user whose one policy has these statements.
fn who_may<'a>(lab: &'a Lab, statements: &str) -> Asker<'a> {
    let now = lab.edge.now();
    let policy = ("own".to_owned(), support::policy(statements));
    let name = format!("user-{}", lab.edge.world().journal().mark());
    let request = CreateUser {
        name: name.clone(),
        attached: Vec::new(),
        inline: BTreeMap::from([policy]),
        ..CreateUser::default()
    };
    let mut world = lab.edge.world();
    world.operator(now).create_user(request).unwrap();
    let key = world
        .operator(now)
        .create_access_key(name.as_str())
        .unwrap();
    drop(world);
    let signer = Signer {
        service: "ec2",
        ..Signer::with(&key, now)
    };
    Asker { lab, signer }
}

fn form(action: &str, parameters: &[(&str, &str)]) -> Request<Bytes> {
    let mut body = format!("Action={action}&Version=2016-11-15");
    for (name, value) in parameters {
        let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
        body = format!("{body}&{name}={value}");
    }
    let content_type = [("content-type", "application/x-www-form-urlencoded")];
    support::request("POST", HOST, &content_type).map(|_| Bytes::from(body))
}

impl Asker<'_> {
    async fn ask(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let signer = Signer {
            date: self.lab.edge.now(),
            ..self.signer.clone()
        };
        self.lab.call(signer.sign(form(action, parameters))).await
    }

    /// [`Asker::ask`], and it is done.
    async fn done(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let answer = self.ask(action, parameters).await;
        assert_eq!(answer.status, 200, "{action}: {answer:?}");
        let root = format!(
            "<{action}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>"
        );
        assert!(answer.text().contains(&root), "{answer:?}");
        answer
    }

    /// [`Asker::ask`], and it is refused so.
    async fn refused(&self, action: &str, parameters: &[(&str, &str)], code: &str) -> String {
        let answer = self.ask(action, parameters).await;
        let status = match code {
            "UnauthorizedOperation" => 403,
            "DryRunOperation" => 412,
            _ => 400,
        };
        let told = (answer.status, answer.element("Code"));
        assert_eq!(
            told,
            (status, code.to_owned()),
            "{action} {parameters:?}: {answer:?}"
        );
        answer.element("Message")
    }

    /// Launches an instance of this name and answers its id.
    async fn launch(&self, name: &str, more: &[(&str, &str)]) -> String {
        let mut parameters = vec![
            ("ImageId", IMAGE),
            ("MinCount", "1"),
            ("MaxCount", "1"),
            ("TagSpecification.1.ResourceType", "instance"),
            ("TagSpecification.1.Tag.1.Key", "Name"),
            ("TagSpecification.1.Tag.1.Value", name),
        ];
        parameters.extend(more);
        let answer = self.done("RunInstances", &parameters).await;
        answer.element("instanceId")
    }
}
