//! The clients of a scenario: how they are opened, told to act, and what is seen of their clocks.

use std::sync::Arc;

use rolecall_account::Entry;
use rolecall_providers::{App, Client, NoClient, Use};
use tokio::time::timeout;

use super::{Play, Stop};
use crate::act::{self, Asked};
use crate::check::is_signed;
use crate::flight::{Beginning, Flight};
use crate::judge::exchanges;
use crate::language::{Action, Step};
use crate::stage::{Seen, Stage};
use crate::url::Holder;

impl Play<'_> {
    /// Has the step's app act, once or many times at the same time.
    pub(super) async fn begin(&mut self, step: &Step, action: &Action) -> Result<Flight, Stop> {
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
        let beginning = Beginning {
            clock: self.simulation.clock(),
            app,
            attribution: self.stage.attribution(),
            mark: self.mark,
            came: self.stage.came(),
        };
        Ok(Flight::begin(&client, &asked, callers, beginning))
    }

    /// Whoever has a URL needs no credentials: no client of the provider is opened for it.
    fn holder(&self, app: &str, of: &str) -> Result<(Arc<dyn Client>, Asked), Stop> {
        let url = self.presigned.get(of);
        let url =
            url.ok_or_else(|| Stop::Inconclusive(format!("step `{of}` has presigned no URL")))?;
        let on = self.scenario.apps[app].value.on.value.name();
        let wire = self.stage.wire(&self.simulation, app, on);
        let wire = wire.ok_or_else(|| Stop::Inconclusive(format!("nothing called `{on}` runs")))?;
        let asked = url.asked();
        Ok((Arc::new(Holder::new(url.clone(), wire)), asked))
    }

    /// The app's client, opened when it first acts.
    pub(super) async fn client(&mut self, name: &str) -> Result<Arc<dyn Client>, Stop> {
        if let Some(client) = self.clients.get(name) {
            return Ok(Arc::clone(client));
        }
        let written = &self.scenario.apps[name].value;
        let on = written.on.value.name();
        let skew = written.clock_skew.as_ref();
        let skew = skew.map_or(0, |skew| skew.value.as_nanos());
        let app = self.stage.app(&self.simulation, (name, on), skew);
        let mut app = app.await?;
        equip(&mut app, written);
        let longest = self.stage.limit().longest;
        let opened = timeout(longest, self.provider.open(app)).await;
        let opened = opened.map_err(|_| {
            Stop::Inconclusive("the provider does not get as far as a client".to_owned())
        })?;
        let client = opened.map_err(|error| match error {
            NoClient::Unsupported(why) => Stop::NotApplicable(why),
            NoClient::Broken(why) => Stop::Inconclusive(why),
        })?;
        let client: Arc<dyn Client> = Arc::from(client);
        self.clients.insert(name.to_owned(), Arc::clone(&client));
        self.look_at_clock(name).await?;
        Ok(client)
    }

    /// The program of an app that was ended by its client is started again when it is next told to
    /// act, as who runs it would; a client in this process outlives what it does.
    pub(super) fn let_go(&mut self, app: &str) {
        if self
            .clients
            .get(app)
            .is_some_and(|client| client.process().is_some())
        {
            self.clients.remove(app);
        }
    }

    /// Sees that the clients live by the simulated clock, after it has moved.
    pub(super) async fn look_at_clocks(&mut self) -> Result<(), Stop> {
        self.stage.follow_clock();
        let names: Vec<String> = self.clients.keys().cloned().collect();
        for name in names {
            self.look_at_clock(&name).await?;
        }
        Ok(())
    }

    async fn look_at_clock(&mut self, name: &str) -> Result<(), Stop> {
        let Stage::Sockets(sockets) = &self.stage else {
            return Ok(());
        };
        let client = Arc::clone(&self.clients[name]);
        let watch = self.watches.entry(name.to_owned()).or_default();
        let seen = watch
            .ask((&self.simulation, &**sockets), name, &*client)
            .await;
        self.told(seen)
    }

    /// The same by what clients signed, of those that cannot be asked.
    pub(super) fn look_at_dates(&mut self, window: &[Entry]) -> Result<(), Stop> {
        let Stage::Sockets(sockets) = &self.stage else {
            return Ok(());
        };
        if self.watches.len() == 1 {
            for (name, watch) in &mut self.watches {
                watch.look_at_page(sockets, name);
            }
        }
        let mut seen = Vec::new();
        for (entry, exchange) in exchanges(window) {
            if is_signed(exchange)
                && let Some(watch) = self.watches.get_mut(&exchange.caller)
            {
                seen.push(watch.look(sockets, &exchange.caller, (exchange, entry.at)));
            }
        }
        seen.into_iter().try_for_each(|seen| self.told(seen))
    }

    fn told(&mut self, seen: Seen) -> Result<(), Stop> {
        match seen {
            Seen::Fine => Ok(()),
            Seen::Unshifted(why) => {
                let why = format!("clock not controllable: {why}");
                self.unshifted = Some(why.clone());
                Err(Stop::NotApplicable(why))
            }
            Seen::Broken(why) => Err(Stop::Inconclusive(why)),
        }
    }

    /// Why nothing can be said of a scenario, if a client acted whose clock was wrong, or that nobody
    /// saw.
    pub(super) fn unseen(&self) -> Option<String> {
        if self.unshifted.is_some() {
            return self.unshifted.clone();
        }
        let mut watches = self.watches.iter();
        let (name, _) = watches.find(|(_, watch)| !watch.is_seen())?;
        Some(format!(
            "clock not controllable: nothing told the wall clock of `{name}`"
        ))
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
