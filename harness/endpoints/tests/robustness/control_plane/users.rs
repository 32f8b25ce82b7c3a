//! Users, groups, keys, devices, providers, simulations and the account.

use std::time::Duration;

use rolecall_account::{
    ControlPlane, CreateOidcProvider, CreateUser, CreateVirtualMfaDevice, PageRequest,
    PolicyHolder, SimInstant, World,
};

use super::{GET, Row};
use crate::support::{Lab, policy};

const FULL: &str = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
const THUMBPRINT: &str = "9e99a48a9960b14926bb7f3b02e22da2b0ab7280";
const PHONE: &str = "arn:aws:iam::111122223333:mfa/phone";
const SYNCED: &str = "arn:aws:iam::111122223333:mfa/synced";
const WORN: &str = "arn:aws:iam::111122223333:mfa/worn";
const LOST: &str = "arn:aws:iam::111122223333:mfa/lost";
const PROVIDER: &str = "arn:aws:iam::111122223333:oidc-provider/kept.example.com";
const SPARE: &str = "arn:aws:iam::111122223333:oidc-provider/spare.example.com";

/// What of the users is not known before.
pub(super) struct People {
    key: String,
    spare_key: String,
    enabling: [String; 2],
    syncing: [String; 2],
}

/// Makes what the requests are about, unless it is there.
pub(super) fn furnish(lab: &Lab) -> People {
    let now = lab.edge.now();
    let mut world = lab.edge.world();
    let codes = |world: &mut World, now: SimInstant, serial: &str| {
        let shown = world.mfa_code(now, serial);
        let shown = shown.map(|shown| [shown.code, shown.next].map(|it| it.expose().to_owned()));
        // A device that a broken request has deleted shows none.
        shown.unwrap_or_else(|_| ["000000", "000001"].map(str::to_owned))
    };
    if make(&mut world.operator(now)) {
        for serial in [SYNCED, WORN] {
            let [first, second] = codes(&mut world, now, serial);
            let mut account = world.operator(now);
            let codes = [first.as_str(), &second];
            account.enable_mfa_device("kept", serial, codes).unwrap();
        }
    }
    let enabling = codes(&mut world, now, PHONE);
    // Later ones than those that were spent to enable it.
    let syncing = codes(&mut world, now + Duration::from_mins(2), SYNCED);
    let mut account = world.operator(now);
    let mut key_of = |user| {
        let keys = account.list_access_keys(Some(user), &PageRequest::default());
        let key = keys
            .ok()
            .and_then(|(_, page)| page.items.into_iter().next());
        key.map_or("AKIAGONEGONEGONEGONE".to_owned(), |key| key.id)
    };
    People {
        key: key_of("kept"),
        spare_key: key_of("keyed"),
        enabling,
        syncing,
    }
}

/// Whether it was not there.
fn make(account: &mut ControlPlane<'_>) -> bool {
    for name in ["kept", "keyed", "member", "spare"] {
        let user = CreateUser {
            name: name.to_owned(),
            permissions_boundary: (name == "kept").then(|| FULL.to_owned()),
            ..CreateUser::default()
        };
        if account.create_user(user).is_err() {
            return false;
        }
    }
    let statement = r#"{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}"#;
    let (user, group) = (PolicyHolder::User("kept"), PolicyHolder::Group("kept"));
    for name in ["kept", "spare"] {
        account.create_group(name, None).unwrap();
    }
    for holder in [user, group] {
        for name in ["kept", "spare"] {
            let document = policy(statement);
            account.put_inline_policy(holder, name, document).unwrap();
        }
        account.attach_policy(holder, FULL).unwrap();
    }
    account.add_user_to_group("kept", "member").unwrap();
    for user in ["kept", "keyed"] {
        account.create_access_key(user).unwrap();
    }
    for name in ["phone", "synced", "worn", "lost"] {
        let device = CreateVirtualMfaDevice {
            name: name.to_owned(),
            ..CreateVirtualMfaDevice::default()
        };
        account.create_virtual_mfa_device(&device).unwrap();
    }
    for name in ["kept", "spare"] {
        let provider = CreateOidcProvider {
            url: format!("https://{name}.example.com"),
            client_ids: vec!["kept".to_owned()],
            ..CreateOidcProvider::default()
        };
        account.create_oidc_provider(provider).unwrap();
    }
    true
}

