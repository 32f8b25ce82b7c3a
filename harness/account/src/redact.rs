//! What is shown in place of what must not be.

use bytes::Bytes;
use http::{HeaderMap, Uri};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::operation::Operation;
use crate::secret::fingerprint;

/// Headers whose whole value is a secret.
const SECRET_HEADERS: &[&str] = &[
    "x-amz-security-token",
    "x-aws-ec2-metadata-token",
    "x-amz-sso_bearer_token",
    "cookie",
    "set-cookie",
];

/// Headers that say which build of a client it was: shown as a class, so that a journal does not
/// change with it.
const CLIENT_HEADERS: &[&str] = &["user-agent", "x-amz-user-agent", "amz-sdk-invocation-id"];

/// Members of JSON documents that are secrets.
const SECRET_MEMBERS: &[&str] = &["SecretAccessKey", "Token", "SessionToken"];

/// The member of the portal's answer that has others in it, and which of those are secrets.
const PORTAL_MEMBER: &str = "roleCredentials";
const PORTAL_SECRETS: &[&str] = &["secretAccessKey", "sessionToken"];

/// Elements of XML documents that are secrets.
const SECRET_ELEMENTS: &[&str] = &[
    "SecretAccessKey",
    "SessionToken",
    "Base32StringSeed",
    "QRCodePNG",
];

/// Elements of XML documents that change with the build of a client, as its signatures do: the
/// journal has them in the detail of the refusal.
const CLIENT_ELEMENTS: &[&str] = &[
    "StringToSign",
    "SignatureProvided",
    "StringToSignBytes",
    "CanonicalRequest",
    "CanonicalRequestBytes",
];

/// Keys of a query that are secrets.
const SECRET_QUERY_KEYS: &[&str] = &[
    "x-amz-security-token",
    "x-amz-signature",
    "authenticationcode1",
    "authenticationcode2",
    "tokencode",
];

/// Sorted by name, then by value: some clients send theirs in an order that changes.
pub(crate) fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut shown: Vec<_> = headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.as_str().to_owned(), header(name.as_str(), &value))
        })
        .collect();
    shown.sort();
    shown
}

fn header(name: &str, value: &str) -> String {
    match name {
        "authorization" => authorization(value),
        _ if SECRET_HEADERS.contains(&name) => fingerprint(value),
        _ if CLIENT_HEADERS.contains(&name) => format!("<{name}>"),
        _ => value.to_owned(),
    }
}

/// Everything but the signature, which depends on the client's build through the headers above;
/// a value of any other form is a secret as a whole.
fn authorization(value: &str) -> String {
    match value.split_once("Signature=") {
        Some((before, _)) if before.starts_with("AWS4-HMAC-SHA256 ") => {
            format!("{before}Signature=<signature>")
        }
        _ => fingerprint(value),
    }
}

/// Host, path and query.
pub(crate) fn target(uri: &Uri) -> String {
    let host = uri.authority().map_or("", |authority| authority.as_str());
    let query = match uri.query() {
        None => String::new(),
        Some(query) => format!(
            "?{}",
            query
                .split('&')
                .map(query_pair)
                .collect::<Vec<_>>()
                .join("&")
        ),
    };
    format!("{host}{}{query}", uri.path())
}

fn query_pair(pair: &str) -> String {
    match pair.split_once('=') {
        Some((key, value)) if is_secret_key(key) => format!("{key}={}", fingerprint(value)),
        _ => pair.to_owned(),
    }
}

/// In any case, and percent-encoded or not: a key in disguise is read as what it means.
pub(crate) fn is_secret_key(sent: &str) -> bool {
    let key = percent_decode_str(sent).decode_utf8_lossy().to_lowercase();
    SECRET_QUERY_KEYS.contains(&key.as_str())
}

fn hide(members: &mut Map<String, Value>, secrets: &[&str]) {
    for name in secrets {
        if let Some(Value::String(secret)) = members.get_mut(*name) {
            *secret = fingerprint(secret);
        }
    }
}

/// The body of an answer: a metadata token as a fingerprint, the secret members of JSON and the
/// secret elements of XML likewise.
pub(crate) fn document(operation: Option<Operation>, body: &Bytes) -> String {
    let text = String::from_utf8_lossy(body);
    let is_token = matches!(
        operation,
        Some(Operation::ImdsToken | Operation::ContainerToken)
    );
    if is_token && !text.starts_with('<') {
        return if text.is_empty() {
            String::new()
        } else {
            fingerprint(&text)
        };
    }
    match serde_json::from_str(&text) {
        Ok(Value::Object(mut members)) => {
            hide(&mut members, SECRET_MEMBERS);
            if let Some(Value::Object(inner)) = members.get_mut(PORTAL_MEMBER) {
                hide(inner, PORTAL_SECRETS);
            }
            Value::Object(members).to_string()
        }
        _ if text.starts_with('<') => {
            let shown = CLIENT_ELEMENTS
                .iter()
                .fold(text.into_owned(), |text, name| {
                    element(&text, name, |_| "...".to_owned())
                });
            let secret = |text: String, name: &&str| element(&text, name, fingerprint);
            SECRET_ELEMENTS.iter().fold(shown, secret)
        }
        // What is cut short is no JSON any more, and its secrets still are.
        _ => SECRET_MEMBERS
            .iter()
            .chain(PORTAL_SECRETS)
            .fold(text.into_owned(), |text, name| member(&text, name)),
    }
}

