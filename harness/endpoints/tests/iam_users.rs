//! Users, groups, keys, devices and providers over HTTP: what is answered, and how it is refused.

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use rolecall_account::Session;
use support::signer::{Signer, get};
use support::{Answer, Lab, lab, user};

const FULL: &str = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
const READS: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}"#;

/// Somebody who may do everything, and how they ask.
struct Admin<'a> {
    lab: &'a Lab,
    signer: Signer,
}

impl<'a> Admin<'a> {
    fn new(lab: &'a Lab) -> Self {
        let ann = user(lab, None);
        Self::with(lab, &ann)
    }

    fn with(lab: &'a Lab, session: &Session) -> Self {
        let signer = Signer {
            service: "iam",
            ..Signer::with(session, lab.edge.now())
        };
        Self { lab, signer }
    }

    async fn ask(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let mut body = format!("Action={action}&Version=2010-05-08");
        for (name, value) in parameters {
            let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
            body.extend(["&", name, "=", &value.to_string()]);
        }
        let content_type = [("content-type", "application/x-www-form-urlencoded")];
        let request: Request<Bytes> =
            support::request("POST", "https://iam.amazonaws.com/", &content_type)
                .map(|_| Bytes::from(body));
        let signer = Signer {
            date: self.lab.edge.now(),
            ..self.signer.clone()
        };
        self.lab.call(signer.sign(request)).await
    }

    async fn done(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let answer = self.ask(action, parameters).await;
        assert_eq!(answer.status, 200, "{action}: {answer:?}");
        answer
    }

    async fn refused(&self, action: &str, parameters: &[(&str, &str)]) -> (u16, String) {
        let answer = self.ask(action, parameters).await;
        (answer.status, answer.element("Code"))
    }
}

