//! The runner: plays a scenario step by step.

use std::collections::BTreeMap;
use std::time::Duration;

use rolecall_account::{Entry, Exchange, Happening, Operation, SimInstant};
use rolecall_providers::{Client, Provider, Use};

use crate::act::{self, Done, Undoable};
use crate::check::{self, Difference, Facts, UsedSet};
use crate::control;
use crate::language::{Act, Actor, Move, Scenario, Step};
use crate::outcome::{Event, Finding, Outcome, Report, StepReport, TracedExchange};
use crate::simulation::{Simulation, simulate};

/// How a scenario is played.
#[derive(Clone, Copy, Debug)]
pub struct RunOptions {
    /// What all ids, keys and jitter are drawn from.
    pub seed: u64,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self { seed: 1 }
    }
}

/// Plays `scenario` against `provider`, in virtual time, and tells `observe` of every step as it
/// ends.
///
/// # Panics
/// Inside a tokio runtime: virtual time needs one of its own.
pub fn run(
    scenario: &Scenario,
    provider: &dyn Provider,
    options: RunOptions,
    observe: &mut dyn FnMut(&Event<'_>),
) -> Report {
    let mut report = Report {
        scenario: scenario.name.clone(),
        source: scenario.source.name.clone(),
        summary: scenario.summary.clone(),
        provider: format!("{} {}", provider.name(), provider.version()),
        seed: options.seed,
        start: SimInstant::from_epoch_millis(scenario.world.start.value.as_millisecond())
            .to_string(),
        outcome: Outcome::Passed,
        steps: Vec::new(),
        steps_total: scenario.steps.len(),
        simulated: Duration::ZERO,
        requests: 0,
        key_sets: 0,
        journal: Vec::new(),
    };
    observe(&Event::Begun(&report));
    let played = simulate(&scenario.world, options.seed, async |simulation| {
        let mut play = Play::new(scenario, provider, simulation);
        for step in &scenario.steps {
            let stepped = play.step(step).await;
            observe(&Event::Stepped(&stepped));
            let goes_on = matches!(stepped.outcome, Outcome::Passed | Outcome::Failed);
            report.outcome = worse(&report.outcome, &stepped.outcome);
            report.steps.push(stepped);
            if !goes_on {
                break;
            }
        }
        play.conclude(&mut report);
    });
    if let Err(error) = played {
        report.outcome = Outcome::Inconclusive(format!("the world could not be set up: {error}"));
    }
    observe(&Event::Ended(&report));
    report
}

/// One failed step fails a scenario; one that could not be judged leaves it unjudged.
fn worse(sofar: &Outcome, step: &Outcome) -> Outcome {
    match (sofar, step) {
        (Outcome::Failed, _) | (_, Outcome::Passed) => sofar.clone(),
        (_, other) => other.clone(),
    }
}

struct Play<'a> {
    scenario: &'a Scenario,
    provider: &'a dyn Provider,
    simulation: Simulation,
    clients: BTreeMap<String, Box<dyn Client>>,
    start: SimInstant,
    /// The journal's number at the end of the last step.
    mark: u64,
    totals: BTreeMap<Operation, u64>,
    sources_healthy: bool,
    used: BTreeMap<String, UsedSet>,
    /// Whether the account has refused a forgery.
    controlled: bool,
}

/// Why a step came to no verdict of its own.
enum Stop {
    NotApplicable(String),
    Inconclusive(String),
}

impl From<Undoable> for Stop {
    fn from(undoable: Undoable) -> Self {
        Self::Inconclusive(undoable.0)
    }
}

impl<'a> Play<'a> {
    fn new(scenario: &'a Scenario, provider: &'a dyn Provider, simulation: Simulation) -> Self {
        let start = simulation.now();
        let mark = simulation.world().journal().mark();
        Self {
            scenario,
            provider,
            simulation,
            clients: BTreeMap::new(),
            start,
            mark,
            totals: BTreeMap::new(),
            sources_healthy: true,
            used: BTreeMap::new(),
            controlled: false,
        }
    }

