//! Which policies have to agree: same account, across accounts, boundaries and sessions.

use super::*;

const OTHER: &str = "444455556666";

/// What every kind of policy says: `A` allows, `D` denies, `-` is there and says nothing of this
/// request, a space means that there is none.
struct Case {
    sender: &'static str,
    /// Who the bucket policy names; empty for no bucket policy.
    names: &'static str,
    /// Effect of the bucket policy, then identity, boundary, session.
    say: &'static str,
    owner: &'static str,
    expected: &'static str,
}

const fn case(
    sender: &'static str,
    names: &'static str,
    say: &'static str,
    owner: &'static str,
    expected: &'static str,
) -> Case {
    Case {
        sender,
        names,
        say,
        owner,
        expected,
    }
}

fn sender(name: &str) -> Principal {
    match name {
        "user" => ann(),
        "session" => web(),
        "root" => Principal::root(ACCOUNT),
        "service" => Principal::service("logs.amazonaws.com"),
        "nobody" => Principal::anonymous(),
        "federated" => Principal {
            session_arn: Some(format!("arn:aws:sts::{ACCOUNT}:federated-user/fay")),
            kind: PrincipalKind::FederatedUser,
            ..ann()
        },
        _ => panic!("{name}"),
    }
}

fn said(say: char, name: &str, extra: &str, kind: DocumentKind) -> Option<NamedPolicy> {
    let (effect, action) = match say {
        ' ' => return None,
        'A' => ("Allow", "s3:*"),
        'D' => ("Deny", "s3:*"),
        _ => ("Allow", "sqs:*"),
    };
    let statement =
        format!(r#"{{{extra} "Effect": "{effect}", "Action": "{action}", "Resource": "*"}}"#);
    Some(policy(name, &statement, kind))
}

fn decide(case: &Case) -> String {
    let says: Vec<char> = case.say.chars().collect();
    let principal = format!(r#""Principal": {},"#, case.names);
    let resource = said(says[0], "bucket", &principal, DocumentKind::Resource);
    let own = |index: usize, name| said(says[index], name, "", DocumentKind::Identity);
    let identity = Vec::from_iter(own(1, "id"));
    let (boundary, session) = (own(2, "boundary"), own(3, "session").map(|policy| [policy]));
    let request = Request {
        principal: &sender(case.sender),
        action: "s3:GetObject",
        resource: "arn:aws:s3:::b/k",
        resource_account: Some(case.owner),
        context: &Context::new(),
    };
    let policies = Policies {
        identity: &identity,
        resource: resource.as_ref(),
        boundary: boundary.as_ref(),
        session: session.as_ref().map(<[NamedPolicy; 1]>::as_slice),
        ..Policies::default()
    };
    brief(&evaluate(&request, &policies))
}

const USER: &str = r#"{"AWS": "arn:aws:iam::111122223333:user/ann"}"#;
const ROLE: &str = r#"{"AWS": "arn:aws:iam::111122223333:role/web"}"#;
const SESSION: &str = r#"{"AWS": "arn:aws:sts::111122223333:assumed-role/web/i-0abc"}"#;
const SIBLING: &str = r#"{"AWS": "arn:aws:sts::111122223333:assumed-role/web/i-0def"}"#;
const FEDERATED: &str = r#"{"AWS": "arn:aws:sts::111122223333:federated-user/fay"}"#;
const ROOT: &str = r#"{"AWS": "arn:aws:iam::111122223333:root"}"#;
const BARE: &str = r#"{"AWS": "111122223333"}"#;
const STRANGER: &str = r#"{"AWS": "999999999999"}"#;
const STAR: &str = r#""*""#;
const AWS_STAR: &str = r#"{"AWS": "*"}"#;
const LOGS: &str = r#"{"Service": "logs.amazonaws.com", "AWS": ["999999999999"]}"#;
const ID: &str = r#"{"AWS": "AROAEXAMPLEEXAMPLE123"}"#;

#[rustfmt::skip]
const CASES: &[Case] = &[
    // One account: either side is enough.
    case("user", "", "    ", ACCOUNT, "no identity-based policy"),
    case("user", "", " A  ", ACCOUNT, "allow id#1"),
    case("user", USER, "A   ", ACCOUNT, "allow bucket#1"),
    case("user", USER, "-A  ", ACCOUNT, "allow id#1"),
    case("user", STRANGER, "A   ", ACCOUNT, "no identity-based policy"),
    case("session", STAR, "A---", ACCOUNT, "allow bucket#1"),
    case("session", AWS_STAR, "A-  ", ACCOUNT, "allow bucket#1"),
    // Naming the account leaves it to the identity.
    case("user", ROOT, "A   ", ACCOUNT, "no identity-based policy"),
    case("user", BARE, "A-  ", ACCOUNT, "no identity-based policy"),
    case("user", ROOT, "AA  ", ACCOUNT, "allow id#1"),
    case("session", ROOT, "AA  ", ACCOUNT, "allow id#1"),
    // A Deny anywhere wins.
    case("user", USER, "DA  ", ACCOUNT, "deny bucket#1"),
    case("user", ROOT, "DA  ", ACCOUNT, "deny bucket#1"),
    case("user", USER, "AD  ", ACCOUNT, "deny id#1"),
    case("session", SESSION, "AAD ", ACCOUNT, "deny boundary#1"),
    case("session", SESSION, "AA D", ACCOUNT, "deny session#1"),
    case("user", STRANGER, "DA  ", ACCOUNT, "allow id#1"),
    // Boundary and session policies.
    case("user", "", " AA ", ACCOUNT, "allow id#1"),
    case("user", "", " A- ", ACCOUNT, "no permissions boundary"),
    case("user", "", "  A ", ACCOUNT, "no identity-based policy"),
    case("session", "", " A A", ACCOUNT, "allow id#1"),
    case("session", "", " A -", ACCOUNT, "no session policy"),
    case("session", "", "   A", ACCOUNT, "no identity-based policy"),
    case("session", "", " A--", ACCOUNT, "no permissions boundary"),
    case("session", "", " AA-", ACCOUNT, "no session policy"),
    // The bucket policy names the role, its session, its unique id, another session.
    case("session", ROLE, "A-  ", ACCOUNT, "allow bucket#1"),
    case("session", ROLE, "A-- ", ACCOUNT, "no permissions boundary"),
    case("session", ROLE, "A- -", ACCOUNT, "no session policy"),
    case("session", ROLE, "A-AA", ACCOUNT, "allow bucket#1"),
    case("session", SESSION, "A---", ACCOUNT, "allow bucket#1"),
    case("session", ID, "A-  ", ACCOUNT, "allow bucket#1"),
    case("session", ID, "A-- ", ACCOUNT, "no permissions boundary"),
    case("session", SIBLING, "A-  ", ACCOUNT, "no identity-based policy"),
    case("user", ROLE, "A-  ", ACCOUNT, "no identity-based policy"),
    // Users, and federated users behind whom a user stands.
    case("user", USER, "A-- ", ACCOUNT, "allow bucket#1"),
    case("federated", "", " A  ", ACCOUNT, "no session policy"),
    case("federated", "", " A A", ACCOUNT, "allow id#1"),
    case("federated", USER, "A-  ", ACCOUNT, "no session policy"),
    case("federated", USER, "A--A", ACCOUNT, "no permissions boundary"),
    case("federated", USER, "A- A", ACCOUNT, "allow bucket#1"),
    case("federated", FEDERATED, "A---", ACCOUNT, "allow bucket#1"),
    // The root user needs no Allow and heeds a Deny.
    case("root", "", "    ", ACCOUNT, "root"),
    case("root", ROOT, "A   ", ACCOUNT, "allow bucket#1"),
    case("root", STAR, "D   ", ACCOUNT, "deny bucket#1"),
    case("root", ROOT, "D   ", ACCOUNT, "deny bucket#1"),
    // Two accounts: both sides.
    case("user", "", " A  ", OTHER, "no resource-based policy"),
    case("user", USER, "A   ", OTHER, "no identity-based policy"),
    case("user", USER, "AA  ", OTHER, "allow bucket#1"),
    case("user", ROOT, "AA  ", OTHER, "allow bucket#1"),
    case("user", STAR, "A-  ", OTHER, "no identity-based policy"),
    case("user", USER, "AA- ", OTHER, "no permissions boundary"),
    case("session", SESSION, "A---", OTHER, "no identity-based policy"),
    case("session", SESSION, "AA -", OTHER, "no session policy"),
    case("session", ROLE, "AA A", OTHER, "allow bucket#1"),
    case("session", ROLE, "DA  ", OTHER, "deny bucket#1"),
    case("root", "", "    ", OTHER, "no resource-based policy"),
    case("root", BARE, "A   ", OTHER, "allow bucket#1"),
    // Senders without an account.
    case("nobody", "", "    ", ACCOUNT, "no resource-based policy"),
    case("nobody", STAR, "A   ", ACCOUNT, "allow bucket#1"),
    case("nobody", AWS_STAR, "A   ", ACCOUNT, "allow bucket#1"),
    case("nobody", STAR, "D   ", ACCOUNT, "deny bucket#1"),
    case("nobody", ROOT, "A   ", ACCOUNT, "no resource-based policy"),
    case("service", LOGS, "A   ", ACCOUNT, "allow bucket#1"),
    case("service", ROOT, "A   ", ACCOUNT, "no resource-based policy"),
];

#[test]
fn decisions() {
    for case in CASES {
        let Case {
            sender,
            names,
            say,
            owner,
            ..
        } = case;
        assert_eq!(
            decide(case),
            case.expected,
            "{sender} {names} {say:?} {owner}"
        );
    }
}

#[test]
fn not_principal_spares_only_whom_it_names_at_every_level() {
    let web_session = "arn:aws:sts::111122223333:assumed-role/web/i-0abc";
    let (role, root) = ("arn:aws:iam::111122223333:role/web", ACCOUNT);
    for (sender_name, listed, expected) in [
        ("session", vec![web_session, role, root], "allow id#1"),
        ("session", vec![web_session, role], "deny bucket#1"),
        ("session", vec![role, root], "deny bucket#1"),
        ("session", vec![web_session, root], "deny bucket#1"),
        ("session", vec!["*"], "allow id#1"),
        (
            "user",
            vec!["arn:aws:iam::111122223333:user/ann", root],
            "allow id#1",
        ),
        (
            "user",
            vec!["arn:aws:iam::111122223333:user/ann"],
            "deny bucket#1",
        ),
        ("user", vec![role, root], "deny bucket#1"),
        ("root", vec![root], "root"),
        ("nobody", vec![root], "deny bucket#1"),
    ] {
        let names = format!(
            r#""NotPrincipal": {{"AWS": ["{}"]}},"#,
            listed.join("\", \"")
        );
        let resource = said('D', "bucket", &names, DocumentKind::Resource);
        let identity = Vec::from_iter(match sender_name {
            "root" => None,
            _ => said('A', "id", "", DocumentKind::Identity),
        });
        let request = Request {
            principal: &sender(sender_name),
            action: "s3:GetObject",
            resource: "arn:aws:s3:::b/k",
            resource_account: None,
            context: &Context::new(),
        };
        let policies = Policies {
            identity: &identity,
            resource: resource.as_ref(),
            ..Policies::default()
        };
        let decision = brief(&evaluate(&request, &policies));
        assert_eq!(decision, expected, "{sender_name} {listed:?}");
    }
}
