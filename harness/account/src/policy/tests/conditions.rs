//! Condition operators.

use super::*;

const ALLOWED: &str = "allow id#1";

fn holds(condition: &str, context: &Context) -> bool {
    let statement = format!(
        r#"{{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {{{condition}}}}}"#
    );
    decide(&statement, "s3:GetObject", "arn:aws:s3:::b/k", context) == ALLOWED
}

/// `k=1 m=x,y` are keys `t:k` and `t:m`; a key without a value is absent.
fn context(short: &str) -> Context {
    short
        .split_whitespace()
        .fold(Context::new(), |context, pair| {
            let (key, values) = pair.split_once('=').unwrap();
            context.with_values(&format!("t:{key}"), values.split(','))
        })
}

#[test]
fn single_values() {
    #[rustfmt::skip]
    let cases: &[(&str, &str, &str, bool)] = &[
        ("StringEquals", r#""a""#, "k=a", true),
        ("StringEquals", r#""a""#, "k=A", false),
        ("StringEquals", r#""a*""#, "k=ab", false),
        ("StringEquals", r#""a*""#, "k=a*", true),
        ("StringEquals", r#"["a", "b"]"#, "k=b", true),
        ("StringEquals", r#""a""#, "", false),
        ("StringEquals", r#""""#, "k=", true),
        ("StringEquals", "10", "k=10", true),
        ("StringEquals", "true", "k=true", true),
        ("StringNotEquals", r#""a""#, "k=b", true),
        ("StringNotEquals", r#"["a", "b"]"#, "k=b", false),
        ("StringNotEquals", r#"["a", "b"]"#, "k=c", true),
        ("StringNotEquals", r#""a""#, "", true),
        ("StringEqualsIgnoreCase", r#""aB""#, "k=Ab", true),
        ("StringNotEqualsIgnoreCase", r#""aB""#, "k=Ab", false),
        ("StringNotEqualsIgnoreCase", r#""a""#, "", true),
        ("StringLike", r#""a*c?""#, "k=abbbcd", true),
        ("StringLike", r#""a*""#, "k=Ab", false),
        ("StringLike", r#""*""#, "", false),
        ("StringNotLike", r#""a*""#, "k=b", true),
        ("StringNotLike", r#""a*""#, "", true),
        ("StringNotLike", r#"["a*", "b*"]"#, "k=bx", false),
        ("StringEqualsIfExists", r#""a""#, "", true),
        ("StringEqualsIfExists", r#""a""#, "k=b", false),
        ("StringNotEqualsIfExists", r#""a""#, "", true),
        ("StringNotEqualsIfExists", r#""a""#, "k=a", false),
        ("NumericEquals", r#""2""#, "k=2.0", true),
        ("NumericNotEquals", r#""2""#, "k=2.5", true),
        ("NumericNotEquals", r#""2""#, "", true),
        ("NumericLessThan", r#""2.0""#, "k=1.0", true),
        ("NumericLessThan", r#""2.0""#, "k=2.0", false),
        ("NumericLessThan", r#""2.0""#, "", false),
        ("NumericLessThanIfExists", r#""2.0""#, "", true),
        ("NumericLessThanEquals", "10", "k=10", true),
        ("NumericLessThanEquals", "10", "k=9", true),
        ("NumericGreaterThan", "9", "k=10", true),
        ("NumericGreaterThanEquals", "10", "k=ten", false),
        ("DateEquals", r#""2031-05-01T00:00:00Z""#, "k=2031-05-01T02:00:00+02:00", true),
        ("DateEquals", r#""2014-06-20T18:40:00Z""#, "k=1403289600", true),
        ("DateNotEquals", r#""2031-05-01""#, "", true),
        ("DateLessThan", r#""2031-05-01T06:00:00Z""#, "k=2031-05-01T05:59:59Z", true),
        ("DateLessThan", r#""2031-05-01T06:00:00Z""#, "k=2031-05-01T06:00:00Z", false),
        ("DateLessThan", r#""2031-05-01T06:00:00Z""#, "", false),
        ("DateLessThanEquals", r#""2031-05-01T06:00:00Z""#, "k=2031-05-01T06:00:00Z", true),
        ("DateGreaterThan", r#""2031""#, "k=2031-01-01T00:00:01Z", true),
        ("DateGreaterThanEquals", r#""2031-01""#, "k=2030-12-31T23:59:59Z", false),
        ("Bool", r#""true""#, "k=true", true),
        ("Bool", "false", "k=true", false),
        ("Bool", r#""True""#, "k=TRUE", true),
        ("Bool", r#""false""#, "", false),
        ("BoolIfExists", r#""false""#, "", true),
        ("BinaryEquals", r#""QUI=""#, "k=QUI=", true),
        ("BinaryEquals", r#""QUI=""#, "k=QUM=", false),
        ("IpAddress", r#""203.0.113.0/24""#, "k=203.0.113.9", true),
        ("IpAddress", r#"["203.0.113.0/24", "2001:db8::/32"]"#, "k=2001:db8::9", true),
        ("IpAddress", r#""203.0.113.0/24""#, "k=198.51.100.1", false),
        ("IpAddress", r#""0.0.0.0/0""#, "", false),
        ("NotIpAddress", r#""203.0.113.0/24""#, "k=203.0.113.9", false),
        ("NotIpAddress", r#""203.0.113.0/24""#, "", true),
        ("ArnEquals", r#""arn:aws:iam::1:role/*""#, "k=arn:aws:iam::1:role/a/b", true),
        ("ArnEquals", r#""arn:aws:iam::*:role/a""#, "k=arn:aws:iam::1:x:role/a", false),
        ("ArnLike", r#""arn:aws:sns:*:1:t""#, "k=arn:aws:sns:eu:1:t", true),
        ("ArnLike", r#""arn:aws:s*:*:1:t""#, "k=arn:aws:sns:eu:9:1:t", false),
        ("StringLike", r#""arn:aws:s*:*:1:t""#, "k=arn:aws:sns:eu:9:1:t", true),
        ("ArnLike", r#""arn:aws:sns:eu:1:T""#, "k=arn:aws:sns:eu:1:t", false),
        ("ArnLike", r#""*""#, "k=arn:aws:sns:eu:1:t", true),
        ("ArnNotLike", r#""arn:aws:sns:*:1:t""#, "k=arn:aws:sns:eu:1:u", true),
        ("ArnNotEquals", r#""arn:aws:sns:*:1:*""#, "k=arn:aws:sns:eu:1:u", false),
        ("ArnNotLike", r#""arn:aws:sns:*:1:t""#, "", true),
        ("Null", r#""true""#, "", true),
        ("Null", r#""true""#, "k=a", false),
        ("Null", "false", "k=a", true),
        ("Null", "false", "", false),
    ];
    for (operator, values, short, expected) in cases {
        let condition = format!(r#""{operator}": {{"T:K": {values}}}"#);
        let actual = holds(&condition, &context(short));
        assert_eq!(actual, *expected, "{condition} {short}");
    }
}

#[test]
fn sets() {
    #[rustfmt::skip]
    let cases: &[(&str, &str, &str, bool)] = &[
        ("ForAllValues:StringEquals", r#"["a", "b"]"#, "k=a,b", true),
        ("ForAllValues:StringEquals", r#"["a", "b"]"#, "k=a", true),
        ("ForAllValues:StringEquals", r#"["a", "b"]"#, "k=a,c", false),
        ("ForAllValues:StringEquals", r#""a""#, "", true),
        ("ForAllValues:StringEquals", r#""a""#, "k=", true),
        ("ForAllValues:StringNotEquals", r#"["a", "b"]"#, "k=c,d", true),
        ("ForAllValues:StringNotEquals", r#"["a", "b"]"#, "k=c,a", false),
        ("ForAllValues:StringLikeIfExists", r#""a*""#, "k=ab,ac", true),
        ("ForAllValues:StringLikeIfExists", r#""a*""#, "", true),
        ("ForAnyValue:StringEquals", r#"["a", "b"]"#, "k=c,b", true),
        ("ForAnyValue:StringEquals", r#"["a", "b"]"#, "k=c,d", false),
        ("ForAnyValue:StringEquals", r#""a""#, "", false),
        ("ForAnyValue:StringLike", r#""*""#, "k=", false),
        ("ForAnyValue:StringNotEquals", r#"["a", "b"]"#, "k=a,c", true),
        ("ForAnyValue:StringNotEquals", r#"["a", "b"]"#, "k=a,b", false),
        ("ForAnyValue:StringNotEquals", r#""a""#, "", false),
        ("ForAnyValue:NumericLessThan", "5", "k=9,4", true),
        ("ForAnyValue:IpAddress", r#""10.0.0.0/8""#, "k=192.0.2.1,10.1.1.1", true),
        ("ForAnyValue:StringEqualsIfExists", r#""a""#, "", true),
        // No set operator, several values.
        ("StringEquals", r#""a""#, "k=b,a", true),
        ("StringNotEquals", r#""a""#, "k=b,a", false),
    ];
    for (operator, values, short, expected) in cases {
        let condition = format!(r#""{operator}": {{"t:k": {values}}}"#);
        let actual = holds(&condition, &context(short));
        assert_eq!(actual, *expected, "{condition} {short}");
    }
}

#[test]
fn operators_and_keys_are_all_needed() {
    let two_keys = r#""StringEquals": {"t:a": "1", "t:b": "2"}"#;
    let two_operators = r#""StringEquals": {"t:a": "1"}, "NumericLessThan": {"t:b": "3"}"#;
    for condition in [two_keys, two_operators] {
        assert!(holds(condition, &context("a=1 b=2")), "{condition}");
        assert!(!holds(condition, &context("a=1 b=9")), "{condition}");
        assert!(!holds(condition, &context("a=1")), "{condition}");
    }
    assert!(holds("", &Context::new()));
    assert!(holds(r#""StringEquals": {}"#, &Context::new()));
}

#[test]
fn variables_in_values() {
    #[rustfmt::skip]
    let cases: &[(&str, &str, &str, bool)] = &[
        ("StringEquals", r#""${t:v}""#, "k=a v=a", true),
        ("StringEquals", r#""${t:v}""#, "k=a v=b", false),
        ("StringEquals", r#""${t:v}""#, "k=a", false),
        ("StringEquals", r#"["${t:v}", "a"]"#, "k=a", true),
        ("StringEquals", r#""${t:v}""#, "k=${t:v}", false),
        ("StringEquals", r#""${*}""#, "k=*", true),
        ("StringLike", r#""home/${t:v}/*""#, "k=home/a/x v=a", true),
        ("StringLike", r#""home/${t:v}/*""#, "k=home/b/x v=*", false),
        ("StringLike", r#""${t:v}*""#, "k=x", false),
        ("StringLike", r#""a${*}*""#, "k=a*bc", true),
        ("StringLike", r#""a${*}*""#, "k=abc", false),
        ("StringEqualsIfExists", r#""${t:v}""#, "k=a", false),
        // What has no value is equal to nothing, so the negated operators hold.
        ("StringNotEquals", r#""${t:v}""#, "k=a", true),
        ("StringNotLike", r#""${t:v}*""#, "k=a", true),
        ("ArnNotLike", r#""arn:aws:s3:::${t:v}""#, "k=arn:aws:s3:::a", true),
        ("ArnLike", r#""arn:aws:iam::${t:v}:role/*""#, "k=arn:aws:iam::1:role/a v=1", true),
        ("ArnLike", r#""arn:aws:iam::${t:v}:role/*""#, "k=arn:aws:iam::1:role/a v=*", false),
        ("ArnEquals", r#""arn:aws:s3:::${t:v}""#, "k=arn:aws:s3:::a", false),
        ("Bool", r#""${t:v}""#, "k=true v=True", true),
        ("Bool", r#""${t:v}""#, "k=true v=false", false),
    ];
    for (operator, values, short, expected) in cases {
        let condition = format!(r#""{operator}": {{"t:k": {values}}}"#);
        let actual = holds(&condition, &context(short));
        assert_eq!(actual, *expected, "{condition} {short}");
    }
}

#[test]
fn older_sessions_are_revoked() {
    let at = crate::SimInstant::parse("2031-05-01T06:00:00Z").unwrap();
    let document = Document::parse(&revoke_older_sessions(at), DocumentKind::Identity).unwrap();
    let full = managed("AmazonS3FullAccess").unwrap().policy.clone();
    let identity = [
        full,
        NamedPolicy::new(REVOKE_OLDER_SESSIONS, Arc::new(document)),
    ];
    for (issued, expected) in [
        (
            Some("2031-05-01T05:59:59Z"),
            "deny AWSRevokeOlderSessions#1",
        ),
        (Some("2031-05-01T06:00:00Z"), "allow AmazonS3FullAccess#1"),
        (Some("2031-05-01T06:00:01Z"), "allow AmazonS3FullAccess#1"),
        (None, "allow AmazonS3FullAccess#1"),
    ] {
        let mut context = Context::new();
        context.set("aws:TokenIssueTime", issued);
        let request = Request {
            principal: &web(),
            action: "s3:PutObject",
            resource: "arn:aws:s3:::b/k",
            resource_account: None,
            context: &context,
        };
        let policies = Policies {
            identity: &identity,
            ..Policies::default()
        };
        assert_eq!(
            brief(&evaluate(&request, &policies)),
            expected,
            "{issued:?}"
        );
    }
}
