//! The runner over sockets, with clients whose clocks and manners are made to measure.

mod client;
mod process;

use std::time::{Duration, Instant};

use rolecall_scenario::language::Scenario;
use rolecall_scenario::{
    AccountVocabulary, Outcome, OverSockets, Report, RunOptions, TimeKeeping, check_support,
};

use client::{Clock, Manner, Measured};

pub(crate) const SIX_HOURS: &str = r#"
summary = "A task gets a new set before the old one ends."
[world]
role.worker = { trust = "ecs-tasks", policies = ["AmazonS3ReadOnlyAccess"] }
task.worker = { role = "worker" }
[[step]]
name = "the first set"
resolve = {}
expect.issue = 1
expect.calls = { container-credentials = 1 }
[[step]]
name = "an hour later"
after = "1h"
resolve = {}
expect.same-set-as = "the first set"
expect.calls = { container-credentials = 0 }
[[step]]
name = "six hours later"
after = "5h"
resolve = {}
expect.issue = 2
expect.calls = { container-credentials = 1 }
"#;

fn play(provider: &Measured, text: &str) -> Report {
    let scenario = Scenario::parse("sockets.toml", text, &AccountVocabulary)
        .unwrap_or_else(|bad| panic!("{bad}"));
    check_support(&scenario).unwrap_or_else(|bad| panic!("{bad}"));
    let options = RunOptions {
        patience: Duration::from_secs(20),
        ..RunOptions::default()
    };
    OverSockets::new(provider).run(&scenario, options, &mut |_| {})
}

/// What became of a scenario, and why.
fn outcome(report: &Report) -> &Outcome {
    for step in &report.steps {
        for finding in &step.findings {
            eprintln!("{}: {} - {}", step.name, finding.expected, finding.actual);
        }
    }
    &report.outcome
}

