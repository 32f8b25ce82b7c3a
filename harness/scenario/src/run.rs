//! The runner: plays a scenario step by step.

mod clients;
mod leaks;
mod look;
mod over_sockets;
mod preview;
mod promised;
mod repeat;
mod time_control;
mod under;

pub use over_sockets::OverSockets;
pub use time_control::TimeKeeping;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use rolecall_account::{Entry, Happening, SimInstant};
use rolecall_providers::{Client, Provider};

use crate::act::{self, Done, Undoable};
use crate::armed::{self, Meaning, Told};
use crate::check::UsedSet;
use crate::control;
use crate::flight::{Flight, Landed, Limit};
use crate::judge::exchanges;
use crate::language::{Act, Actor, Move, Preview, Scenario, Step};
use crate::outcome::{Event, Outcome, Report, StepReport, TracedExchange};
use crate::simulation::{Simulation, simulate};
use crate::stage::{Stage, Watch};
use crate::url::Presigned;

/// How a scenario is played.
#[derive(Clone, Copy, Debug)]
pub struct RunOptions {
    /// What all ids, keys and jitter are drawn from.
    pub seed: u64,
    /// How long an action may take over sockets before it is given up, in real time.
    pub patience: Duration,
    /// Whether a scenario that fails over sockets is played once more, alone, before that is believed.
    pub again: bool,
}

/// Longer than clients retry what does not answer.
const PATIENCE: Duration = Duration::from_mins(2);

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            patience: PATIENCE,
            again: true,
        }
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
    let mut report = begun(scenario, provider, options);
    observe(&Event::Begun(&report));
    if let Some(outcome) = promised::unpromised(scenario, provider) {
        report.outcome = outcome;
        observe(&Event::Ended(&report));
        return report;
    }
    let played = simulate(&scenario.world, options.seed, async |simulation| {
        let play = Play::new(scenario, provider, (Stage::Memory, simulation));
        play.through(&mut report, observe).await;
    });
    if let Err(error) = played {
        report.outcome = not_set_up(&error);
    }
    observe(&Event::Ended(&report));
    report
}

/// The report of a scenario of which nothing was played.
fn begun(scenario: &Scenario, provider: &dyn Provider, options: RunOptions) -> Report {
    Report {
        scenario: scenario.name.clone(),
        source: scenario.source.name.clone(),
        summary: scenario.summary.clone(),
        provider: provider_of(provider),
        seed: options.seed,
        start: SimInstant::from_epoch_millis(scenario.world.start.value.as_millisecond())
            .to_string(),
        outcome: Outcome::Passed,
        steps: Vec::new(),
        steps_total: scenario.steps.len(),
        simulated: Duration::ZERO,
        requests: 0,
        key_sets: 0,
        again: None,
        journal: Vec::new(),
    }
}

/// What it is called in reports.
fn provider_of(provider: &dyn Provider) -> String {
    format!("{} {}", provider.name(), provider.version())
}

fn not_set_up(error: &dyn std::error::Error) -> Outcome {
    Outcome::Inconclusive(format!("the world could not be set up: {error}"))
}

/// One failed step fails a scenario; one that could not be judged leaves it unjudged.
fn worse(sofar: &Outcome, step: &Outcome) -> Outcome {
    match (sofar, step) {
        (Outcome::Failed, _) | (_, Outcome::Passed) | (Outcome::Differs(_), Outcome::NotYet(_)) => {
            sofar.clone()
        }
        (_, other) => other.clone(),
    }
}

