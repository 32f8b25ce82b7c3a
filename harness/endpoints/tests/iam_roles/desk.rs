//! Ann, who asks IAM.

use bytes::Bytes;
use http::Request;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::support::signer::Signer;
use crate::support::{Answer, Lab, request, user};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const READ_ONLY: &str = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
pub(crate) const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#;
pub(crate) const GET: &str = r#"{"Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}"#;

/// The parameters of a request.
pub(crate) type Asked<'a> = &'a [(&'a str, &'a str)];

/// Where requests are sent, and in whose name.
pub(crate) struct Desk<'l> {
    pub(crate) lab: &'l Lab,
    signer: Signer,
}

impl<'l> Desk<'l> {
    /// Of one who may do everything.
    pub(crate) fn new(lab: &'l Lab) -> Self {
        Self::without(lab, "nothing:AtAll")
    }

    /// Of one who may do everything but that.
    pub(crate) fn without(lab: &'l Lab, denied: &str) -> Self {
        let ann = user(lab, Some(denied));
        let signer = Signer {
            service: "iam",
            ..Signer::with(&ann, lab.edge.now())
        };
        Self { lab, signer }
    }

    pub(crate) async fn ask(&self, action: &str, parameters: Asked<'_>) -> Answer {
        let mut form = vec![format!("Action={action}&Version=2010-05-08")];
        form.extend(parameters.iter().map(|(name, value)| {
            format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
        }));
        let content_type = [("content-type", "application/x-www-form-urlencoded")];
        let bare = request("POST", "https://iam.amazonaws.com/", &content_type);
        let request: Request<Bytes> = bare.map(|_| Bytes::from(form.join("&")));
        self.lab.call(self.signer.sign(request)).await
    }

    /// What works.
    pub(crate) async fn done(&self, action: &str, parameters: Asked<'_>) -> Answer {
        let answer = self.ask(action, parameters).await;
        assert_eq!(answer.status, 200, "{action} {parameters:?}: {answer:?}");
        answer
    }

    /// The status, code and message of what does not.
    pub(crate) async fn refused(
        &self,
        action: &str,
        parameters: Asked<'_>,
    ) -> (u16, String, String) {
        let answer = self.ask(action, parameters).await;
        assert!(answer.status >= 400, "{action} {parameters:?}: {answer:?}");
        let (code, message) = (answer.element("Code"), answer.element("Message"));
        (answer.status, code, message)
    }

    /// Makes a role with nothing special about it.
    pub(crate) async fn role(&self, name: &str) {
        let parameters = [("RoleName", name), ("AssumeRolePolicyDocument", TRUST)];
        self.done("CreateRole", &parameters).await;
    }

    /// Makes a managed policy that allows reading; its ARN.
    pub(crate) async fn policy(&self, name: &str) -> String {
        let parameters = [("PolicyName", name), ("PolicyDocument", GET)];
        self.done("CreatePolicy", &parameters).await.element("Arn")
    }
}

pub(crate) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

pub(crate) fn told(status: u16, code: &str, message: &str) -> (u16, String, String) {
    (status, code.to_owned(), message.to_owned())
}