fn reason(report: &Report) -> &str {
    match outcome(report) {
        Outcome::NotApplicable(why) | Outcome::Inconclusive(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_day_passes_over_sockets_as_it_does_in_memory() {
    let report = play(&Measured::default(), SIX_HOURS);
    assert_eq!(*outcome(&report), Outcome::Passed);
    assert!(report.simulated >= Duration::from_hours(6));
    assert_eq!(report.requests, 2);
    // The caller is the app, and the world has begun when the file says.
    let journal = report.journal.join("\n");
    assert!(journal.contains(r#""caller":"worker""#), "{journal}");
    assert!(report.start.starts_with("2031-05-01"));
    assert!(journal.contains("2031-05-01T06:00:0"), "{journal}");
}

#[test]
fn a_clock_that_is_not_shifted_is_never_a_verdict() {
    let machine = Measured::with(Clock::Machines);
    let report = play(&machine, SIX_HOURS);
    let why = reason(&report);
    assert!(matches!(report.outcome, Outcome::NotApplicable(_)));
    assert!(
        why.starts_with("clock not controllable: its wall clock says 20"),
        "{why}"
    );
    assert_eq!(report.requests, 0, "nothing was asked of it");
}

#[test]
fn a_clock_that_stays_behind_a_jump_is_found_out() {
    let report = play(&Measured::with(Clock::Stuck), SIX_HOURS);
    assert!(
        matches!(report.outcome, Outcome::NotApplicable(_)),
        "{:?}",
        report.outcome
    );
    assert_eq!(report.steps.len(), 2);
    assert!(
        reason(&report).contains("3600 s away"),
        "{}",
        reason(&report)
    );
}

#[test]
fn a_monotonic_clock_that_jumps_too_is_found_out() {
    let report = play(&Measured::with(Clock::BothJump), SIX_HOURS);
    assert!(
        matches!(report.outcome, Outcome::NotApplicable(_)),
        "{:?}",
        report.outcome
    );
    assert!(
        reason(&report).contains("its monotonic clock moved 36"),
        "{}",
        reason(&report)
    );
}

#[test]
fn a_clock_that_nobody_saw_is_no_verdict_either() {
    let report = play(&Measured::with(Clock::Untold), SIX_HOURS);
    assert_eq!(
        reason(&report),
        "clock not controllable: nothing told the wall clock of `worker`"
    );
    assert_eq!(report.steps.len(), 3, "it was played, and is not believed");
}

#[test]
fn a_process_whose_clock_cannot_be_shifted_is_not_asked() {
    let report = play(&Measured::with(Clock::NotShifted), SIX_HOURS);
    assert_eq!(
        reason(&report),
        "clock not controllable: it is a static binary"
    );
    assert_eq!(report.requests, 0);
}

#[test]
fn a_client_that_hangs_is_given_up() {
    let provider = Measured::behaving(Manner::Hangs);
    let at_once = r#"
summary = "Nothing but the first set."
[world]
role.worker = { trust = "ecs-tasks" }
task.worker = { role = "worker" }
[[step]]
name = "the first set"
resolve = {}
"#;
    let scenario = Scenario::parse("hang.toml", at_once, &AccountVocabulary).unwrap();
    let options = RunOptions {
        patience: Duration::from_millis(100),
        ..RunOptions::default()
    };
    let began = Instant::now();
    let sockets = OverSockets::new(&provider);
    let report = sockets.run(&scenario, options, &mut |_| {});
    assert_eq!(reason(&report), "the action did not end within 0.1 s");
    assert_eq!(sockets.time_keeping(), None, "time does not jump");
    assert!(began.elapsed() < Duration::from_mins(1));
}

/// Listeners stand in for the addresses of AWS, and a scenario may be about those.
#[test]
fn a_scenario_that_needs_the_addresses_of_aws_does_not_apply() {
    let text = SIX_HOURS.replacen("\n[world]", "\nneeds = [\"aws-addresses\"]\n[world]", 1);
    let report = play(&Measured::default(), &text);
    assert!(matches!(outcome(&report), Outcome::NotApplicable(_)));
    assert_eq!(
        reason(&report),
        "it needs `aws-addresses`, and the endpoints of its world are listeners here"
    );
    assert_eq!(report.requests, 0);
}

/// What is found out of a provider's time before a scenario in which it jumps, and what becomes of that.
fn tried(manner: Manner) -> (TimeKeeping, Outcome) {
    let provider = Measured::behaving(manner);
    let scenario = Scenario::parse("sockets.toml", SIX_HOURS, &AccountVocabulary).unwrap();
    let options = RunOptions {
        patience: Duration::from_millis(500),
        ..RunOptions::default()
    };
    let sockets = OverSockets::new(&provider);
    let report = sockets.run(&scenario, options, &mut |_| {});
    (sockets.time_keeping().unwrap().clone(), report.outcome)
}

#[test]
fn a_provider_that_does_not_see_jumps_is_not_judged_by_them() {
    let (keeping, outcome) = tried(Manner::Caches);
    assert_eq!(keeping, TimeKeeping::ByWallClock);
    assert_eq!(outcome, Outcome::Passed);
    let (keeping, outcome) = tried(Manner::CachesByMonotonicClock);
    assert_eq!(keeping, TimeKeeping::ByAnotherClock);
    let why = "it keeps time on a clock that is not moved".to_owned();
    assert_eq!(outcome, Outcome::NotApplicable(why));
    let (keeping, outcome) = tried(Manner::NeverRefreshes);
    assert_eq!(keeping, TimeKeeping::NeverRefreshes);
    assert_eq!(
        outcome,
        Outcome::NotApplicable("it never refreshes".to_owned())
    );
    let (keeping, outcome) = tried(Manner::Hangs);
    assert_eq!(
        keeping,
        TimeKeeping::Unknown("it does not answer".to_owned())
    );
    assert!(matches!(outcome, Outcome::Inconclusive(_)));
}

#[test]
fn a_failure_that_does_not_come_again_is_none() {
    let text = r#"
summary = "Never seen."
[world]
role.worker = { trust = "ecs-tasks" }
task.worker = { role = "worker" }
[[step]]
name = "the first set"
resolve = {}
expect.issue = 2
"#;
    let report = play(&Measured::default(), text);
    assert_eq!(*outcome(&report), Outcome::Failed, "it fails each time");
    let provider = Measured::behaving(Manner::FailsOnce);
    let report = play(&provider, &text.replace("issue = 2", "issue = 1"));
    assert_eq!(
        reason(&report),
        "unstable: it failed, and played once more it is passed"
    );
    assert_eq!(report.steps[0].outcome, Outcome::Failed);
    // Both are kept, with what went over the wire.
    let again = report.again.unwrap();
    assert_eq!(again.outcome, Outcome::Passed);
    assert_eq!((report.requests, again.requests), (0, 1));
    assert_eq!(again.steps[0].trace.len(), 1);
    assert!(again.journal.join("\n").contains(r#""caller":"worker""#));
}

#[test]
fn what_is_begun_goes_on_while_the_world_acts() {
    let text = r#"
summary = "A set that is fetched while the next is issued."
[world]
role.worker = { trust = "ecs-tasks", policies = ["AmazonS3ReadOnlyAccess"] }
task.worker = { role = "worker" }
[[step]]
name = "a fetch that is held"
gate = { name = "held", on = "container-credentials", at = "before-response" }
begin = { as = "fetch", resolve = {} }
[[step]]
name = "a new set"
rotate = { task = "worker" }
[[step]]
name = "the answer arrives"
open = "held"
join = "fetch"
expect.issue = 1
expect.calls = { container-credentials = 0 }
"#;
    assert_eq!(*outcome(&play(&Measured::default(), text)), Outcome::Passed);
}

#[test]
fn callers_are_let_go_by_the_client_and_counted_together() {
    let text = r#"
summary = "Eight callers, one fetch."
[world]
role.worker = { trust = "ecs-tasks", policies = ["AmazonS3ReadOnlyAccess"] }
task.worker = { role = "worker" }
[[step]]
name = "all at once"
at-once = 8
resolve = {}
expect.calls = { container-credentials = 1 }
expect.within = "15s"
[[step]]
name = "in no time"
resolve = {}
expect.within = "1ms"
[[step]]
name = "a new set each hour"
repeat = { times = 3, every = "6h" }
resolve = {}
expect.calls = { container-credentials = 2 }
expect.last = { issue = 3 }
"#;
    let provider = Measured::default();
    assert_eq!(*outcome(&play(&provider, text)), Outcome::Passed);
    assert_eq!(provider.let_go(), [8, 1, 1, 1, 1]);
}

#[test]
fn a_fault_strikes_over_sockets() {
    let text = r#"
summary = "A source that fails."
[world]
role.worker = { trust = "ecs-tasks", policies = ["AmazonS3ReadOnlyAccess"] }
task.worker = { role = "worker" }
[[fault]]
name = "down"
on = "container-credentials"
times = 1
answer = { status = 500 }
[[step]]
name = "while it is down"
resolve = {}
expect.fails = "source-error"
[[step]]
name = "when it is up again"
resolve = {}
expect.issue = 1
"#;
    let report = play(&Measured::default(), text);
    assert_eq!(*outcome(&report), Outcome::Passed);
    assert_eq!(report.steps[0].struck, ["down (answer)"]);
}

#[test]
fn the_wall_clock_steps_back() {
    let text = r#"
summary = "A clock that was ahead."
[world]
role.worker = { trust = "ecs-tasks", policies = ["AmazonS3ReadOnlyAccess"] }
task.worker = { role = "worker" }
[[step]]
name = "before"
resolve = {}
[[step]]
name = "two hours back"
wall-step = "-2h"
resolve = {}
expect.same-set-as = "before"
[[step]]
name = "and nine ahead"
wall-step = "9h"
resolve = {}
expect.issue = 2
"#;
    assert_eq!(*outcome(&play(&Measured::default(), text)), Outcome::Passed);
}