struct Play<'a> {
    scenario: &'a Scenario,
    provider: &'a dyn Provider,
    /// The rule set that nothing fails by, and which is shown.
    preview: Option<Preview>,
    stage: Stage,
    simulation: Simulation,
    clients: BTreeMap<String, Arc<dyn Client>>,
    /// What was seen of the clients' clocks.
    watches: BTreeMap<String, Watch>,
    /// What was wrong with one of them: then no step was played on the simulated clock, whatever
    /// became of it.
    unshifted: Option<String>,
    /// What was begun and not joined.
    flights: BTreeMap<String, Flight>,
    /// What was begun, came to its end by itself, and was not joined.
    landed: BTreeMap<String, Acted>,
    start: SimInstant,
    /// The journal's number at the end of the last step.
    mark: u64,
    /// Requests since the start, by operation and by match.
    totals: BTreeMap<String, u64>,
    told: Told,
    sources_healthy: bool,
    used: BTreeMap<String, UsedSet>,
    /// The URLs that were presigned, by the step that did.
    presigned: BTreeMap<String, Presigned>,
    /// The messages with a secret in them that were told.
    leaks_told: BTreeSet<String>,
    /// Whether the account has refused a forgery.
    controlled: bool,
}

/// Why a step came to no verdict of its own.
enum Stop {
    NotApplicable(String),
    /// What the scenario is about did not happen: a fault struck nothing, a gate held nothing.
    Missed(String),
    Inconclusive(String),
}

impl From<Undoable> for Stop {
    fn from(undoable: Undoable) -> Self {
        Self::Inconclusive(undoable.0)
    }
}

impl<'a> Play<'a> {
    fn new(
        scenario: &'a Scenario,
        provider: &'a dyn Provider,
        (stage, simulation): (Stage, Simulation),
    ) -> Self {
        let start = simulation.now();
        let mark = simulation.world().journal().mark();
        Self {
            scenario,
            provider,
            preview: preview::shown_of(scenario, provider),
            stage,
            simulation,
            clients: BTreeMap::new(),
            watches: BTreeMap::new(),
            unshifted: None,
            flights: BTreeMap::new(),
            landed: BTreeMap::new(),
            start,
            mark,
            totals: BTreeMap::new(),
            told: Told::default(),
            sources_healthy: true,
            used: BTreeMap::new(),
            presigned: BTreeMap::new(),
            leaks_told: BTreeSet::new(),
            controlled: false,
        }
    }

