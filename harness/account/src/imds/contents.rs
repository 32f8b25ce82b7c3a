//! Everything that is in the metadata, each path in one place, so that listings and values agree
//! (`imds.paths.tree`). Every directory is in the order of its listing.

use std::borrow::Cow;

use super::path::VERSIONS;
use super::tree::{Entry, Names, Node, View};
use super::{document, network};
use crate::ec2::{EventState, Lifecycle, SpotAction, Switch};
use crate::id;

const fn value(name: &'static str, of: fn(&View<'_>, &str) -> Option<String>) -> Entry {
    let node = Node::Text(of);
    Entry { name, node }
}

const fn directory(name: &'static str, entries: &'static [Entry]) -> Entry {
    let node = Node::Directory(entries);
    Entry { name, node }
}

const fn each(name: &'static str, names: Names, child: &'static Node) -> Entry {
    let node = Node::Each { names, child };
    Entry { name, node }
}

/// The versions (`imds.paths.versions`): each serves everything, whatever its date; user data only
/// if there is some (`imds.user-data`).
pub(super) static ROOT: Node = Node::Each {
    names: |_| VERSIONS.iter().map(|&version| version.into()).collect(),
    child: &Node::Directory(&[
        directory("dynamic", DYNAMIC),
        directory("meta-data", META_DATA),
        Entry {
            name: "user-data",
            node: Node::UserData,
        },
    ]),
};

/// `imds.identity.document`, `imds.identity.signatures`
const DYNAMIC: &[Entry] = &[
    directory(
        "fws",
        &[value("instance-monitoring", |_, _| fixed("disabled"))],
    ),
    directory(
        "instance-identity",
        &[
            value("document", |view, _| Some(document::identity(view))),
            value("pkcs7", |view, _| {
                Some(id::signature::<1080>(
                    &view.world.entropy,
                    &format!("pkcs7/{}", view.instance.id),
                ))
            }),
            value("rsa2048", |view, _| {
                Some(id::signature::<1600>(
                    &view.world.entropy,
                    &format!("rsa2048/{}", view.instance.id),
                ))
            }),
            value("signature", |view, _| {
                Some(id::signature::<172>(
                    &view.world.entropy,
                    &format!("signature/{}", view.instance.id),
                ))
            }),
        ],
    ),
];

/// `imds.metadata.values`
const META_DATA: &[Entry] = &[
    value("ami-id", |view, _| Some(view.instance.image_id.clone())),
    value("ami-launch-index", |view, _| {
        Some(view.instance.launch_index.to_string())
    }),
    value("ami-manifest-path", |_, _| fixed("(unknown)")),
    directory(
        "block-device-mapping",
        &[
            value("ami", |_, _| fixed("/dev/xvda")),
            value("root", |_, _| fixed("/dev/xvda")),
        ],
    ),
    directory("events", EVENTS),
    value("hostname", |view, _| Some(network::hostname(view))),
    directory("iam", IAM),
    directory("identity-credentials", IDENTITY_CREDENTIALS),
    value("instance-action", |_, _| fixed("none")),
    value("instance-id", |view, _| Some(view.instance.id.clone())),
    value("instance-life-cycle", |view, _| {
        fixed(match view.instance.lifecycle {
            Lifecycle::OnDemand => "on-demand",
            Lifecycle::Spot => "spot",
        })
    }),
    value("instance-type", |view, _| {
        Some(view.instance.instance_type.clone())
    }),
    value("local-hostname", |view, _| Some(network::hostname(view))),
    value("local-ipv4", |view, _| {
        Some(view.instance.private_ip.to_string())
    }),
    value("mac", |view, _| Some(network::mac(view))),
    directory(
        "network",
        &[directory(
            "interfaces",
            &[each(
                "macs",
                |view| vec![network::mac(view).into()],
                &Node::Directory(INTERFACE),
            )],
        )],
    ),
    directory(
        "placement",
        &[
            value("availability-zone", |view, _| {
                Some(view.instance.availability_zone.clone())
            }),
            value("availability-zone-id", |view, _| {
                Some(network::zone_id(view))
            }),
            value("region", |view, _| Some(view.world.region.clone())),
        ],
    ),
    value("profile", |_, _| fixed("default-hvm")),
    value("reservation-id", |view, _| {
        Some(view.instance.reservation_id.clone())
    }),
    value("security-groups", |_, _| fixed("default")),
    directory(
        "services",
        &[
            value("domain", |_, _| fixed("amazonaws.com")),
            value("partition", |_, _| fixed("aws")),
        ],
    ),
    directory("spot", SPOT),
    directory(
        "tags",
        &[each("instance", tag_keys, &Node::Text(tag_value))],
    ),
];

