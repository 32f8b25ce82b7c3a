//! No secret of an upstream reaches the file, and what was the same stays the same.

use rolecall_endpoints::record::{Fixture, Kind};
use wiremock::matchers::{method, path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{Recorded, Recording, Then, upstream_that_sends};

const METADATA_TOKEN: &str = "AQAEAPpYKzjNo8V0dQ2r1JSMZ7kD3yWqTtX4hG9uBcLfEiVs5nRmxw==";
const KEY_ID: &str = "ASIAQ3EGRTVJ7MZKXW2D";
const SECRET: &str = "c9Fh/2kLw0VbT+QmYz7NsXpR4aJdUe1GiHo5KtCW";
const SESSION_TOKEN: &str =
    "IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEUCIQDx7kP+fake/Token0123456789==";
const OTHER_KEY_ID: &str = "AKIAZ7YX6WVU5TSR4QPO";
const OTHER_SECRET: &str = "0pQrS/tUvWxYz1234567890AbCdEfGhIjKlMnOpQ";
const JWT: &str = "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQifQ.c2lnbmF0dXJlLW9mLWl0";
const PROOF: &str = "7b1946ac92492d2347c6235b4d2611847b1946ac92492d2347c6235b4d261184";
const TASK_ID: &str = "6c8a1f4e-90b2-4d7c-a35e-1f2b3c4d5e6f";
const COOKIE: &str = "AWSALB=9a8b7c6d5e4f";
const USER_DATA: &str = "#!/bin/sh\nexport DB_PASSWORD=hunter2-but-longer\n";
const PKCS7: &str = "MIAGCSqGSIb3DQEHAqCAMIACAQExDTALBglghkgBZQMEAgEw";
const PRIVATE_KEY: &str = "MHcCAQEEIBf3Zm9vYmFyYmF6cXV4";

/// Everything that must not be seen, and parts of it that would do.
const SECRETS: &[&str] = &[
    METADATA_TOKEN,
    KEY_ID,
    SECRET,
    SESSION_TOKEN,
    "IQoJb3JpZ2luX2VjEJr%2F",
    OTHER_KEY_ID,
    OTHER_SECRET,
    JWT,
    "eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQifQ",
    "c2lnbmF0dXJlLW9mLWl0",
    PROOF,
    TASK_ID,
    "9a8b7c6d5e4f",
    "hunter2-but-longer",
    PKCS7,
    PRIVATE_KEY,
];

fn assert_no_secrets(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} in\n{text}");
    }
}

fn credentials() -> String {
    format!(
        "{{\n  \"Code\" : \"Success\",\n  \"LastUpdated\" : \"2031-05-01T00:00:00Z\",\n  \"Type\" : \"AWS-HMAC\",\n  \"AccessKeyId\" : \"{KEY_ID}\",\n  \"SecretAccessKey\" : \"{SECRET}\",\n  \"Token\" : \"{SESSION_TOKEN}\",\n  \"Expiration\" : \"2031-05-01T06:12:34Z\"\n}}"
    )
}

/// A metadata service with all that one may have.
async fn metadata() -> MockServer {
    let server = MockServer::start().await;
    let answers = [
        ("PUT", "/latest/api/token", METADATA_TOKEN.to_owned()),
        (
            "GET",
            "/latest/meta-data/iam/security-credentials/photo-app",
            credentials(),
        ),
        ("GET", "/latest/user-data", USER_DATA.to_owned()),
        (
            "GET",
            "/latest/dynamic/instance-identity/pkcs7",
            PKCS7.to_owned(),
        ),
        (
            "GET",
            "/latest/meta-data/instance-id",
            "i-0123456789abcdef0".to_owned(),
        ),
    ];
    for (verb, at, body) in answers {
        let answer = ResponseTemplate::new(200)
            .insert_header("set-cookie", COOKIE)
            .set_body_string(body);
        Mock::given(method(verb))
            .and(path(at))
            .respond_with(answer)
            .mount(&server)
            .await;
    }
    server
}

/// The value that an exchange's request header has.
fn header<'a>(fixture: &'a Fixture, number: usize, name: &str) -> &'a str {
    let headers = &fixture.exchanges[number].request.headers;
    let found = headers.iter().find(|(header, _)| header == name);
    &found.unwrap().1
}

fn body(fixture: &Fixture, number: usize) -> String {
    let answer = fixture.exchanges[number].answer.as_ref().unwrap();
    String::from_utf8(answer.bytes().to_vec()).unwrap()
}

/// A recording of `requests` to the metadata service.
async fn recorded(requests: &[(&str, &[(&str, &str)])]) -> Recorded {
    let server = metadata().await;
    let recording = Recording::of(&server.uri()).await;
    for (line, headers) in requests {
        recording.ask(line, headers).await;
        assert_no_secrets(&recording.text());
    }
    recording.stop().await
}

