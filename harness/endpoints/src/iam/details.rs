//! All that is in an account's IAM.

use rolecall_account::{
    AccountDetails, ControlPlane, EntityDetail, EntityKind, HeldDetail, Operation, World,
};

use super::holders::attached_policy;
use super::roles::{self, Shown, boundary};
use super::shape::{account, answered, document, list, member, tags, text, text_member};
use super::{groups, page, policies, profiles, users};
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[(
    Operation::GetAccountAuthorizationDetails,
    get_account_authorization_details,
)];

fn get_account_authorization_details(
    world: &mut World,
    call: &Call<'_>,
) -> Result<Answered, QueryError> {
    let kinds = call.parameters.members("Filter")?.into_iter();
    let kinds = kinds.map(|member| {
        let kind = call.parameters.required(&member)?;
        Ok(EntityKind::parse("filter", kind)?)
    });
    let kinds = kinds.collect::<Result<Vec<_>, QueryError>>()?;
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let found = account.get_account_authorization_details(&kinds, &asked)?;
    let mut lists = Lists::default();
    for detail in found.items {
        lists.add(&account, detail);
    }
    let mut told = vec![
        list("UserDetailList", lists.users),
        list("GroupDetailList", lists.groups),
        list("RoleDetailList", lists.roles),
        list("Policies", lists.policies),
    ];
    told.extend(page::end(found.marker));
    Ok(answered(&account, told))
}

#[derive(Default)]
struct Lists {
    users: Vec<Element>,
    groups: Vec<Element>,
    roles: Vec<Element>,
    policies: Vec<Element>,
}

impl Lists {
    fn add(&mut self, account: &ControlPlane<'_>, detail: AccountDetails) {
        let (policy, versions) = match detail {
            AccountDetails::Entity(entity) => return self.add_entity(account, *entity),
            AccountDetails::Policy(policy, versions) => (policy, versions),
        };
        let versions = versions.iter().map(|version| {
            let mut members = vec![document("Document", version.document.text())];
            members.extend(policies::version_shape(version));
            member(members)
        });
        let mut members = policies::shape(&policy);
        let description = policy.description.as_ref();
        members.extend(description.map(|words| text("Description", words.as_str())));
        members.push(list("PolicyVersionList", versions));
        self.policies.push(member(members));
    }

    fn add_entity(&mut self, account: &ControlPlane<'_>, entity: EntityDetail) {
        match entity {
            EntityDetail::User(user, held, groups) => {
                let mut members = users::listed(&user);
                members.extend(held_by("UserPolicyList", held));
                members.push(list("GroupList", groups.into_iter().map(text_member)));
                members.extend(user.permissions_boundary().map(boundary));
                members.extend(tags(&user.tags));
                self.users.push(member(members));
            }
            EntityDetail::Group(group, held) => {
                let mut members = groups::shape(&group);
                members.extend(held_by("GroupPolicyList", held));
                self.groups.push(member(members));
            }
            EntityDetail::Role(role, held, in_profiles) => {
                let in_profiles = in_profiles.iter();
                let in_profiles = in_profiles.map(|it| member(profiles::shape(account, it)));
                let mut members = roles::shape(account, &role, Shown::Detailed);
                members.push(list("InstanceProfileList", in_profiles));
                members.extend(held_by("RolePolicyList", held));
                self.roles.push(member(members));
            }
        }
    }
}

fn held_by(inline: &'static str, held: HeldDetail) -> [Element; 2] {
    let policies = held.inline.iter().map(|policy| {
        member(vec![
            text("PolicyName", policy.name.as_str()),
            document("PolicyDocument", policy.document.text()),
        ])
    });
    let attached = held.attached.into_iter().map(attached_policy);
    [
        list(inline, policies),
        list("AttachedManagedPolicies", attached),
    ]
}
