//! Whether a provider sees time pass of which its wall clock alone tells.
//!
//! A jump of the wall clock is not the passage of time. A provider that keeps the end of a set by a
//! monotonic clock, or by a timer, does not see it, and must not be failed for that: so it is tried
//! before it is judged.

use std::fmt;
use std::time::Duration;

use rolecall_account::Operation;
use rolecall_providers::{Provider, Unanswered};
use tokio::time::{sleep, timeout};

use super::{Play, RunOptions, Stop};
use crate::judge::exchanges;
use crate::language::Scenario;
use crate::stage::{self, Stage};
use crate::vocabulary::AccountVocabulary;

/// Over the container endpoint: over IMDS, libraries stretch a set that ends soon. The sets of this
/// task end after seconds.
const SHORT: &str = r#"
summary = "Whether an end is seen at all."
[world]
role.control = { trust = "ecs-tasks" }
task.control = { role = "control", credential-lifetime = "3s", publish-before-expiry = "1s" }
[[step]]
name = "control"
resolve = {}
"#;

/// The sets of this one after hours. A world of its own: that of the other has thousands of sets until
/// then.
const LONG: &str = r#"
summary = "Whether an end is seen that only the wall clock tells of."
[world]
role.control = { trust = "ecs-tasks" }
task.control = { role = "control", credential-lifetime = "6h" }
[[step]]
name = "control"
resolve = {}
"#;

/// The same for who asks the metadata service alone.
const LONG_OF_AN_INSTANCE: &str = r#"
summary = "Whether an end is seen that only the wall clock tells of, by who asks for the role of an instance."
[world]
role.control = { trust = "ec2" }
profile.control = { role = "control" }
instance.control = { profile = "control" }
[[step]]
name = "control"
resolve = {}
"#;

/// The app in all of them.
const APP: &str = "control";

/// Until a set of [`SHORT`] has ended, in real time.
const SHORT_LIFE: Duration = Duration::from_millis(3200);

/// Until a set of [`LONG`] has ended.
const LONG_LIFE: Duration = Duration::from_mins(6 * 60 + 1);

/// How long is waited for what a client fetches behind its caller's back.
const SETTLE: Duration = Duration::from_secs(1);

/// By which clock a provider lives, as far as that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeKeeping {
    /// It refreshes when its wall clock says so: it can be taken through months in seconds.
    ByWallClock,
    /// It refreshes when real time has passed, and not when its wall clock jumps.
    ByAnotherClock,
    /// It does not refresh, not even a set that has ended.
    NeverRefreshes,
    /// It could not be tried, because the provider does not do that.
    NotTried(String),
    /// The trial came to nothing.
    Unknown(String),
}

impl fmt::Display for TimeKeeping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByWallClock => f.write_str("it refreshes by its wall clock, which is moved"),
            Self::ByAnotherClock => f.write_str("it keeps time on a clock that is not moved"),
            Self::NeverRefreshes => f.write_str("it never refreshes"),
            Self::NotTried(why) => write!(f, "not tried: {why}"),
            Self::Unknown(why) => write!(f, "not known: {why}"),
        }
    }
}

/// Tries `provider`, over sockets.
pub(super) async fn time_keeping(provider: &dyn Provider, options: RunOptions) -> TimeKeeping {
    match tried(provider, options).await {
        Ok(keeping) => keeping,
        Err(Stop::NotApplicable(why)) => TimeKeeping::NotTried(why),
        Err(Stop::Inconclusive(why) | Stop::Missed(why)) => TimeKeeping::Unknown(why),
    }
}

async fn tried(provider: &dyn Provider, options: RunOptions) -> Result<TimeKeeping, Stop> {
    let of_a_task = tried_as_a_task(provider, options).await;
    let Err(Stop::Inconclusive(why)) = of_a_task else {
        return of_a_task;
    };
    // A client of the metadata service finds nobody in a task. Whether it refreshes at all would need
    // sets that end soon, and it may stretch those.
    let instance = read(LONG_OF_AN_INSTANCE);
    match sees_jumps(set_up(&instance, provider, options)?).await {
        Ok(sees) => Ok(by_wall_clock(sees)),
        Err(_) => Err(Stop::Inconclusive(why)),
    }
}

