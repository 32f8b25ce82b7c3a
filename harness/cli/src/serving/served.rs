//! What the state file says of a world that is served, whichever it is by now: another may have been
//! taken up in its place, or launched things.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use rolecall_account::{KeyStatus, PageRequest, World};
use rolecall_endpoints::{NotLoaded, Place};
use rolecall_scenario::{Dump, LoadError, Simulation};

use super::{ADMINISTRATOR, administrator, served_place};
use crate::state::{ServedUser, State};

/// The keys of the administrator and of the users, as the world has them.
#[derive(Clone)]
pub(super) struct Keys {
    access_key_id: String,
    secret_access_key: String,
    users: Vec<ServedUser>,
}

/// The same for whoever changes them and whoever tells of them.
#[derive(Clone)]
pub(super) struct SharedKeys(Arc<Mutex<Keys>>);

/// An instance, a task or a pod, and where it listens.
pub(super) type Listening = (String, Place, SocketAddr);

impl SharedKeys {
    pub(super) fn new(keys: Keys) -> Self {
        Self(Arc::new(Mutex::new(keys)))
    }

    pub(super) fn get(&self) -> Keys {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.clone()
    }

    pub(super) fn put(&self, keys: Keys) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = keys;
    }
}

impl Keys {
    /// Those with which a world begins.
    pub(super) fn new(administrator: (String, String), users: Vec<ServedUser>) -> Self {
        let (access_key_id, secret_access_key) = administrator;
        Self {
            access_key_id,
            secret_access_key,
            users,
        }
    }

    /// Those of a world that was taken up. An administrator who has no key in it gets one.
    pub(super) fn found(simulation: &Simulation) -> io::Result<Self> {
        let now = simulation.now();
        let mut administrators = None;
        let mut users = Vec::new();
        let mut world = simulation.world();
        let first = world.account().to_owned();
        let accounts: Vec<String> = world.account_ids().map(str::to_owned).collect();
        for account in accounts {
            for name in user_names(&mut world, now, &account)? {
                let Some((access_key_id, secret_access_key)) =
                    active_key(&mut world, now, &account, &name)?
                else {
                    continue;
                };
                if account == first && name == ADMINISTRATOR {
                    administrators = Some((access_key_id, secret_access_key));
                    continue;
                }
                users.push(ServedUser {
                    name,
                    account: account.clone(),
                    access_key_id,
                    secret_access_key,
                });
            }
        }
        drop(world);
        let administrators = match administrators {
            Some(key) => key,
            None => pair(&*administrator(simulation)?),
        };
        Ok(Self::new(administrators, users))
    }
}

/// A key and its secret.
pub(super) fn pair(session: &rolecall_account::Session) -> (String, String) {
    let secret = session.secret_access_key.expose().to_owned();
    (session.access_key_id.clone(), secret)
}

fn user_names(
    world: &mut World,
    now: rolecall_account::SimInstant,
    account: &str,
) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    let mut page = PageRequest::default();
    while let Some(mut iam) = world.operator_in(now, account) {
        let users = iam.list_users(None, &page).map_err(io::Error::other)?;
        names.extend(users.items.into_iter().map(|user| user.name));
        page.marker = users.marker;
        if page.marker.is_none() {
            break;
        }
    }
    Ok(names)
}

fn active_key(
    world: &mut World,
    now: rolecall_account::SimInstant,
    account: &str,
    user: &str,
) -> io::Result<Option<(String, String)>> {
    let Some(mut iam) = world.operator_in(now, account) else {
        return Ok(None);
    };
    let keys = iam.list_access_keys(Some(user), &PageRequest::default());
    let (_, keys) = keys.map_err(io::Error::other)?;
    let mut keys = keys.items.into_iter();
    let key = keys.find(|key| key.status == KeyStatus::Active);
    let session = key.and_then(|key| world.session(&key.id));
    Ok(session.map(|session| pair(session)))
}

/// The state of what is served now. What had a listener from the start is in it as long as it is in
/// the world, under the name it has there.
pub(super) fn state(
    simulation: &Simulation,
    began: &State,
    keys: &Keys,
    (fixed, launched): (&[Listening], &[Listening]),
) -> State {
    let there = fixed.iter().filter_map(|(name, place, at)| {
        let same = simulation.place(name).as_ref() == Some(place);
        let now = || simulation.places().find(place.id()?);
        let name = if same { name.clone() } else { now()?.0 };
        served_place(simulation, &name, place, *at)
    });
    let launched = launched.iter();
    let launched =
        launched.filter_map(|(name, place, at)| served_place(simulation, name, place, *at));
    let launched: Vec<_> = launched.collect();
    // A name goes to what was launched under it once the one before is gone.
    let mut places: Vec<_> = there
        .filter(|place| !launched.iter().any(|new| new.name == place.name))
        .collect();
    places.extend(launched);
    State {
        region: simulation.region(),
        access_key_id: keys.access_key_id.clone(),
        secret_access_key: keys.secret_access_key.clone(),
        users: keys.users.clone(),
        places,
        ..began.clone()
    }
}

/// Takes up the world of a file in the place of the one that is served.
pub(super) fn load(
    simulation: &Simulation,
    keys: &SharedKeys,
    text: &[u8],
) -> Result<(), NotLoaded> {
    let told = |error: LoadError| match error {
        LoadError::Recorded(_) => NotLoaded::Conflict(error.to_string()),
        LoadError::File(_) => NotLoaded::Failed(error.to_string()),
        _ => NotLoaded::Bad(error.to_string()),
    };
    let dump = Dump::read(text).map_err(told)?;
    simulation.load(dump).map_err(told)?;
    let found = Keys::found(simulation);
    keys.put(found.map_err(|error| NotLoaded::Failed(error.to_string()))?);
    Ok(())
}
