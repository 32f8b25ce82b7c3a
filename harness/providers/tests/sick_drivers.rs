//! Drivers that do everything that drivers must not: each becomes a clear verdict, and none stays.

mod support;

use std::time::Duration;

use rolecall_providers::child::{ChildProvider, Contract, Limits, Manifest};
use rolecall_providers::{Call, Class, Client, NoClient, Provider, Unanswered, Use};
use support::{Stage, driver, is_running, limits, short};

/// What `resolve` of the driver with that sickness says of it, under short limits.
async fn verdict(sickness: &str) -> String {
    verdict_within(sickness, short()).await
}

async fn verdict_within(sickness: &str, limits: Limits) -> String {
    let stage = Stage::new();
    let provider = driver("sick.py", sickness).with_limits(limits);
    let client = match provider.open(stage.app()).await {
        Ok(client) => client,
        Err(NoClient::Broken(why)) => return format!("no client: {why}"),
        Err(NoClient::Unsupported(why)) => return format!("unsupported: {why}"),
    };
    let said = match client.resolve().await {
        Ok(credentials) => format!("credentials {}", credentials.access_key_id()),
        Err(Unanswered::Failed(failure)) => format!("failed: {failure}"),
        Err(Unanswered::Unsupported(why)) => format!("unsupported: {why}"),
        Err(Unanswered::Crashed(how)) => format!("crashed: {how}"),
        Err(Unanswered::Broken(why)) => format!("broken: {why}"),
    };
    let process = client.process().unwrap().id;
    drop(client);
    gone(process).await;
    assert!(!said.contains("wJalrXUtnFEMI"), "{said}");
    said
}

/// Over when the process is: it was killed, and the system takes its time.
async fn gone(process: u32) {
    let gone = async {
        while is_running(process) {
            tokio::task::yield_now().await;
        }
    };
    let gone = tokio::time::timeout(Duration::from_mins(1), gone).await;
    assert!(gone.is_ok(), "process {process} stays");
}

/// Long limits for what is told at once, so that a slow machine changes nothing.
async fn told(sickness: &str) -> String {
    verdict_within(sickness, limits()).await
}

#[tokio::test]
async fn one_that_is_well_answers() {
    assert_eq!(told("well").await, "credentials ASIAQ7XEXAMPLEKEYID0");
}

#[tokio::test]
async fn one_that_is_stuck_is_broken() {
    let said = verdict("stuck").await;
    assert!(
        said.starts_with("broken: the driver is stuck: it answered neither `resolve` within"),
        "{said}"
    );
}

/// The driver answers something else meanwhile: it is its library that waits.
#[tokio::test]
async fn a_library_that_never_answers_has_failed() {
    let said = verdict("hangs").await;
    assert!(
        said.starts_with("failed: timeout: no answer within"),
        "{said}"
    );
    assert!(
        said.ends_with("its driver answers other questions meanwhile"),
        "{said}"
    );
    let said = verdict("gives-up").await;
    assert!(said.ends_with("given up when it was told to"), "{said}");
}

#[tokio::test]
async fn one_that_ends_by_itself_is_told_with_its_last_words() {
    assert_eq!(
        told("crashes").await,
        "broken: the driver ended by itself: exit status 3; the last on standard error: \
         Traceback: secret is [secret]"
    );
    let said = told("segfaults").await;
    assert!(said.contains("killed by signal 11 (SIGSEGV"), "{said}");
}

#[tokio::test]
async fn one_that_says_what_is_no_answer_is_broken() {
    for (sickness, expected) in [
        (
            "garbage",
            "what is no answer (expected value at line 1 column 1): DEBUG found [secret];",
        ),
        ("floods", "more than 50 empty lines"),
        ("long-line", "a line of more than 4096 bytes"),
        ("wrong-id", "which was never made"),
        (
            "wrong-shape",
            "answered `resolve` with something else: invalid type: integer `3`",
        ),
        (
            "two-at-once",
            "not exactly one of `ok`, `error`, `unsupported`",
        ),
        ("strange-class", "unknown variant `gremlins`"),
        ("closes-output", "closed its standard output, and runs on"),
    ] {
        let said = told(sickness).await;
        assert!(said.starts_with("broken: "), "{sickness}: {said}");
        assert!(said.contains(expected), "{sickness}: {said}");
    }
}

