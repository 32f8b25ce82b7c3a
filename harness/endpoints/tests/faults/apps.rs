//! Listeners of one app each: whose request it is, and when none is under way.

use std::time::Duration;

use rolecall_endpoints::{
    AppServer, Caller, Delay, Effect, Fault, Gate, GatePoint, InFlight, Matcher, Place, Point,
    Stall,
};
use tokio::net::TcpStream;

use crate::support::Lab;
use crate::wire::{CREDENTIALS, get, settle, wired};

async fn opened(lab: &Lab, name: &str, place: Place, in_flight: &InFlight) -> AppServer {
    let caller = Caller {
        name: name.into(),
        place,
    };
    let opened = AppServer::open(&lab.edge, &caller, in_flight).await;
    opened.unwrap()
}

#[test]
fn the_journal_names_the_app_and_not_its_place() {
    wired(async |it| {
        let in_flight = InFlight::default();
        let open = async |name| opened(&it.lab, name, it.lab.on_web(), &in_flight).await;
        let (one, two) = (open("one").await, open("two").await);
        for server in [&one, &two] {
            let answer = get(server.place().unwrap(), CREDENTIALS).await.unwrap();
            assert_eq!(answer.status(), 200);
            // Nobody signed it.
            assert_eq!(
                get(server.aws(), "/photos/cat").await.unwrap().status(),
                403
            );
        }
        let exchanges = it.lab.exchanges_since(0);
        let callers: Vec<_> = exchanges.iter().map(|it| it.caller.as_str()).collect();
        assert_eq!(callers, ["one", "one", "two", "two"]);
        let laptop = opened(&it.lab, "three", Place::Laptop, &in_flight).await;
        assert_eq!(laptop.place(), None);
        settle(|| in_flight.traffic().now == 0).await;
        assert_eq!(in_flight.traffic().came, 4);
    });
}

#[test]
fn a_request_is_under_way_until_its_answer_is_delivered() {
    wired(async |it| {
        let in_flight = InFlight::default();
        let server = opened(&it.lab, "web", it.lab.on_web(), &in_flight).await;
        let metadata = server.place().unwrap();
        let faults = it.lab.edge.faults();
        faults.put_gate(Gate {
            name: "gate".to_owned(),
            on: Matcher::default(),
            at: GatePoint::BeforeResponse,
            nth: 1,
        });
        let held = tokio::spawn(async move { get(metadata, CREDENTIALS).await.unwrap() });
        settle(|| faults.held() == 1).await;
        assert_eq!(in_flight.traffic().now, 1);
        assert_eq!(faults.open_gate("gate"), Some(1));
        assert_eq!(held.await.unwrap().status(), 200);
        settle(|| in_flight.traffic().now == 0).await;
        assert_eq!(faults.held(), 0);
        let late = Effect::Delay(Delay::from(Duration::from_millis(30)));
        faults.add(Fault::new("late", Matcher::default(), late));
        let mut changes = in_flight.changes();
        changes.mark_unchanged();
        let asked = tokio::spawn(async move { get(metadata, CREDENTIALS).await.unwrap() });
        changes.changed().await.unwrap();
        assert_eq!(changes.borrow_and_update().now, 1);
        changes.changed().await.unwrap();
        assert_eq!(changes.borrow_and_update().now, 0);
        assert_eq!(asked.await.unwrap().status(), 200);
    });
}

#[test]
fn what_is_never_answered_is_not_under_way() {
    wired(async |it| {
        let in_flight = InFlight::default();
        let server = opened(&it.lab, "web", it.lab.on_web(), &in_flight).await;
        let metadata = server.place().unwrap();
        let silent = Effect::Stall(Stall {
            at: Point::BeforeHeaders,
            lasts: None,
        });
        let faults = it.lab.edge.faults();
        faults.add(Fault::new("silent", Matcher::default(), silent));
        let asked = tokio::spawn(async move { get(metadata, CREDENTIALS).await });
        settle(|| in_flight.traffic().came == 1 && in_flight.traffic().now == 0).await;
        asked.abort();
    });
}

#[test]
fn nobody_listens_for_an_app_that_is_gone() {
    wired(async |it| {
        let server = opened(&it.lab, "web", it.lab.on_web(), &InFlight::default()).await;
        let (aws, metadata) = (server.aws(), server.place().unwrap());
        drop(server);
        for address in [aws, metadata] {
            let gone = async {
                while TcpStream::connect(address).await.is_ok() {
                    tokio::task::yield_now().await;
                }
            };
            let gone = tokio::time::timeout(Duration::from_secs(20), gone).await;
            gone.expect("the listener closes");
        }
    });
}
