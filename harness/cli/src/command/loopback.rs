//! A small world on loopback, for one program.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::IpAddr;

use rolecall_account::{Happening, Secret};
use rolecall_endpoints::{
    Addresses, ControlOptions, Edge, ListenOptions, NotLoaded, Server, control,
};
use rolecall_providers::child::Home;
use rolecall_providers::{App, Network, Use};
use rolecall_reach::{ClockPage, Launcher};
use rolecall_scenario::language::Scenario;
use rolecall_scenario::{AccountVocabulary, SimClock, Simulation};
use tokio::sync::oneshot;

use super::environment::with_s3_settings;
use crate::serving::control_token;
use crate::world_file::DEFAULT_WORLD;

/// The instance that the program is on.
const INSTANCE: &str = "web";

/// A world that is served as long as this is there, and an app on its instance.
pub(crate) struct Loopback {
    /// On the instance, with a process of its own.
    pub(crate) app: App,
    edge: Edge,
    /// The world's files, and the program's home.
    _folder: Home,
    _stop: oneshot::Sender<()>,
}

/// Why nobody else has a say in it.
const FOR_ONE: &str = "this world is for one program";

impl Loopback {
    /// Serves the world of `rolecall serve` at free ports, at the machine's time until that is moved.
    pub(crate) async fn serve() -> io::Result<Self> {
        let folder = Home::temporary()?;
        let page = ClockPage::create_in(folder.path()).map_err(io::Error::other)?;
        let scenario = Scenario::parse("default-world.toml", DEFAULT_WORLD, &AccountVocabulary);
        let scenario = scenario.map_err(io::Error::other)?;
        let clock = SimClock::with_offset(page.clone());
        let simulation = Simulation::set_up(&scenario.world, 1, clock.clone());
        let simulation = simulation.map_err(io::Error::other)?;
        let place = simulation.place(INSTANCE);
        let options = ListenOptions {
            bind: IpAddr::from([127, 0, 0, 1]),
            port: None,
            places: place
                .map(|place| (INSTANCE.to_owned(), place))
                .into_iter()
                .collect(),
        };
        let controlled = ControlOptions {
            token: Secret::new(control_token()?),
            places: simulation.places().clone(),
            reset: Box::new(|| Err(FOR_ONE.to_owned())),
            dump: Box::new(|| Err(FOR_ONE.to_owned())),
            load: Box::new(|_| Err(NotLoaded::Conflict(FOR_ONE.to_owned()))),
        };
        let edge = simulation.edge().clone();
        let server = Server::bind(&edge, &options, control(edge.clone(), controlled)).await?;
        let environment = environment(&simulation, server.addresses(), &folder)?;
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(server.serve(async {
            // Over when its sender is gone.
            let _ = stopped.await;
        }));
        let app = App {
            name: "driver".to_owned(),
            uses: Use::Client,
            environment,
            region: simulation.region(),
            files: Some(folder.path().to_owned()),
            clock,
            settings: serde_json::Map::new(),
            network: Network::Sockets(Launcher::new(page)),
        };
        Ok(Self {
            app,
            edge,
            _folder: folder,
            _stop: stop,
        })
    }

    /// How many requests have been answered so far.
    pub(crate) fn requests(&self) -> usize {
        let world = self.edge.world();
        let entries = world.journal().entries();
        entries
            .filter(|entry| matches!(entry.happening, Happening::Exchange(_)))
            .count()
    }
}

fn environment(
    simulation: &Simulation,
    addresses: &Addresses,
    folder: &Home,
) -> io::Result<BTreeMap<String, String>> {
    let metadata = addresses.places.first().map(|(_, _, address)| *address);
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text)?;
        io::Result::Ok(path.display().to_string())
    };
    let mut variables = simulation.variables(INSTANCE, metadata);
    for (name, value) in [
        ("AWS_CONFIG_FILE", file("config", &with_s3_settings(""))?),
        ("AWS_SHARED_CREDENTIALS_FILE", file("credentials", "")?),
        ("AWS_ENDPOINT_URL", format!("http://{}", addresses.aws)),
        ("AWS_REGION", simulation.region()),
        ("AWS_DEFAULT_REGION", simulation.region()),
    ] {
        variables.insert(name.to_owned(), value);
    }
    Ok(variables)
}
