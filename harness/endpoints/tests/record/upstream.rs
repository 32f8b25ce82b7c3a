//! Upstreams that speak HTTP as they should: what they say reaches the client and the file.

use std::time::Duration;

use rolecall_endpoints::record::{Ended, RecordedExchange};
use wiremock::matchers::{any, header, header_exists, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::{BEGINNING, Recording};

/// An upstream that answers everything so.
async fn upstream(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// The one exchange of a recording of `GET /x`, and what the client heard.
async fn one(answer: ResponseTemplate) -> (RecordedExchange, crate::support::Heard) {
    let server = upstream(answer).await;
    let recording = Recording::of(&server.uri()).await;
    let heard = recording.ask("GET /x?y=z", &[]).await;
    let mut exchanges = recording.stop().await.fixture().exchanges;
    assert_eq!(exchanges.len(), 1);
    (exchanges.remove(0), heard)
}

#[tokio::test]
async fn an_exchange_is_passed_on_and_kept() {
    let answer = ResponseTemplate::new(200)
        .insert_header("x-first", "1")
        .insert_header("x-second", "2")
        .set_body_string("hello");
    let (exchange, heard) = one(answer).await;
    assert_eq!((heard.status(), heard.body()), (200, "hello"));
    assert_eq!(exchange.request.method, "GET");
    assert_eq!(exchange.request.path, "/x");
    assert_eq!(exchange.request.query.as_deref(), Some("y=z"));
    assert_eq!(exchange.ended, Ended::Whole);
    let answer = exchange.answer.unwrap();
    assert_eq!((answer.status, &answer.bytes()[..]), (200, &b"hello"[..]));
    for kept in ["x-first", "x-second", "content-length", "date"] {
        assert!(
            answer.headers.iter().any(|(name, _)| name == kept),
            "{kept}"
        );
        assert!(heard.text.contains(&format!("{kept}: ")), "{}", heard.text);
    }
}

#[tokio::test]
async fn refusals_redirects_and_errors_are_answers_like_any_other() {
    for status in [301, 302, 400, 401, 403, 404, 429, 500, 503] {
        let answer = ResponseTemplate::new(status)
            .insert_header("location", "http://elsewhere.example/y")
            .set_body_string("<html/>");
        let (exchange, heard) = one(answer).await;
        assert_eq!(heard.status(), status);
        let answer = exchange.answer.unwrap();
        assert_eq!(
            answer.status, status,
            "nothing is followed and nothing is tried again"
        );
        let location = (
            "location".to_owned(),
            "http://elsewhere.example/y".to_owned(),
        );
        assert!(answer.headers.contains(&location));
    }
}

/// Answers without a body must not wait for one, whatever length they announce.
#[tokio::test]
async fn an_answer_may_have_no_body() {
    let (exchange, heard) = one(ResponseTemplate::new(204)).await;
    assert_eq!((heard.status(), exchange.ended), (204, Ended::Whole));
    let server = upstream(ResponseTemplate::new(200).insert_header("content-length", "0")).await;
    let recording = Recording::of(&server.uri()).await;
    assert_eq!(recording.ask("HEAD /x", &[]).await.status(), 200);
    assert_eq!(recording.ask("GET /x", &[]).await.status(), 200);
    let recorded = recording.stop().await;
    assert_eq!(recorded.summary.ended, [(Ended::Whole, 2)].into());
}

#[tokio::test]
async fn a_delay_is_kept() {
    let answer = ResponseTemplate::new(200).set_delay(Duration::from_millis(40));
    let (exchange, _) = one(answer.set_body_string("late")).await;
    let after = exchange.answer.unwrap().after_ms;
    assert!(
        after >= 40,
        "{after} ms, although the upstream waited for 40"
    );
    assert!(exchange.ended_after_ms >= after);
}

/// A retry is the client's to make, and the upstream sees the request as it was.
#[tokio::test]
async fn the_upstream_gets_what_the_client_sent_and_nothing_of_the_connection() {
    let server = MockServer::start().await;
    Mock::given(method("PUT"))
        .and(path("/latest/api/token"))
        .and(header("x-aws-ec2-metadata-token-ttl-seconds", "60"))
        .respond_with(|request: &Request| {
            ResponseTemplate::new(200).set_body_bytes(request.body.clone())
        })
        .expect(1)
        .mount(&server)
        .await;
    // A proxy that says that it is one is refused by the metadata service.
    Mock::given(header_exists("x-forwarded-for"))
        .respond_with(ResponseTemplate::new(403))
        .expect(0)
        .mount(&server)
        .await;
    let recording = Recording::of(&server.uri()).await;
    let headers = [
        ("x-aws-ec2-metadata-token-ttl-seconds", "60"),
        ("accept-encoding", "gzip"),
        ("keep-alive", "timeout=1"),
        ("expect", "100-continue"),
        ("user-agent", "somebody/1"),
    ];
    assert_eq!(
        recording
            .ask("PUT /latest/api/token", &headers)
            .await
            .status(),
        200
    );
    let sent = server.received_requests().await.unwrap().remove(0);
    let host = server.uri();
    assert_eq!(sent.headers["host"], host.strip_prefix("http://").unwrap());
    assert_eq!(sent.headers["user-agent"], "somebody/1");
    for left_out in ["accept-encoding", "keep-alive", "expect", "via"] {
        assert!(!sent.headers.contains_key(left_out), "{left_out}");
    }
    let fixture = recording.stop().await.fixture();
    let kept = &fixture.exchanges[0].request.headers;
    assert_eq!(
        kept,
        &[(
            "x-aws-ec2-metadata-token-ttl-seconds".to_owned(),
            "60".to_owned()
        )]
    );
}

/// Its signature covers the host that the client meant.
#[tokio::test]
async fn a_signed_request_keeps_its_host() {
    let server = upstream(ResponseTemplate::new(200)).await;
    let recording = Recording::of(&server.uri()).await;
    let signed = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20310501/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0123";
    recording.ask("GET /x", &[("authorization", signed)]).await;
    recording.ask("GET /x?X-Amz-Signature=0123", &[]).await;
    let own = recording.address.to_string();
    for sent in server.received_requests().await.unwrap() {
        assert_eq!(sent.headers["host"], own.as_str());
    }
}

#[tokio::test]
async fn a_body_of_the_client_goes_through() {
    let server = MockServer::start().await;
    let echo = |request: &Request| ResponseTemplate::new(200).set_body_bytes(request.body.clone());
    Mock::given(method("POST"))
        .respond_with(echo)
        .mount(&server)
        .await;
    let recording = Recording::of(&server.uri()).await;
    let mut stream = recording.send("POST /x", &[("content-length", "5")]).await;
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"hello")
        .await
        .unwrap();
    assert_eq!(crate::support::hear(&mut stream).await.body(), "hello");
    assert_eq!(
        recording.stop().await.summary.ended,
        [(Ended::Whole, 1)].into()
    );
}

/// After each exchange the file is whole, so that nothing is lost whatever ends the recorder.
#[tokio::test]
async fn the_file_is_whole_after_each_exchange() {
    let server = upstream(ResponseTemplate::new(200).set_body_string("hello")).await;
    let recording = Recording::of(&server.uri()).await;
    let begun = rolecall_endpoints::record::Fixture::parse(&recording.text()).unwrap();
    assert_eq!(begun.exchanges, []);
    assert_eq!(
        (begun.from.to_string().as_str(), begun.upstream),
        (BEGINNING, server.uri())
    );
    for number in 1..=3 {
        recording.ask("GET /x", &[]).await;
        let sofar = rolecall_endpoints::record::Fixture::parse(&recording.text()).unwrap();
        assert_eq!(sofar.exchanges.len(), number);
    }
    let folder = recording.path.parent().unwrap().to_owned();
    let files = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(files, 1, "nothing is left beside it");
}

#[tokio::test]
async fn what_cannot_be_kept_is_passed_on_and_said() {
    let compressed = ResponseTemplate::new(200)
        .insert_header("content-encoding", "gzip")
        .set_body_bytes(vec![31, 139]);
    let large = ResponseTemplate::new(200).set_body_bytes(vec![b'x'; 1024 * 1024 + 1]);
    for (answer, why) in [
        (compressed, "an answer compressed unasked"),
        (large, "an answer of more than 1 MiB"),
    ] {
        let server = upstream(answer).await;
        let recording = Recording::of(&server.uri()).await;
        let heard = recording.ask("GET /x", &[]).await;
        assert_eq!(heard.status(), 200);
        assert!(!heard.body().is_empty());
        let recorded = recording.stop().await;
        assert_eq!(recorded.summary.left_out, [(why, 1)].into());
        assert_eq!(
            (recorded.summary.exchanges, recorded.text.as_str()),
            (0, ""),
            "no file"
        );
    }
}

/// Answers that come at the same time are each kept whole, in the order of the requests.
#[tokio::test]
async fn exchanges_at_the_same_time_do_not_mix() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(|request: &Request| {
            // The first asked is the last answered.
            let number: u64 = request.url.path()[1..].parse().unwrap();
            ResponseTemplate::new(200)
                .set_delay(Duration::from_millis(80 - 10 * number))
                .set_body_string(request.url.path())
        })
        .mount(&server)
        .await;
    let recording = Recording::of(&server.uri()).await;
    let mut streams = Vec::new();
    for number in 0..8 {
        streams.push(recording.send(&format!("GET /{number}"), &[]).await);
    }
    for (number, stream) in streams.iter_mut().enumerate() {
        assert_eq!(
            crate::support::hear(stream).await.body(),
            format!("/{number}")
        );
    }
    for exchange in recording.stop().await.fixture().exchanges {
        let body = exchange.answer.unwrap().bytes();
        assert_eq!(body, exchange.request.path.as_bytes());
    }
}