    /// Plays all steps, as far as they can be judged.
    async fn through(mut self, report: &mut Report, observe: &mut dyn FnMut(&Event<'_>)) {
        if let Err(error) = self.simulation.arm(self.scenario) {
            report.outcome = not_set_up(&error);
            return;
        }
        for (index, step) in self.scenario.steps.iter().enumerate() {
            let mut stepped = self.step(step).await;
            if index + 1 == self.scenario.steps.len() {
                self.late_leaks(step, &mut stepped);
            }
            observe(&Event::Stepped(&stepped));
            let goes_on = stepped.outcome == Outcome::Passed
                || stepped.outcome.is_judged() && !stepped.findings.is_empty();
            report.outcome = worse(&report.outcome, &stepped.outcome);
            report.steps.push(stepped);
            if !goes_on {
                break;
            }
        }
        self.conclude(report);
    }

    /// Moves the clock, sets up and lifts what is done to requests, acts, collects, judges.
    async fn step(&mut self, step: &Step) -> StepReport {
        let mut report = StepReport {
            name: step.name.value.clone(),
            line: self.line_of(step),
            at: Duration::ZERO,
            happened: String::new(),
            struck: Vec::new(),
            outcome: Outcome::Passed,
            findings: Vec::new(),
            notes: Vec::new(),
            trace: Vec::new(),
        };
        let played = match (self.prepare(step, &mut report).await, &step.repeat) {
            (Ok(()), None) => self.once(step, &mut report).await,
            (Ok(()), Some(repeat)) => self.repeatedly(step, &repeat.value, &mut report).await,
            (Err(why), _) => {
                self.window(&mut report);
                Err(why)
            }
        };
        match played {
            Ok(()) => {}
            Err(Stop::NotApplicable(why)) => {
                report.happened.clone_from(&why);
                report.outcome = Outcome::NotApplicable(why);
            }
            Err(Stop::Missed(why)) => {
                report.happened.clone_from(&why);
                report.outcome = preview::missed(self.preview, why);
            }
            Err(Stop::Inconclusive(why)) => {
                report.happened.clone_from(&why);
                report.outcome = Outcome::Inconclusive(why);
            }
        }
        report
    }

    /// Acts, and judges what came of it.
    async fn once(&mut self, step: &Step, report: &mut StepReport) -> Result<(), Stop> {
        let (acted, window) = self.acted(step, report).await;
        self.judge(step, &acted?, &window, report)?;
        self.control(&window, report).await;
        Ok(())
    }

    /// Acts, and collects what there is to be judged.
    async fn acted(
        &mut self,
        step: &Step,
        report: &mut StepReport,
    ) -> (Result<Acted, Stop>, Vec<Entry>) {
        let acted = self.act(step).await;
        let window = self.window(report);
        let seen = self.look_at_dates(&window);
        (acted.and_then(|acted| seen.map(|()| acted)), window)
    }

    /// What the journal says since the last look at it, reported.
    fn window(&mut self, report: &mut StepReport) -> Vec<Entry> {
        let window = self.collect();
        report.trace.extend(self.trace(&window));
        report
            .struck
            .extend(self.told.news(self.simulation.edge().faults()));
        window
    }

    /// Everything before the action.
    async fn prepare(&mut self, step: &Step, report: &mut StepReport) -> Result<(), Stop> {
        let moved = match step.moves.as_ref().map(|moves| &moves.value) {
            Some(Move::After(duration)) => self.simulation.try_advance(*duration).await,
            Some(Move::WallStep(by)) => self.simulation.step_wall(*by),
            None => Ok(()),
        };
        report.at = self.simulation.now().since(self.start);
        moved.map_err(|stuck| Stop::Inconclusive(stuck.to_string()))?;
        if step.moves.is_some() {
            self.look_at_clocks().await?;
        }
        let meaning = Meaning {
            scenario: self.scenario,
            simulation: &self.simulation,
            start: self.start,
        };
        let faults = self.simulation.edge().faults();
        if let Some(fault) = &step.fault {
            faults.add(meaning.fault(&fault.value)?);
        }
        if let Some(gate) = &step.gate {
            faults.put_gate(meaning.gate(&gate.value)?);
        }
        if let Some(name) = &step.clear_fault {
            let all = faults.list();
            let state = all.iter().find(|state| state.fault.name == name.value);
            let state = state
                .ok_or_else(|| Stop::Inconclusive(format!("fault `{name}` is lifted already")))?;
            report.struck.extend(self.told.news(faults));
            faults.clear(&name.value);
            armed::never_struck(state).map_or(Ok(()), |why| Err(Stop::Missed(why)))?;
        }
        // Where nobody is to listen a socket is closed, which takes its listener a moment.
        faults.heard().await;
        if let Some(name) = &step.open {
            match faults.open_gate(&name.value) {
                Some(0) => return Err(Stop::Missed(armed::never_reached(&name.value))),
                None => return Err(Stop::Inconclusive(format!("gate `{name}` is open already"))),
                Some(_) => self.rest().await,
            }
        }
        Ok(())
    }

    /// Lets whatever is in flight come to rest.
    async fn rest(&self) {
        let flights = self.flights.values();
        self.stage.rest(&self.simulation, flights).await;
    }

    async fn act(&mut self, step: &Step) -> Result<Acted, Stop> {
        let acted = match &step.act.value {
            Act::Do(action) if action.verb().actor() == Actor::App => {
                let flight = self.begin(step, action).await?;
                self.ended(flight, &self.limit_of(step)).await?
            }
            Act::Do(action) if action.verb().actor() == Actor::Machine => {
                let app = self.scenario.app_of(step);
                let app = app.and_then(|app| self.scenario.apps.get(app));
                let app = app.ok_or_else(|| Stop::Inconclusive("no app acts".to_owned()))?;
                let machine = app.value.on.value.name();
                let done = act::on_machine(&self.simulation, machine, action)?;
                self.acted_at_once(done)
            }
            Act::Do(action) => {
                let done = act::by_world(&self.simulation, action)?;
                self.acted_at_once(done)
            }
            Act::Begin { name, action } => {
                let flight = self.begin(step, &action.value).await?;
                self.flights.insert(name.value.clone(), flight);
                self.rest().await;
                let callers = self.flights[&name.value].in_the_air();
                if callers == 0 {
                    // What cannot be done at all is no matter of whatever comes next.
                    let landed = self.joined(&name.value, step).await?;
                    self.landed.insert(name.value.clone(), landed);
                }
                self.acted_at_once(Done::Begun { callers })
            }
            Act::Join(name) => self.joined(&name.value, step).await?,
        };
        self.rest().await;
        self.stage.settle(&self.simulation, step).await;
        Ok(acted)
    }

    fn acted_at_once(&self, done: Done) -> Acted {
        Acted {
            landed: vec![Landed::at_once(done, self.simulation.now())],
            mark: self.mark,
        }
    }

    /// What was begun comes to its end, if it has not already.
    async fn joined(&mut self, name: &str, step: &Step) -> Result<Acted, Stop> {
        if let Some(landed) = self.landed.remove(name) {
            return Ok(landed);
        }
        let flight = self
            .flights
            .remove(name)
            .ok_or_else(|| Stop::Inconclusive(format!("nothing called `{name}` is in flight")))?;
        self.ended(flight, &self.limit_of(step)).await
    }

    /// How long the action of a step may take.
    fn limit_of(&self, step: &Step) -> Limit {
        let budget = step.expect.within.as_ref();
        self.stage.limit().of_budget(budget.map(|it| it.value))
    }

    /// Waits for the end of a flight.
    async fn ended(&mut self, flight: Flight, limit: &Limit) -> Result<Acted, Stop> {
        let (mark, app) = (flight.mark, flight.app.clone());
        let landed = flight.end(limit).await?;
        for one in &landed {
            match &one.done {
                Done::Unsupported(why) => return Err(Stop::NotApplicable(why.clone())),
                Done::Broken(why) => return Err(Stop::Inconclusive(why.clone())),
                Done::Died(_) => self.let_go(&app),
                _ => {}
            }
        }
        Ok(Acted { landed, mark })
    }

    /// What the journal says since the last step.
    fn collect(&mut self) -> Vec<Entry> {
        self.simulation.note_runs();
        let entries = self.entries_since(self.mark);
        self.mark = self.simulation.world().journal().mark();
        entries
    }

    fn entries_since(&self, mark: u64) -> Vec<Entry> {
        let world = self.simulation.world();
        world.journal().since(mark).cloned().collect()
    }

    fn trace(&self, entries: &[Entry]) -> Vec<TracedExchange> {
        let traced = exchanges(entries).map(|(entry, exchange)| TracedExchange {
            number: entry.number,
            at: entry.at.since(self.start),
            exchange: exchange.redacted(),
        });
        traced.collect()
    }

    /// Once a scenario: see [`control`].
    async fn control(&mut self, window: &[Entry], report: &mut StepReport) {
        let accepted = exchanges(window).find_map(|(_, exchange)| {
            let app = self.scenario.apps.get(&exchange.caller)?;
            control::is_accepted(exchange).then_some((exchange, app))
        });
        let (false, Some((exchange, app))) = (self.controlled, accepted) else {
            return;
        };
        self.controlled = true;
        let on = app.value.on.value.name();
        if let Err(why) =
            control::forgery_is_refused(&self.stage, &self.simulation, on, exchange).await
        {
            report.outcome = Outcome::Inconclusive(format!("the control failed: {why}"));
        }
        self.mark = self.simulation.world().journal().mark();
    }

    fn conclude(&self, report: &mut Report) {
        if report.outcome == Outcome::Passed && report.steps.len() == report.steps_total {
            let unused = armed::unused(self.simulation.edge().faults());
            if !unused.is_empty() {
                report.outcome = preview::missed(self.preview, unused.join("; "));
            }
        }
        if report.outcome == Outcome::Passed && self.preview.is_some() {
            report.outcome = Outcome::AlreadySo;
        }
        if let Some(why) = self.unseen() {
            report.outcome = Outcome::NotApplicable(why);
        }
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

/// What a step's action came to, for each of its callers.
struct Acted {
    landed: Vec<Landed>,
    /// The journal's number when it began.
    mark: u64,
}