async fn tried_as_a_task(
    provider: &dyn Provider,
    options: RunOptions,
) -> Result<TimeKeeping, Stop> {
    if !refreshes(set_up(&read(SHORT), provider, options)?).await? {
        return Ok(TimeKeeping::NeverRefreshes);
    }
    let sees = sees_jumps(set_up(&read(LONG), provider, options)?).await?;
    Ok(by_wall_clock(sees))
}

fn by_wall_clock(sees_jumps: bool) -> TimeKeeping {
    if sees_jumps {
        TimeKeeping::ByWallClock
    } else {
        TimeKeeping::ByAnotherClock
    }
}

fn read(text: &str) -> Scenario {
    let scenario = Scenario::parse("control", text, &AccountVocabulary);
    scenario.expect("the control is our own, and a test reads it")
}

fn set_up<'a>(
    scenario: &'a Scenario,
    provider: &'a dyn Provider,
    options: RunOptions,
) -> Result<Play<'a>, Stop> {
    let RunOptions { seed, patience, .. } = options;
    let set_up = stage::Sockets::set_up(&scenario.world, seed, patience);
    let (sockets, simulation) = set_up.map_err(|error| Stop::Inconclusive(error.to_string()))?;
    Ok(Play::new(
        scenario,
        provider,
        (Stage::Sockets(Box::new(sockets)), simulation),
    ))
}

/// Whether it fetches again once a set has ended, in real time.
async fn refreshes(mut play: Play<'_>) -> Result<bool, Stop> {
    if !play.fetches().await? {
        let why = "it does not ask the container endpoint".to_owned();
        return Err(Stop::Inconclusive(why));
    }
    // Most do at once, because the set ends so soon.
    if play.fetches().await? {
        return Ok(true);
    }
    sleep(SHORT_LIFE).await;
    play.fetches().await
}

/// Whether it fetches again once its wall clock has jumped past the end of a set.
async fn sees_jumps(mut play: Play<'_>) -> Result<bool, Stop> {
    if !play.fetches().await? {
        let why = "it asks for no credentials".to_owned();
        return Err(Stop::Inconclusive(why));
    }
    if play.fetches().await? {
        return Ok(true);
    }
    let moved = play.simulation.try_advance(LONG_LIFE).await;
    moved.map_err(|stuck| Stop::Inconclusive(stuck.to_string()))?;
    play.look_at_clocks().await?;
    play.fetches().await
}

impl Play<'_> {
    /// Asks the app for credentials: whether it asks its source for them.
    async fn fetches(&mut self) -> Result<bool, Stop> {
        let mark = self.simulation.world().journal().mark();
        let client = self.client(APP).await?;
        let answer = timeout(self.stage.limit().longest, client.resolve()).await;
        match answer {
            Ok(Ok(_)) => {}
            Ok(Err(Unanswered::Unsupported(why))) => return Err(Stop::NotApplicable(why)),
            Ok(Err(error)) => return Err(Stop::Inconclusive(error.to_string())),
            Err(_) => return Err(Stop::Inconclusive("it does not answer".to_owned())),
        }
        if let Stage::Sockets(sockets) = &self.stage {
            sockets.settle(&self.simulation, Some(SETTLE)).await;
        }
        let entries = self.entries_since(mark);
        let asked = exchanges(&entries).any(|(_, exchange)| {
            let asked = exchange.operation;
            let of_source = [Operation::ContainerCredentials, Operation::ImdsCredentials];
            exchange.caller == APP && asked.is_some_and(|asked| of_source.contains(&asked))
        });
        Ok(asked)
    }
}
