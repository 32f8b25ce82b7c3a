//! In memory, where time is exact.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use rolecall_endpoints::{
    Answer, Caller, Delay, Drip, Effect, Fault, Gate, GatePoint, Matcher, Place, Point, Stall,
    WireError,
};

use crate::support::{HOUR, Lab, METADATA, lab, request};
use crate::wire::CREDENTIALS;

const SECOND: Duration = Duration::from_secs(1);

fn on(operation: &str) -> Matcher {
    let operation = Some(operation.to_owned());
    Matcher {
        operation,
        ..Matcher::default()
    }
}

fn teapot() -> Effect {
    Effect::Answer(Answer {
        status: 418,
        ..Answer::default()
    })
}

async fn ask(lab: &Lab, path: &str) -> Result<u16, WireError> {
    let request = request("GET", &format!("{METADATA}{path}"), &[]);
    let answer = lab.try_send(lab.on_web(), request.map(Full::new)).await?;
    Ok(answer.status)
}

#[test]
fn late_by_exactly_so_much() {
    lab(async |lab| {
        let length = lab
            .send(
                lab.on_web(),
                request("GET", &format!("{METADATA}{CREDENTIALS}"), &[]),
            )
            .await
            .body
            .len();
        let half_a_second = SECOND / 2;
        let drops = u32::try_from(length.div_ceil(100)).unwrap();
        for (effect, late) in [
            (Effect::Delay(Delay::from(5 * SECOND)), 5 * SECOND),
            (
                Effect::Stall(Stall {
                    at: Point::BeforeBody,
                    lasts: Some(HOUR),
                }),
                HOUR,
            ),
            (
                Effect::Stall(Stall {
                    at: Point::InBody,
                    lasts: Some(HOUR),
                }),
                HOUR,
            ),
            (
                Effect::Drip(Drip {
                    bytes: 100,
                    every: half_a_second,
                }),
                half_a_second * (drops - 1),
            ),
        ] {
            lab.edge
                .faults()
                .add(Fault::new("late", on("imds-credentials"), effect.clone()));
            let before = lab.edge.now();
            assert_eq!(ask(&lab, CREDENTIALS).await, Ok(200));
            assert_eq!(lab.edge.now().since(before), late, "{effect:?}");
        }
    });
}

#[test]
fn a_drawn_delay_comes_from_the_seed() {
    let delays = || {
        lab(async |lab| {
            let (min, max) = (SECOND, 3 * SECOND);
            lab.edge.faults().add(Fault::new(
                "late",
                on("imds-*"),
                Effect::Delay(Delay { min, max }),
            ));
            let mut delays = Vec::new();
            for _ in 0..8 {
                let before = lab.edge.now();
                ask(&lab, CREDENTIALS).await.unwrap();
                delays.push(lab.edge.now().since(before));
            }
            delays
        })
    };
    let drawn = delays();
    assert!(
        drawn
            .iter()
            .all(|delay| (SECOND..=3 * SECOND).contains(delay)),
        "{drawn:?}"
    );
    assert!(drawn.iter().any(|delay| delay != &drawn[0]), "{drawn:?}");
    assert_eq!(drawn, delays());
}

#[test]
fn silence_lasts_until_the_client_gives_up() {
    lab(async |lab| {
        for effect in [Effect::BlackHole, Effect::LostReply] {
            lab.edge
                .faults()
                .add(Fault::new("silence", on("imds-credentials"), effect));
            let asked = tokio::time::timeout(HOUR, ask(&lab, CREDENTIALS)).await;
            assert!(asked.is_err(), "{asked:?}");
        }
        let answered: Vec<_> = lab
            .exchanges_since(0)
            .iter()
            .map(rolecall_account::Exchange::status)
            .collect();
        assert_eq!(answered, [None, Some(http::StatusCode::OK)]);
    });
}

#[test]
fn no_connection_is_an_error_of_its_own() {
    lab(async |lab| {
        for (effect, error) in [
            (Effect::RefuseConnection, WireError::Refused),
            (Effect::Reset(Point::OnArrival), WireError::Reset),
            (Effect::Reset(Point::BeforeHeaders), WireError::Reset),
        ] {
            lab.edge
                .faults()
                .add(Fault::new("gone", on("imds-credentials"), effect));
            assert_eq!(ask(&lab, CREDENTIALS).await, Err(error));
        }
    });
}

#[test]
fn a_broken_body_is_an_error_where_it_breaks() {
    lab(async |lab| {
        for (effect, bytes) in [
            (Effect::Truncate(40), 40),
            (Effect::Reset(Point::BeforeBody), 0),
        ] {
            lab.edge
                .faults()
                .add(Fault::new("cut", on("imds-credentials"), effect));
            let caller = Caller {
                name: "app".into(),
                place: lab.on_web(),
            };
            let request = request("GET", &format!("{METADATA}{CREDENTIALS}"), &[]).map(Full::new);
            let response = tower::ServiceExt::oneshot(lab.network().wire(caller), request)
                .await
                .unwrap();
            let mut body = response.into_body();
            let mut read = 0;
            let broken = loop {
                match body.frame().await {
                    Some(Ok(frame)) => read += frame.into_data().unwrap().len(),
                    other => break other,
                }
            };
            assert_eq!(read, bytes);
            assert!(matches!(broken, Some(Err(_))), "{broken:?}");
        }
    });
}

