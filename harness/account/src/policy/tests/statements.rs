//! Actions, resources, variables and the order of statements.

use super::*;

const NO: &str = "no identity-based policy";
const GET: &str = "s3:GetObject";
const KEY: &str = "arn:aws:s3:::b/k";

/// `A action | resource`, `D ...`, `A !action` for `NotAction`, `| !resource` for `NotResource`.
fn statement(short: &str) -> String {
    let (effect, rest) = short.split_at(2);
    let (action, resource) = rest.split_once(" | ").unwrap();
    let field = |name: &str, text: &str| match text.strip_prefix('!') {
        Some(text) => format!(r#""Not{name}": ["{text}"]"#),
        None => format!(r#""{name}": "{text}""#),
    };
    let effect = if effect == "A " { "Allow" } else { "Deny" };
    let (action, resource) = (field("Action", action), field("Resource", resource));
    format!(r#"{{"Effect": "{effect}", {action}, {resource}}}"#)
}

fn statements(short: &[&str]) -> String {
    let list: Vec<String> = short.iter().map(|short| statement(short)).collect();
    list.join(",")
}

#[test]
fn decisions() {
    let cases: &[(&[&str], &str, &str, &str)] = &[
        // Deny and its order.
        (&["A s3:* | *"], GET, KEY, "allow id#1"),
        (&["A s3:* | *", "D s3:GetObject | *"], GET, KEY, "deny id#2"),
        (&["D s3:GetObject | *", "A s3:* | *"], GET, KEY, "deny id#1"),
        (&["A s3:* | *", "D s3:Put* | *"], GET, KEY, "allow id#1"),
        (&["A s3:Put* | *", "A s3:Get* | *"], GET, KEY, "allow id#2"),
        (&["D s3:Put* | *"], GET, KEY, NO),
        // Actions.
        (&["A S3:getobject | *"], GET, KEY, "allow id#1"),
        (&["A s3:GetObject | *"], "S3:GETOBJECT", KEY, "allow id#1"),
        (&["A s3:*Object | *"], GET, KEY, "allow id#1"),
        (&["A s3:Get?bject | *"], GET, KEY, "allow id#1"),
        (&["A s3:Get?Object | *"], GET, KEY, NO),
        (&["A s3:GetObject | *"], "s3:GetObjectTagging", KEY, NO),
        (
            &["A s3:GetObject* | *"],
            "s3:GetObjectTagging",
            KEY,
            "allow id#1",
        ),
        (&["A s3:* | *"], "s3-object-lambda:GetObject", KEY, NO),
        (&["A * | *"], "sqs:SendMessage", "*", "allow id#1"),
        (&["A *:* | *"], "sqs:SendMessage", "*", "allow id#1"),
        // `NotAction` and `NotResource` allow the rest; they deny nothing.
        (&["A !iam:* | *"], GET, KEY, "allow id#1"),
        (&["A !iam:* | *"], "iam:CreateUser", "*", NO),
        (
            &["A !iam:* | *", "A iam:Get* | *"],
            "iam:GetUser",
            "*",
            "allow id#2",
        ),
        (&["A * | *", "D !s3:* | *"], "iam:GetUser", "*", "deny id#2"),
        (&["A * | *", "D !s3:* | *"], GET, KEY, "allow id#1"),
        (
            &["A !iam:* | arn:aws:s3:::b/*"],
            "s3:ListAllMyBuckets",
            "*",
            NO,
        ),
        (&["A s3:* | !arn:aws:s3:::b/*"], GET, KEY, NO),
        (
            &["A s3:* | !arn:aws:s3:::b/*"],
            GET,
            "arn:aws:s3:::c/k",
            "allow id#1",
        ),
        (
            &["A s3:* | !arn:aws:s3:::b/*"],
            "s3:ListAllMyBuckets",
            "*",
            "allow id#1",
        ),
        // Resources.
        (
            &["A s3:* | arn:aws:s3:::b/*"],
            GET,
            "arn:aws:s3:::b/x/y",
            "allow id#1",
        ),
        (
            &["A s3:* | arn:aws:s3:::b/*/z"],
            GET,
            "arn:aws:s3:::b/x/y/z",
            "allow id#1",
        ),
        (
            &["A s3:* | arn:aws:s3:::b/*"],
            GET,
            "arn:aws:s3:::b/a:b",
            "allow id#1",
        ),
        (
            &["A s3:* | arn:aws:s3:::b/*"],
            "s3:ListBucket",
            "arn:aws:s3:::b",
            NO,
        ),
        (&["A s3:* | arn:aws:s3:::b"], GET, KEY, NO),
        (&["A s3:* | arn:aws:s3:::b*"], GET, KEY, "allow id#1"),
        (&["A s3:* | arn:aws:s3:::B/*"], GET, KEY, NO),
        (&["A s3:* | arn:aws:s3:::b/K"], GET, KEY, NO),
        (
            &["A s3:* | arn:aws:s3:::*"],
            "s3:ListAllMyBuckets",
            "arn:aws:s3:::*",
            "allow id#1",
        ),
        (&["A s3:* | arn:aws:s3:::*"], "s3:ListAllMyBuckets", "*", NO),
        (&["A s3:* | arn:*:s3:::b/k"], GET, KEY, "allow id#1"),
        (&["A s3:* | arn:aws:s3:*"], GET, KEY, "allow id#1"),
        (
            &["A sqs:* | arn:aws:sqs:*:111122223333:jobs"],
            "sqs:SendMessage",
            "arn:aws:sqs:eu-west-1:111122223333:jobs",
            "allow id#1",
        ),
        (
            &["A sqs:* | arn:aws:sqs:eu-*-1:111122223333:jobs"],
            "sqs:SendMessage",
            "arn:aws:sqs:eu-west-1:111122223333:jobs",
            "allow id#1",
        ),
        (
            &["A sqs:* | arn:aws:sqs:e*1:jobs*"],
            "sqs:SendMessage",
            "arn:aws:sqs:eu-west-1:111122223331:jobs",
            NO,
        ),
    ];
    for (short, action, resource, expected) in cases {
        let context = Context::new();
        let decision = decide(&statements(short), action, resource, &context);
        assert_eq!(&decision, expected, "{short:?} {action} {resource}");
    }
}

#[test]
fn variables() {
    let none = Context::new();
    let ann = Context::new().with("aws:username", "ann");
    let star = Context::new().with("aws:username", "*");
    let two = Context::new().with_values("aws:username", ["ann", "bob"]);
    let empty = Context::new().with("aws:username", "");
    let cases: &[(&str, &str, &Context, bool)] = &[
        ("${aws:username}/*", "ann/x", &ann, true),
        ("${AWS:UserName}/*", "ann/x", &ann, true),
        ("${aws:username}/*", "bob/x", &ann, false),
        ("${aws:username}-${aws:username}", "ann-ann", &ann, true),
        // Without a value nothing matches; `*` behind the variable does not help.
        ("${aws:username}*", "x", &none, false),
        ("${aws:username}*", "", &none, false),
        ("${aws:username}", "${aws:username}", &none, false),
        ("${aws:username}x", "x", &empty, true),
        ("${aws:username}*", "ann", &two, false),
        // A value is text, whatever it contains.
        ("${aws:username}", "secret", &star, false),
        ("${aws:username}/x", "any/x", &star, false),
        ("${aws:username}/x", "*/x", &star, true),
        // Characters that would be special.
        ("a${*}b", "a*b", &none, true),
        ("a${*}b", "axb", &none, false),
        ("a${?}b", "a?b", &none, true),
        ("a${?}b", "axb", &none, false),
        ("a${$}{b}", "a${b}", &none, true),
        ("a$b", "a$b", &none, true),
        // Defaults.
        ("${aws:username, 'anonymous'}", "anonymous", &none, true),
        ("${aws:username, 'anonymous'}", "ann", &ann, true),
        ("${aws:username, 'anonymous'}", "anonymous", &ann, false),
        ("${aws:username, '*'}", "x", &none, false),
        ("${aws:username, 'anonymous'}", "anonymous", &two, false),
    ];
    for (pattern, key, context, expected) in cases {
        let statements = statement(&format!("A s3:* | arn:aws:s3:::b/{pattern}"));
        let decision = decide(&statements, GET, &format!("arn:aws:s3:::b/{key}"), context);
        let expected = if *expected { "allow id#1" } else { NO };
        assert_eq!(decision, expected, "{pattern} {key} {context:?}");
    }
    // The resource with the variable matches nothing, so `NotResource` covers everything.
    let not = statement("D s3:* | !arn:aws:s3:::b/${aws:username}");
    assert_eq!(decide(&not, GET, KEY, &none), "deny id#1");
}

#[test]
fn documents_of_2008_have_no_variables() {
    for version in ["", r#""Version": "2008-10-17","#] {
        let body = statement("A s3:* | arn:aws:s3:::b/${aws:username}");
        let identity = [versioned("id", &body, DocumentKind::Identity, version)];
        let context = Context::new().with("aws:username", "ann");
        for (key, expected) in [("ann", NO), ("${aws:username}", "allow id#1")] {
            let request = Request {
                principal: &web(),
                action: GET,
                resource: &format!("arn:aws:s3:::b/{key}"),
                resource_account: None,
                context: &context,
            };
            let policies = Policies {
                identity: &identity,
                ..Policies::default()
            };
            assert_eq!(brief(&evaluate(&request, &policies)), expected, "{key}");
        }
    }
}
