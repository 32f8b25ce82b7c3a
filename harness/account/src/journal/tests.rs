use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::container::{ContainerError, Shown};
use crate::issuing::{Issuing, Overlap};
use crate::testing::{
    HOUR, PROFILE, ROLE, add_other, add_role, launch_with, metadata_token, options, read, served,
    source, start, world_with,
};
use crate::world::{World, WorldOptions};

/// A run in which every secret there is crosses the wire, in every place where it may.
struct Run {
    world: World,
    metadata_tokens: Vec<String>,
}

impl Run {
    fn new() -> Self {
        let world = world_with(WorldOptions {
            seed: 7,
            ..options()
        });
        let mut run = Self {
            world,
            metadata_tokens: Vec::new(),
        };
        run.instance();
        run.task().unwrap();
        run
    }

    fn instance(&mut self) {
        let other = add_other(&mut self.world);
        let issuing = Issuing {
            overlap: Overlap::None,
            ..Issuing::default()
        };
        let web = launch_with(&mut self.world, Some(PROFILE), issuing);
        for day in 0..3 {
            let now = start() + 24 * HOUR * day;
            let token = metadata_token(&mut self.world, now, &web);
            self.journal(
                Operation::ImdsToken,
                "PUT",
                "/latest/api/token",
                &[],
                &token,
            );
            let path = format!("iam/security-credentials/{ROLE}");
            let document = read(&mut self.world, now, &web, Some(&token), &path).unwrap();
            let sent = [("x-aws-ec2-metadata-token", token.as_str())];
            self.journal(
                Operation::ImdsCredentials,
                "GET",
                "/latest/x",
                &sent,
                &document,
            );
            self.sign(now, &web);
            self.metadata_tokens.push(token);
        }
        let now = start() + 72 * HOUR;
        self.world.rotate(now, &source(&web)).unwrap();
        self.world
            .operator(now)
            .replace_profile(&web, other)
            .unwrap();
        self.world.revoke(now, &source(&web), None);
    }

    /// With the token in a header, and in a query.
    fn sign(&mut self, now: SimInstant, instance: &str) {
        let session = served(&mut self.world, now, instance);
        let token = session.session_token.as_ref().unwrap().expose();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/20310501/us-east-1/s3/aws4_request, \
             SignedHeaders=host, Signature=00",
            session.access_key_id
        );
        let sent = [
            ("x-amz-security-token", token),
            ("authorization", authorization.as_str()),
        ];
        self.journal(Operation::PutObject, "PUT", "/b/k", &sent, "");
        let escaped = escape(token);
        for value in [token, &escaped] {
            let presigned = format!("/b/k?x-id=GetObject&X-Amz-Security-Token={value}");
            self.journal(Operation::GetObject, "GET", &presigned, &[], "");
        }
        // What misguided clients do.
        let secret = session.secret_access_key.expose();
        let basic = [("authorization", secret)];
        self.journal(Operation::GetObject, "GET", "/b/k", &basic, "");
    }

    fn task(&mut self) -> Result<(), ContainerError> {
        add_role(&mut self.world, "task-app", "ecs-tasks.amazonaws.com");
        let issuing = Issuing::default();
        let task = self
            .world
            .run_task(start(), "api", "task-app", issuing)
            .unwrap();
        let document =
            self.world
                .container_credentials(start() + 80 * HOUR, &task, Shown::default())?;
        let path = format!("/v2/credentials/{task}");
        self.journal(
            Operation::ContainerCredentials,
            "GET",
            &path,
            &[],
            std::str::from_utf8(&document).unwrap(),
        );
        Ok(())
    }

    fn journal(
        &mut self,
        operation: Operation,
        method: &str,
        target: &str,
        sent: &[(&'static str, &str)],
        answer: &str,
    ) {
        let headers = sent
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()));
        let arrival = self.world.arrive(start());
        let exchange = Exchange {
            operation: Some(operation),
            caller: "app".to_owned(),
            request: RequestRecord {
                method: method.parse().unwrap(),
                uri: target.parse().unwrap(),
                headers: headers.collect(),
                parameters: std::collections::BTreeMap::new(),
            },
            response: Some(ResponseRecord {
                status: StatusCode::OK,
                headers: HeaderMap::new(),
                body: BodyRecord::Document(Bytes::copy_from_slice(answer.as_bytes())),
            }),
            session: None,
            by_machine_time: false,
            decision: None,
            asked: None,
            refusal: None,
            fault: None,
        };
        self.world.record(arrival, exchange);
    }

    /// Every secret ever issued, with its kind.
    fn secrets(&self) -> Vec<(&'static str, String)> {
        let sessions = self.world.sessions().flat_map(|session| {
            [
                (
                    "secret access key",
                    session.secret_access_key.expose().to_owned(),
                ),
                (
                    "session token",
                    session.session_token.as_ref().unwrap().expose().to_owned(),
                ),
            ]
        });
        let tokens = self.metadata_tokens.iter();
        sessions
            .chain(tokens.map(|token| ("metadata token", token.clone())))
            .collect()
    }

    fn assert_shows_no_secret(&self, where_: &str, text: &str) {
        // JSON and `Debug` escape, but nothing that is in a secret.
        for (kind, secret) in self.secrets() {
            assert!(!text.contains(&secret), "a {kind} is in {where_}");
            let escaped = escape(&secret);
            assert!(!text.contains(&escaped), "a {kind} is in {where_}, escaped");
        }
    }
}