pub(super) fn rows(people: &People) -> Vec<Row<'_>> {
    let parts = [users(), policies(), groups(), keys(people), devices(people)];
    let parts = parts.into_iter().flatten();
    parts.chain(providers()).chain(account()).collect()
}

const TAG: [(&str, &str); 2] = [
    ("Tags.member.1.Key", "team"),
    ("Tags.member.1.Value", "red"),
];
const TAG_KEY: (&str, &str) = ("TagKeys.member.1", "team");

/// With the tag.
fn tagged<'a>(what: (&'static str, &'a str)) -> Vec<(&'static str, &'a str)> {
    vec![what, TAG[0], TAG[1]]
}

fn users() -> Vec<Row<'static>> {
    let user = ("UserName", "kept");
    let boundary = ("PermissionsBoundary", FULL);
    let new = [
        ("UserName", "new"),
        ("Path", "/a/"),
        boundary,
        TAG[0],
        TAG[1],
    ];
    vec![
        ("CreateUser", new.to_vec()),
        ("GetUser", vec![user]),
        ("ListUsers", vec![("MaxItems", "1"), ("PathPrefix", "/")]),
        ("UpdateUser", vec![user, ("NewPath", "/b/")]),
        ("DeleteUser", vec![("UserName", "spare")]),
        ("TagUser", tagged(user)),
        ("UntagUser", vec![user, TAG_KEY]),
        ("ListUserTags", vec![user]),
        ("DeleteUserPermissionsBoundary", vec![user]),
        ("PutUserPermissionsBoundary", vec![user, boundary]),
    ]
}

/// The policies of a user and of a group.
fn policies() -> Vec<Row<'static>> {
    let (user, group) = (("UserName", "kept"), ("GroupName", "kept"));
    let named = |who, name| vec![who, ("PolicyName", name)];
    let put = |who| vec![who, ("PolicyName", "new"), ("PolicyDocument", GET)];
    let full = ("PolicyArn", FULL);
    vec![
        ("PutUserPolicy", put(user)),
        ("GetUserPolicy", named(user, "kept")),
        ("ListUserPolicies", vec![user]),
        ("DeleteUserPolicy", named(user, "spare")),
        ("DetachUserPolicy", vec![user, full]),
        ("AttachUserPolicy", vec![user, full]),
        ("ListAttachedUserPolicies", vec![user]),
        ("PutGroupPolicy", put(group)),
        ("GetGroupPolicy", named(group, "kept")),
        ("ListGroupPolicies", vec![group]),
        ("DeleteGroupPolicy", named(group, "spare")),
        ("DetachGroupPolicy", vec![group, full]),
        ("AttachGroupPolicy", vec![group, full]),
        ("ListAttachedGroupPolicies", vec![group]),
    ]
}

fn groups() -> Vec<Row<'static>> {
    let (user, group) = (("UserName", "kept"), ("GroupName", "kept"));
    vec![
        ("CreateGroup", vec![("GroupName", "new"), ("Path", "/a/")]),
        ("GetGroup", vec![group]),
        ("ListGroups", vec![("PathPrefix", "/")]),
        ("ListGroupsForUser", vec![user]),
        ("UpdateGroup", vec![group, ("NewPath", "/b/")]),
        ("AddUserToGroup", vec![group, user]),
        ("RemoveUserFromGroup", vec![group, ("UserName", "member")]),
        ("DeleteGroup", vec![("GroupName", "spare")]),
    ]
}

fn keys(people: &People) -> Vec<Row<'_>> {
    let user = ("UserName", "kept");
    let key = ("AccessKeyId", people.key.as_str());
    let spare = ("AccessKeyId", people.spare_key.as_str());
    vec![
        ("CreateAccessKey", vec![user]),
        ("ListAccessKeys", vec![user]),
        ("UpdateAccessKey", vec![user, key, ("Status", "Inactive")]),
        ("GetAccessKeyLastUsed", vec![key]),
        ("DeleteAccessKey", vec![("UserName", "keyed"), spare]),
    ]
}

