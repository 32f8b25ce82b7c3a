//! Broken bytes on every listener.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::draw::Draw;
use crate::raw::{Served, cut_off, parse, raw};
use crate::spoil::spoil_bytes;

const REQUESTS: usize = 8_000;

const SCRAPS: &[&[u8]] = &[
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\r",
    b"\0",
    b" ",
    b"\t",
    b":",
    b"\xff\xfe",
    b"\r\n folded",
    b" HTTP/1.0\r\n",
    b" HTTP/9.9\r\n",
    b"\r\nTransfer-Encoding: chunked",
    b"\r\nTransfer-Encoding: chunked, identity",
    b"\r\nTransfer-Encoding: gzip",
    b"\r\nContent-Length: 0",
    b"\r\nContent-Length: 5",
    b"\r\nContent-Length: -1",
    b"\r\nContent-Length: 5368709121",
    b"\r\nContent-Length: 18446744073709551615",
    b"\r\nContent-Length: 99999999999999999999",
    b"\r\nExpect: 100-continue",
    b"\r\nExpect: 200-ok",
    b"\r\nConnection: keep-alive",
    b"\r\nConnection: upgrade\r\nUpgrade: h2c",
    b"\r\nHost: rebound.example",
    b"\r\nHost:",
    b"GET / HTTP/1.1\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"http://169.254.169.254",
    b"*",
    b"0\r\n\r\n",
    b"5\r\nhello\r\n",
    b"ffffffffffffffff1\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
];

/// Whole requests that are strange, but not broken.
fn strange(served: &Served) -> Vec<(SocketAddr, Vec<u8>)> {
    let line = |head: &str, body: &str| format!("{head}\r\n\r\n{body}").into_bytes();
    let many = "x: y\r\n".repeat(300);
    let long = "y".repeat(20_000);
    let mut all = Vec::new();
    for (address, request) in served.good() {
        let good = raw(&request);
        all.push((address, good.clone()));
        all.push((address, [&good[..], &good].concat()));
        for head in [
            "GET / HTTP/1.0",
            "OPTIONS * HTTP/1.1\r\nHost: a",
            "CONNECT a:1 HTTP/1.1\r\nHost: a",
            "GET http://a/b HTTP/1.1\r\nHost: c",
            &format!("GET / HTTP/1.1\r\n{many}Host: a"),
            &format!("GET / HTTP/1.1\r\nx: {long}\r\nHost: a"),
            &format!("GET /{long} HTTP/1.1\r\nHost: a"),
            &format!("{long} / HTTP/1.1\r\nHost: a"),
        ] {
            all.push((address, line(head, "")));
        }
        let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked";
        all.push((address, line(chunked, "5\r\nhello\r\n0\r\n\r\n")));
    }
    all
}

#[tokio::test]
async fn broken_bytes_are_refused_or_answered_and_break_nothing() {
    let served = Served::start().await;
    let seeds = strange(&served);
    let mut draw = Draw(3);
    let mut statuses = BTreeMap::<Option<u16>, usize>::new();
    for number in 0..REQUESTS {
        let (address, seed) = &seeds[draw.below(seeds.len())];
        let mut bytes = seed.clone();
        for _ in 0..draw.below(4) {
            spoil_bytes(&mut draw, &mut bytes, SCRAPS);
        }
        let received = cut_off(*address, &bytes).await;
        let answer = parse(&received);
        let told = || String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]).into_owned();
        assert!(
            answer.is_some() || received.is_empty(),
            "request {number} {:?}: {:?}",
            told(),
            String::from_utf8_lossy(&received)
        );
        let status = answer.map(|answer| answer.status);
        let refused_by_http = status.is_none_or(|status| status < 500 || status == 505);
        assert!(
            refused_by_http || (status == Some(501) && *address == served.aws),
            "request {number} {:?}: {status:?}",
            told()
        );
        *statuses.entry(status).or_default() += 1;
        if number % 500 == 0 {
            served.everything_still_works().await;
        }
    }
    for status in [None, Some(200), Some(400), Some(403), Some(404)] {
        let count = statuses.get(&status).copied().unwrap_or_default();
        assert!(count > 10, "{status:?} {count} times: {statuses:?}");
    }
    served.everything_still_works().await;
    served.stop().await;
}