fn refusal(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

// iam.answers.user-members, iam.user.caller-is-default
#[test]
fn a_user_is_made_shown_changed_and_deleted() {
    lab(async |lab| {
        let admin = Admin::new(&lab);
        let bob = ("UserName", "bob");
        let made = [
            bob,
            ("Path", "/staff/"),
            ("PermissionsBoundary", FULL),
            ("Tags.member.1.Key", "team"),
            ("Tags.member.1.Value", "blue"),
        ];
        let answer = admin.done("CreateUser", &made).await;
        let arn = "arn:aws:iam::111122223333:user/staff/bob";
        assert_eq!(answer.element("Arn"), arn);
        assert_eq!(answer.element("CreateDate"), "2031-05-01T00:00:00Z");
        assert_eq!(
            admin.refused("CreateUser", &[bob]).await,
            refusal(409, "EntityAlreadyExists")
        );

        let shown = admin.done("GetUser", &[bob]).await;
        assert_eq!(shown.element("PermissionsBoundaryArn"), FULL);
        assert_eq!(shown.elements("Key"), ["team"]);
        let own = admin.done("GetUser", &[]).await;
        assert_eq!(own.element("UserName"), "ann");
        let listed = admin.done("ListUsers", &[("PathPrefix", "/staff/")]).await;
        assert_eq!(listed.elements("UserName"), ["bob"]);
        assert!(listed.elements("Key").is_empty());
        let page = admin.done("ListUsers", &[("MaxItems", "1")]).await;
        assert_eq!(page.element("IsTruncated"), "true");
        let marker = page.element("Marker");
        let rest = admin.done("ListUsers", &[("Marker", &marker)]).await;
        assert_eq!(rest.elements("UserName"), ["bob"]);

        let tag = [
            bob,
            ("Tags.member.1.Key", "stage"),
            ("Tags.member.1.Value", "test"),
        ];
        admin.done("TagUser", &tag).await;
        admin
            .done("UntagUser", &[bob, ("TagKeys.member.1", "team")])
            .await;
        let tags = admin.done("ListUserTags", &[bob]).await;
        assert_eq!(tags.elements("Key"), ["stage"]);
        admin.done("DeleteUserPermissionsBoundary", &[bob]).await;
        admin
            .done(
                "PutUserPermissionsBoundary",
                &[bob, ("PermissionsBoundary", FULL)],
            )
            .await;
        admin
            .done("UpdateUser", &[bob, ("NewUserName", "rob")])
            .await;
        assert_eq!(
            admin.refused("GetUser", &[bob]).await,
            refusal(404, "NoSuchEntity")
        );
        admin.done("DeleteUser", &[("UserName", "rob")]).await;
        assert_eq!(
            admin.refused("CreateUser", &[]).await,
            refusal(400, "ValidationError")
        );
    });
}

#[test]
fn the_policies_of_users_and_groups_come_and_go() {
    lab(async |lab| {
        let admin = Admin::new(&lab);
        admin.done("CreateUser", &[("UserName", "bob")]).await;
        admin.done("CreateGroup", &[("GroupName", "readers")]).await;
        for (kind, who) in [
            ("User", ("UserName", "bob")),
            ("Group", ("GroupName", "readers")),
        ] {
            let named = [who, ("PolicyName", "reads")];
            let put = [named[0], named[1], ("PolicyDocument", READS)];
            admin.done(&format!("Put{kind}Policy"), &put).await;
            let shown = admin.done(&format!("Get{kind}Policy"), &named).await;
            let document = shown.element("PolicyDocument");
            let decoded = percent_decode_str(&document).decode_utf8().unwrap();
            assert_eq!(decoded, READS);
            assert_eq!(shown.element(who.0), who.1);
            let listed = admin.done(&format!("List{kind}Policies"), &[who]).await;
            assert_eq!(listed.elements("member"), ["reads"]);
            let bad = [named[0], named[1], ("PolicyDocument", "{}")];
            let malformed = admin.refused(&format!("Put{kind}Policy"), &bad).await;
            assert_eq!(malformed, refusal(400, "MalformedPolicyDocument"));
            admin.done(&format!("Delete{kind}Policy"), &named).await;
            let gone = admin.refused(&format!("Get{kind}Policy"), &named).await;
            assert_eq!(gone, refusal(404, "NoSuchEntity"));

            let attached = [who, ("PolicyArn", FULL)];
            admin.done(&format!("Attach{kind}Policy"), &attached).await;
            let listed = admin
                .done(&format!("ListAttached{kind}Policies"), &[who])
                .await;
            assert_eq!(listed.elements("PolicyArn"), [FULL]);
            let entities = admin
                .done("ListEntitiesForPolicy", &[("PolicyArn", FULL)])
                .await;
            assert_eq!(entities.elements(who.0), [who.1]);
            admin.done(&format!("Detach{kind}Policy"), &attached).await;
            let again = admin
                .refused(&format!("Detach{kind}Policy"), &attached)
                .await;
            assert_eq!(again, refusal(404, "NoSuchEntity"));
        }
    });
}

// iam.group.policies-count
#[test]
fn a_group_has_users_who_may_what_it_may() {
    lab(async |lab| {
        let admin = Admin::new(&lab);
        let (group, bob) = (("GroupName", "readers"), ("UserName", "bob"));
        admin.done("CreateUser", &[bob]).await;
        let made = admin
            .done("CreateGroup", &[group, ("Path", "/staff/")])
            .await;
        let arn = "arn:aws:iam::111122223333:group/staff/readers";
        assert_eq!(made.element("Arn"), arn);
        admin.done("AddUserToGroup", &[group, bob]).await;
        admin
            .done("AttachGroupPolicy", &[group, ("PolicyArn", FULL)])
            .await;
        let shown = admin.done("GetGroup", &[group]).await;
        assert_eq!(shown.elements("UserName"), ["bob"]);
        assert_eq!(shown.element("IsTruncated"), "false");
        let of_bob = admin.done("ListGroupsForUser", &[bob]).await;
        assert_eq!(of_bob.elements("GroupName"), ["readers"]);

        let key = admin
            .done("CreateAccessKey", &[bob])
            .await
            .element("AccessKeyId");
        let session = lab.edge.world().session(&key).unwrap().clone();
        let signer = Signer::with(&session, lab.edge.now());
        let found = lab.call(signer.sign(get("nothing"))).await;
        assert_eq!(found.status, 404);
        admin.done("RemoveUserFromGroup", &[group, bob]).await;
        let found = lab.call(signer.sign(get("nothing"))).await;
        assert_eq!(found.status, 403);

        admin
            .done("UpdateGroup", &[group, ("NewGroupName", "lookers")])
            .await;
        let groups = admin.done("ListGroups", &[]).await;
        assert_eq!(groups.elements("GroupName"), ["lookers"]);
        let conflict = admin
            .refused("DeleteGroup", &[("GroupName", "lookers")])
            .await;
        assert_eq!(conflict, refusal(409, "DeleteConflict"));
        let unknown = admin.refused("DeleteGroup", &[group]).await;
        assert_eq!(unknown, refusal(404, "NoSuchEntity"));
    });
}

// iam.access-key.inactive, iam.access-key.last-used, iam.access-key.two-per-user
#[test]
fn a_key_is_used_while_it_is_active() {
    lab(async |lab| {
        let admin = Admin::new(&lab);
        let bob = ("UserName", "bob");
        admin.done("CreateUser", &[bob]).await;
        let made = admin.done("CreateAccessKey", &[bob]).await;
        let (id, secret) = (made.element("AccessKeyId"), made.element("SecretAccessKey"));
        assert_eq!(
            (secret.len(), made.element("Status")),
            (40, "Active".to_owned())
        );
        let journalled = format!("{:?}", lab.last_exchange());
        assert!(!journalled.contains(&secret));
        let key = ("AccessKeyId", id.as_str());
        let unused = admin.done("GetAccessKeyLastUsed", &[key]).await;
        assert_eq!(unused.element("ServiceName"), "N/A");
        assert!(unused.elements("LastUsedDate").is_empty());

        let session = lab.edge.world().session(&id).unwrap().clone();
        let mut signer = Signer::with(&session, lab.edge.now());
        let denied = lab.call(signer.sign(get("nothing"))).await;
        assert_eq!(denied.element("Code"), "AccessDenied");
        let used = admin.done("GetAccessKeyLastUsed", &[key]).await;
        let told = ["UserName", "ServiceName", "Region", "LastUsedDate"].map(|it| used.element(it));
        assert_eq!(told, ["bob", "s3", "us-east-1", "2031-05-01T00:00:00Z"]);

        admin
            .done("UpdateAccessKey", &[bob, key, ("Status", "Inactive")])
            .await;
        let listed = admin.done("ListAccessKeys", &[bob]).await;
        assert_eq!(listed.element("Status"), "Inactive");
        let refused = lab.call(signer.sign(get("nothing"))).await;
        assert_eq!(refused.element("Code"), "InvalidAccessKeyId");
        let as_bob = Admin::with(&lab, &session);
        let told = as_bob.refused("GetUser", &[]).await;
        assert_eq!(told, refusal(403, "InvalidClientTokenId"));
        admin
            .done("UpdateAccessKey", &[bob, key, ("Status", "Active")])
            .await;
        signer.date = lab.edge.now();
        let denied = lab.call(signer.sign(get("nothing"))).await;
        assert_eq!(denied.element("Code"), "AccessDenied");
        let status = [bob, key, ("Status", "Expired")];
        let wrong = admin.refused("UpdateAccessKey", &status).await;
        assert_eq!(wrong, refusal(400, "ValidationError"));

        admin.done("CreateAccessKey", &[bob]).await;
        let third = admin.refused("CreateAccessKey", &[bob]).await;
        assert_eq!(third, refusal(409, "LimitExceeded"));
        admin.done("DeleteAccessKey", &[bob, key]).await;
        let gone = admin.refused("DeleteAccessKey", &[bob, key]).await;
        assert_eq!(gone, refusal(404, "NoSuchEntity"));
        let told = as_bob.refused("GetUser", &[]).await;
        assert_eq!(told, refusal(403, "InvalidClientTokenId"));
    });
}

// iam.mfa.two-codes, iam.mfa.seed-once
#[test]
fn a_device_is_made_enabled_and_taken_away() {
    lab(async |lab| {
        let admin = Admin::new(&lab);
        let name = ("VirtualMFADeviceName", "phone");
        let made = admin.done("CreateVirtualMFADevice", &[name]).await;
        let serial = made.element("SerialNumber");
        assert_eq!(serial, "arn:aws:iam::111122223333:mfa/phone");
        let sent = made.element("Base32StringSeed");
        let seed = String::from_utf8(STANDARD.decode(&sent).unwrap()).unwrap();
        assert_eq!(seed.len(), 64);
        // iam.mfa.qr-code: what it says is tested beside what makes it.
        let picture = made.element("QRCodePNG");
        assert!(
            STANDARD
                .decode(&picture)
                .unwrap()
                .starts_with(b"\x89PNG\r\n\x1a\n")
        );
        let journalled = format!("{:?}", lab.last_exchange());
        for secret in [&sent, &seed, &picture] {
            assert!(!journalled.contains(secret));
        }
        let taken = admin.refused("CreateVirtualMFADevice", &[name]).await;
        assert_eq!(taken, refusal(409, "EntityAlreadyExists"));

        let shown = lab.edge.world().mfa_code(lab.edge.now(), &serial).unwrap();
        let device = ("SerialNumber", serial.as_str());
        let ann = ("UserName", "ann");
        let codes = |first, second| {
            [
                ann,
                device,
                ("AuthenticationCode1", first),
                ("AuthenticationCode2", second),
            ]
        };
        let (first, second) = (shown.code.expose(), shown.next.expose());
        let wrong = admin
            .refused("EnableMFADevice", &codes(second, first))
            .await;
        assert_eq!(wrong, refusal(403, "InvalidAuthenticationCode"));
        admin.done("EnableMFADevice", &codes(first, second)).await;
        let own = admin.done("ListMFADevices", &[]).await;
        assert_eq!(own.elements("SerialNumber"), [serial.as_str()]);
        assert_eq!(own.element("EnableDate"), "2031-05-01T00:00:00Z");
        let all = admin
            .done("ListVirtualMFADevices", &[("AssignmentStatus", "Assigned")])
            .await;
        assert_eq!(all.elements("UserName"), ["ann"]);
        assert!(all.elements("Base32StringSeed").is_empty());
        let none = admin
            .done(
                "ListVirtualMFADevices",
                &[("AssignmentStatus", "Unassigned")],
            )
            .await;
        assert!(none.elements("SerialNumber").is_empty());

        let again = admin
            .refused("ResyncMFADevice", &codes(first, second))
            .await;
        assert_eq!(again, refusal(403, "InvalidAuthenticationCode"));
        lab.advance(std::time::Duration::from_mins(2)).await;
        let shown = lab.edge.world().mfa_code(lab.edge.now(), "ann").unwrap();
        let later = codes(shown.code.expose(), shown.next.expose());
        admin.done("ResyncMFADevice", &later).await;

        let tag = [
            device,
            ("Tags.member.1.Key", "a"),
            ("Tags.member.1.Value", "b"),
        ];
        admin.done("TagMFADevice", &tag).await;
        let tags = admin.done("ListMFADeviceTags", &[device]).await;
        assert_eq!(tags.elements("Key"), ["a"]);
        admin
            .done("UntagMFADevice", &[device, ("TagKeys.member.1", "a")])
            .await;
        let conflict = admin.refused("DeleteVirtualMFADevice", &[device]).await;
        assert_eq!(conflict, refusal(409, "DeleteConflict"));
        admin.done("DeactivateMFADevice", &[device]).await;
        let again = admin.refused("DeactivateMFADevice", &[device]).await;
        assert_eq!(again, refusal(404, "NoSuchEntity"));
        admin.done("DeleteVirtualMFADevice", &[device]).await;
    });
}

// iam.oidc.url, iam.oidc.idempotent
#[test]
fn a_provider_is_trusted_as_it_was_given() {
    lab(async |lab| {
        let admin = Admin::new(&lab);
        let thumbprint = "9e99a48a9960b14926bb7f3b02e22da2b0ab7280";
        let request = [
            ("Url", "https://issuer.example.com/blue"),
            ("ClientIDList.member.1", "sts.amazonaws.com"),
            ("ThumbprintList.member.1", thumbprint),
            ("Tags.member.1.Key", "team"),
            ("Tags.member.1.Value", "blue"),
        ];
        let made = admin.done("CreateOpenIDConnectProvider", &request).await;
        let arn = made.element("OpenIDConnectProviderArn");
        assert_eq!(
            arn,
            "arn:aws:iam::111122223333:oidc-provider/issuer.example.com/blue"
        );
        let taken = admin.refused("CreateOpenIDConnectProvider", &request).await;
        assert_eq!(taken, refusal(409, "EntityAlreadyExists"));
        let named = ("OpenIDConnectProviderArn", arn.as_str());
        let add = [named, ("ClientID", "other")];
        admin.done("AddClientIDToOpenIDConnectProvider", &add).await;
        let shown = admin.done("GetOpenIDConnectProvider", &[named]).await;
        assert_eq!(shown.element("Url"), "issuer.example.com/blue");
        assert_eq!(shown.elements("Key"), ["team"]);
        for text in ["sts.amazonaws.com", "other", thumbprint] {
            let member = format!("<member>{text}</member>");
            assert!(shown.text().contains(&member), "{shown:?}");
        }
        admin
            .done("RemoveClientIDFromOpenIDConnectProvider", &add)
            .await;
        let other = "0123456789abcdef0123456789abcdef01234567";
        let update = [named, ("ThumbprintList.member.1", other)];
        admin
            .done("UpdateOpenIDConnectProviderThumbprint", &update)
            .await;
        let shown = admin.done("GetOpenIDConnectProvider", &[named]).await;
        assert!(shown.text().contains(other) && !shown.text().contains(thumbprint));
        let tag = [
            named,
            ("Tags.member.1.Key", "a"),
            ("Tags.member.1.Value", "b"),
        ];
        admin.done("TagOpenIDConnectProvider", &tag).await;
        admin
            .done(
                "UntagOpenIDConnectProvider",
                &[named, ("TagKeys.member.1", "team")],
            )
            .await;
        let tags = admin.done("ListOpenIDConnectProviderTags", &[named]).await;
        assert_eq!(tags.elements("Key"), ["a"]);
        let all = admin.done("ListOpenIDConnectProviders", &[]).await;
        assert_eq!(all.elements("Arn"), [arn.as_str()]);
        admin.done("DeleteOpenIDConnectProvider", &[named]).await;
        let gone = admin.refused("GetOpenIDConnectProvider", &[named]).await;
        assert_eq!(gone, refusal(404, "NoSuchEntity"));
        let insecure = [("Url", "http://issuer.example.com")];
        let refused = admin
            .refused("CreateOpenIDConnectProvider", &insecure)
            .await;
        assert_eq!(refused, refusal(400, "InvalidInput"));
    });
}

// iam.simulate.answers, iam.simulate.not-supported
#[test]
fn a_simulation_is_told_for_each_action_and_resource() {
    lab(async |lab| {
        let admin = Admin::new(&lab);
        let anywhere = [
            ("PolicyInputList.member.1", READS),
            ("ActionNames.member.1", "s3:GetObject"),
        ];
        let told = admin.done("SimulateCustomPolicy", &anywhere).await;
        assert_eq!(told.elements("EvalDecision"), ["implicitDeny"]);
        assert!(told.text().contains(
            "<MissingContextValues><member>aws:SecureTransport</member></MissingContextValues>"
        ));
        let mut asked = anywhere.to_vec();
        asked.extend([
            ("ActionNames.member.2", "s3:PutObject"),
            ("ResourceArns.member.1", "arn:aws:s3:::b/k"),
            (
                "ContextEntries.member.1.ContextKeyName",
                "aws:SecureTransport",
            ),
            ("ContextEntries.member.1.ContextKeyValues.member.1", "true"),
            ("ContextEntries.member.1.ContextKeyType", "boolean"),
        ]);
        let told = admin.done("SimulateCustomPolicy", &asked).await;
        assert_eq!(told.elements("EvalDecision"), ["allowed", "implicitDeny"]);
        assert_eq!(
            told.elements("EvalResourceDecision"),
            ["allowed", "implicitDeny"]
        );
        assert_eq!(told.element("SourcePolicyId"), "PolicyInputList.1");
        assert!(
            told.text()
                .contains("<StartPosition><Line>1</Line><Column>38</Column>")
        );
        let keys = admin
            .done("GetContextKeysForCustomPolicy", &anywhere[..1])
            .await;
        assert_eq!(keys.elements("member"), ["aws:SecureTransport"]);

        let ann = ("PolicySourceArn", "arn:aws:iam::111122223333:user/ann");
        let action = ("ActionNames.member.1", "s3:GetObject");
        let told = admin.done("SimulatePrincipalPolicy", &[ann, action]).await;
        assert_eq!(told.element("EvalDecision"), "allowed");
        assert_eq!(told.element("SourcePolicyId"), "AdministratorAccess");
        let keys = admin.done("GetContextKeysForPrincipalPolicy", &[ann]).await;
        assert!(keys.elements("member").is_empty());
        let option = ("ResourceHandlingOption", "EC2-VPC-EBS");
        let refused = admin
            .refused("SimulatePrincipalPolicy", &[ann, action, option])
            .await;
        assert_eq!(refused, refusal(400, "InvalidInput"));
        let missing = admin.refused("SimulatePrincipalPolicy", &[ann]).await;
        assert_eq!(missing, refusal(400, "ValidationError"));
    });
}

// iam.details.policies-in-use, iam.account.summary, iam.alias.one
#[test]
fn an_account_is_told_as_a_whole() {
    lab(async |lab| {
        let admin = Admin::new(&lab);
        let group = ("GroupName", "readers");
        admin.done("CreateGroup", &[group]).await;
        let put = [group, ("PolicyName", "reads"), ("PolicyDocument", READS)];
        admin.done("PutGroupPolicy", &put).await;
        admin
            .done("AddUserToGroup", &[group, ("UserName", "ann")])
            .await;
        let told = admin.done("GetAccountAuthorizationDetails", &[]).await;
        assert_eq!(told.elements("UserName"), ["ann"]);
        assert!(
            told.text()
                .contains("<GroupList><member>readers</member></GroupList>")
        );
        assert_eq!(told.elements("RoleName")[0], support::ROLE);
        assert_eq!(told.elements("InstanceProfileName"), ["web-profile"]);
        assert_eq!(told.elements("DefaultVersionId"), ["v1", "v1"]);
        let filter = [("Filter.member.1", "Group")];
        let groups = admin.done("GetAccountAuthorizationDetails", &filter).await;
        assert!(groups.elements("UserName").is_empty());
        assert_eq!(groups.elements("PolicyName"), ["reads"]);
        let wrong = [("Filter.member.1", "Groups")];
        let refused = admin
            .refused("GetAccountAuthorizationDetails", &wrong)
            .await;
        assert_eq!(refused, refusal(400, "ValidationError"));

        let summary = admin.done("GetAccountSummary", &[]).await;
        assert!(
            summary
                .text()
                .contains("<entry><key>Groups</key><value>1</value></entry>")
        );
        let alias = ("AccountAlias", "blue-team");
        admin.done("CreateAccountAlias", &[alias]).await;
        let listed = admin.done("ListAccountAliases", &[]).await;
        assert_eq!(listed.elements("member"), ["blue-team"]);
        admin.done("DeleteAccountAlias", &[alias]).await;
        let gone = admin.refused("DeleteAccountAlias", &[alias]).await;
        assert_eq!(gone, refusal(404, "NoSuchEntity"));
        let none = admin.refused("GetAccountPasswordPolicy", &[]).await;
        assert_eq!(none, refusal(404, "NoSuchEntity"));
    });
}

#[test]
fn who_may_not_is_told_which_user_was_meant() {
    lab(async |lab| {
        let ann = user(&lab, Some("iam:*"));
        let ann = Admin::with(&lab, &ann);
        let bob = ("UserName", "bob");
        for (action, parameters) in [
            ("CreateUser", &[bob][..]),
            ("DeleteUser", &[bob]),
            ("ListAccessKeys", &[bob]),
            ("CreateGroup", &[("GroupName", "readers")]),
            (
                "CreateVirtualMFADevice",
                &[("VirtualMFADeviceName", "phone")],
            ),
            ("ListOpenIDConnectProviders", &[]),
            ("GetAccountSummary", &[]),
        ] {
            let answer = ann.ask(action, parameters).await;
            let code = answer.element("Code");
            assert_eq!(
                (answer.status, code.as_str()),
                (403, "AccessDenied"),
                "{action}"
            );
        }
        let answer = ann.ask("GetUser", &[bob]).await;
        let message = answer.element("Message");
        assert!(
            message.contains("iam:GetUser on resource: arn:aws:iam::111122223333:user/bob"),
            "{message}"
        );
    });
}
