//! Published vectors: `fixtures/wire/sigv4/<case>/` holds every stage as a file.

use std::fs;
use std::path::{Path, PathBuf};

use http::{HeaderMap, Method};

use super::super::query::QueryAuthorization;
use super::super::{
    Authorization, CredentialScope, PayloadHash, ServiceRules, canonical_request,
    derive_signing_key, string_to_sign,
};
use super::signer::{Sent, Signer};
use crate::SimInstant;

#[derive(serde::Deserialize)]
struct Context {
    secret_access_key: String,
    region: String,
    service: String,
    date: String,
}

struct Case {
    folder: PathBuf,
    signer: Signer,
    sent: Sent,
}

impl Case {
    /// Without the newline that every file ends with.
    fn file(&self, name: &str) -> String {
        read(&self.folder.join(name))
    }

    /// A presigned URL has its signed query in place of the header.
    fn signed_query(&self) -> Option<String> {
        let presigned = self.folder.join("query.txt").exists();
        presigned.then(|| self.file("query.txt"))
    }

    fn authorization(&self) -> Authorization {
        match self.signed_query() {
            Some(query) => QueryAuthorization::parse(&query).unwrap().authorization,
            None => Authorization::from_header(&self.file("authorization.txt")).unwrap(),
        }
    }

    fn payload(&self) -> PayloadHash {
        match self.signed_query() {
            Some(_) => PayloadHash::Unsigned,
            None => PayloadHash::of(&self.sent.body),
        }
    }

    fn expect(&self, stage: &str, computed: &str) {
        let name = self.folder.display();
        assert_eq!(computed, self.file(stage), "{name}/{stage}");
    }
}

#[test]
fn every_stage_of_every_published_vector() {
    let cases = cases();
    assert_eq!(cases.len(), 23);
    for case in cases {
        check_stages(&case);
        check_accepted(&case);
        check_signed_the_same(&case);
    }
}

fn check_stages(case: &Case) {
    let Signer { rules, date, .. } = &case.signer;
    let scope = CredentialScope::new(*date, &case.signer.region, rules.service);
    let authorization = case.authorization();
    assert_eq!(*authorization.scope(), scope);
    let canonical = canonical_request(
        &case.sent.head(),
        rules.path,
        authorization.signed_headers(),
        case.payload(),
    )
    .unwrap();
    case.expect("canonical-request.txt", &canonical.real_text());
    let string_to_sign = string_to_sign(*date, &scope, &canonical);
    case.expect("string-to-sign.txt", &string_to_sign);
    let key = derive_signing_key(&case.signer.secret, &scope);
    case.expect("signing-key.txt", &hex::encode(key.0));
    case.expect("signature.txt", &key.sign(&string_to_sign).to_string());
}

fn check_accepted(case: &Case) {
    let mut sent = case.sent.clone();
    match case.signed_query() {
        Some(query) => sent.query = Some(query),
        None => sent.set("authorization", &case.file("authorization.txt")),
    }
    let accepted = case.signer.accept(&sent);
    assert_eq!(accepted, Ok(()), "{}", case.folder.display());
}

fn check_signed_the_same(case: &Case) {
    let mut sent = case.sent.clone();
    if let Some(query) = case.signed_query() {
        let parsed = QueryAuthorization::parse(&query).unwrap();
        sent.query = None;
        case.signer.presign_as(
            &mut sent,
            parsed.expires_at.since(parsed.date),
            parsed.authorization.access_key_id(),
        );
        let signed = QueryAuthorization::parse(&sent.query.unwrap()).unwrap();
        assert_eq!(signed.authorization, parsed.authorization);
        return;
    }
    let canonical = case.file("canonical-request.txt");
    // The signer for Amazon S3 is given a path as the SDK encodes it; one example sends another.
    if case.signer.rules == ServiceRules::S3 {
        canonical.lines().nth(1).unwrap().clone_into(&mut sent.path);
    }
    // The signer knows no spaces in a path.
    if sent.path.contains(' ') {
        return;
    }
    let headers = case.signer.headers(&sent);
    let (_, authorization) = headers
        .iter()
        .find(|(name, _)| name == "authorization")
        .unwrap();
    let signature = case.file("signature.txt");
    assert!(
        authorization.ends_with(&signature),
        "{}: {authorization}",
        case.folder.display()
    );
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/wire/sigv4");
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders.into_iter().map(case).collect()
}

fn case(folder: PathBuf) -> Case {
    let context: Context = serde_json::from_str(&read(&folder.join("context.json"))).unwrap();
    let sent = request(&read(&folder.join("request.txt")));
    let signer = Signer {
        secret: context.secret_access_key,
        token: sent
            .headers
            .get("x-amz-security-token")
            .map(|token| token.to_str().unwrap().to_owned()),
        region: context.region,
        rules: match context.service.as_str() {
            "s3" => ServiceRules::S3,
            "iam" => ServiceRules::IAM,
            "service" => ServiceRules::query("service"),
            other => panic!("{other} has no rules"),
        },
        date: SimInstant::parse_amz_date(&context.date).unwrap(),
    };
    Case {
        folder,
        signer,
        sent,
    }
}

fn request(text: &str) -> Sent {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let line = lines.next().unwrap().strip_suffix(" HTTP/1.1").unwrap();
    let (method, target) = line.split_once(' ').unwrap();
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    let mut sent = Sent {
        method: Method::from_bytes(method.as_bytes()).unwrap(),
        path: path.to_owned(),
        query: query.map(str::to_owned),
        headers: HeaderMap::new(),
        body: body.as_bytes().to_vec(),
    };
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        sent.append(name, value);
    }
    sent
}

fn read(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    text.strip_suffix('\n').unwrap().to_owned()
}
