//! The runner: plays a scenario step by step.

mod look;
mod repeat;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rolecall_account::{Entry, Happening, SimInstant};
use rolecall_providers::{App, Client, NoClient, Provider, Use};
use tokio::time::timeout;

use crate::act::{self, Asked, Done, Undoable};
use crate::armed::{self, Meaning, Told};
use crate::check::UsedSet;
use crate::control;
use crate::flight::{Flight, LONGEST, Landed, REST};
use crate::judge::exchanges;
use crate::language::{Act, Action, Actor, Move, Scenario, Step};
use crate::outcome::{Event, Outcome, Report, StepReport, TracedExchange};
use crate::simulation::{SetupError, Simulation, simulate};
use crate::url::{Holder, Presigned};

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
        if let Err(error) = play.simulation.arm(scenario) {
            report.outcome = not_set_up(&error);
            return;
        }
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
        report.outcome = not_set_up(&error);
    }
    observe(&Event::Ended(&report));
    report
}

fn not_set_up(error: &SetupError) -> Outcome {
    Outcome::Inconclusive(format!("the world could not be set up: {error}"))
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
    clients: BTreeMap<String, Arc<dyn Client>>,
    /// What was begun and not joined.
    flights: BTreeMap<String, Flight>,
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
            flights: BTreeMap::new(),
            start,
            mark,
            totals: BTreeMap::new(),
            told: Told::default(),
            sources_healthy: true,
            used: BTreeMap::new(),
            presigned: BTreeMap::new(),
            controlled: false,
        }
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
            Err(Stop::Inconclusive(why)) => {
                report.happened.clone_from(&why);
                report.outcome = Outcome::Inconclusive(why);
            }
        }
        report
    }

    /// Acts, and judges what came of it.
    async fn once(&mut self, step: &Step, report: &mut StepReport) -> Result<(), Stop> {
        let acted = self.act(step).await;
        let window = self.window(report);
        self.judge(step, &acted?, &window, report);
        self.control(&window, report).await;
        Ok(())
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
            Some(Move::WallStep(_)) | None => Ok(()),
        };
        report.at = self.simulation.now().since(self.start);
        moved.map_err(|stuck| Stop::Inconclusive(stuck.to_string()))?;
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
            let why = state.map_or_else(
                || Some(format!("fault `{name}` is lifted already")),
                armed::never_struck,
            );
            report.struck.extend(self.told.news(faults));
            faults.clear(&name.value);
            why.map_or(Ok(()), |why| Err(Stop::Inconclusive(why)))?;
        }
        if let Some(name) = &step.open {
            match faults.open_gate(&name.value) {
                Some(0) => return Err(Stop::Inconclusive(armed::never_reached(&name.value))),
                None => return Err(Stop::Inconclusive(format!("gate `{name}` is open already"))),
                Some(_) => self.rest().await,
            }
        }
        Ok(())
    }

    /// Lets whatever is in flight come to rest.
    async fn rest(&self) {
        if !self.flights.is_empty() {
            self.simulation.clock().advance(REST).await;
        }
    }

    async fn act(&mut self, step: &Step) -> Result<Acted, Stop> {
        let acted = match &step.act.value {
            Act::Do(action) if action.verb().actor() == Actor::App => {
                let flight = self.begin(step, action).await?;
                Acted::of(flight).await?
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
                self.acted_at_once(Done::Begun { callers })
            }
            Act::Join(name) => {
                let flight = self.flights.remove(&name.value);
                let flight = flight.ok_or_else(|| {
                    Stop::Inconclusive(format!("nothing called `{name}` is in flight"))
                })?;
                Acted::of(flight).await?
            }
        };
        self.rest().await;
        Ok(acted)
    }

    fn acted_at_once(&self, done: Done) -> Acted {
        Acted {
            landed: vec![Landed::at_once(done, self.simulation.now())],
            mark: self.mark,
        }
    }

    /// Has the step's app act, once or many times at the same time.
    async fn begin(&mut self, step: &Step, action: &Action) -> Result<Flight, Stop> {
        let app = self
            .scenario
            .app_of(step)
            .ok_or_else(|| Stop::Inconclusive("no app acts".to_owned()))?;
        let (client, asked) = match action {
            Action::UseUrl(of) => self.holder(app, &of.value)?,
            _ => (
                self.client(app).await?,
                act::asked(&self.simulation, action)?,
            ),
        };
        let callers = step.at_once.as_ref().map_or(1, |callers| callers.value);
        let since = (self.simulation.clock(), self.mark);
        Ok(Flight::begin(&client, &asked, callers, since))
    }

    /// Whoever has a URL needs no credentials: no client of the provider is opened for it.
    fn holder(&self, app: &str, of: &str) -> Result<(Arc<dyn Client>, Asked), Stop> {
        let url = self.presigned.get(of);
        let url =
            url.ok_or_else(|| Stop::Inconclusive(format!("step `{of}` has presigned no URL")))?;
        let on = self.scenario.apps[app].value.on.value.name();
        let wire = self.simulation.wire(app, on);
        let wire = wire.ok_or_else(|| Stop::Inconclusive(format!("nothing called `{on}` runs")))?;
        let asked = url.asked();
        Ok((Arc::new(Holder::new(url.clone(), wire)), asked))
    }

    /// The app's client, opened when it first acts.
    async fn client(&mut self, name: &str) -> Result<Arc<dyn Client>, Stop> {
        if let Some(client) = self.clients.get(name) {
            return Ok(Arc::clone(client));
        }
        let written = &self.scenario.apps[name].value;
        let on = written.on.value.name();
        let app = self.simulation.app(name, on);
        let mut app =
            app.ok_or_else(|| Stop::Inconclusive(format!("nothing called `{on}` runs")))?;
        equip(&mut app, written);
        let opened = timeout(LONGEST, self.provider.open(app)).await;
        let opened = opened.map_err(|_| {
            Stop::Inconclusive("the provider does not get as far as a client".to_owned())
        })?;
        let client = opened.map_err(|error| match error {
            NoClient::Unsupported(why) => Stop::NotApplicable(why),
            NoClient::Broken(why) => Stop::Inconclusive(why),
        })?;
        let client: Arc<dyn Client> = Arc::from(client);
        self.clients.insert(name.to_owned(), Arc::clone(&client));
        Ok(client)
    }

    /// What the journal says since the last step.
    fn collect(&mut self) -> Vec<Entry> {
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
        if let Err(why) = control::forgery_is_refused(&self.simulation, on, exchange).await {
            report.outcome = Outcome::Inconclusive(format!("the control failed: {why}"));
        }
        self.mark = self.simulation.world().journal().mark();
    }

    fn conclude(&self, report: &mut Report) {
        if report.outcome == Outcome::Passed && report.steps.len() == report.steps_total {
            let unused = armed::unused(self.simulation.edge().faults());
            if !unused.is_empty() {
                report.outcome = Outcome::Inconclusive(unused.join("; "));
            }
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

impl Acted {
    /// Waits for the end of a flight.
    async fn of(flight: Flight) -> Result<Self, Stop> {
        let mark = flight.mark;
        let landed = flight.end().await?;
        for one in &landed {
            match &one.done {
                Done::Unsupported(why) => return Err(Stop::NotApplicable(why.clone())),
                Done::Broken(why) => return Err(Stop::Inconclusive(why.clone())),
                _ => {}
            }
        }
        Ok(Self { landed, mark })
    }
}

/// Gives an app what the scenario says of it.
fn equip(app: &mut App, written: &crate::language::App) {
    app.uses = use_of(written.use_.value);
    let profile = written.profile.iter();
    let profile = profile.map(|name| ("AWS_PROFILE".to_owned(), name.value.clone()));
    let own = written.env.iter();
    let own = own.map(|(name, value)| (name.clone(), value.value.clone()));
    app.environment.extend(profile.chain(own));
    let settings = written.settings.iter();
    app.settings = settings
        .map(|(setting, value)| (setting.to_string(), value.value.to_json()))
        .collect();
    if let Some(skew) = &written.clock_skew {
        app.clock = app.clock.skewed(skew.value.as_nanos());
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
