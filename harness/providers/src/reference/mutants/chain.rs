//! Careless about the chain of sources.

use std::time::Duration;

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
    Mutant {
        name: "empty-is-set",
        breaks: "chain.empty-variable-is-unset",
        says: "looks whether a variable is there, and not at what it holds",
        change: |it| it.chain.empty_is_unset = false,
    },
    Mutant {
        name: "empty-is-a-profile",
        breaks: "chain.empty-profile-is-default",
        says: "looks for a profile without a name",
        change: |it| it.chain.empty_is_unset = false,
    },
    Mutant {
        name: "last-answer-counts",
        breaks: "chain.first-source-wins",
        says: "asks all its sources, and takes the last that answers",
        change: |it| it.chain.first_answer_counts = false,
    },
    Mutant {
        name: "instance-first",
        breaks: "chain.first-source-wins",
        says: "asks the instance before the environment",
        change: |it| {
            it.chain.order = &[
                Link::Imds,
                Link::Environment,
                Link::WebIdentity,
                Link::Profile,
                Link::Container,
            ];
        },
    },
    Mutant {
        name: "tries-a-broken-source-for-ever",
        breaks: "chain.broken-source-is-told-or-passed-over",
        says: "tries a container endpoint at which nobody is a thousand times",
        change: |it| {
            it.container.attempts = 20;
            it.container.pause = Duration::from_secs(1);
        },
    },
    Mutant {
        name: "one-region-for-all",
        breaks: "chain.region-of-the-environment-wins",
        says: "signs for a region that is built in, whatever the environment says",
        change: |it| {
            it.signing.region = Some("us-east-1");
            it.sts.region = Some("us-east-1");
        },
    },
    Mutant {
        name: "switch-that-is-there",
        breaks: "chain.empty-variable-is-unset",
        says: "takes a switch that is there for one that is on",
        change: |it| {
            it.chain.empty_is_unset = false;
            it.imds.any_value_switches = true;
        },
    },
    Mutant {
        name: "end-of-a-program-unseen",
        breaks: "chain.broken-source-is-told-or-passed-over",
        says: "does not look how a program ended, and signs with what it printed: nothing",
        change: |it| {
            it.process.failure_counts = false;
            it.process.refuses_nonsense = false;
            it.process.heeds_version = false;
            it.process.needed = &[];
        },
    },
    Mutant {
        name: "missing-file-is-empty",
        breaks: "chain.broken-source-is-told-or-passed-over",
        says: "takes a token file that is not there for an empty one",
        change: |it| it.sts.missing_file_is_empty = true,
    },
    Mutant {
        name: "signs-with-nothing",
        breaks: "chain.no-source-is-an-error",
        says: "signs with nothing where nobody has any credentials",
        change: |it| {
            it.chain.none_is_an_error = false;
            it.chain.stops_at_failure = false;
        },
    },
];