/// A text that may once have been JSON, with the string of each member `name` as a fingerprint. One that
/// is cut short keeps nothing of it.
fn member(text: &str, name: &str) -> String {
    let key = format!("\"{name}\"");
    let mut parts = text.split(&key);
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shown.push_str(&key);
        let value = part.trim_start().strip_prefix(':').map(str::trim_start);
        let Some(value) = value.and_then(|value| value.strip_prefix('"')) else {
            shown.push_str(part);
            continue;
        };
        let mut escaped = false;
        let end = value.find(|c: char| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let (secret, rest) = value.split_at(end.unwrap_or(value.len()));
        let before = &part[..part.len() - value.len()];
        shown.extend([before, &fingerprint(secret), rest]);
    }
    shown
}

/// A document with the text of each element `name` as `class` shows it. A document that is cut short
/// keeps nothing of the element that is.
fn element(document: &str, name: &str, class: impl Fn(&str) -> String) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let mut parts = document.split(&open);
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (secret, rest) = part.split_once(&close).unwrap_or((part, ""));
        shown.extend([&open, &class(secret), close.as_str(), rest]);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_become_fingerprints() {
        let body = Bytes::from_static(
            br#"{"Code" : "Success", "SecretAccessKey" : "s3cret", "Token" : "t0ken"}"#,
        );
        let shown = document(Some(Operation::ImdsCredentials), &body);
        assert!(
            shown.contains("Success") && !shown.contains("s3cret") && !shown.contains("t0ken"),
            "{shown}"
        );
        assert_eq!(
            document(Some(Operation::ImdsToken), &Bytes::from_static(b"AQAE")),
            fingerprint("AQAE")
        );
    }

    /// As a fault breaks them (`malformed-body`), or a program prints them.
    #[test]
    fn secrets_of_what_is_no_json_any_more_become_fingerprints() {
        let (secret, token) = (fingerprint("s3cret"), fingerprint("t0\\\"ken"));
        for (broken, wanted) in [
            (
                r#"{"SecretAccessKey" : "s3cret", "Token":"t0\"ken", "Code":"Succ"#,
                format!(r#"{{"SecretAccessKey" : "{secret}", "Token":"{token}", "Code":"Succ"#),
            ),
            (
                r#"{"roleCredentials":{"secretAccessKey":"s3cret"},"#,
                format!(r#"{{"roleCredentials":{{"secretAccessKey":"{secret}"}},"#),
            ),
            (
                r#"{"SecretAccessKey":"s3cret"#,
                format!(r#"{{"SecretAccessKey":"{secret}"#),
            ),
            (r#"{"Token"#, r#"{"Token"#.to_owned()),
            (r#"{"Token":1,"#, r#"{"Token":1,"#.to_owned()),
            ("photo-app", "photo-app".to_owned()),
        ] {
            let shown = document(Some(Operation::ImdsCredentials), &Bytes::from(broken));
            assert_eq!(shown, wanted);
        }
    }

    #[test]
    fn secret_elements_become_fingerprints() {
        let body =
            "<C><SecretAccessKey>s3cret</SecretAccessKey><SessionToken>t0ken</SessionToken></C>";
        let shown = document(
            Some(Operation::StsAssumeRole),
            &Bytes::from_static(body.as_bytes()),
        );
        let (secret, token) = (fingerprint("s3cret"), fingerprint("t0ken"));
        assert_eq!(
            shown,
            format!(
                "<C><SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{token}</SessionToken></C>"
            )
        );
        let seed = document(
            Some(Operation::CreateVirtualMFADevice),
            &Bytes::from_static(b"<D><Base32StringSeed>SEED</Base32StringSeed></D>"),
        );
        assert!(!seed.contains("SEED"), "{seed}");
        let cut = document(None, &Bytes::from_static(b"<C><SecretAccessKey>s3cret"));
        assert!(!cut.contains("s3cret"), "{cut}");
    }

    #[test]
    fn what_changes_with_the_build_of_a_client_is_a_class() {
        let body = "<Error><StringToSign>a</StringToSign><CanonicalRequest>b</CanonicalRequest>\
                    <SignatureProvided>c</SignatureProvided></Error>";
        let shown = document(
            Some(Operation::GetObject),
            &Bytes::from_static(body.as_bytes()),
        );
        assert_eq!(
            shown,
            "<Error><StringToSign>...</StringToSign><CanonicalRequest>...</CanonicalRequest>\
             <SignatureProvided>...</SignatureProvided></Error>"
        );
    }

    #[test]
    fn a_signature_is_a_class_and_foreign_schemes_are_secret() {
        let signed = "AWS4-HMAC-SHA256 Credential=A/b, SignedHeaders=host, Signature=abc";
        assert_eq!(
            authorization(signed),
            "AWS4-HMAC-SHA256 Credential=A/b, SignedHeaders=host, Signature=<signature>"
        );
        assert_eq!(authorization("eyJhbGciOi"), fingerprint("eyJhbGciOi"));
    }

    #[test]
    fn queries_keep_what_is_no_secret() {
        let uri: Uri = "https://b.s3.amazonaws.com/k?X-Amz-Signature=abc&x-id=PutObject"
            .parse()
            .unwrap();
        let shown = target(&uri);
        assert!(
            shown.starts_with("b.s3.amazonaws.com/k?X-Amz-Signature=sha256:"),
            "{shown}"
        );
        assert!(shown.ends_with("&x-id=PutObject"), "{shown}");
        let uri: Uri = "/k?X%2DAmz-Security-Token=abc".parse().unwrap();
        assert!(!target(&uri).contains("abc"));
        // Codes are good for a minute or so, and once.
        for name in ["TokenCode", "AuthenticationCode1", "AuthenticationCode2"] {
            let uri: Uri = format!("/?{name}=123456").parse().unwrap();
            assert!(!target(&uri).contains("123456"), "{name}");
        }
    }
}
