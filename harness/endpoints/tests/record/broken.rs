//! Upstreams that break: the client is served the same way, the file says how it was, and the
//! recorder goes on.

use rolecall_endpoints::record::{Ended, RecordedExchange};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::support::{Heard, Recording, Then, hear, upstream_that_sends};

/// The exchange of a recording of such an upstream, and what the client heard, each time the same.
async fn one(bytes: &'static [u8], then: Then) -> (RecordedExchange, Heard) {
    let url = upstream_that_sends(bytes, then).await;
    let recording = Recording::of(&url).await;
    let before = recording.ask("GET /x", &[]).await;
    let heard = recording.ask("GET /x", &[]).await;
    assert_eq!(before.text, heard.text, "the recorder goes on");
    let mut exchanges = recording.stop().await.fixture().exchanges;
    assert_eq!(exchanges.len(), 2);
    (exchanges.remove(1), heard)
}

fn body(exchange: &RecordedExchange) -> String {
    let answer = exchange.answer.as_ref().unwrap();
    String::from_utf8(answer.bytes().to_vec()).unwrap()
}

#[tokio::test]
async fn half_an_answer() {
    let (exchange, heard) = one(
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhello",
        Then::Close,
    )
    .await;
    assert_eq!(
        (exchange.ended, body(&exchange).as_str()),
        (Ended::Cut, "hello")
    );
    assert!(heard.text.contains("content-length: 100"), "{heard:?}");
    assert_eq!(
        heard.body(),
        "hello",
        "as much as there was, and then the end"
    );
}

#[tokio::test]
async fn an_answer_without_its_last_chunk() {
    let (exchange, heard) = one(
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
        Then::Close,
    )
    .await;
    assert_eq!(
        (exchange.ended, body(&exchange).as_str()),
        (Ended::Cut, "hello")
    );
    assert!(
        heard.body().contains("hello") && !heard.body().ends_with("0\r\n\r\n"),
        "{heard:?}"
    );
    let headers = exchange.answer.unwrap().headers;
    assert_eq!(headers, [], "how it was transferred is of the connection");
}

#[tokio::test]
async fn more_than_was_announced() {
    let (exchange, heard) = one(
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello world",
        Then::Close,
    )
    .await;
    assert_eq!(
        (exchange.ended, body(&exchange).as_str()),
        (Ended::Longer, "hello")
    );
    assert_eq!(heard.body(), "hello");
}

/// An old server ends its answer by ending the connection: that is whole.
#[tokio::test]
async fn an_answer_that_ends_with_the_connection() {
    let (exchange, heard) = one(b"HTTP/1.0 200 OK\r\n\r\nhello", Then::Close).await;
    assert_eq!(
        (exchange.ended, body(&exchange).as_str()),
        (Ended::Whole, "hello")
    );
    assert!(heard.body().contains("hello"), "{heard:?}");
}

#[tokio::test]
async fn a_reset_before_and_in_an_answer() {
    let (exchange, heard) = one(b"", Then::Reset).await;
    assert_eq!((exchange.ended, exchange.answer), (Ended::Reset, None));
    assert!(heard.was_reset && heard.text.is_empty(), "{heard:?}");
    // What came before a reset may be lost to it, on either side.
    let (exchange, heard) = one(
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhello",
        Then::Reset,
    )
    .await;
    assert_eq!(exchange.ended, Ended::Reset);
    assert!(heard.was_reset, "{heard:?}");
}

#[tokio::test]
async fn a_connection_closed_without_an_answer() {
    let (exchange, heard) = one(b"", Then::Close).await;
    assert_eq!((exchange.ended, exchange.answer), (Ended::Cut, None));
    assert!(
        !heard.was_reset && heard.text.is_empty(),
        "nothing is made up: {heard:?}"
    );
}

#[tokio::test]
async fn what_is_no_http() {
    let (exchange, heard) = one(b"SSH-2.0-OpenSSH_9.9\r\n\r\n", Then::Close).await;
    assert_eq!((exchange.ended, exchange.answer), (Ended::Garbled, None));
    assert_eq!(heard.text, "");
}

#[tokio::test]
async fn nobody_there() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let recording = Recording::of(&url).await;
    for _ in 0..2 {
        let heard = recording.ask("GET /x", &[]).await;
        assert_eq!(heard.text, "");
    }
    let recorded = recording.stop().await;
    assert_eq!(recorded.summary.ended, [(Ended::Unreachable, 2)].into());
}

/// It waits as long as the client does; then it is known to have said nothing.
#[tokio::test]
async fn silence_lasts_until_the_client_goes() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let recording = Recording::of(&url).await;
    let silent = recording.send("GET /silent", &[]).await;
    let (mut upstream, _) = listener.accept().await.unwrap();
    upstream.read_u8().await.unwrap();
    drop(silent);
    // The recorder goes because the client has gone.
    hear(&mut upstream).await;
    let recorded = recording.stop().await;
    let fixture = recorded.fixture();
    let [exchange] = fixture.exchanges.as_slice() else {
        panic!("{}", recorded.text)
    };
    assert_eq!((exchange.ended, &exchange.answer), (Ended::Stalled, &None));
}

/// A client that waits while the recorder is stopped is not waited for.
#[tokio::test]
async fn silence_in_a_body_lasts_until_the_recorder_goes() {
    let url = upstream_that_sends(
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhello",
        Then::Silence,
    )
    .await;
    let recording = Recording::of(&url).await;
    let mut stream = recording.send("GET /x", &[]).await;
    let mut heard = Vec::new();
    while !heard.ends_with(b"hello") {
        heard.push(stream.read_u8().await.unwrap());
    }
    let recorded = recording.stop().await;
    let fixture = recorded.fixture();
    let [exchange] = fixture.exchanges.as_slice() else {
        panic!("{}", recorded.text)
    };
    assert_eq!(
        (exchange.ended, body(exchange).as_str()),
        (Ended::Stalled, "hello")
    );
}
