//! What is refused, and the place that is named.

use proptest::prelude::*;

use super::*;

const I: DocumentKind = DocumentKind::Identity;
const T: DocumentKind = DocumentKind::Trust;
const R: DocumentKind = DocumentKind::Resource;

fn refused(json: &str, kind: DocumentKind) -> Malformed {
    match Document::parse(json, kind) {
        Err(refused) => refused,
        Ok(_) => panic!("accepted: {json}"),
    }
}

/// Refusals with line and column. `«` marks the place and is taken out before parsing.
#[rustfmt::skip]
const PLACED: &[(DocumentKind, &str, &str, &str, &str)] = &[
    (I, "«", "", "the document is empty", ""),
    (I, "«nonsense", "", "not JSON: expected ident", ""),
    (I, "{\n  \"Statement\": [«,]\n}", "", "not JSON: expected value", ""),
    (I, "{\"Statement\": «[", "", "not JSON: EOF while parsing a list", ""),
    (I, "{\"Statement\": []} «x", "", "not JSON: trailing characters", ""),
    (I, "{\"Id\": «\"\\ud800\"}", "", "not JSON: an escape that is no character", ""),
    (I, "«[]", "", "expected an object, found a list", ""),
    (I, "«{}", "", "`Statement` is missing", ""),
    (I, "{\"Version\": \"2012-10-17\", \"Statement\": «[]}", "Statement", "the list is empty", ""),
    (I, "{\"Version\": «\"2012-10-18\", \"Statement\": []}", "Version", "`2012-10-18` is no version of the policy language", "write `2012-10-17`"),
    (I, "{«\"Statements\": []}", "", "unknown element `Statements`", "did you mean `Statement`?"),
    (I, "{«\"Id\": \"x\", \"Statement\": [{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}", "Id", "an identity-based policy has no `Id`", ""),
    (I, "{\n \"Statement\": {\n  \"Effect\": \"Allow\", «\"Effect\": \"Deny\"}}", "Statement", "`Effect` occurs twice", ""),
    (I, "{\"Statement\": [\n  {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"},\n  {\"Effect\": «\"Permit\"}]}", "Statement[1].Effect", "`Permit` is no effect", ""),
    (I, "{\"Statement\": [{\"Sid\": \"ö\", \"Effect\": «\"deny\"}]}", "Statement[0].Effect", "`deny` is no effect", "did you mean `Deny`?"),
    (I, "{\"Statement\": [{\"Effect\": «1}]}", "Statement[0].Effect", "expected a string, found a number", ""),
    (I, "{\"Statement\": [«{\"Action\": \"*\"}]}", "Statement[0]", "`Effect` is missing", ""),
    (I, "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\", \"Sid\": \"a\"},\n{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\", \"Sid\": «\"a\"}]}", "Statement[1].Sid", "another statement has the same `Sid`", ""),
    (I, "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": [\"s3:Get*\", «\"GetItem\"], \"Resource\": \"*\"}}", "Statement.Action", "`GetItem` is no action; write `service:Action` or `*`", ""),
    (I, "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\", \"Condition\": {«\"StringEqual\": {\"a:b\": \"c\"}}}}", "Statement.Condition.StringEqual", "unknown operator `StringEqual`", "did you mean `StringEquals`?"),
    (I, "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\", \"Condition\": {\"NumericLessThan\": {\"a:b\": [1, «\"${c:d}\"]}}}}", "Statement.Condition.NumericLessThan.a:b", "`${c:d}` is no number", ""),
    (R, "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\", \"Principal\": {\"AWS\": [\"*\", «\"arn:aws:iam::1:role/a\"]}}}", "Statement.Principal.AWS", "`arn:aws:iam::1:role/a` is no principal", "an account id, or the ARN of an account root, a user, a role or a session"),
    (R, "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\", \"Principal\": {«\"aws\": \"*\"}}}", "Statement.Principal", "`aws` is no type of principal", "did you mean `AWS`?"),
];

#[test]
fn places() {
    for (kind, marked, path, message, hint) in PLACED {
        let json = marked.replacen('«', "", 1);
        let refused = refused(&json, *kind);
        let before = marked.split('«').next().unwrap();
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        // The reader of JSON notices `nonsense` at its second letter.
        let column = column + usize::from(json == "nonsense");
        let place = (before.matches('\n').count() + 1, column);
        assert_eq!((refused.line, refused.column), place, "{marked}\n{refused}");
        assert_eq!(refused.path, *path, "{marked}");
        assert_eq!(refused.message, *message, "{marked}");
        assert_eq!(
            refused.hint.as_deref().unwrap_or_default(),
            *hint,
            "{marked}"
        );
        assert!(json.get(refused.span.clone()).is_some(), "{marked}");
    }
}

/// Bodies of a single statement, with a part of the message.
#[rustfmt::skip]
const STATEMENTS: &[(DocumentKind, &str, &str)] = &[
    (I, r#""Action": "*""#, "`Resource` is missing"),
    (I, r#""Resource": "*""#, "`Action` is missing"),
    (I, r#""Action": "*", "NotAction": "*", "Resource": "*""#, "not both"),
    (I, r#""Action": "*", "Resource": "*", "NotResource": "*""#, "not both"),
    (I, r#""Action": [], "Resource": "*""#, "the list is empty"),
    (I, r#""Action": "*", "Resource": []"#, "the list is empty"),
    (I, r#""Action": {"a": 1}, "Resource": "*""#, "expected a string, found an object"),
    (I, r#""Action": null, "Resource": "*""#, "expected a string, found null"),
    (I, r#""Action": "", "Resource": "*""#, "is no action"),
    (I, r#""Action": "s3:", "Resource": "*""#, "is no action"),
    (I, r#""Action": "s3*:Get", "Resource": "*""#, "is no action"),
    (I, r#""Action": "s3:Get Object", "Resource": "*""#, "is no action"),
    (I, r#""Action": "s3:${aws:username}", "Resource": "*""#, "is no action"),
    (I, r#""Action": "*", "Resource": "bucket""#, "neither an ARN nor `*`"),
    (I, r#""Action": "*", "Resource": """#, "neither an ARN nor `*`"),
    (I, r#""Action": "*", "Resource": "*b""#, "neither an ARN nor `*`"),
    (I, r#""Action": "*", "Resource": "arn:*""#, "neither an ARN nor `*`"),
    (I, r#""Action": "*", "Resource": "arn:aws:s*:::b""#, "names no service"),
    (I, r#""Action": "*", "Resource": "arn:aws:s3:::""#, ""),
    (I, r#""Action": "*", "Resource": "arn:aws:sqs""#, "3 of the six parts"),
    (I, r#""Action": "*", "Resource": "arn:aws:iam::${aws:PrincipalAccount}:role/a""#, "before the fifth colon"),
    (I, r#""Action": "*", "Resource": "arn:aws:s3:::b/${aws:username""#, "never closed"),
    (I, r#""Action": "*", "Resource": "arn:aws:s3:::b/${username}""#, "names no condition key"),
    (I, r#""Action": "*", "Resource": "arn:aws:s3:::b/${aws:username, anon}""#, "single quotes"),
    (I, r#""Action": "*", "Resource": "*", "Principal": "*""#, "names no principal"),
    (I, r#""Action": "*", "Resource": "*", "NotPrincipal": "*""#, "names no principal"),
    (I, r#""Action": "*", "Resource": "*", "Sid": "a b""#, "other than letters and digits"),
    (I, r#""Action": "*", "Resource": "*", "Conditions": {}"#, "unknown element `Conditions`"),
    (I, r#""Action": "*", "Resource": "*", "action": "*""#, "unknown element `action`"),
    (I, r#""Action": "*", "Resource": "*", "Condition": []"#, "expected an object, found a list"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"Nope": {}}"#, "unknown operator"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"stringequals": {"a:b": "c"}}"#, "unknown operator"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"StringEquals": {"a:b": []}}"#, "the list is empty"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"StringEquals": {"a:b": null}}"#, "found null"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"StringEquals": {"a:b": [["c"]]}}"#, "found a list"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"StringEquals": {"username": "c"}}"#, "no condition key"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"StringEquals": {"a:b": "c", "a:b": "d"}}"#, "occurs twice"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"StringEquals": "c"}"#, "expected an object"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"ForSomeValues:StringEquals": {"a:b": "c"}}"#, "no set operator"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"NullIfExists": {"a:b": "true"}}"#, "`Null` takes no"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"ForAnyValue:Null": {"a:b": "true"}}"#, "`Null` takes no"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"Null": {"a:b": "maybe"}}"#, "no Boolean"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"Null": {"a:b": "${c:d}"}}"#, "no Boolean"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"Bool": {"a:b": "yes"}}"#, "neither `true` nor `false`"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"NumericEquals": {"a:b": "1*"}}"#, "no number"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"DateLessThan": {"a:b": "2031-*"}}"#, "no date"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"BinaryEquals": {"a:b": "%%"}}"#, "no base64"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"IpAddress": {"a:b": "203.0.113.0/33"}}"#, "no address"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"ArnLike": {"a:b": "arn:aws:s3"}}"#, "no ARN"),
    (I, r#""Action": "*", "Resource": "*", "Condition": {"ArnLike": {"a:b": "${c:d}"}}"#, "no ARN"),
    (T, r#""Action": "sts:AssumeRole""#, "`Principal` is missing"),
    (T, r#""Action": "sts:AssumeRole", "Principal": "*", "Resource": "*""#, "names no resource"),
    (T, r#""Action": "sts:AssumeRole", "NotPrincipal": "*""#, "no `NotPrincipal`"),
    (T, r#""Action": "s3:GetObject", "Principal": "*""#, "no action of `sts`"),
    (T, r#""Action": "*", "Principal": "*""#, "no action of `sts`"),
    (T, r#""NotAction": "sts:TagSession", "Principal": "*""#, "no `NotAction`"),
    (T, r#""Action": "sts:AssumeRole", "Principal": {"CanonicalUser": "a"}"#, "not supported"),
    (T, r#""Action": "sts:AssumeRole", "Principal": {"Service": "*"}"#, "wildcard"),
    (T, r#""Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::111122223333:user/*"}"#, "wildcard"),
    (T, r#""Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::111122223333:group/a"}"#, "no principal"),
    (T, r#""Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:sts::111122223333:assumed-role/a"}"#, "no principal"),
    (T, r#""Action": "sts:AssumeRole", "Principal": {"AWS": "11112222333"}"#, "no principal"),
    (T, r#""Action": "sts:AssumeRole", "Principal": {"AWS": []}"#, "the list is empty"),
    (T, r#""Action": "sts:AssumeRole", "Principal": {}"#, "no principal is named"),
    (T, r#""Action": "sts:AssumeRole", "Principal": "111122223333""#, "no principal"),
    (R, r#""Action": "*", "Resource": "*""#, "`Principal` is missing"),
    (R, r#""Action": "*", "Principal": "*""#, "`Resource` is missing"),
    (R, r#""Action": "*", "Resource": "*", "Principal": "*", "NotPrincipal": "*""#, "not both"),
    (R, r#""Action": "*", "Resource": "*", "Principal": {"Federated": "a"}"#, "not supported"),
];

#[test]
fn statements() {
    for (kind, body, part) in STATEMENTS {
        let json =
            format!(r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", {body}}}}}"#);
        if part.is_empty() {
            assert!(Document::parse(&json, *kind).is_ok(), "{json}");
            continue;
        }
        let refused = refused(&json, *kind);
        assert!(refused.message.contains(part), "{json}\n{refused}");
        assert!(refused.path.starts_with("Statement"), "{json}\n{refused}");
    }
}

#[test]
fn accepted() {
    for (kind, json) in [
        (
            I,
            r#"{"Statement": {"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}}"#,
        ),
        (
            I,
            r#"{"Statement": [{"Sid": "", "Effect": "Deny", "NotAction": "s3:*", "NotResource": "*"}, {"Sid": "", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}"#,
        ),
        (
            T,
            r#"{"Version": "2008-10-17", "Statement": [{"Sid": "", "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}]}"#,
        ),
        (
            R,
            r#"{"Version": "2012-10-17", "Id": "p 1", "Statement": [{"Sid": "list-it all", "Effect": "Allow", "Principal": {"AWS": "*", "CanonicalUser": "79a5"}, "Action": "s3:*", "Resource": "arn:aws:s3:::b"}]}"#,
        ),
    ] {
        assert!(Document::parse(json, kind).is_ok(), "{json}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    let json = format!(
        "{{\"Statement\": {}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert_eq!(refused(&json, I).message, "nested too deeply");
}

#[test]
fn a_message_says_where_what_and_what_next() {
    let json = "{\"Statement\": [{\n  \"Effect\": \"allow\"}]}";
    assert_eq!(
        refused(json, I).to_string(),
        "line 2, column 13: Statement[0].Effect: `allow` is no effect; did you mean `Allow`?"
    );
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Whatever is cut out of a document, reading it ends, and the place named exists.
    #[test]
    fn damaged_documents_do_no_harm(start in 0_usize..400, length in 0_usize..40, fill in "[\\[\\]{}\",:ä\\\\ ]{0,3}") {
        let json = managed("AmazonSSMManagedInstanceCore").unwrap().text;
        let start = start.min(json.len());
        let end = (start + length).min(json.len());
        let damaged = format!("{}{fill}{}", &json[..start], &json[end..]);
        if let Err(refused) = Document::parse(&damaged, I) {
            prop_assert!(damaged.get(refused.span.clone()).is_some());
            prop_assert!(refused.line <= damaged.lines().count().max(1) + 1);
        }
    }
}