#[tokio::test]
async fn a_metadata_token_is_the_same_in_the_answer_and_in_later_requests() {
    let with_token = [("x-aws-ec2-metadata-token", METADATA_TOKEN)];
    let recorded = recorded(&[
        (
            "PUT /latest/api/token",
            &[("x-aws-ec2-metadata-token-ttl-seconds", "60")],
        ),
        ("GET /latest/meta-data/instance-id", &with_token),
        (
            "GET /latest/meta-data/instance-id",
            &[("x-aws-ec2-metadata-token", "another-one")],
        ),
    ])
    .await;
    let fixture = recorded.fixture();
    let token = body(&fixture, 0);
    assert_eq!(token.len(), METADATA_TOKEN.len());
    assert!(token.ends_with("=="), "{token}");
    assert_eq!(header(&fixture, 1, "x-aws-ec2-metadata-token"), token);
    assert_ne!(header(&fixture, 2, "x-aws-ec2-metadata-token"), token);
    assert_eq!(
        body(&fixture, 1),
        "i-0123456789abcdef0",
        "what is no secret stays"
    );
}

#[tokio::test]
async fn a_document_of_credentials_keeps_its_form() {
    let path = "GET /latest/meta-data/iam/security-credentials/photo-app";
    let recorded = recorded(&[(path, &[])]).await;
    let document = body(&recorded.fixture(), 0);
    assert_eq!(document.len(), credentials().len());
    let read: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert_eq!(read["Code"], "Success");
    assert_eq!(read["Expiration"], "2031-05-01T06:12:34Z");
    let id = read["AccessKeyId"].as_str().unwrap();
    assert!(id.starts_with("ASIA") && id.len() == 20, "{id}");
    let secret = read["SecretAccessKey"].as_str().unwrap();
    assert_eq!(secret.find('/'), SECRET.find('/'), "{secret}");
    assert!(
        document.starts_with("{\n  \"Code\" : \"Success\",\n"),
        "all else to the byte"
    );
    let secrets = &recorded.summary.secrets;
    for kind in [Kind::AccessKeyId, Kind::Secret, Kind::SessionToken] {
        assert_eq!(secrets.get(&kind), Some(&1), "{secrets:?}");
    }
}

#[tokio::test]
async fn signatures_and_bearers_go_and_what_says_how_they_were_made_stays() {
    let signed = format!(
        "AWS4-HMAC-SHA256 Credential={KEY_ID}/20310501/us-east-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature={PROOF}"
    );
    let bearer = format!("Bearer {JWT}");
    let query = format!(
        "GET /x?X-Amz-Credential={KEY_ID}%2F20310501&X-Amz-Security-Token={}&X-Amz-Signature={PROOF}&x-id=GetObject&t={JWT}",
        SESSION_TOKEN
            .replace('/', "%2F")
            .replace('+', "%2B")
            .replace('=', "%3D")
    );
    let recorded = recorded(&[
        (
            "GET /latest/meta-data/iam/security-credentials/photo-app",
            &[],
        ),
        (
            "GET /x",
            &[
                ("authorization", &signed),
                ("x-amz-security-token", SESSION_TOKEN),
            ],
        ),
        ("GET /x", &[("authorization", &bearer)]),
        ("GET /x", &[("authorization", JWT)]),
        ("GET /x", &[("authorization", PROOF)]),
        (&query, &[]),
    ])
    .await;
    assert_no_secrets(&recorded.text);
    let fixture = recorded.fixture();
    let document: serde_json::Value = serde_json::from_str(&body(&fixture, 0)).unwrap();
    let (id, token) = (
        document["AccessKeyId"].as_str().unwrap(),
        document["Token"].as_str().unwrap(),
    );
    let authorization = header(&fixture, 1, "authorization");
    let before = format!(
        "AWS4-HMAC-SHA256 Credential={id}/20310501/us-east-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature="
    );
    let signature = authorization.strip_prefix(&before).unwrap();
    assert!(
        signature.len() == 64 && signature.bytes().all(|b| b.is_ascii_hexdigit()),
        "{signature}"
    );
    assert_eq!(header(&fixture, 1, "x-amz-security-token"), token);
    let jwt = header(&fixture, 2, "authorization")
        .strip_prefix("Bearer ")
        .unwrap();
    assert_eq!(header(&fixture, 3, "authorization"), jwt);
    assert_eq!(
        header(&fixture, 4, "authorization"),
        signature,
        "the same proof once more"
    );
    let query = fixture.exchanges[5].request.query.as_deref().unwrap();
    assert!(
        query.starts_with(&format!("X-Amz-Credential={id}%2F20310501&")),
        "{query}"
    );
    assert!(
        query.ends_with(&format!("&x-id=GetObject&t={jwt}")),
        "{query}"
    );
}

#[tokio::test]
async fn what_is_confidential_as_a_whole_goes_as_a_whole() {
    let recorded = recorded(&[
        ("GET /latest/user-data", &[]),
        ("GET /latest/dynamic/instance-identity/pkcs7", &[]),
        ("GET /nowhere/user-data", &[]),
    ])
    .await;
    assert_no_secrets(&recorded.text);
    let fixture = recorded.fixture();
    assert_eq!(body(&fixture, 0).len(), USER_DATA.trim().len());
    assert!(
        recorded.text.contains("set-cookie"),
        "the header is there, its value is not"
    );
}

