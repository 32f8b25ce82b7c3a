//! Recordings, served in memory and in virtual time.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use rolecall_account::{Exchange, Operation, SimInstant};
use rolecall_endpoints::record::{
    Ended, Fixture, Piece, RecordedAnswer, RecordedExchange, RecordedRequest, Replay,
};
use rolecall_endpoints::{Caller, MemoryNetwork, Place, WireError};
use tokio::time::Instant;
use tower::ServiceExt;

use crate::lab::{Lab, METADATA, START, lab};

/// An exchange with the body in these pieces, each with the milliseconds before it.
fn exchange(line: &str, pieces: &[(u64, &str)], ended: Ended) -> RecordedExchange {
    let (method, target) = line.split_once(' ').unwrap();
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (target, None),
    };
    let body = pieces.iter().map(|(after_ms, text)| Piece {
        after_ms: *after_ms,
        bytes: Bytes::copy_from_slice(text.as_bytes()),
    });
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    RecordedExchange {
        at_ms: 0,
        request: RecordedRequest {
            method: method.to_owned(),
            path: path.to_owned(),
            query,
            headers: vec![],
        },
        answer: Some(RecordedAnswer {
            after_ms: 0,
            status: 200,
            headers: vec![pair("x-b", "1"), pair("x-a", "2"), pair("date", "then")],
            body: body.collect(),
        }),
        ended,
        ended_after_ms: 0,
    }
}

/// A recording that began a year before the world does.
fn fixture(exchanges: Vec<RecordedExchange>) -> Fixture {
    let from = SimInstant::parse("2030-05-01T00:00:00Z").unwrap();
    let mut fixture = Fixture::new(from, "http://upstream".to_owned(), true);
    fixture.exchanges = exchanges;
    fixture
}

/// `fixture` in place of the metadata of the lab's instance.
fn serve(lab: &Lab, fixture: &Fixture) {
    let start = SimInstant::parse(START).unwrap();
    // As a file has it.
    let fixture = Fixture::parse(&fixture.to_text()).unwrap();
    lab.edge
        .serve_recording(lab.on_web(), Replay::new(fixture, start));
}

struct Answer {
    status: u16,
    headers: http::HeaderMap,
    /// What the body came to, or how it broke.
    body: Result<String, String>,
}

async fn try_ask(lab: &Lab, place: Place, line: &str) -> Result<Answer, WireError> {
    let (method, path) = line.split_once(' ').unwrap();
    let request = http::Request::builder()
        .method(method)
        .uri(format!("{METADATA}{path}"))
        .body(Empty::<Bytes>::new())
        .unwrap();
    let name = "web".into();
    let wire = MemoryNetwork::new(&lab.edge).wire(Caller { name, place });
    let (head, body) = wire.oneshot(request).await?.into_parts();
    let body = body.collect().await;
    Ok(Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body: match body {
            Ok(body) => Ok(String::from_utf8(body.to_bytes().to_vec()).unwrap()),
            Err(error) => Err(error.to_string()),
        },
    })
}

async fn ask_from(lab: &Lab, place: Place, line: &str) -> Answer {
    try_ask(lab, place, line).await.unwrap()
}

async fn ask(lab: &Lab, line: &str) -> Answer {
    ask_from(lab, lab.on_web(), line).await
}

async fn text(lab: &Lab, line: &str) -> String {
    ask(lab, line).await.body.unwrap()
}

fn last(lab: &Lab) -> Exchange {
    lab.exchanges_since(0).pop().unwrap()
}

#[test]
fn an_answer_is_what_it_was() {
    lab(async |lab| {
        serve(
            &lab,
            &fixture(vec![exchange("GET /x", &[(0, "hello")], Ended::Whole)]),
        );
        let answer = ask(&lab, "GET /x").await;
        assert_eq!((answer.status, answer.body.as_deref()), (200, Ok("hello")));
        let names: Vec<_> = answer
            .headers
            .keys()
            .map(http::HeaderName::as_str)
            .collect();
        assert_eq!(names, ["x-b", "x-a", "date"], "in the order they had");
        assert_eq!(
            answer.headers["date"], "Thu, 01 May 2031 00:00:00 GMT",
            "but it is given now"
        );
    });
}

#[test]
fn answers_come_in_their_order_by_method_and_path_and_the_last_one_stays() {
    lab(async |lab| {
        let one = |line: &str, body: &str| exchange(line, &[(0, body)], Ended::Whole);
        serve(
            &lab,
            &fixture(vec![
                one("GET /x", "1"),
                one("GET /y", "a"),
                one("PUT /x", "put"),
                one("GET /x", "2"),
                one("GET /x?q=1", "with a query"),
            ]),
        );
        assert_eq!(text(&lab, "GET /x").await, "1");
        assert_eq!(text(&lab, "PUT /x").await, "put");
        assert_eq!(text(&lab, "GET /x").await, "2");
        assert_eq!(text(&lab, "GET /y").await, "a");
        assert_eq!(text(&lab, "GET /x").await, "2", "the last one stays");
        assert_eq!(text(&lab, "GET /x?q=1").await, "with a query");
        // A query that was never asked with is as good as another.
        assert_eq!(text(&lab, "GET /y?q=2").await, "a");
    });
}

#[test]
fn what_is_not_in_the_recording_is_a_404_that_says_so() {
    lab(async |lab| {
        serve(&lab, &fixture(vec![exchange("GET /x", &[], Ended::Whole)]));
        for line in ["GET /y", "POST /x", "HEAD /x"] {
            assert_eq!(ask(&lab, line).await.status, 404, "{line}");
            let refusal = last(&lab).refusal.unwrap();
            assert_eq!(refusal.message, format!("the recording has no {line}"));
        }
    });
}

