//! The tree of metadata: how it is walked and listed. What is in it is in [`super::contents`].

use std::borrow::Cow;

use bytes::Bytes;

use super::contents::ROOT;
use crate::ec2::Instance;
use crate::issuing::{Serving, Source};
use crate::world::World;

/// One instance, as the tree looks at it.
pub(super) struct View<'a> {
    pub(super) world: &'a World,
    pub(super) instance: &'a Instance,
    /// What is served of its role.
    pub(super) serving: Option<&'a Serving>,
}

/// The names of the children of a place, as the instance has them.
pub(super) type Names = for<'a> fn(&View<'a>) -> Vec<Cow<'a, str>>;

/// One place of the tree.
pub(super) enum Node {
    /// It has these children.
    Directory(&'static [Entry]),
    /// It has a child for each of these names, all alike.
    Each { names: Names, child: &'static Node },
    /// It has a value, or is not there. The text is the name it was asked for by.
    Text(fn(&View<'_>, &str) -> Option<String>),
    /// What the instance was launched with.
    UserData,
    /// The credentials of the role.
    Credentials { extended: bool },
    /// The credentials of the instance itself.
    IdentityCredentials,
}

/// A place and its name.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) node: Node,
}

/// What is at a path.
pub(super) enum Found {
    /// A value, or a listing.
    Text(String),
    /// User data.
    Bytes(Bytes),
    /// The credentials of the role.
    Credentials { extended: bool },
    /// The credentials of the instance itself.
    IdentityCredentials,
}

impl Node {
    fn is_directory(&self) -> bool {
        matches!(self, Self::Directory(_) | Self::Each { .. })
    }

    /// Whether it is there. A directory is if anything in it is, so that none is listed that leads
    /// nowhere (`imds.paths.listing`).
    fn is_there(&self, view: &View<'_>, name: &str) -> bool {
        match self {
            Self::Directory(entries) => entries.iter().any(|entry| entry.is_there(view)),
            Self::Each { names, .. } => !names(view).is_empty(),
            Self::Text(value) => value(view, name).is_some(),
            Self::UserData => view.instance.user_data.is_some(),
            Self::Credentials { .. } | Self::IdentityCredentials => true,
        }
    }

    /// The child of that name, if it is there.
    fn child(&self, view: &View<'_>, name: &str) -> Option<&Self> {
        match self {
            Self::Directory(entries) => {
                let entry = entries.iter().find(|entry| entry.name == name)?;
                Some(&entry.node)
            }
            Self::Each { names, child } => {
                names(view).iter().any(|it| it == name).then_some(*child)
            }
            _ => None,
        }
    }

    /// The names of its children, directories with a slash (`imds.paths.listing`). The uppermost
    /// two levels are listed without.
    fn listing(&self, view: &View<'_>, depth: usize) -> String {
        let slash = |node: &Self| {
            if node.is_directory() && depth > 1 {
                "/"
            } else {
                ""
            }
        };
        let lines: Vec<String> = match self {
            Self::Directory(entries) => {
                let there = entries.iter().filter(|entry| entry.is_there(view));
                there
                    .map(|entry| format!("{}{}", entry.name, slash(&entry.node)))
                    .collect()
            }
            Self::Each { names, child } => {
                let names = names(view).into_iter();
                names
                    .map(|name| format!("{name}{}", slash(child)))
                    .collect()
            }
            _ => Vec::new(),
        };
        lines.join("\n")
    }

    fn content(&self, view: &View<'_>, name: &str, depth: usize) -> Option<Found> {
        match self {
            Self::Directory(_) | Self::Each { .. } => {
                let there = self.is_there(view, name);
                there.then(|| Found::Text(self.listing(view, depth)))
            }
            Self::Text(value) => value(view, name).map(Found::Text),
            Self::UserData => view.instance.user_data.clone().map(Found::Bytes),
            Self::Credentials { extended } => Some(Found::Credentials {
                extended: *extended,
            }),
            Self::IdentityCredentials => Some(Found::IdentityCredentials),
        }
    }
}

impl Entry {
    fn is_there(&self, view: &View<'_>) -> bool {
        self.node.is_there(view, self.name)
    }
}

impl<'a> View<'a> {
    pub(super) fn new(world: &'a World, instance: &'a Instance) -> Self {
        let source = Source::Instance(instance.id.clone());
        Self {
            world,
            instance,
            serving: world.serving_of(&source),
        }
    }

    /// What is at a path, if anything (`imds.paths.unknown`).
    pub(super) fn find<'p>(&self, parts: impl Iterator<Item = &'p str>) -> Option<Found> {
        let (mut node, mut name, mut depth) = (&ROOT, "", 0);
        for part in parts {
            node = node.child(self, part)?;
            (name, depth) = (part, depth + 1);
        }
        node.content(self, name, depth)
    }
}
