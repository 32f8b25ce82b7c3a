//! The control plane of instances over HTTP.

mod associations;
mod describe;
mod document;
mod instances;
mod metadata;
mod parameters;
mod places;
mod tags;

use rolecall_account::sigv4::ServiceRules;
use rolecall_account::{Ec2Error, Ec2Unrecognised, Service, Stage};

use crate::query::{Answered, Envelope, QueryError, QueryService};
use crate::xml::Element;

/// Signed for the service `ec2` in the region of the endpoint.
pub(crate) static EC2: QueryService = QueryService {
    service: Service::Ec2,
    rules: ServiceRules::EC2,
    version: "2016-11-15",
    namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
    region: None,
    envelope: Envelope::Ec2,
    // ec2.errors.authentication
    unauthenticated: |error| Ec2Unrecognised::from(error).into(),
    rows: &[
        instances::ROWS,
        describe::ROWS,
        associations::ROWS,
        metadata::ROWS,
        tags::ROWS,
        places::ROWS,
    ],
    unsigned: &[],
};

impl From<Ec2Error> for QueryError {
    fn from(error: Ec2Error) -> Self {
        let decision = match &error {
            Ec2Error::Denied { denied, .. } => Some(denied.decision.clone()),
            _ => None,
        };
        Self {
            status: error.status(),
            code: error.code(),
            message: error.to_string(),
            stage: stage(&error),
            detail: None,
            decision,
        }
    }
}

fn stage(error: &Ec2Error) -> Stage {
    match error {
        Ec2Error::Denied { .. } => Stage::Policy,
        Ec2Error::MissingParameter(_)
        | Ec2Error::UnknownParameter(_)
        | Ec2Error::InvalidValue(_)
        | Ec2Error::InvalidCombination(_)
        | Ec2Error::InvalidToken(_)
        | Ec2Error::InvalidId(_)
        | Ec2Error::Malformed { .. } => Stage::Parameters,
        _ => Stage::Resource,
    }
}

impl From<Ec2Unrecognised> for QueryError {
    fn from(error: Ec2Unrecognised) -> Self {
        Self {
            status: error.status(),
            code: error.code(),
            message: error.to_string(),
            stage: error.stage(),
            detail: Some(error.detail()),
            decision: None,
        }
    }
}

fn text(name: &'static str, text: impl Into<String>) -> Element {
    Element::Text(name, text.into())
}

fn flag(name: &'static str, is: bool) -> Element {
    Element::Text(name, is.to_string())
}

fn item(members: Vec<Element>) -> Element {
    Element::Parent("item", members)
}

/// An answer with that in it.
fn answered(account: &rolecall_account::ControlPlane<'_>, result: Vec<Element>) -> Answered {
    Answered {
        result,
        ..Answered::nothing(account)
    }
}

/// An answer that says that it was done.
fn done(account: &rolecall_account::ControlPlane<'_>) -> Answered {
    answered(account, vec![flag("return", true)])
}
