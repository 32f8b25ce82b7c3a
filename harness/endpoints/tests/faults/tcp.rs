//! Over TCP.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use rolecall_endpoints::{
    Answer, Delay, Drip, Effect, ErrorDocument, Fault, Gate, GatePoint, Matcher, OddExpiration,
    Point, Redirect, Skew, Stall, Throttle,
};
use serde_json::Value;

use crate::support::HOUR;
use crate::wire::{CREDENTIALS, get, is_silent, receive, request, send, settle, wired};

const SOON: Duration = Duration::from_millis(30);

fn for_ever(at: Point) -> Effect {
    Effect::Stall(Stall { at, lasts: None })
}

fn for_a_while(at: Point) -> Effect {
    let lasts = Some(SOON);
    Effect::Stall(Stall { at, lasts })
}

#[test]
fn without_a_fault_all_is_well() {
    wired(async |it| {
        let answer = it.credentials().await;
        assert_eq!((answer.status(), answer.end), (200, Ok(())));
        assert_eq!(answer.announced(), answer.body().len());
        assert_eq!(it.journalled().fault, None);
    });
}

#[test]
fn an_answer_in_place_of_the_service() {
    wired(async |it| {
        it.strike(
            "imds-credentials",
            Effect::Answer(Answer {
                status: 418,
                body: Some("short and stout".to_owned()),
                headers: [("x-pot".to_owned(), "tea".to_owned())].into(),
                ..Answer::default()
            }),
        );
        let answer = it.credentials().await;
        assert_eq!((answer.status(), answer.body()), (418, "short and stout"));
        assert_eq!(answer.header("x-pot"), Some("tea"));
        let journalled = it.journalled();
        assert_eq!(journalled.fault.as_deref(), Some("fault (answer)"));
        assert_eq!(journalled.operation.as_deref(), Some("imds-credentials"));
        assert_eq!(journalled.status, Some(418));
    });
}