/// `imds.events.maintenance`, `imds.events.rebalance`
const EVENTS: &[Entry] = &[
    directory(
        "maintenance",
        &[
            value("history", |view, _| {
                Some(document::events(view, |state| state != EventState::Active))
            }),
            value("scheduled", |view, _| {
                Some(document::events(view, |state| state == EventState::Active))
            }),
        ],
    ),
    directory(
        "recommendations",
        &[value("rebalance", |view, _| {
            let at = view.instance.notices.rebalance?;
            Some(format!("{{\"noticeTime\": \"{at}\"}}"))
        })],
    ),
];

/// `imds.role.absent-without-profile`, `imds.role.listing`, `imds.role.not-profile-name`,
/// `imds.credentials.extended`
const IAM: &[Entry] = &[
    value("info", |view, _| document::info(view)),
    each(
        "security-credentials",
        |view| role(view).into_iter().collect(),
        &Node::Credentials { extended: false },
    ),
    each(
        "security-credentials-extended",
        |view| {
            let role = role(view).filter(|_| view.instance.extended_credentials);
            role.into_iter().collect()
        },
        &Node::Credentials { extended: true },
    ),
];

/// `imds.identity.credentials`
const IDENTITY_CREDENTIALS: &[Entry] = &[directory(
    "ec2",
    &[
        value("info", |view, _| Some(document::identity_info(view))),
        directory(
            "security-credentials",
            &[Entry {
                name: "ec2-instance",
                node: Node::IdentityCredentials,
            }],
        ),
    ],
)];

/// `imds.metadata.values`
const INTERFACE: &[Entry] = &[
    value("device-number", |_, _| fixed("0")),
    value("interface-id", |view, _| Some(network::interface_id(view))),
    value("local-hostname", |view, _| Some(network::hostname(view))),
    value("local-ipv4s", |view, _| {
        Some(view.instance.private_ip.to_string())
    }),
    value("mac", |view, _| Some(network::mac(view))),
    value("owner-id", |view, _| Some(view.instance.account.clone())),
    value("security-group-ids", |view, _| {
        Some(view.world.network().security_group)
    }),
    value("security-groups", |_, _| fixed("default")),
    value("subnet-id", |view, _| Some(view.world.network().subnet)),
    value("subnet-ipv4-cidr-block", |_, _| fixed(network::BLOCK)),
    value("vpc-id", |view, _| Some(view.world.network().vpc)),
    value("vpc-ipv4-cidr-block", |_, _| fixed(network::BLOCK)),
    value("vpc-ipv4-cidr-blocks", |_, _| fixed(network::BLOCK)),
];

/// `imds.spot.instance-action`, `imds.spot.termination-time`
const SPOT: &[Entry] = &[
    value("instance-action", |view, _| {
        let told = view.instance.notices.interruption?;
        let (action, time) = (told.action, told.time);
        Some(format!(
            "{{\"action\": \"{action}\", \"time\": \"{time}\"}}"
        ))
    }),
    value("termination-time", |view, _| {
        let told = view.instance.notices.interruption;
        let ends = told.filter(|told| told.action == SpotAction::Terminate)?;
        Some(ends.time.to_string())
    }),
];

#[expect(clippy::unnecessary_wraps, reason = "as the table wants it")]
fn fixed(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn role<'a>(view: &View<'a>) -> Option<Cow<'a, str>> {
    view.serving?.role_name().map(Cow::Borrowed)
}

/// `imds.tags.enabled`
fn tag_keys<'a>(view: &View<'a>) -> Vec<Cow<'a, str>> {
    let keys = view.instance.tags.keys();
    match view.instance.metadata_options.instance_metadata_tags {
        Switch::Enabled => keys.map(|key| key.as_str().into()).collect(),
        Switch::Disabled => Vec::new(),
    }
}

fn tag_value(view: &View<'_>, key: &str) -> Option<String> {
    view.instance.tags.get(key).cloned()
}