/// Two codes of a device.
fn codes<'a>(
    serial: &'static str,
    [first, second]: &'a [String; 2],
) -> Vec<(&'static str, &'a str)> {
    vec![
        ("UserName", "kept"),
        ("SerialNumber", serial),
        ("AuthenticationCode1", first),
        ("AuthenticationCode2", second),
    ]
}

fn devices(people: &People) -> Vec<Row<'_>> {
    let user = ("UserName", "kept");
    let device = |serial| ("SerialNumber", serial);
    let new = ("VirtualMFADeviceName", "new");
    vec![
        ("CreateVirtualMFADevice", tagged(new)),
        ("EnableMFADevice", codes(PHONE, &people.enabling)),
        ("ResyncMFADevice", codes(SYNCED, &people.syncing)),
        ("DeactivateMFADevice", vec![user, device(WORN)]),
        ("DeleteVirtualMFADevice", vec![device(LOST)]),
        ("ListMFADevices", vec![user]),
        ("ListVirtualMFADevices", vec![("AssignmentStatus", "Any")]),
        ("TagMFADevice", tagged(device(PHONE))),
        ("UntagMFADevice", vec![device(PHONE), TAG_KEY]),
        ("ListMFADeviceTags", vec![device(PHONE)]),
    ]
}

fn providers() -> Vec<Row<'static>> {
    let provider = ("OpenIDConnectProviderArn", PROVIDER);
    let thumbprint = ("ThumbprintList.member.1", THUMBPRINT);
    let client = ("ClientID", "new");
    let new = [
        ("Url", "https://new.example.com"),
        ("ClientIDList.member.1", "new"),
        thumbprint,
        TAG[0],
        TAG[1],
    ];
    vec![
        ("CreateOpenIDConnectProvider", new.to_vec()),
        ("GetOpenIDConnectProvider", vec![provider]),
        ("ListOpenIDConnectProviders", vec![]),
        (
            "DeleteOpenIDConnectProvider",
            vec![("OpenIDConnectProviderArn", SPARE)],
        ),
        ("AddClientIDToOpenIDConnectProvider", vec![provider, client]),
        (
            "RemoveClientIDFromOpenIDConnectProvider",
            vec![provider, client],
        ),
        (
            "UpdateOpenIDConnectProviderThumbprint",
            vec![provider, thumbprint],
        ),
        ("TagOpenIDConnectProvider", tagged(provider)),
        ("UntagOpenIDConnectProvider", vec![provider, TAG_KEY]),
        ("ListOpenIDConnectProviderTags", vec![provider]),
    ]
}

fn account() -> Vec<Row<'static>> {
    let input = ("PolicyInputList.member.1", GET);
    let source = ("PolicySourceArn", "arn:aws:iam::111122223333:role/kept");
    let action = ("ActionNames.member.1", "s3:GetObject");
    let context = [
        (
            "ContextEntries.member.1.ContextKeyName",
            "aws:SecureTransport",
        ),
        ("ContextEntries.member.1.ContextKeyValues.member.1", "true"),
        ("ContextEntries.member.1.ContextKeyType", "boolean"),
    ];
    let alias = ("AccountAlias", "blue-team");
    let custom = [input, action, context[0], context[1], context[2]];
    vec![
        ("SimulateCustomPolicy", custom.to_vec()),
        ("SimulatePrincipalPolicy", vec![source, action]),
        ("GetContextKeysForCustomPolicy", vec![input]),
        ("GetContextKeysForPrincipalPolicy", vec![source]),
        ("GetAccountAuthorizationDetails", vec![("MaxItems", "5")]),
        ("GetAccountSummary", vec![]),
        ("CreateAccountAlias", vec![alias]),
        ("ListAccountAliases", vec![]),
        ("DeleteAccountAlias", vec![alias]),
    ]
}