    /// Moves the clock, acts, collects, judges.
    async fn step(&mut self, step: &Step) -> StepReport {
        let moved = match step.moves.as_ref().map(|moves| &moves.value) {
            Some(Move::After(duration)) => self.simulation.try_advance(*duration).await,
            Some(Move::WallStep(_)) | None => Ok(()),
        };
        let began = self.simulation.now();
        let mut report = StepReport {
            name: step.name.value.clone(),
            line: self.line_of(step),
            at: began.since(self.start),
            happened: String::new(),
            outcome: Outcome::Passed,
            findings: Vec::new(),
            notes: Vec::new(),
            trace: Vec::new(),
        };
        let acted = match moved {
            Ok(()) => self.act(step).await,
            Err(livelock) => Err(Stop::Inconclusive(livelock.to_string())),
        };
        let took = self.simulation.now().since(began);
        let entries = self.collect();
        report.trace = self.trace(&entries);
        match acted {
            Ok(done) => {
                self.judge(step, &done, &entries, took, &mut report);
                self.control(step, &entries, &mut report).await;
            }
            Err(Stop::NotApplicable(why)) => {
                report.happened.clone_from(&why);
                report.outcome = Outcome::NotApplicable(why);
            }
            Err(Stop::Inconclusive(why)) => {
                report.happened.clone_from(&why);
                report.outcome = Outcome::Inconclusive(why);
            }
        }
        report
    }

    async fn act(&mut self, step: &Step) -> Result<Done, Stop> {
        let Act::Do(action) = &step.act.value else {
            return Err(Stop::Inconclusive(
                "actions in flight are not played yet".to_owned(),
            ));
        };
        match action.verb().actor() {
            Actor::App => {
                let app = self
                    .scenario
                    .app_of(step)
                    .ok_or_else(|| Stop::Inconclusive("no app acts".to_owned()))?;
                let client = self.client(app).await?;
                Ok(act::by_client(client, action).await?)
            }
            Actor::Machine | Actor::World => Ok(act::by_world(&self.simulation, action)?),
        }
    }

    /// The app's client, opened when it first acts.
    async fn client(&mut self, name: &str) -> Result<&dyn Client, Stop> {
        if !self.clients.contains_key(name) {
            let written = &self.scenario.apps[name].value;
            let on = written.on.value.name();
            let app = self.simulation.app(name, on);
            let mut app =
                app.ok_or_else(|| Stop::Inconclusive(format!("nothing called `{on}` runs")))?;
            app.uses = use_of(written.use_.value);
            app.environment.extend(
                written
                    .env
                    .iter()
                    .map(|(name, value)| (name.clone(), value.value.clone())),
            );
            let client = self
                .provider
                .open(app)
                .await
                .map_err(|error| Stop::NotApplicable(error.to_string()))?;
            self.clients.insert(name.to_owned(), client);
        }
        Ok(&*self.clients[name])
    }

    /// What the journal says since the last step.
    fn collect(&mut self) -> Vec<Entry> {
        let world = self.simulation.world();
        let entries: Vec<Entry> = world.journal().since(self.mark).cloned().collect();
        self.mark = world.journal().mark();
        entries
    }

    fn trace(&self, entries: &[Entry]) -> Vec<TracedExchange> {
        let traced = exchanges(entries).map(|(entry, exchange)| TracedExchange {
            number: entry.number,
            at: entry.at.since(self.start),
            exchange: exchange.redacted(),
        });
        traced.collect()
    }

    fn judge(
        &mut self,
        step: &Step,
        done: &Done,
        entries: &[Entry],
        took: Duration,
        report: &mut StepReport,
    ) {
        let mut calls = BTreeMap::new();
        for (_, exchange) in exchanges(entries) {
            if let Some(operation) = exchange.operation {
                *calls.entry(operation).or_default() += 1;
                *self.totals.entry(operation).or_default() += 1;
                let answered = exchange
                    .status()
                    .is_some_and(|status| !status.is_server_error());
                let source_failed =
                    !operation.is_signed() && (!answered || exchange.fault.is_some());
                self.sources_healthy &= !source_failed;
            }
        }
        let now = self.simulation.now();
        let recorded = self.simulation.recorded_sets();
        let world = self.simulation.world();
        let facts = Facts {
            done,
            app: self.scenario.app_of(step),
            entries,
            sources_healthy: self.sources_healthy,
            calls,
            took,
            now,
            world: &world,
            recorded: &recorded,
            earlier: &self.used,
        };
        report.happened = happened(&facts);
        let mut differences = check::expected(&step.expect, &facts);
        differences.extend(check::counts(
            "since the start",
            &step.expect_total,
            &self.totals,
        ));
        let rules = rules_of(self.scenario, step);
        report.findings = findings(&rules, differences);
        for (rule, check) in check::ALWAYS {
            report
                .findings
                .extend(findings(&[(*rule).to_owned()], check(&facts)));
        }
        report.notes.extend(
            step.expect
                .fails
                .as_ref()
                .and_then(|class| check::class_note(class.value, &facts)),
        );
        if !report.findings.is_empty() {
            report.outcome = Outcome::Failed;
        }
        let used = facts.used();
        drop(world);
        self.used
            .extend(used.map(|used| (step.name.value.clone(), used)));
    }