#[test]
fn which_of_them_and_how_many() {
    lab(async |lab| {
        let fault = Fault::new("some", on("imds-credentials"), teapot());
        lab.edge.faults().add(Fault {
            nth: 2,
            times: Some(2),
            ..fault
        });
        let mut statuses = Vec::new();
        for _ in 0..5 {
            // What it does not mean it does not count.
            assert_eq!(ask(&lab, "/latest/meta-data/instance-id").await, Ok(200));
            statuses.push(ask(&lab, CREDENTIALS).await.unwrap());
        }
        assert_eq!(statuses, [200, 418, 418, 200, 200]);
        let [state] = &lab.edge.faults().list()[..] else {
            panic!("one fault")
        };
        assert_eq!((state.seen, state.struck), (5, 2));
    });
}

#[test]
fn the_first_that_is_due_strikes_and_no_other() {
    lab(async |lab| {
        let answer = |status| {
            Effect::Answer(Answer {
                status,
                ..Answer::default()
            })
        };
        let once = |name: &str, status| Fault {
            times: Some(1),
            ..Fault::new(name, on("imds-*"), answer(status))
        };
        for fault in [once("first", 501), once("second", 502), once("third", 503)] {
            lab.edge.faults().add(fault);
        }
        let mut statuses = Vec::new();
        for _ in 0..4 {
            statuses.push(ask(&lab, CREDENTIALS).await.unwrap());
        }
        assert_eq!(statuses, [501, 502, 503, 200]);
    });
}

#[test]
fn whom_it_means() {
    lab(async |lab| {
        let start = lab.edge.now();
        let any = Matcher::default;
        let with_token = vec!["X-Aws-Ec2-Metadata-Token".to_owned()];
        for (name, on, struck) in [
            ("all", any(), true),
            (
                "path",
                Matcher {
                    path: Some("*/security-credentials/*".to_owned()),
                    ..any()
                },
                true,
            ),
            (
                "other path",
                Matcher {
                    path: Some("/latest/api/*".to_owned()),
                    ..any()
                },
                false,
            ),
            (
                "app",
                Matcher {
                    app: Some("app".to_owned()),
                    ..any()
                },
                true,
            ),
            (
                "other app",
                Matcher {
                    app: Some("ap".to_owned()),
                    ..any()
                },
                false,
            ),
            (
                "place",
                Matcher {
                    place: Some(lab.web.clone()),
                    ..any()
                },
                true,
            ),
            (
                "other place",
                Matcher {
                    place: Some(lab.strict.clone()),
                    ..any()
                },
                false,
            ),
            (
                "absent",
                Matcher {
                    header_absent: with_token.clone(),
                    ..any()
                },
                true,
            ),
            (
                "present",
                Matcher {
                    header_present: with_token,
                    ..any()
                },
                false,
            ),
            (
                "from now",
                Matcher {
                    not_before: Some(start),
                    ..any()
                },
                true,
            ),
            (
                "until now",
                Matcher {
                    before: Some(start),
                    ..any()
                },
                false,
            ),
        ] {
            lab.edge.faults().add(Fault::new("fault", on, teapot()));
            let expected = if struck { 418 } else { 200 };
            assert_eq!(ask(&lab, CREDENTIALS).await, Ok(expected), "{name}");
        }
    });
}

#[test]
fn a_gate_makes_a_race_without_luck() {
    lab(async |lab| {
        let faults = lab.edge.faults().clone();
        let (name, at) = ("before-the-answer".to_owned(), GatePoint::BeforeResponse);
        faults.put_gate(Gate {
            name: name.clone(),
            on: on("imds-credentials"),
            at,
            nth: 1,
        });
        let web: Place = lab.on_web();
        let document = async || {
            let request = request("GET", &format!("{METADATA}{CREDENTIALS}"), &[]);
            lab.try_send(web.clone(), request.map(Full::new))
                .await
                .unwrap()
                .json()
        };
        let later = async {
            // The first is decided, then overtaken by a rotation and by the second.
            while faults.gates()[0].reached == 0 {
                tokio::task::yield_now().await;
            }
            let source = rolecall_account::Source::Instance(lab.web.clone());
            lab.edge.world().rotate(lab.edge.now(), &source).unwrap();
            let second = document().await;
            faults.open_gate(&name);
            second
        };
        let (first, second) = tokio::join!(document(), later);
        assert_ne!(first["AccessKeyId"], second["AccessKeyId"]);
        let world = lab.edge.world();
        let issue = |document: &serde_json::Value| {
            world
                .session(document["AccessKeyId"].as_str().unwrap())
                .unwrap()
                .issue
        };
        assert_eq!((issue(&first), issue(&second)), (1, 2));
    });
}

#[test]
fn a_fault_is_read_as_it_is_written() {
    let written = serde_json::json!({
        "name": "slow", "on": { "operation": "imds-*", "header-absent": ["x-y"], "before": "2031-05-01T00:00:00.000Z" },
        "nth": 2, "times": 3, "effect": { "delay": { "min": "1s", "max": "1m 30s" } },
    });
    let fault: Fault = serde_json::from_value(written.clone()).unwrap();
    let (min, max) = (SECOND, 90 * SECOND);
    assert_eq!(fault.effect, Effect::Delay(Delay { min, max }));
    assert_eq!(
        serde_json::from_value::<Fault>(serde_json::json!(fault)).unwrap(),
        fault
    );
    for wrong in [
        serde_json::json!({ "name": "x", "effect": "explode" }),
        serde_json::json!({ "name": "x", "effect": { "delay": { "min": "soon", "max": "1s" } } }),
        serde_json::json!({ "name": "x", "on": { "operatoin": "y" }, "effect": "black-hole" }),
    ] {
        assert!(
            serde_json::from_value::<Fault>(wrong.clone()).is_err(),
            "{wrong}"
        );
    }
}
