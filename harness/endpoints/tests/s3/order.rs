//! When two things are wrong with a request, which is told.

use bytes::Bytes;
use http::Request;

use crate::support::signer::{HOST, Signer};
use crate::support::{Answer, HOUR, Lab, lab, request};

/// A put that is good, until a fault spoils it.
struct Attempt {
    signer: Signer,
    /// Keys whose time is over.
    expired: Signer,
    bucket: &'static str,
    key: &'static str,
    headers: Vec<(&'static str, String)>,
    lives: std::time::Duration,
    /// What is changed after signing.
    changes: Vec<fn(&mut Request<Bytes>)>,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Header,
    Url,
}

/// What is wrong, what that is told by itself, and how it is brought about.
type Fault = (&'static str, &'static str, fn(&mut Attempt));

impl Attempt {
    fn request(&self, form: Form) -> Request<Bytes> {
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, it)| (*name, &**it))
            .collect();
        let uri = format!("{HOST}/{}/{}", self.bucket, self.key);
        let request = request("PUT", &uri, &headers).map(|_| Bytes::from_static(b"x"));
        let mut request = match form {
            Form::Header => self.signer.sign(request),
            Form::Url => self.signer.presign(request, self.lives),
        };
        for change in &self.changes {
            change(&mut request);
        }
        request
    }
}

fn set(request: &mut Request<Bytes>, name: &'static str, value: &str) {
    request.headers_mut().insert(name, value.parse().unwrap());
}

fn expire(attempt: &mut Attempt) {
    let date = attempt.signer.date;
    attempt.signer = attempt.expired.clone();
    attempt.signer.date = date;
}

// What concerns both forms.
const SERVICE: fn(&mut Attempt) = |it| it.signer.service = "sts";
const UNSIGNED: fn(&mut Attempt) = |it| {
    it.changes
        .push(|request| set(request, "x-amz-meta-size", "9"));
};
const KEY: fn(&mut Attempt) = |it| "ASIAAAAAAAAAAAAAAAAA".clone_into(&mut it.signer.access_key_id);
const TOKEN: fn(&mut Attempt) = |it| it.signer.session_token = Some("garbage".to_owned());
const REGION: fn(&mut Attempt) = |it| it.signer.region = "eu-west-1";
const SECRET: fn(&mut Attempt) = |it| it.signer.secret_access_key.push('x');
const BUCKET: fn(&mut Attempt) = |it| it.bucket = "nowhere";
const DENIED: fn(&mut Attempt) = |it| it.key = "secret";
const METADATA: fn(&mut Attempt) = |it| it.headers.push(("x-amz-meta-a", "a".repeat(2048)));
const MD5: fn(&mut Attempt) = |it| {
    it.headers
        .push(("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==".to_owned()));
};

/// In the order in which they are found. That who sends it is found out before whether they may,
/// and both before a byte of the body is read, has sources; the rest of the order has none.
const BY_HEADER: &[Fault] = &[
    ("header too large", "RequestHeaderSectionTooLarge", |it| {
        it.headers.push(("cache-control", "a".repeat(8192)));
    }),
    ("component misspelt", "AuthorizationHeaderMalformed", |it| {
        it.changes.push(|request| {
            let value = request.headers()["authorization"].to_str().unwrap();
            let value = value.replace("SignedHeaders=", "Headers=");
            set(request, "authorization", &value);
        });
    }),
    ("another service", "AuthorizationHeaderMalformed", SERVICE),
    ("header not signed", "AccessDenied", UNSIGNED),
    ("date that is none", "AccessDenied", |it| {
        it.changes
            .push(|request| set(request, "x-amz-date", "yesterday"));
    }),
    ("hash that is none", "InvalidArgument", |it| {
        it.changes
            .push(|request| set(request, "x-amz-content-sha256", "0"));
    }),
    ("unknown key", "InvalidAccessKeyId", KEY),
    ("token that is none", "InvalidToken", TOKEN),
    ("expired session", "ExpiredToken", expire),
    ("another region", "AuthorizationHeaderMalformed", REGION),
    ("clock off", "RequestTimeTooSkewed", |it| {
        it.signer.date = it.signer.date - HOUR;
    }),
    ("wrong secret", "SignatureDoesNotMatch", SECRET),
    ("no such bucket", "NoSuchBucket", BUCKET),
    ("not allowed", "AccessDenied", DENIED),
    ("metadata too large", "MetadataTooLarge", METADATA),
    ("another body", "XAmzContentSHA256Mismatch", |it| {
        it.changes
            .push(|request| *request.body_mut() = Bytes::from_static(b"y"));
    }),
    ("another MD5", "BadDigest", MD5),
];