#[test]
fn an_error_is_spoken_as_the_service_speaks_it() {
    wired(async |it| {
        let error = Effect::Answer(Answer {
            status: 500,
            code: Some("InternalFailure".to_owned()),
            message: Some("broken".to_owned()),
            ..Answer::default()
        });
        it.lab
            .edge
            .faults()
            .add(Fault::new("all", Matcher::default(), error));
        let in_task = format!("/v2/credentials/{}", it.lab.task);
        let of_sts = "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n\
            content-length: 43\r\nconnection: close\r\n\r\nAction=GetCallerIdentity&Version=2011-06-15";
        for (answer, body) in [
            (it.credentials().await, r#""Code": "InternalFailure""#),
            (
                get(it.task, &in_task).await.unwrap(),
                r#"{"code":"InternalFailure","message":"broken"}"#,
            ),
            (
                send(it.aws, of_sts.as_bytes()).await.unwrap(),
                "<Error><Type>Receiver</Type><Code>InternalFailure</Code>",
            ),
            (
                get(it.aws, "/photos/cat.jpg").await.unwrap(),
                "<Error><Code>InternalFailure</Code><Message>broken</Message><RequestId>",
            ),
        ] {
            assert_eq!(answer.status(), 500);
            assert!(answer.body().contains(body), "{answer:?}");
        }
        let named: Vec<_> = it
            .lab
            .exchanges_since(0)
            .iter()
            .map(|it| it.operation.unwrap().slug())
            .collect();
        let expected = [
            "imds-credentials",
            "container-credentials",
            "sts-get-caller-identity",
            "s3-get-object",
        ];
        assert_eq!(named, expected);
    });
}

#[test]
fn throttled() {
    wired(async |it| {
        let throttle = Throttle {
            retry_after_seconds: Some(3),
        };
        it.strike("imds-*", Effect::Throttle(throttle));
        let answer = it.credentials().await;
        assert_eq!(
            (answer.status(), answer.header("retry-after")),
            (503, Some("3"))
        );
        it.strike("s3-*", Effect::Throttle(Throttle::default()));
        let answer = get(it.aws, "/photos/cat.jpg").await.unwrap();
        assert_eq!((answer.status(), answer.header("retry-after")), (503, None));
        assert!(answer.body().contains("<Code>SlowDown</Code>"));
    });
}

#[test]
fn redirected() {
    wired(async |it| {
        let (to, status) = ("http://127.0.0.1:1/".to_owned(), 307);
        it.strike(
            "imds-credentials",
            Effect::Redirect(Redirect { to, status }),
        );
        let answer = it.credentials().await;
        assert_eq!(
            (answer.status(), answer.header("location")),
            (307, Some("http://127.0.0.1:1/"))
        );
    });
}

#[test]
fn late() {
    wired(async |it| {
        for effect in [
            Effect::Delay(Delay::from(SOON)),
            Effect::Delay(Delay {
                min: SOON,
                max: 2 * SOON,
            }),
            for_a_while(Point::OnArrival),
            for_a_while(Point::BeforeHeaders),
            for_a_while(Point::BeforeBody),
            for_a_while(Point::InBody),
            Effect::Drip(Drip {
                bytes: 400,
                every: SOON,
            }),
        ] {
            it.strike("imds-credentials", effect.clone());
            let began = Instant::now();
            let answer = it.credentials().await;
            assert!(began.elapsed() >= SOON, "{effect:?}");
            assert_eq!((answer.status(), &answer.end), (200, &Ok(())));
            assert_eq!(answer.body().len(), answer.announced(), "{effect:?}");
            serde_json::from_str::<Value>(answer.body()).unwrap();
        }
    });
}

#[test]
fn silence_before_the_head() {
    for (effect, decided) in [
        (Effect::BlackHole, false),
        (for_ever(Point::OnArrival), false),
        (Effect::LostReply, true),
        (for_ever(Point::BeforeHeaders), true),
    ] {
        wired(async |it| {
            it.strike("imds-credentials", effect.clone());
            let stream = it.unanswered(CREDENTIALS).await;
            settle(|| it.journalled().fault.is_some()).await;
            assert!(is_silent(&stream), "{effect:?}");
            assert_eq!(it.journalled().status.is_some(), decided, "{effect:?}");
            // The listener goes on meanwhile.
            assert_eq!(
                get(it.web, "/latest/meta-data/instance-id")
                    .await
                    .unwrap()
                    .status(),
                200
            );
        });
    }
}

#[test]
fn silence_in_the_answer() {
    for (point, some) in [(Point::BeforeBody, false), (Point::InBody, true)] {
        wired(async |it| {
            it.strike("imds-credentials", for_ever(point));
            let mut stream = it.unanswered(CREDENTIALS).await;
            let mut received = String::new();
            while !received.contains("\r\n\r\n") || (some && !received.contains("LastUpdated")) {
                let mut buffer = [0; 4096];
                let read = tokio::io::AsyncReadExt::read(&mut stream, &mut buffer)
                    .await
                    .unwrap();
                assert_ne!(read, 0, "{received}");
                received.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
            }
            let (_, body) = received.split_once("\r\n\r\n").unwrap();
            assert_eq!(!body.is_empty(), some);
            assert!(is_silent(&stream));
        });
    }
}

#[test]
fn a_client_that_gives_up_leaves_nothing_behind() {
    wired(async |it| {
        it.strike("imds-credentials", Effect::BlackHole);
        drop(it.unanswered(CREDENTIALS).await);
        it.lab.edge.faults().clear_all();
        assert_eq!(it.credentials().await.status(), 200);
    });
}

#[test]
fn cut_off() {
    wired(async |it| {
        it.strike("imds-credentials", Effect::Truncate(40));
        let answer = it.credentials().await;
        assert_eq!((answer.body().len(), answer.end), (40, Ok(())));
        it.strike("imds-credentials", Effect::Truncate(1_000_000));
        let answer = it.credentials().await;
        assert_eq!(
            answer.body().len(),
            answer.announced(),
            "there is less than that"
        );
    });
}

#[test]
fn reset() {
    for (point, head, body) in [
        (Point::OnArrival, false, false),
        (Point::BeforeHeaders, false, false),
        (Point::BeforeBody, true, false),
        (Point::InBody, true, true),
    ] {
        wired(async |it| {
            it.strike("imds-credentials", Effect::Reset(point));
            let answer = it.credentials().await;
            assert_eq!(answer.end, Err(ErrorKind::ConnectionReset), "{point:?}");
            // What a reset overtakes may be lost; what comes is of the answer.
            assert!(head || answer.bytes.is_empty(), "{answer:?}");
            assert!(body || answer.body().is_empty(), "{answer:?}");
            let journalled = it.journalled();
            assert_eq!(journalled.status.is_some(), point != Point::OnArrival);
            assert_eq!(journalled.fault.as_deref(), Some("fault (reset)"));
        });
    }
}

#[test]
fn refused_and_open_again() {
    wired(async |it| {
        let on = Matcher {
            app: Some("web".to_owned()),
            ..Matcher::default()
        };
        let faults = it.lab.edge.faults();
        faults.add(Fault::new("closed", on.clone(), Effect::RefuseConnection));
        let refused = async || matches!(get(it.web, CREDENTIALS).await, Err(error) if error.kind() == ErrorKind::ConnectionRefused);
        while !refused().await {}
        let in_task = format!("/v2/credentials/{}", it.lab.task);
        assert_eq!(
            get(it.task, &in_task).await.unwrap().status(),
            200,
            "only the one address"
        );
        assert!(faults.clear("closed"));
        faults.heard().await;
        assert!(get(it.web, CREDENTIALS).await.is_ok());
        // For an hour of simulated time, later.
        let from = it.lab.edge.now() + HOUR;
        let window = Matcher {
            not_before: Some(from),
            before: Some(from + HOUR),
            ..on
        };
        faults.add(Fault::new("closed", window, Effect::RefuseConnection));
        assert_eq!(it.credentials().await.status(), 200);
        it.lab.advance(HOUR).await;
        while !refused().await {}
        it.lab.advance(HOUR).await;
        faults.heard().await;
        assert!(get(it.web, CREDENTIALS).await.is_ok());
    });
}

#[test]
fn another_body() {
    wired(async |it| {
        let whole = it.credentials().await;
        for (effect, length) in [
            (Effect::EmptyBody, 0),
            (Effect::MalformedBody, whole.body().len() * 2 / 3),
        ] {
            it.strike("imds-credentials", effect);
            let answer = it.credentials().await;
            assert_eq!(
                (answer.status(), answer.announced(), answer.body().len()),
                (200, length, length)
            );
            assert!(serde_json::from_str::<Value>(answer.body()).is_err());
        }
        it.strike(
            "imds-role",
            Effect::Roles(vec!["one".to_owned(), "tw o/ü".to_owned()]),
        );
        let answer = get(it.web, "/latest/meta-data/iam/security-credentials/")
            .await
            .unwrap();
        assert_eq!(answer.body(), "one\ntw o/ü");
    });
}

#[test]
fn a_wrong_length() {
    wired(async |it| {
        let whole = it.credentials().await;
        let length = whole.body().len();
        for announced in [length + 100, 10, 0] {
            it.strike("imds-credentials", Effect::ContentLength(announced as u64));
            let answer = it.credentials().await;
            assert_eq!(
                answer.header("content-length"),
                Some(&*announced.to_string()),
                "{answer:?}"
            );
            assert_eq!(
                answer.body().len(),
                length,
                "all of it is sent, whatever was announced"
            );
        }
    });
}

#[test]
fn an_error_in_a_document() {
    wired(async |it| {
        let (code, message) = ("AssumeRoleUnauthorizedAccess".to_owned(), None);
        it.strike(
            "imds-credentials",
            Effect::ErrorDocument(ErrorDocument { code, message }),
        );
        let answer = it.credentials().await;
        let document: Value = serde_json::from_str(answer.body()).unwrap();
        assert_eq!(
            (answer.status(), &document["Code"]),
            (200, &"AssumeRoleUnauthorizedAccess".into())
        );
        assert_eq!(document.get("AccessKeyId"), None);
    });
}

#[test]
fn odd_fields() {
    wired(async |it| {
        for (effect, value) in [
            (Effect::MissingField("Token".to_owned()), None),
            (Effect::NullField("Token".to_owned()), Some(Value::Null)),
            (Effect::MistypedField("Token".to_owned()), Some(1.into())),
        ] {
            it.strike("*-credentials", effect);
            let in_task = format!("/v2/credentials/{}", it.lab.task);
            for answer in [
                it.credentials().await,
                get(it.task, &in_task).await.unwrap(),
            ] {
                let document: Value = serde_json::from_str(answer.body()).unwrap();
                assert_eq!(document.get("Token"), value.as_ref());
                assert!(
                    document["AccessKeyId"]
                        .as_str()
                        .unwrap()
                        .starts_with("ASIA")
                );
                assert_eq!(answer.announced(), answer.body().len());
            }
        }
    });
}

#[test]
fn odd_expirations() {
    wired(async |it| {
        let expiry = |answer: &str| {
            serde_json::from_str::<Value>(answer)
                .unwrap()
                .get("Expiration")
                .cloned()
        };
        let truth = expiry(it.credentials().await.body()).unwrap();
        let truth = rolecall_account::SimInstant::parse(truth.as_str().unwrap()).unwrap();
        let odd = async |odd| {
            it.strike("imds-credentials", Effect::Expiration(odd));
            expiry(it.credentials().await.body())
        };
        assert_eq!(odd(OddExpiration::Absent).await, None);
        assert_eq!(odd(OddExpiration::Empty).await, Some("".into()));
        assert_eq!(
            odd(OddExpiration::Epoch).await,
            Some((truth.epoch_millis() / 1000).into())
        );
        let text = |value: Option<Value>| value.unwrap().as_str().unwrap().to_owned();
        let parsed = |text: &str| rolecall_account::SimInstant::parse(text).unwrap();
        let past = text(odd(OddExpiration::Past).await);
        assert!(parsed(&past) < it.lab.edge.now());
        let fraction = text(odd(OddExpiration::Fraction).await);
        assert!(fraction.ends_with(".123456789Z"));
        assert_eq!(parsed(&fraction).since(truth), Duration::from_millis(123));
        let offset = text(odd(OddExpiration::Offset).await);
        assert!(offset.ends_with("+02:00"));
        assert_eq!(parsed(&offset), truth);
    });
}

#[test]
fn documents_of_others() {
    wired(async |it| {
        let key = async || {
            let answer = it.credentials().await;
            let document: Value = serde_json::from_str(answer.body()).unwrap();
            document["AccessKeyId"].as_str().unwrap().to_owned()
        };
        let first = key().await;
        it.strike("imds-credentials", Effect::SameDocument);
        assert_eq!(key().await, first);
        let rotate = || {
            let source = rolecall_account::Source::Instance(it.lab.web.clone());
            it.lab
                .edge
                .world()
                .rotate(it.lab.edge.now(), &source)
                .unwrap();
        };
        rotate();
        assert_eq!(key().await, first, "whatever has been issued since");
        it.lab.edge.faults().clear_all();
        let second = key().await;
        assert_ne!(second, first);
        it.strike("imds-credentials", Effect::StaleDocument);
        assert_eq!(key().await, first);
        rotate();
        assert_eq!(key().await, second);
        it.strike(
            "imds-credentials",
            Effect::OtherDocument("strict".to_owned()),
        );
        let others = it
            .lab
            .edge
            .world()
            .served_by("strict")
            .unwrap()
            .access_key_id
            .clone();
        assert_eq!(key().await, others);
    });
}

#[test]
fn a_token_forgotten_early() {
    wired(async |it| {
        let put = "PUT /latest/api/token HTTP/1.1\r\nhost: x\r\nx-aws-ec2-metadata-token-ttl-seconds: 60\r\n\
            content-length: 0\r\nconnection: close\r\n\r\n";
        let token = send(it.web, put.as_bytes()).await.unwrap();
        let read = format!(
            "GET {CREDENTIALS} HTTP/1.1\r\nhost: x\r\nx-aws-ec2-metadata-token: {}\r\nconnection: close\r\n\r\n",
            token.body()
        );
        assert_eq!(send(it.web, read.as_bytes()).await.unwrap().status(), 200);
        it.strike("imds-credentials", Effect::RevokeToken);
        assert_eq!(send(it.web, read.as_bytes()).await.unwrap().status(), 401);
    });
}

#[test]
fn a_wrong_clock() {
    wired(async |it| {
        it.strike("imds-credentials", Effect::ClockSkew(Skew::Behind(HOUR)));
        let answer = it.credentials().await;
        let date = answer.header("date").unwrap().to_owned();
        let hours = [1, 2].map(|hours| (it.lab.edge.now() - hours * HOUR).http_date());
        // The hour, and the day in case it is the first.
        assert!(
            hours.iter().any(|hour| hour[..19] == date[..19]),
            "{date} {hours:?}"
        );
        assert_ne!(date[17..19], it.lab.edge.now().http_date()[17..19]);
    });
}

#[test]
fn a_gate_holds_one_request() {
    for at in [GatePoint::Arrival, GatePoint::BeforeResponse] {
        wired(async |it| {
            let faults = it.lab.edge.faults().clone();
            let on = Matcher {
                operation: Some("imds-credentials".to_owned()),
                ..Matcher::default()
            };
            let (name, nth) = ("gate".to_owned(), 1);
            faults.put_gate(Gate { name, on, at, nth });
            let mut stream = tokio::net::TcpStream::connect(it.web).await.unwrap();
            let bytes = request("GET", CREDENTIALS);
            tokio::io::AsyncWriteExt::write_all(&mut stream, bytes.as_bytes())
                .await
                .unwrap();
            settle(|| faults.gates()[0].reached == 1).await;
            assert_eq!(
                it.lab.exchanges_since(0).len(),
                usize::from(at == GatePoint::BeforeResponse)
            );
            assert!(is_silent(&stream));
            assert_eq!(
                it.credentials().await.status(),
                200,
                "the second does not wait"
            );
            assert_eq!(faults.open_gate("gate"), Some(1));
            assert_eq!(receive(stream).await.status(), 200);
            assert_eq!(faults.open_gate("gate"), None);
        });
    }
}

// s3.errors.no-http
#[test]
fn what_is_no_request_is_answered_in_the_services_words() {
    wired(async |it| {
        let long = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(1 << 20));
        for (address, bytes, status, body) in [
            (
                it.aws,
                "nonsense\r\n\r\n",
                400,
                "<Error><Code>BadRequest</Code>",
            ),
            (
                it.aws,
                &*long,
                400,
                "<Error><Code>RequestHeaderSectionTooLarge</Code>",
            ),
            (
                it.web,
                "GET nonsense\r\n\r\n",
                400,
                "<title>400 - Bad Request</title>",
            ),
            (it.task, "GET / HTTP/9.9\r\n\r\n", 400, "400 Bad Request"),
        ] {
            let answer = send(address, bytes.as_bytes()).await;
            let Ok(answer) = answer else { continue };
            if answer.bytes.is_empty() && bytes.len() > 1000 {
                // The server closed while the client still wrote: the reset overtook the answer.
                continue;
            }
            assert_eq!(answer.status(), status, "{answer:?}");
            assert!(answer.body().contains(body), "{answer:?}");
            assert_eq!(answer.body().len(), answer.announced());
            assert_eq!(answer.header("connection"), Some("close"));
        }
    });
}