#[test]
fn only_the_place_that_has_it_is_served_it() {
    lab(async |lab| {
        serve(&lab, &fixture(vec![]));
        let token = "PUT /latest/api/token";
        assert_eq!(ask(&lab, token).await.status, 404);
        assert_eq!(
            ask_from(&lab, lab.on_strict(), token).await.status,
            400,
            "our own"
        );
    });
}

#[test]
fn bytes_come_when_they_came() {
    lab(async |lab| {
        let mut slow = exchange("GET /x", &[(500, "he"), (1500, "llo")], Ended::Whole);
        slow.answer.as_mut().unwrap().after_ms = 3000;
        serve(&lab, &fixture(vec![slow]));
        let began = Instant::now();
        assert_eq!(text(&lab, "GET /x").await, "hello");
        assert_eq!(began.elapsed(), Duration::from_secs(5));
    });
}

#[test]
fn what_broke_breaks_again() {
    for (ended, says) in [
        (Ended::Cut, "unexpected end of file"),
        (Ended::Reset, "connection reset"),
    ] {
        lab(async |lab| {
            serve(
                &lab,
                &fixture(vec![exchange("GET /x", &[(0, "he")], ended)]),
            );
            let error = ask(&lab, "GET /x").await.body.unwrap_err();
            assert!(error.contains(says), "{error}");
            assert_eq!(last(&lab).refusal.unwrap().code, ended.as_str());
        });
    }
}

#[test]
fn what_was_not_answered_is_not_answered() {
    for (ended, expected) in [
        (Ended::Unreachable, WireError::Refused),
        (Ended::Reset, WireError::Reset),
        (Ended::Garbled, WireError::Closed),
        (Ended::Cut, WireError::Closed),
    ] {
        lab(async |lab| {
            let mut nothing = exchange("GET /x", &[], ended);
            (nothing.answer, nothing.ended_after_ms) = (None, 700);
            serve(&lab, &fixture(vec![nothing]));
            let began = Instant::now();
            let error = try_ask(&lab, lab.on_web(), "GET /x").await.err();
            assert_eq!(error, Some(expected));
            assert_eq!(began.elapsed(), Duration::from_millis(700));
            assert!(last(&lab).response.is_none());
        });
    }
}

/// Whoever went away when it was recorded, another client may wait longer.
#[test]
fn silence_lasts_longer_than_any_client_waits() {
    lab(async |lab| {
        let mut before = exchange("GET /before", &[], Ended::Stalled);
        before.answer = None;
        let within = exchange("GET /within", &[(0, "he")], Ended::Stalled);
        serve(&lab, &fixture(vec![before, within]));
        for line in ["GET /before", "GET /within"] {
            let patience = Duration::from_hours(12);
            let waited = tokio::time::timeout(patience, ask(&lab, line)).await;
            assert!(waited.is_err(), "{line}");
        }
    });
}

const DOCUMENT: &str = r#"{ "AccessKeyId": "ASIAPLACEHOLDER", "SecretAccessKey": "placeholder", "Token": "t", "LastUpdated": "2030-05-01T00:00:01Z", "Expiration": "2030-05-01T06:00:00.250Z" }"#;

#[test]
fn dates_move_with_the_beginning() {
    lab(async |lab| {
        let line = "GET /latest/meta-data/iam/security-credentials/photo-app";
        // In pieces, the date in two of them.
        let (half, rest) = DOCUMENT.split_at(DOCUMENT.len() - 20);
        serve(
            &lab,
            &fixture(vec![exchange(line, &[(0, half), (10, rest)], Ended::Whole)]),
        );
        let expected = DOCUMENT.replace("2030", "2031");
        assert_eq!(text(&lab, line).await, expected);
        let place = lab.on_web();
        let replay = lab.edge.recording(&place).unwrap();
        let [set] = replay.sets() else {
            panic!("{:?}", replay.sets())
        };
        assert_eq!(set.access_key_id, "ASIAPLACEHOLDER");
        assert_eq!(set.role.as_deref(), Some("photo-app"));
        assert!(set.secret_access_key.is("placeholder"));
        assert!(
            set.session_token
                .as_ref()
                .is_some_and(|token| token.is("t"))
        );
        assert_eq!(
            set.expires_at,
            SimInstant::parse("2031-05-01T06:00:00.250Z")
        );
    });
}

#[test]
fn verbatim_is_verbatim() {
    lab(async |lab| {
        let mut fixture = fixture(vec![exchange("GET /x", &[(0, DOCUMENT)], Ended::Whole)]);
        fixture.shift = false;
        serve(&lab, &fixture);
        let answer = ask(&lab, "GET /x").await;
        assert_eq!(answer.body.as_deref(), Ok(DOCUMENT));
        assert_eq!(answer.headers["date"], "then");
    });
}

#[test]
fn the_journal_names_what_was_asked() {
    const ROLES: &str = "/latest/meta-data/iam/security-credentials";
    lab(async |lab| {
        serve(&lab, &fixture(vec![]));
        for (line, operation) in [
            (
                "PUT /latest/api/token".to_owned(),
                Some(Operation::ImdsToken),
            ),
            (format!("GET {ROLES}"), Some(Operation::ImdsRole)),
            (format!("GET {ROLES}/"), Some(Operation::ImdsRole)),
            (
                format!("GET {ROLES}/photo-app"),
                Some(Operation::ImdsCredentials),
            ),
            (
                "GET /latest/meta-data/iam/info".to_owned(),
                Some(Operation::ImdsInfo),
            ),
            (
                "GET /latest/meta-data/instance-id".to_owned(),
                Some(Operation::ImdsMetadata),
            ),
            ("GET /x".to_owned(), None),
        ] {
            ask(&lab, &line).await;
            assert_eq!(last(&lab).operation, operation, "{line}");
        }
    });
}
