//! Careless about the chain of sources.

use super::Mutant;
use crate::reference::conduct::Link;

/// The mutants of this topic.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "no-metadata-in-the-chain",
        breaks: "chain.instance-role-is-found",
        says: "leaves the metadata service out of the default chain",
        change: |it| {
            it.chain.order = &[
                Link::Environment,
                Link::WebIdentity,
                Link::Profile,
                Link::Container,
            ];
        },
    },
    Mutant {
        name: "keys-of-nothing",
        breaks: "chain.no-source-is-an-error",
        says: "gives keys without a value where nobody has any",
        change: |it| it.chain.none_is_an_error = false,
    },
];
