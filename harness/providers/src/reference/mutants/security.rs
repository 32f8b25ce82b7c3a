//! Careless about secrets.

use super::Mutant;
use crate::reference::conduct::OddToken;

/// The mutants of this topic.
pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "line-break-dropped",
        breaks: "container.authorization.unreadable-file-is-an-error",
        says: "sends nothing in place of a token with a line break",
        change: |it| it.container.odd_token = OddToken::LeftOut,
    },
    Mutant {
        name: "any-host",
        breaks: "security.container.hosts-allowed",
        says: "asks for credentials wherever it is told to",
        change: |it| it.container.checks_host = false,
    },
    Mutant {
        name: "loopback-alone",
        breaks: "container.address.as-the-environment-says",
        says: "knows no host but its own",
        change: |it| it.container.near_hosts = &[],
    },
    Mutant {
        name: "role-of-the-node",
        breaks: "security.container.never-the-role-of-the-node",
        says: "goes on to the metadata service when the container fails",
        change: |it| it.chain.stops_at_failure = false,
    },
    Mutant {
        name: "through-the-proxy",
        breaks: "security.container.past-the-proxy",
        says: "asks the container endpoint through the proxy",
        change: |it| it.container.heeds_proxy = true,
    },
    Mutant {
        name: "redirect-followed",
        breaks: "security.container.redirect-not-followed",
        says: "follows a redirect of the container endpoint",
        change: |it| it.container.follows_redirects = true,
    },
    Mutant {
        name: "role-of-the-node-for-a-token",
        breaks: "security.web-identity.never-the-role-of-the-node",
        says: "goes on to the metadata service when the token file cannot be read",
        change: |it| it.chain.stops_at_failure = false,
    },
];