#[tokio::test]
async fn one_that_shakes_no_hands_is_no_client() {
    for (sickness, expected) in [
        ("slow-hello", "did not answer `hello` within 1 s"),
        ("garbage-first", "Loading, please wait"),
        ("bad-wall", "`wall` is no date"),
    ] {
        let limits = Limits {
            hello: Duration::from_secs(1),
            ..limits()
        };
        // What is told at once is given the time to be told.
        let limits = if sickness == "slow-hello" {
            limits
        } else {
            self::limits()
        };
        let said = verdict_within(sickness, limits).await;
        assert!(said.starts_with("no client: "), "{sickness}: {said}");
        assert!(said.contains(expected), "{sickness}: {said}");
    }
}

#[tokio::test]
async fn one_that_closes_its_input_is_told_apart_or_times_out() {
    let said = verdict("closes-input").await;
    assert!(
        said.contains("closed its standard input")
            || said.contains("did not answer")
            || said.contains("stuck"),
        "{said}"
    );
}

#[tokio::test]
async fn an_answer_that_comes_twice_breaks_what_is_asked_next() {
    let stage = Stage::new();
    let client = driver("sick.py", "twice").open(stage.app()).await.unwrap();
    // The second answer comes before the next question is answered, or before it is asked.
    let mut last = client.resolve().await;
    while last.is_ok() {
        last = client.resolve().await;
    }
    let Err(Unanswered::Broken(why)) = last else {
        panic!("{last:?}")
    };
    assert!(why.contains("twice"), "{why}");
}

#[tokio::test]
async fn one_that_dies_between_two_questions_is_told_at_the_next() {
    let stage = Stage::new();
    let client = driver("sick.py", "dies-later")
        .open(stage.app())
        .await
        .unwrap();
    assert!(client.resolve().await.is_ok());
    let Err(Unanswered::Broken(why)) = client.resolve().await else {
        panic!()
    };
    assert!(why.contains("ended by itself: exit status 0"), "{why}");
    let Err(Unanswered::Broken(again)) = client.call(Call::CallerIdentity).await else {
        panic!()
    };
    assert_eq!(again, why);
}

#[tokio::test]
async fn what_its_clock_says_is_passed_on_as_it_is() {
    let stage = Stage::new();
    let client = driver("sick.py", "liar").open(stage.app()).await.unwrap();
    let clocks = client.clocks().await.unwrap().unwrap();
    // 1999-12-31T00:00:00Z, by `date -u -d @946598400`.
    // 1999-12-31T00:00:00Z, by `date -u -d "1970-01-01 262944 hours"`.
    assert_eq!(
        clocks.wall,
        std::time::UNIX_EPOCH + Duration::from_hours(262_944)
    );
    assert_eq!(clocks.monotonic, Duration::from_millis(1500));
}

