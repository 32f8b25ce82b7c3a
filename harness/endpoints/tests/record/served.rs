//! Recordings, served on TCP: a client hears what it heard when they were made.

use std::net::IpAddr;

use axum::Router;
use rolecall_account::{World, WorldOptions};
use rolecall_clock::SimClock;
use rolecall_endpoints::record::{Fixture, Replay};
use rolecall_endpoints::{Edge, ListenOptions, Place, Server};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{Heard, Recording, Then, hear, upstream_that_sends};

/// Serves `fixture` at an address of its own, asks it once, and answers what was heard.
async fn heard_again(fixture: Fixture) -> Heard {
    let clock = SimClock::real();
    let world = World::new(WorldOptions {
        start: clock.now().into(),
        region: "us-east-1".to_owned(),
        seed: 1,
        association_delay: std::time::Duration::ZERO,
    });
    let edge = Edge::new(world, clock);
    let place = Place::Instance("i-recorded".to_owned());
    edge.serve_recording(place.clone(), Replay::new(fixture, edge.now()));
    let options = ListenOptions {
        bind: IpAddr::from([127, 0, 0, 1]),
        port: None,
        places: vec![("web".to_owned(), place)],
    };
    let server = Server::bind(&edge, &options, Router::new()).await.unwrap();
    let address = server.addresses().places[0].2;
    let serving = tokio::spawn(server.serve(std::future::pending()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET /x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let heard = hear(&mut stream).await;
    serving.abort();
    heard
}

#[tokio::test]
async fn a_client_hears_what_it_heard() {
    for (bytes, then) in [
        (&b""[..], Then::Reset),
        (b"HTTP/1.1 200 OK\r\ndate: x\r\ncontent-length: 100\r\n\r\nhello", Then::Reset),
        (&b"HTTP/1.1 200 OK\r\ndate: x\r\ncontent-length: 5\r\n\r\nhello"[..], Then::Close),
        (b"HTTP/1.1 404 Not Found\r\ndate: x\r\nx-a: 1\r\nx-a: 2\r\ncontent-length: 0\r\n\r\n", Then::Close),
        (b"HTTP/1.1 200 OK\r\ndate: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", Then::Close),
        (b"HTTP/1.1 200 OK\r\ndate: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n", Then::Close),
        (b"HTTP/1.1 200 OK\r\ndate: x\r\ncontent-length: 100\r\n\r\nhello", Then::Close),
        (b"HTTP/1.1 200 OK\r\ndate: x\r\ncontent-length: 5\r\n\r\nhello world", Then::Close),
        (b"HTTP/1.1 204 No Content\r\ndate: x\r\n\r\n", Then::Close),
        (b"HTTP/1.1 304 Not Modified\r\ndate: x\r\n\r\n", Then::Close),
        (b"", Then::Close),
        (b"no HTTP\r\n\r\n", Then::Close),
    ] {
        let recording = Recording::of(&upstream_that_sends(bytes, then).await).await;
        let heard = recording.ask("GET /x", &[]).await;
        let mut fixture = recording.stop().await.fixture();
        // With its date as it was.
        fixture.shift = false;
        let again = heard_again(fixture).await;
        assert_eq!(again.was_reset, heard.was_reset);
        // What comes before a reset may be lost to it.
        if !heard.was_reset {
            let said = String::from_utf8_lossy(bytes);
            assert_eq!(again.text, heard.text, "{said}");
        }
    }
}