#[tokio::test]
async fn a_task_is_asked_at_a_path_of_its_own() {
    let server = MockServer::start().await;
    let document = format!(
        r#"{{"RoleArn":"arn:aws:iam::123456789012:role/batch","AccessKeyId":"{KEY_ID}","SecretAccessKey":"{}","Token":"{}"}}"#,
        SECRET.replace('/', "\\/"),
        SESSION_TOKEN.replace('/', "\\u002f"),
    );
    Mock::given(path_regex("^/v2/credentials/"))
        .respond_with(ResponseTemplate::new(200).set_body_string(&document))
        .mount(&server)
        .await;
    let recording = Recording::of(&server.uri()).await;
    for _ in 0..2 {
        recording
            .ask(&format!("GET /v2/credentials/{TASK_ID}"), &[])
            .await;
    }
    let recorded = recording.stop().await;
    assert_no_secrets(&recorded.text);
    let fixture = recorded.fixture();
    let path = &fixture.exchanges[0].request.path;
    assert_eq!(path, &fixture.exchanges[1].request.path);
    assert_eq!(path.len(), "/v2/credentials/".len() + TASK_ID.len());
    let written = body(&fixture, 0);
    let read: serde_json::Value = serde_json::from_str(&written).unwrap();
    assert_eq!(read["Token"].as_str().unwrap().len(), SESSION_TOKEN.len());
    let answer = fixture.exchanges[0].answer.as_ref().unwrap();
    let length = answer
        .headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .unwrap();
    assert_eq!(length.1, written.len().to_string(), "however it is written");
}

#[tokio::test]
async fn xml_forms_and_keys_in_lines() {
    let bodies = [
        format!(
            "<R><Credentials><AccessKeyId>{KEY_ID}</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey><SessionToken>{SESSION_TOKEN}</SessionToken></Credentials></R>"
        ),
        format!("access_token={JWT}&password=hunter2-but-longer"),
        format!("-----BEGIN EC PRIVATE KEY-----\n{PRIVATE_KEY}\n-----END EC PRIVATE KEY-----\n"),
        format!("[default]\naws_access_key_id = {OTHER_KEY_ID}\nsomething = {JWT}\n"),
        format!("{{\"Contents\": [{{\"secret_access_key\": \"{OTHER_SECRET}\"}}]}}"),
    ];
    for body in bodies {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .respond_with(ResponseTemplate::new(200).set_body_string(&body))
            .mount(&server)
            .await;
        let recording = Recording::of(&server.uri()).await;
        let heard = recording.ask("GET /x", &[]).await;
        assert_eq!(heard.body(), body, "the client gets what was said");
        let recorded = recording.stop().await;
        assert_no_secrets(&recorded.text);
        let kept = self::body(&recorded.fixture(), 0);
        assert_eq!(kept.len(), body.len());
    }
}

/// A secret that was not known for one is taken out of what was kept before.
#[tokio::test]
async fn what_turns_out_to_be_a_secret_goes_everywhere() {
    let server = MockServer::start().await;
    for (at, body) in [
        ("/log", format!("somebody used {OTHER_SECRET} yesterday")),
        (
            "/keys",
            format!("{{\"SecretAccessKey\": \"{OTHER_SECRET}\"}}"),
        ),
    ] {
        let answer = ResponseTemplate::new(200).set_body_string(body);
        Mock::given(path(at))
            .respond_with(answer)
            .mount(&server)
            .await;
    }
    let recording = Recording::of(&server.uri()).await;
    recording.ask("GET /log", &[]).await;
    assert!(
        recording.text().contains(OTHER_SECRET),
        "nobody can know yet"
    );
    recording.ask("GET /keys", &[]).await;
    let recorded = recording.stop().await;
    assert_no_secrets(&recorded.text);
    let fixture = recorded.fixture();
    let document: serde_json::Value = serde_json::from_str(&body(&fixture, 1)).unwrap();
    let placeholder = document["SecretAccessKey"].as_str().unwrap();
    assert_eq!(
        body(&fixture, 0),
        format!("somebody used {placeholder} yesterday")
    );
}

/// Half a document has half a secret in it, which is too much of it.
#[tokio::test]
async fn half_a_secret_is_one() {
    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"AccessKeyId\" : \"ASIAQ3EGRTVJ7MZKXW2D\", \"SecretAccessKey\" : \"c9Fh/2kLw0VbT+QmYz7NsXpR4aJ";
    let url = upstream_that_sends(ANSWER, Then::Close).await;
    let recording = Recording::of(&url).await;
    recording.ask("GET /x", &[]).await;
    let recorded = recording.stop().await;
    assert_no_secrets(&recorded.text);
    assert!(!recorded.text.contains("c9Fh"), "{}", recorded.text);
}