#[tokio::test]
async fn another_version_than_the_manifests_is_refused() {
    let stage = Stage::new();
    for (sickness, good) in [("well", true), ("other-version", false)] {
        let opened = stage.installed(sickness).open(stage.app()).await;
        match opened {
            Ok(_) => assert!(good),
            Err(NoClient::Broken(why)) => {
                assert!(!good, "{why}");
                assert!(
                    why.contains("says that it is sick 2.0, and its manifest that it is sick 1.0"),
                    "{why}"
                );
            }
            Err(other) => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn what_is_not_supported_is_not_applicable() {
    let stage = Stage::new();
    let app = rolecall_providers::App {
        uses: Use::Imds,
        ..stage.app()
    };
    for provider in [driver("sick.py", "no-imds"), stage.installed("no-imds")] {
        let Err(NoClient::Unsupported(why)) = provider.open(app.clone()).await else {
            panic!()
        };
        assert!(why.contains("no bare `imds` provider"), "{why}");
    }
}

#[tokio::test]
async fn a_client_that_could_not_be_made_is_tried_again() {
    let stage = Stage::new();
    let client = driver("sick.py", "opens-late")
        .open(stage.app())
        .await
        .unwrap();
    assert!(client.resolve().await.is_ok(), "made at the second try");
    let log = stage.log();
    assert!(
        log.contains(r#"{"max_attempts": 1, "region": "eu-west-1"}"#),
        "{log}"
    );
}

#[tokio::test]
async fn callers_at_one_moment_are_one_question() {
    let stage = Stage::new();
    let client = driver("sick.py", "well").open(stage.app()).await.unwrap();
    let answers = client.resolve_at_once(64).unwrap().await;
    assert_eq!(answers.len(), 64);
    assert!(answers.iter().all(|one| one.answer.is_ok()));
    assert_eq!(answers[0].took, Duration::from_micros(1500));
    assert_eq!(answers[63].took, Duration::from_millis(4));
    assert_eq!(stage.log().matches("resolve").count(), 1);

    let few = driver("sick.py", "too-few")
        .open(stage.app())
        .await
        .unwrap();
    let answers = few.resolve_at_once(2).unwrap().await;
    assert!(
        matches!(&answers[..], [one, _] if matches!(&one.answer, Err(Unanswered::Broken(why))
        if why.contains("answers for 1 callers, and 2 asked"))),
        "{answers:?}"
    );
}

#[tokio::test]
async fn calls_are_answered_as_the_contract_says() {
    let stage = Stage::new();
    let client = driver("sick.py", "well").open(stage.app()).await.unwrap();
    let (bucket, key) = ("photos".to_owned(), "cat".to_owned());
    let arn = client.call(Call::CallerIdentity).await.unwrap();
    assert_eq!(arn, "arn:aws:iam::123456789012:user/ada");
    let presign = Call::Presign {
        method: http::Method::GET,
        bucket: bucket.clone(),
        key: key.clone(),
        expires: Duration::from_mins(1),
    };
    let url = client.call(presign).await.unwrap();
    assert!(url.starts_with(b"http://127.0.0.1/photos/"));
    let read = client.call(Call::GetObject { bucket, key }).await.unwrap();
    assert_ne!(read, "cat", "the hash is another one");
}

#[tokio::test]
async fn secrets_where_none_belong_are_found() {
    let stage = Stage::new();
    let client = driver("sick.py", "leaks").open(stage.app()).await.unwrap();
    assert!(client.resolve().await.is_ok());
    let leaks = until(&*client, &[]).await;
    assert_eq!(leaks, ["standard error, line 2: got [secret]"]);
    // One of the world, which the driver has not answered.
    let leaks = until(
        &*client,
        &[
            "found nothing at all",
            "und nothing\u{0}",
            "found nothing....",
        ],
    )
    .await;
    assert_eq!(leaks.len(), 1);

    let client = driver("sick.py", "leaks-in-error")
        .open(stage.app())
        .await
        .unwrap();
    let Err(Unanswered::Failed(failure)) = client.resolve().await else {
        panic!()
    };
    assert_eq!(failure.class, Class::Other);
    assert_eq!(failure.text, "Oops: cannot use [secret]");
    let secret = ["wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY77"];
    let leaks = until(&*client, &secret).await;
    assert_eq!(leaks, ["the text of an error: Oops: cannot use [secret]"]);
}

/// The leaks, once there are any: standard error comes by a pipe of its own.
async fn until(client: &dyn Client, others: &[&str]) -> Vec<String> {
    loop {
        let leaks = client.secrets_in(others);
        if !leaks.is_empty() {
            return leaks
                .iter()
                .map(|leak| format!("{}: {}", leak.place, leak.said))
                .collect();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn one_that_complains_without_end_is_heard_to_its_end() {
    let limits = Limits {
        stderr_bytes: 10_000,
        ..limits()
    };
    assert_eq!(
        verdict_within("noisy", limits).await,
        "credentials ASIAQ7XEXAMPLEKEYID0"
    );
}

#[tokio::test]
async fn nothing_stays_of_one_that_is_left_in_mid_call() {
    let stage = Stage::new();
    let client = driver("sick.py", "hangs").open(stage.app()).await.unwrap();
    let process = client.process().unwrap().id;
    let asked = async {
        stage.logged("resolve").await;
    };
    tokio::select! {
        _ = client.resolve() => panic!("it answers"),
        () = asked => {}
    }
    // Whoever asked is gone: the driver is told.
    stage.logged("cancel").await;
    drop(client);
    gone(process).await;
}

#[tokio::test]
async fn its_descendants_go_with_it_also_in_a_panic() {
    let stage = Stage::new();
    let client = driver("sick.py", "has-children")
        .open(stage.app())
        .await
        .unwrap();
    let log = stage.log();
    let child = log
        .lines()
        .find_map(|line| line.strip_prefix("child "))
        .unwrap();
    let child = child.parse().unwrap();
    assert!(is_running(child));
    let panicked = tokio::spawn(async move {
        let _client = client;
        panic!("as a host might");
    });
    assert!(panicked.await.unwrap_err().is_panic());
    gone(child).await;
}

#[tokio::test]
async fn one_that_cannot_be_started_is_told() {
    let stage = Stage::new();
    let absent = ChildProvider::of_command(vec!["/no/such/driver".to_owned()]);
    let Err(NoClient::Broken(why)) = absent.open(stage.app()).await else {
        panic!()
    };
    assert!(why.contains("/no/such/driver: not found"), "{why}");
    let nothing = ChildProvider::of_command(Vec::new());
    assert!(matches!(
        nothing.open(stage.app()).await,
        Err(NoClient::Broken(_))
    ));
}

/// What is counted of it is counted of processes that know nothing of each other.
#[tokio::test]
async fn a_driver_that_runs_a_process_a_call_is_judged_as_one_shot() {
    let stage = Stage::new();
    for (driver_of, is_one_shot) in [("a-process-a-call", true), ("well", false)] {
        let provider = driver("sick.py", driver_of);
        let client = provider.open(stage.app()).await.unwrap();
        assert_eq!(client.is_one_shot(), is_one_shot, "{driver_of}");
    }
}

#[tokio::test]
async fn a_one_shot_program_is_found_out_and_run_once_an_answer() {
    let stage = Stage::new();
    let provider = driver("one_shot.py", "well");
    let client = provider.open(stage.app_without_settings()).await.unwrap();
    for runs in 1..3 {
        let credentials = client.resolve().await.unwrap();
        assert_eq!(
            credentials.session_token(),
            Some("a session token of some length")
        );
        assert_eq!(stage.log().lines().count(), runs);
    }
    let call = client.call(Call::CallerIdentity).await;
    assert!(matches!(call, Err(Unanswered::Unsupported(_))));
    let settings = provider.open(stage.app()).await;
    assert!(
        matches!(settings, Err(NoClient::Unsupported(_))),
        "a setting"
    );
}

#[tokio::test]
async fn a_sick_one_shot_program_is_told_apart() {
    let stage = Stage::new();
    for (sickness, expected) in [
        (
            "fails",
            "Failed(CallFailure { class: Other, code: None, status: None, \
            text: \"exit status 255; no such role: [secret]\" })",
        ),
        (
            "garbage",
            "Broken(\"the program is no one-shot provider: it printed no `credential_process` document\")",
        ),
        (
            "version",
            "Broken(\"the program is no one-shot provider: its `Version` is 2, not 1\")",
        ),
        ("floods", "more than 4096 bytes"),
        ("hangs", "it did not end within"),
    ] {
        let limits = if sickness == "hangs" {
            short()
        } else {
            limits()
        };
        let provider = driver("one_shot.py", sickness).speaking(Contract::OneShot);
        let client = provider
            .with_limits(limits)
            .open(stage.app_without_settings())
            .await
            .unwrap();
        let said = format!("{:?}", client.resolve().await.unwrap_err());
        assert!(said.contains(expected), "{sickness}: {said}");
    }
}

#[test]
fn the_manifest_of_the_tests_is_read() {
    assert!(Manifest::parse("provider.toml", support::MANIFEST).is_ok());
}
