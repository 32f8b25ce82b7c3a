//! The runner for providers in a process of their own.

use std::sync::{OnceLock, PoisonError, RwLock};

use rolecall_providers::Provider;
use tokio::runtime::Builder;

use super::promised::unpromised;
use super::time_control::{TimeKeeping, time_keeping};
use super::{Play, RunOptions, begun, not_set_up, provider_of};
use crate::language::{Move, Scenario};
use crate::outcome::{Event, Outcome, Report};
use crate::stage::{self, Stage};

/// Threads for the servers, so that nothing that the runner does makes a client wait.
const SERVERS: usize = 2;

/// Plays scenarios against a provider that opens its clients in processes of their own: over
/// sockets, on an offset clock that those processes are made to live by.
pub struct OverSockets<'a> {
    provider: &'a dyn Provider,
    keeping: OnceLock<TimeKeeping>,
    /// Held by those who play, alone by who plays again.
    stage: RwLock<()>,
}

impl<'a> OverSockets<'a> {
    /// For this provider.
    pub fn new(provider: &'a dyn Provider) -> Self {
        Self {
            provider,
            keeping: OnceLock::new(),
            stage: RwLock::new(()),
        }
    }

    /// By which clock the provider lives; `None` as long as no scenario needed to know. It is tried
    /// once, before the first scenario in which time jumps.
    pub fn time_keeping(&self) -> Option<&TimeKeeping> {
        self.keeping.get()
    }

    /// Tries by which clock the provider lives, if that was not tried yet.
    ///
    /// # Panics
    /// Inside a tokio runtime.
    pub fn try_time_keeping(&self, options: RunOptions) -> &TimeKeeping {
        let tried = || on_a_runtime(time_keeping(self.provider, options));
        self.keeping.get_or_init(tried)
    }

    /// Plays `scenario`, and tells `observe` of every step as it ends. One that fails is played again
    /// if the options say so, alone: what then passes is as good as unjudged. Others may be played at
    /// the same time, from other threads.
    ///
    /// # Panics
    /// Inside a tokio runtime: the servers have one of their own.
    pub fn run(
        &self,
        scenario: &Scenario,
        options: RunOptions,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Report {
        let mut report = begun(scenario, self.provider, options);
        observe(&Event::Begun(&report));
        if let Some(outcome) = self.why_not(scenario, options) {
            report.outcome = outcome;
        } else {
            let _others_may = self.stage.read().unwrap_or_else(PoisonError::into_inner);
            self.play(scenario, options, &mut report, observe);
        }
        if report.outcome == Outcome::Failed && options.again {
            let _alone = self.stage.write().unwrap_or_else(PoisonError::into_inner);
            let mut second = begun(scenario, self.provider, options);
            self.play(scenario, options, &mut second, &mut |_| {});
            if second.outcome != Outcome::Failed {
                let word = second.outcome.word();
                let why = format!("unstable: it failed, and played once more it is {word}");
                report.outcome = Outcome::Inconclusive(why);
                report.again = Some(Box::new(second));
            }
        }
        observe(&Event::Ended(&report));
        report
    }

    fn play(
        &self,
        scenario: &Scenario,
        options: RunOptions,
        report: &mut Report,
        observe: &mut dyn FnMut(&Event<'_>),
    ) {
        let played = on_a_runtime(async {
            let RunOptions { seed, patience, .. } = options;
            let (sockets, simulation) = stage::Sockets::set_up(&scenario.world, seed, patience)?;
            let stage = (Stage::Sockets(Box::new(sockets)), simulation);
            let play = Play::new(scenario, self.provider, stage);
            play.through(report, observe).await;
            Ok::<_, stage::Unstaged>(())
        });
        if let Err(error) = played {
            report.outcome = not_set_up(&error);
        }
        // A driver says what it is when it is asked.
        report.provider = provider_of(self.provider);
    }

    /// What is said of a scenario that needs what is not here, that asks for promises the provider has
    /// not made, or in which time jumps where the provider would not see it.
    fn why_not(&self, scenario: &Scenario, options: RunOptions) -> Option<Outcome> {
        if let Some(need) = scenario.needs.first() {
            let why =
                format!("it needs `{need}`, and the endpoints of its world are listeners here");
            return Some(Outcome::NotApplicable(why));
        }
        let unpromised = unpromised(scenario, self.provider);
        if unpromised.is_some() {
            return unpromised;
        }
        if !jumps(scenario) {
            return None;
        }
        let keeping = self.try_time_keeping(options);
        match keeping {
            TimeKeeping::ByWallClock | TimeKeeping::NotTried(_) => None,
            TimeKeeping::ByAnotherClock | TimeKeeping::NeverRefreshes => {
                Some(Outcome::NotApplicable(keeping.to_string()))
            }
            TimeKeeping::Unknown(why) => {
                let why = format!("by which clock it lives is not known: {why}");
                Some(Outcome::Inconclusive(why))
            }
        }
    }
}

/// Whether time moves in it other than by itself.
fn jumps(scenario: &Scenario) -> bool {
    scenario.steps.iter().any(|step| {
        let moves = match step.moves.as_ref().map(|moves| &moves.value) {
            Some(Move::After(duration)) => !duration.is_zero(),
            Some(Move::WallStep(by)) => !by.is_zero(),
            None => false,
        };
        let repeats = step.repeat.as_ref();
        moves || repeats.is_some_and(|repeat| !repeat.value.every.value.is_zero())
    })
}

/// Runs `work` where sockets are served, and leaves nothing of it behind.
fn on_a_runtime<T>(work: impl Future<Output = T>) -> T {
    let runtime = Builder::new_multi_thread()
        .worker_threads(SERVERS)
        .enable_all()
        .build()
        .expect("threads and a poll are to be had");
    let done = runtime.block_on(work);
    // What hangs is not waited for.
    runtime.shutdown_background();
    done
}
