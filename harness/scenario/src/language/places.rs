//! The places where an app can run.

use std::collections::BTreeMap;

use super::model::{Action, Place, Step, World};

/// The instances, tasks and pods of a scenario, by name.
pub(super) struct Places<'a> {
    of_the_world: BTreeMap<&'a str, Place>,
    launched: BTreeMap<&'a str, Place>,
}

impl<'a> Places<'a> {
    /// Those of `world`, and the instances that `steps` launch.
    pub(super) fn of(world: &'a World, steps: &'a [Step]) -> Self {
        let instances = world.instances.keys().map(|name| (name, instance(name)));
        let tasks = world
            .tasks
            .keys()
            .map(|name| (name, Place::Task(name.clone())));
        let pods = world
            .pods
            .keys()
            .map(|name| (name, Place::Pod(name.clone())));
        let all = instances.chain(tasks).chain(pods);
        Self {
            of_the_world: all.map(|(name, place)| (name.as_str(), place)).collect(),
            launched: launched(steps).map(|name| (name, instance(name))).collect(),
        }
    }

    /// The place of this name.
    pub(super) fn find(&self, name: &str) -> Option<Place> {
        if name == Place::LAPTOP {
            return Some(Place::Laptop);
        }
        self.of_the_world
            .get(name)
            .or_else(|| self.launched.get(name))
            .cloned()
    }

    /// The place that is meant when none is named: the only one the world has, or the only one that
    /// is launched into a world without any.
    pub(super) fn only(&self) -> Option<&Place> {
        let candidates = if self.of_the_world.is_empty() {
            &self.launched
        } else {
            &self.of_the_world
        };
        let mut places = candidates.values();
        places.next().filter(|_| places.next().is_none())
    }

    /// All names, for suggestions.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        let named = self.of_the_world.keys().chain(self.launched.keys());
        named.copied().chain([Place::LAPTOP])
    }
}

/// The names of the instances that `steps` launch.
pub(super) fn launched(steps: &[Step]) -> impl Iterator<Item = &str> {
    steps
        .iter()
        .filter_map(|step| match step.act.value.action() {
            Some(Action::Launch(launch)) => Some(launch.instance.value.as_str()),
            _ => None,
        })
}

fn instance(name: &str) -> Place {
    Place::Instance(name.to_owned())
}
