//! What each kind of broken bytes is told. How HTTP itself is refused is up to the transport: of
//! that only the status is held.

use std::net::SocketAddr;

use bytes::Bytes;
use http::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::raw::{Received, Served, closing, cut_off, parse, raw, until_closed};

/// The addresses of all listeners.
fn listeners(served: &Served) -> [SocketAddr; 4] {
    [
        served.aws,
        served.metadata,
        served.container,
        served.control,
    ]
}

/// What is no HTTP that a server has to read.
#[tokio::test]
async fn what_is_no_http_is_refused_by_every_listener() {
    let served = Served::start().await;
    let long = "y".repeat(1 << 20);
    let many = "x: y\r\n".repeat(1_000);
    for (what, bytes) in [
        ("no words", "\r\r\n\r\n".to_owned()),
        ("a bad method", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n".into()),
        ("a bad version", "GET / HTTP/9.9\r\nHost: a\r\n\r\n".into()),
        ("no version", "GET /\r\nHost: a\r\n\r\n".into()),
        ("a bad path", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n".into()),
        (
            "a NUL in a header",
            "GET / HTTP/1.1\r\nHost: a\r\nx: \0\r\n\r\n".into(),
        ),
        (
            "a name with a space",
            "GET / HTTP/1.1\r\nHost: a\r\nx y: z\r\n\r\n".into(),
        ),
        (
            "a header without a colon",
            "GET / HTTP/1.1\r\nHost: a\r\nxyz\r\n\r\n".into(),
        ),
        (
            "a length that is none",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n".into(),
        ),
        (
            "a length below nothing",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n".into(),
        ),
        (
            "a length that no number holds",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n".into(),
        ),
        (
            "two lengths",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n".into(),
        ),
        (
            "a coding that is not the last",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n".into(),
        ),
        (
            "a long header",
            format!("GET / HTTP/1.1\r\nHost: a\r\nx: {long}\r\n\r\n"),
        ),
        (
            "many headers",
            format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n"),
        ),
        (
            "a long path",
            format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n"),
        ),
        (
            "a greeting of TLS",
            "\x16\x03\x01\x02\0\x01\0\r\n\r\n".into(),
        ),
    ] {
        for address in listeners(&served) {
            // A server may close before it has read all, and then its words may be lost.
            let received = cut_off(address, bytes.as_bytes()).await;
            let status = parse(&received).map(|answer| answer.status);
            let is_refusal = status.is_none_or(|it| [400, 414, 431, 505].contains(&it));
            assert!(is_refusal, "{what}: {status:?}");
            assert!(
                status.is_some() || bytes.len() > 10_000,
                "{what}: no answer"
            );
        }
    }
    served.everything_still_works().await;
    served.stop().await;
}

/// Nobody is told anything who has not said all, and nothing is done.
#[tokio::test]
async fn half_a_request_is_no_request() {
    let served = Served::start().await;
    let mark = served.lab.edge.world().journal().mark();
    for (address, request) in served.good() {
        let whole = raw(&request);
        let head = whole.windows(4).position(|at| at == b"\r\n\r\n").unwrap();
        for cut in [0, 1, 10, head / 2, head, head + 3] {
            let received = cut_off(address, &whole[..cut]).await;
            let status = parse(&received).map(|answer| answer.status);
            assert!(
                status.is_none_or(|status| status == 400),
                "{cut}: {status:?}"
            );
        }
    }
    assert_eq!(served.lab.exchanges_since(mark).len(), 0);
    // Of a body that does not come to its end nothing is kept.
    let whole = raw(&served.put());
    cut_off(served.aws, &whole[..whole.len() - 1]).await;
    served.everything_still_works().await;
    served.stop().await;
}

/// The framing of a body is the service's to refuse, in its own shape.
#[tokio::test]
async fn a_body_that_is_out_of_form_is_refused_by_the_service() {
    let served = Served::start().await;
    for chunks in [
        "x\r\nmeow\r\n0\r\n\r\n",
        "4\r\nmeowmeow\r\n0\r\n\r\n",
        "\r\n",
        "-1\r\n",
    ] {
        for (request, code) in [
            (served.put(), "IncompleteBody"),
            (served.who(), "MalformedHttpRequestException"),
        ] {
            let request = request.map(|_| Bytes::new());
            let head = String::from_utf8(raw(&request)).unwrap();
            let head = head.replace("Connection: close", "Transfer-Encoding: chunked");
            let received = closing(served.aws, format!("{head}{chunks}").as_bytes()).await;
            check(&received, 400, &format!("<Code>{code}</Code>"));
        }
    }
    served.everything_still_works().await;
    served.stop().await;
}

#[track_caller]
fn check(received: &Received, status: u16, said: &str) {
    let text = String::from_utf8_lossy(&received.rest);
    assert!(
        received.status == status && text.contains(said),
        "{status} {said}: {} {text}",
        received.head
    );
}

/// A client that asks first is told to go on, or why not, before it sends its body.
#[tokio::test]
async fn who_expects_to_go_on_is_told_so_or_refused_before_the_body() {
    let served = Served::start().await;
    let object = |length: &str| {
        let headers = [("expect", "100-continue"), ("content-length", length)];
        served.to_aws("PUT", "/photos/k", &headers, "")
    };
    let signed = |request: Request<Bytes>| {
        raw(&served
            .signer("s3")
            .sign_declared(request, "UNSIGNED-PAYLOAD"))
    };
    // Of none of these is a byte of the body sent.
    let large = closing(served.aws, &signed(object("5368709121"))).await;
    check(&large, 400, "<Code>EntityTooLarge</Code>");
    check(&large, 400, "<ProposedSize>5368709121</ProposedSize>");
    let unsigned = closing(served.aws, &raw(&object("5"))).await;
    check(&unsigned, 403, "<Code>AccessDenied</Code>");
    // s3.errors.unread-body
    assert!(
        unsigned.head.contains("connection: close"),
        "{}",
        unsigned.head
    );
    let part = "/photos/k?partNumber=1&uploadId=x";
    let headers = [("expect", "100-continue"), ("content-length", "5368709121")];
    let part = served.to_aws("PUT", part, &headers, "");
    let part = closing(served.aws, &signed(part)).await;
    check(&part, 400, "<Code>EntityTooLarge</Code>");
    let form = "application/x-www-form-urlencoded";
    let headers = [
        ("content-type", form),
        ("expect", "100-continue"),
        ("content-length", "1048577"),
    ];
    let form = raw(&served.to_aws("POST", "/", &headers, ""));
    let form = closing(served.aws, &form).await;
    check(&form, 413, "<Code>RequestEntityTooLargeException</Code>");

    let mut stream = TcpStream::connect(served.aws).await.unwrap();
    stream.write_all(&signed(object("5"))).await.unwrap();
    let mut told = [0; 25];
    stream.read_exact(&mut told).await.unwrap();
    assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"meow!").await.unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert_eq!(parse(&rest).unwrap().status, 200);
    assert_eq!(served.lab.stored("k").as_deref(), Some(&b"meow!"[..]));
    served.stop().await;
}

#[tokio::test]
async fn what_follows_a_good_request_is_read_as_one_of_its_own() {
    let served = Served::start().await;
    for (address, request) in served.good() {
        let open = String::from_utf8(raw(&request)).unwrap();
        let open = open.replace("Connection: close", "Connection: keep-alive");
        let received = until_closed(address, format!("{open}\0garbage\r\n\r\n").as_bytes()).await;
        let text = String::from_utf8_lossy(&received);
        let statuses: Vec<_> = text
            .match_indices("HTTP/1.1 ")
            .map(|(at, _)| &text[at + 9..at + 12])
            .collect();
        // The metadata service hangs up after every answer.
        let hangs_up = address == served.metadata;
        let expected: &[&str] = if hangs_up { &["200"] } else { &["200", "400"] };
        assert_eq!(statuses, expected, "{text}");
    }
    served.everything_still_works().await;
    served.stop().await;
}

#[tokio::test]
async fn the_first_version_of_http_is_spoken_too() {
    let served = Served::start().await;
    for (address, request) in served.good() {
        let old = String::from_utf8(raw(&request)).unwrap();
        let old = old
            .replace("HTTP/1.1", "HTTP/1.0")
            .replace("Connection: close\r\n", "");
        let received = closing(address, old.as_bytes()).await;
        assert_eq!(received.status, 200, "{received:?}");
    }
    served.stop().await;
}

/// Connections on which nothing comes cost the others nothing.
#[tokio::test]
async fn the_silent_do_not_keep_others_waiting() {
    let served = Served::start().await;
    let mut silent = Vec::new();
    for address in listeners(&served) {
        for said in ["", "GET", "GET / HTTP/1.1\r\nHost: a\r\n"] {
            for _ in 0..20 {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream.write_all(said.as_bytes()).await.unwrap();
                silent.push(stream);
            }
        }
    }
    served.everything_still_works().await;
    drop(silent);
    served.everything_still_works().await;
    served.stop().await;
}

/// A refused HEAD has no body and no type, and is S3's own answer all the same.
#[tokio::test]
async fn a_refused_head_is_no_refusal_of_http() {
    let served = Served::start().await;
    for (path, status) in [
        ("/photos/nothing", 404),
        ("/nothing", 404),
        ("/photos?acl", 501),
        ("/", 405),
    ] {
        let request = served
            .signer("s3")
            .sign(served.to_aws("HEAD", path, &[], ""));
        let received = closing(served.aws, &raw(&request)).await;
        assert_eq!(
            (received.status, received.rest.len()),
            (status, 0),
            "{path}"
        );
        assert!(
            received.head.contains("\r\nx-amz-request-id: "),
            "{path}: {received:?}"
        );
        assert!(
            received.head.contains("\r\nserver: amazons3"),
            "{path}: {received:?}"
        );
    }
    let received = closing(
        served.aws,
        &raw(&served.to_aws("HEAD", "/photos/k", &[], "")),
    )
    .await;
    assert_eq!((received.status, received.rest.len()), (403, 0));
    served.stop().await;
}