/// As it stands in a query.
fn escape(text: &str) -> String {
    let bytes = text.as_bytes();
    percent_encoding::percent_encode(bytes, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[test]
fn nothing_that_leaves_the_journal_has_a_secret_in_it() {
    let run = Run::new();
    assert!(run.secrets().len() > 30, "there is something to be found");
    for entry in run.world.journal().entries() {
        run.assert_shows_no_secret("the JSON of an entry", &entry.to_json().to_string());
        run.assert_shows_no_secret("the `Debug` of an entry", &format!("{entry:?} {entry:#?}"));
        let record = run.world.cloudtrail(entry).unwrap_or_default();
        run.assert_shows_no_secret("the record of CloudTrail", &record.to_string());
    }
}

#[test]
fn debug_prints_have_no_secret_in_them() {
    let run = Run::new();
    run.assert_shows_no_secret("the `Debug` of the world", &format!("{:?}", run.world));
    for session in run.world.sessions() {
        run.assert_shows_no_secret("the `Debug` of a session", &format!("{session:?}"));
    }
}

#[test]
fn a_fingerprint_still_tells_which_secret_it_was() {
    let run = Run::new();
    let token = crate::secret::fingerprint(&run.metadata_tokens[1]);
    let shown = run.world.journal().entries().filter(|entry| {
        let line = entry.to_json().to_string();
        line.contains(&token)
    });
    assert_eq!(shown.count(), 2, "its issue and its use");
}

#[test]
fn every_kind_of_entry_says_what_happened_and_when() {
    let run = Run::new();
    for kind in ["exchange", "control", "issued", "ended", "associated"] {
        let mut entries = run.world.journal().entries().map(Entry::to_json);
        let found = entries.find(|line| line.get(kind).is_some());
        let line = found.unwrap_or_else(|| panic!("no {kind}"));
        assert!(line["number"].as_u64().is_some_and(|number| number > 0));
        assert!(line["at"].as_str().unwrap().ends_with('Z'), "{line}");
    }
}

#[test]
fn headers_are_shown_in_order_and_builds_of_clients_as_a_class() {
    let mut run = Run::new();
    let mark = run.world.journal().mark();
    let sent = [
        ("x-b", "2"),
        ("user-agent", "aws-sdk-rust/1.2.3"),
        ("x-a", "1"),
    ];
    run.journal(Operation::ImdsRole, "GET", "/", &sent, ROLE);
    let entry = run.world.journal().since(mark).next().unwrap();
    let Happening::Exchange(exchange) = &entry.happening else {
        panic!("an exchange");
    };
    let headers = exchange.redacted().request_headers;
    let expected = [("user-agent", "<user-agent>"), ("x-a", "1"), ("x-b", "2")];
    assert_eq!(
        headers,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(exchange.redacted().response_body, ROLE);
}

fn numbers(world: &World, filter: &JournalFilter) -> Vec<u64> {
    let entries = world.journal().entries();
    entries
        .filter(|entry| filter.matches(entry))
        .map(|entry| entry.number)
        .collect()
}

fn operations(world: &World, pattern: &str) -> BTreeSet<String> {
    let filter = JournalFilter {
        operation: Some(pattern.parse().unwrap()),
        ..JournalFilter::default()
    };
    let entries = world.journal().entries();
    entries
        .filter(|entry| filter.matches(entry))
        .map(|entry| match &entry.happening {
            Happening::Exchange(exchange) => exchange.operation.unwrap().to_string(),
            Happening::Control { operation, .. } => operation.to_string(),
            other => panic!("{other:?} has no operation"),
        })
        .collect()
}

#[test]
fn entries_are_found_by_operation_in_both_spellings() {
    let run = Run::new();
    let both: BTreeSet<String> = ["s3-get-object", "s3-put-object"].map(str::to_owned).into();
    assert_eq!(operations(&run.world, "s3:*"), both);
    assert_eq!(operations(&run.world, "S3:?etObject").len(), 1);
    assert_eq!(operations(&run.world, "s3-*"), both);
    assert_eq!(operations(&run.world, "imds:*").len(), 2);
    assert_eq!(
        operations(&run.world, "ec2:Replace*"),
        BTreeSet::from(["ec2-replace-iam-instance-profile-association".to_owned()])
    );
    assert_eq!(operations(&run.world, "PutObject").len(), 0);
}

#[test]
fn entries_are_found_by_time_caller_status_and_refusal() {
    let mut run = Run::new();
    let all = numbers(&run.world, &JournalFilter::default());
    assert_eq!(all.len(), run.world.journal().entries().count());
    let later = JournalFilter {
        since: Some(start() + 72 * HOUR),
        ..JournalFilter::default()
    };
    let late = numbers(&run.world, &later);
    assert!(!late.is_empty() && late.len() < all.len());

    let mark = run.world.journal().mark();
    let session = crate::testing::issued(&run.world).pop().unwrap();
    let arrival = run.world.arrive(start());
    run.journal(Operation::GetObject, "GET", "/b/k", &[], "");
    let mut exchange = match &run.world.journal().since(mark).next().unwrap().happening {
        Happening::Exchange(exchange) => (**exchange).clone(),
        other => panic!("{other:?}"),
    };
    exchange.response.as_mut().unwrap().status = StatusCode::FORBIDDEN;
    exchange.session = Some(Arc::clone(&session));
    run.world.record(arrival, exchange);
    let only = [mark + 1];
    for status in ["403", "4xx"] {
        let filter = JournalFilter {
            status: Some(status.parse().unwrap()),
            ..JournalFilter::default()
        };
        assert_eq!(numbers(&run.world, &filter), only, "{status}");
    }
    let errors = JournalFilter {
        errors: true,
        ..JournalFilter::default()
    };
    assert_eq!(numbers(&run.world, &errors), only);
    for caller in [
        session.identity.name(),
        &session.identity.caller_arn(),
        &session.access_key_id,
        "*:assumed-role/*",
    ] {
        let filter = JournalFilter {
            caller: Some(caller.parse().unwrap()),
            ..JournalFilter::default()
        };
        assert_eq!(numbers(&run.world, &filter), only, "{caller}");
    }
    let nobody = JournalFilter {
        caller: Some("nobody".parse().unwrap()),
        ..JournalFilter::default()
    };
    assert_eq!(numbers(&run.world, &nobody), [0; 0]);
}