    /// Once a scenario: see [`control`].
    async fn control(&mut self, step: &Step, entries: &[Entry], report: &mut StepReport) {
        let accepted = exchanges(entries).find(|(_, exchange)| control::is_accepted(exchange));
        let app = self
            .scenario
            .app_of(step)
            .and_then(|app| self.scenario.apps.get(app));
        let (false, Some((_, exchange)), Some(app)) = (self.controlled, accepted, app) else {
            return;
        };
        self.controlled = true;
        let on = app.value.on.value.name();
        if let Err(why) = control::forgery_is_refused(&self.simulation, on, exchange).await {
            report.outcome = Outcome::Inconclusive(format!("the control failed: {why}"));
        }
        self.mark = self.simulation.world().journal().mark();
    }

    fn conclude(&self, report: &mut Report) {
        report.simulated = self.simulation.now().since(self.start);
        report.journal = self.simulation.journal();
        let world = self.simulation.world();
        for entry in world.journal().entries() {
            match entry.happening {
                Happening::Exchange(_) => report.requests += 1,
                Happening::Issued(_) => report.key_sets += 1,
                _ => {}
            }
        }
    }

    fn line_of(&self, step: &Step) -> usize {
        if step.span.is_empty() {
            0
        } else {
            self.scenario.line_of(&step.name.span)
        }
    }
}

fn exchanges(entries: &[Entry]) -> impl Iterator<Item = (&Entry, &Exchange)> {
    entries.iter().filter_map(|entry| match &entry.happening {
        Happening::Exchange(exchange) => Some((entry, &**exchange)),
        _ => None,
    })
}

fn findings(rules: &[String], differences: Vec<Difference>) -> Vec<Finding> {
    let found = differences
        .into_iter()
        .map(|Difference { expected, actual }| {
            let rules = rules.to_vec();
            Finding {
                rules,
                expected,
                actual,
            }
        });
    found.collect()
}

/// A failed step fails its own rule, else all of the file's.
fn rules_of(scenario: &Scenario, step: &Step) -> Vec<String> {
    match &step.rule {
        Some(rule) => vec![rule.value.clone()],
        None => scenario
            .rules
            .iter()
            .map(|rule| rule.value.clone())
            .collect(),
    }
}

fn use_of(written: crate::language::Use) -> Use {
    use crate::language::Use as Written;
    match written {
        Written::Client => Use::Client,
        Written::DefaultChain => Use::DefaultChain,
        Written::Imds => Use::Imds,
        Written::Container => Use::Container,
        Written::AssumeRole => Use::AssumeRole,
        Written::WebIdentity => Use::WebIdentity,
        Written::Process => Use::Process,
        Written::Sso => Use::Sso,
        Written::Profile => Use::Profile,
    }
}

/// What happened, in a line.
fn happened(facts: &Facts<'_>) -> String {
    match facts.done {
        Done::Changed(what) => what.clone(),
        Done::Refused { code, message } => format!("{code}: {message}"),
        Done::Resolved(Err(failure)) => format!("no credentials: {}", failure.class),
        Done::Resolved(Ok(credentials)) => {
            let expiry = credentials
                .expiry()
                .map_or("never".to_owned(), |at| SimInstant::from(at).to_string());
            match facts.used() {
                Some(used) => format!("{} issue {}, expires {expiry}", used.role, used.issue),
                None => format!("{}, expires {expiry}", credentials.access_key_id()),
            }
        }
        Done::Called { answer, .. } => match facts.last_signed() {
            None => match answer {
                Ok(_) => "done, unsigned".to_owned(),
                Err(failure) => format!("no credentials: {}; nothing was signed", failure.class),
            },
            Some(exchange) => {
                let status = status(exchange);
                let who = facts.used().map_or("nobody known".to_owned(), |it| {
                    format!("{} issue {}", it.role, it.issue)
                });
                match (&exchange.refusal, &exchange.decision) {
                    (Some(refusal), Some(decision)) => {
                        format!("{status} {} as {who}: {decision}", refusal.code)
                    }
                    (Some(refusal), None) => {
                        format!("{status} {} as {who}, at {}", refusal.code, refusal.stage)
                    }
                    (None, Some(decision)) => format!("{status} as {who}, {decision}"),
                    (None, None) => format!("{status} as {who}"),
                }
            }
        },
    }
}

/// The status of an answer, in words if there was none.
fn status(exchange: &Exchange) -> String {
    let status = exchange.status();
    status.map_or("no answer".to_owned(), |status| status.as_u16().to_string())
}