/// The same of presigned URLs.
const BY_URL: &[Fault] = &[
    (
        "parameter missing",
        "AuthorizationQueryParametersError",
        |it| {
            it.changes.push(|request| {
                let uri = request
                    .uri()
                    .to_string()
                    .replace("X-Amz-Expires", "X-Amz-Other");
                *request.uri_mut() = uri.parse().unwrap();
            });
        },
    ),
    (
        "another service",
        "AuthorizationQueryParametersError",
        SERVICE,
    ),
    ("header not signed", "AccessDenied", UNSIGNED),
    ("unknown key", "InvalidAccessKeyId", KEY),
    ("token that is none", "InvalidToken", TOKEN),
    ("expired session", "ExpiredToken", expire),
    (
        "another region",
        "AuthorizationQueryParametersError",
        REGION,
    ),
    ("expired URL", "AccessDenied", |it| {
        it.signer.date = it.signer.date - HOUR;
        it.lives = HOUR / 2;
    }),
    ("wrong secret", "SignatureDoesNotMatch", SECRET),
    ("no such bucket", "NoSuchBucket", BUCKET),
    ("not allowed", "AccessDenied", DENIED),
    ("metadata too large", "MetadataTooLarge", METADATA),
    ("another MD5", "BadDigest", MD5),
];

async fn send(lab: &Lab, expired: &Signer, form: Form, faults: &[&Fault]) -> Answer {
    let mut attempt = Attempt {
        signer: lab.signer(),
        expired: expired.clone(),
        bucket: "photos",
        key: "k",
        headers: Vec::new(),
        lives: HOUR,
        changes: Vec::new(),
    };
    // The last first: what comes before must stay.
    for (_, _, spoil) in faults.iter().rev() {
        spoil(&mut attempt);
    }
    lab.call(attempt.request(form)).await
}

fn find_the_first_of_each_pair(form: Form, ladder: &'static [Fault]) {
    lab(async |lab| {
        let expired = lab.signer();
        // Away from midnight, with keys that are good.
        lab.advance(HOUR * 30).await;
        lab.edge.world().advance_to(lab.edge.now());
        let session = lab.signer();
        assert_ne!(session.access_key_id, expired.access_key_id);
        lab.put_policy(
            "no-secrets",
            r#"{"Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::*/secret"}"#,
        );
        assert_eq!(send(&lab, &expired, form, &[]).await.status, 200);
        for (at, first) in ladder.iter().enumerate() {
            let alone = send(&lab, &expired, form, &[first]).await;
            assert_eq!(alone.element("Code"), first.1, "{} alone", first.0);
            for second in &ladder[at + 1..] {
                let both = send(&lab, &expired, form, &[first, second]).await;
                let what = format!("{} and {} by {form:?}", first.0, second.0);
                let found = (both.element("Code"), both.element("Message"));
                assert_eq!(
                    found,
                    (first.1.to_owned(), alone.element("Message")),
                    "{what}"
                );
            }
        }
    });
}

// s3.errors.order
#[test]
fn of_two_faults_the_first_is_told() {
    find_the_first_of_each_pair(Form::Header, BY_HEADER);
}

// s3.errors.order
#[test]
fn of_two_faults_of_a_url_the_first_is_told() {
    find_the_first_of_each_pair(Form::Url, BY_URL);
}
