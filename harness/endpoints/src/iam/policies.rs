//! Managed policies and their versions.

use rolecall_account::policy::DocumentKind;
use rolecall_account::{
    CreatePolicy, ListEntities, ListPolicies, ManagedPolicy, Operation, PolicyEntity, PolicyUsage,
    PolicyVersion, Scope, World,
};

use super::page;
use super::shape::{
    account, answered, asked_document, asked_flag, asked_tags, asked_word, date, document, flag,
    list, member, owned, tag, tags, text,
};
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::CreatePolicy, create_policy),
    (Operation::GetPolicy, get_policy),
    (Operation::ListPolicies, list_policies),
    (Operation::DeletePolicy, delete_policy),
    (Operation::CreatePolicyVersion, create_policy_version),
    (Operation::GetPolicyVersion, get_policy_version),
    (Operation::ListPolicyVersions, list_policy_versions),
    (
        Operation::SetDefaultPolicyVersion,
        set_default_policy_version,
    ),
    (Operation::DeletePolicyVersion, delete_policy_version),
    (Operation::ListEntitiesForPolicy, list_entities_for_policy),
];

const ARN: &str = "PolicyArn";

fn create_policy(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let request = CreatePolicy {
        name: call.parameters.required("PolicyName")?.to_owned(),
        document: asked_document(call, "PolicyDocument", DocumentKind::Identity)?,
        path: owned(call, "Path"),
        description: owned(call, "Description"),
        tags: asked_tags(call)?,
    };
    let mut account = account(world, call);
    let policy = account.create_policy(request)?;
    let mut members = shape(&policy);
    members.extend(tags(&policy.tags));
    let shown = Element::Parent("Policy", members);
    Ok(answered(&account, vec![shown]))
}

fn get_policy(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let arn = call.parameters.required(ARN)?;
    let mut account = account(world, call);
    let policy = account.get_policy(arn)?;
    let mut members = shape(&policy);
    // iam.answers.policy-members
    let description = policy.description.as_ref();
    members.extend(description.map(|words| text("Description", words.as_str())));
    members.push(list("Tags", policy.tags.iter().map(tag)));
    Ok(answered(&account, vec![Element::Parent("Policy", members)]))
}

fn list_policies(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let which = ListPolicies {
        scope: asked_word(call, "Scope", Scope::parse)?.unwrap_or_default(),
        only_attached: asked_flag(call, "OnlyAttached")?,
        path_prefix: owned(call, "PathPrefix"),
        usage: asked_word(call, "PolicyUsageFilter", PolicyUsage::parse)?,
    };
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let policies = account.list_policies(&which, &asked)?;
    let told = page::told("Policies", policies, |policy| member(shape(&policy)));
    Ok(answered(&account, told))
}

fn delete_policy(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let arn = call.parameters.required(ARN)?;
    let mut account = account(world, call);
    account.delete_policy(arn)?;
    Ok(Answered::nothing(&account))
}

fn create_policy_version(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let arn = call.parameters.required(ARN)?;
    let document = asked_document(call, "PolicyDocument", DocumentKind::Identity)?;
    let set_as_default = asked_flag(call, "SetAsDefault")?;
    let mut account = account(world, call);
    let version = account.create_policy_version(arn, document, set_as_default)?;
    let shown = Element::Parent("PolicyVersion", version_shape(&version));
    Ok(answered(&account, vec![shown]))
}

fn get_policy_version(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let arn = call.parameters.required(ARN)?;
    let id = call.parameters.required("VersionId")?;
    let mut account = account(world, call);
    let version = account.get_policy_version(arn, id)?;
    let mut members = vec![document("Document", version.document.text())];
    members.extend(version_shape(&version));
    let shown = Element::Parent("PolicyVersion", members);
    Ok(answered(&account, vec![shown]))
}

fn list_policy_versions(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let arn = call.parameters.required(ARN)?;
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let versions = account.list_policy_versions(arn, &asked)?;
    let told = page::told("Versions", versions, |version| {
        member(version_shape(&version))
    });
    Ok(answered(&account, told))
}

fn set_default_policy_version(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let arn = call.parameters.required(ARN)?;
    let id = call.parameters.required("VersionId")?;
    let mut account = account(world, call);
    account.set_default_policy_version(arn, id)?;
    Ok(Answered::nothing(&account))
}

fn delete_policy_version(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let arn = call.parameters.required(ARN)?;
    let id = call.parameters.required("VersionId")?;
    let mut account = account(world, call);
    account.delete_policy_version(arn, id)?;
    Ok(Answered::nothing(&account))
}

fn list_entities_for_policy(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let arn = call.parameters.required(ARN)?;
    let which = ListEntities {
        kind: asked_word(call, "EntityFilter", ListEntities::kind)?,
        path_prefix: owned(call, "PathPrefix"),
        usage: asked_word(call, "PolicyUsageFilter", PolicyUsage::parse)?,
    };
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let found = account.list_entities_for_policy(arn, &which, &asked)?;
    let (mut roles, mut users, mut groups) = (Vec::new(), Vec::new(), Vec::new());
    for entity in found.items {
        match entity {
            PolicyEntity::Role { name, id } => {
                roles.push(member(vec![text("RoleName", name), text("RoleId", id)]));
            }
            PolicyEntity::User { name, id } => {
                users.push(member(vec![text("UserName", name), text("UserId", id)]));
            }
            PolicyEntity::Group { name, id } => {
                groups.push(member(vec![text("GroupName", name), text("GroupId", id)]));
            }
        }
    }
    let mut told = vec![
        list("PolicyGroups", groups),
        list("PolicyUsers", users),
        list("PolicyRoles", roles),
    ];
    told.extend(page::end(found.marker));
    Ok(answered(&account, told))
}

/// What every answer shows of a policy.
pub(super) fn shape(policy: &ManagedPolicy) -> Vec<Element> {
    let count = |name, count: usize| text(name, count.to_string());
    vec![
        text("PolicyName", policy.name.as_str()),
        text("PolicyId", policy.id.as_str()),
        text("Arn", policy.arn.as_str()),
        text("Path", policy.path.as_str()),
        text("DefaultVersionId", policy.default_version.as_str()),
        count("AttachmentCount", policy.attachments),
        count("PermissionsBoundaryUsageCount", policy.boundaries),
        flag("IsAttachable", true),
        date("CreateDate", policy.created),
        date("UpdateDate", policy.updated),
    ]
}

/// Lists and new versions leave the document out (`iam.answers.policy-members`).
pub(super) fn version_shape(version: &PolicyVersion) -> Vec<Element> {
    vec![
        text("VersionId", version.id.as_str()),
        flag("IsDefaultVersion", version.is_default),
        date("CreateDate", version.created),
    ]
}
