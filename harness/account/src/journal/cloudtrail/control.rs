//! What an operator changed, as calls of IAM and EC2.

use serde_json::{Value, json};

use super::{Category, Event, GLOBAL_REGION, SOURCE_ADDRESS, identity};
use crate::id;
use crate::operation::{Operation, Service};
use crate::policy;
use crate::world::World;

impl World {
    /// `None` for what is neither IAM's nor EC2's.
    pub(super) fn control_event(
        &self,
        number: u64,
        operation: Operation,
        account: &str,
        detail: &str,
    ) -> Option<Event> {
        let region = match operation.service() {
            Service::Iam => GLOBAL_REGION,
            Service::Ec2 => self.region(),
            Service::Imds
            | Service::Container
            | Service::Sts
            | Service::Sso
            | Service::S3
            | Service::CloudTrail => return None,
        };
        let (request_parameters, response_elements) = said(operation, detail);
        Some(Event {
            service: operation.service(),
            name: operation.name(),
            region: region.to_owned(),
            user_identity: identity::of_operator(account),
            source_address: SOURCE_ADDRESS.to_owned(),
            user_agent: "rolecall".to_owned(),
            error: None,
            request_parameters,
            response_elements,
            additional: None,
            resources: Vec::new(),
            request_id: id::uuid(&self.entropy, &format!("request/{number}")),
            read_only: false,
            category: Category::Management,
            recipient: account.to_owned(),
        })
    }
}

/// Parameters and answer, as far as the journal has them: the detail of an entry is what the
/// operation was given, in order (`cloudtrail.control.parameters`).
fn said(operation: Operation, detail: &str) -> (Value, Value) {
    let (first, second) = detail.split_once(' ').unwrap_or((detail, ""));
    let none = Value::Null;
    match operation {
        Operation::CreateRole => (json!({ "roleName": first }), none),
        Operation::PutRolePolicy => (json!({ "roleName": first, "policyName": second }), none),
        Operation::AttachRolePolicy | Operation::DetachRolePolicy => {
            let arn = policy::managed(second).map_or(second, |policy| policy.arn);
            (json!({ "roleName": first, "policyArn": arn }), none)
        }
        Operation::CreateUser => (json!({ "userName": first }), none),
        Operation::CreateAccessKey => {
            let key = json!({ "userName": first, "accessKeyId": second, "status": "Active" });
            (json!({ "userName": first }), json!({ "accessKey": key }))
        }
        Operation::CreateInstanceProfile | Operation::DeleteInstanceProfile => {
            (json!({ "instanceProfileName": first }), none)
        }
        Operation::AddRoleToInstanceProfile | Operation::RemoveRoleFromInstanceProfile => (
            json!({ "instanceProfileName": first, "roleName": second }),
            none,
        ),
        Operation::RunInstances => {
            let id = detail.rsplit(' ').next().unwrap_or(detail);
            (none, instances(id))
        }
        Operation::StopInstances | Operation::StartInstances | Operation::TerminateInstances => {
            (instances(first), none)
        }
        Operation::ModifyInstanceMetadataOptions => {
            let asked = json!({ "InstanceId": first });
            (
                json!({ "ModifyInstanceMetadataOptionsRequest": asked }),
                none,
            )
        }
        Operation::CreateTags | Operation::DeleteTags => {
            let tagged = json!({ "items": [{ "resourceId": first }] });
            (json!({ "resourcesSet": tagged }), none)
        }
        Operation::AssociateIamInstanceProfile => {
            let asked = json!({ "IamInstanceProfile": { "Name": second }, "InstanceId": first });
            (json!({ "AssociateIamInstanceProfileRequest": asked }), none)
        }
        Operation::ReplaceIamInstanceProfileAssociation => {
            let asked = json!({ "IamInstanceProfile": { "Name": second } });
            (
                json!({ "ReplaceIamInstanceProfileAssociationRequest": asked }),
                json!({ "ReplaceIamInstanceProfileAssociationResponse": tie(first) }),
            )
        }
        Operation::DisassociateIamInstanceProfile => (
            none,
            json!({ "DisassociateIamInstanceProfileResponse": tie(first) }),
        ),
        _ => (none.clone(), none),
    }
}

fn instances(id: &str) -> Value {
    json!({ "instancesSet": { "items": [{ "instanceId": id }] } })
}

fn tie(instance: &str) -> Value {
    json!({ "iamInstanceProfileAssociation": { "instanceId": instance } })
}
