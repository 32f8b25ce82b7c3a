//! The control plane of instances over HTTP.

mod tags;

use rolecall_account::sigv4::ServiceRules;
use rolecall_account::{Ec2Error, Service, Stage, StsError};

use crate::query::{Envelope, QueryError, QueryService};

/// Signed for the service `ec2` in the region of the endpoint.
pub(crate) static EC2: QueryService = QueryService {
    service: Service::Ec2,
    rules: ServiceRules::EC2,
    version: "2016-11-15",
    namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
    region: None,
    envelope: Envelope::Ec2,
    unauthenticated: |error| StsError::from(error).into(),
    rows: &[tags::ROWS],
    unsigned: &[],
};

impl From<Ec2Error> for QueryError {
    fn from(error: Ec2Error) -> Self {
        let decision = match &error {
            Ec2Error::Denied(denied) => Some(denied.decision.clone()),
            _ => None,
        };
        Self {
            status: error.status(),
            code: error.code(),
            message: error.to_string(),
            stage: match decision {
                Some(_) => Stage::Policy,
                None => Stage::Resource,
            },
            detail: None,
            decision,
        }
    }
}
