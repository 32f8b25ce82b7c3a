//! STS over HTTP: who is asking, sessions for those who may have one, and what is said to others.

mod authentication;
mod instances;
mod operations;
mod refusals;
mod sessions;
#[path = "../support/mod.rs"]
mod support;
mod web_identity;

use bytes::Bytes;
use http::Request;
use rolecall_account::Stage;
use support::signer::Signer;
use support::{Answer, Lab, admin, user};

const REGIONAL: &str = "https://sts.us-east-1.amazonaws.com/";
const GLOBAL: &str = "https://sts.amazonaws.com/";
const ADMIN: &str =
    "RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fadmin&RoleSessionName=ann-works";
const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

fn form(action: &str, rest: &str) -> Request<Bytes> {
    form_at(
        REGIONAL,
        &format!("Action={action}&Version=2011-06-15&{rest}"),
    )
}

fn form_at(uri: &str, body: &str) -> Request<Bytes> {
    let content_type = [(
        "content-type",
        "application/x-www-form-urlencoded; charset=utf-8",
    )];
    support::request("POST", uri, &content_type).map(|_| Bytes::from(body.to_owned()))
}

fn who() -> Request<Bytes> {
    form("GetCallerIdentity", "")
}

fn sts(mut signer: Signer) -> Signer {
    signer.service = "sts";
    signer
}

async fn ask(lab: &Lab, signer: &Signer, request: Request<Bytes>) -> Answer {
    lab.call(signer.sign(request)).await
}

/// Whether it was refused so, on the wire and in the journal.
#[track_caller]
fn check(lab: &Lab, answer: &Answer, (code, status, stage): (&str, u16, Stage)) {
    assert_eq!(
        (answer.element("Code").as_str(), answer.status),
        (code, status),
        "{answer:?}"
    );
    assert_eq!(answer.element("Type"), "Sender");
    let refusal = lab.last_exchange().refusal.unwrap();
    assert_eq!((refusal.code.as_str(), refusal.stage), (code, stage));
    assert_eq!(refusal.message, answer.element("Message"));
}
