//! How instances serve their metadata.

use rolecall_account::{
    Ec2Error, MetadataDefaultsChange, MetadataOptions, MetadataOptionsChange, Operation,
    Preference, World,
};

use super::parameters::{Asked, SWITCH, TOKENS};
use super::{answered, done, text};
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::ModifyInstanceMetadataOptions, modify_options),
    (Operation::GetInstanceMetadataDefaults, get_defaults),
    (Operation::ModifyInstanceMetadataDefaults, modify_defaults),
];

/// The word that takes a default back.
const NO_PREFERENCE: &str = "no-preference";

fn modify_options(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let known = &[
        "DryRun",
        "HttpEndpoint",
        "HttpProtocolIpv6",
        "HttpPutResponseHopLimit",
        "HttpTokens",
        "InstanceId",
        "InstanceMetadataTags",
    ];
    let asked = Asked::of(call, known)?;
    let instance = asked.required("InstanceId")?;
    let change = MetadataOptionsChange {
        http_tokens: asked.word("HttpTokens", TOKENS)?,
        http_put_response_hop_limit: hop_limit(&asked, "HttpPutResponseHopLimit")?,
        http_endpoint: asked.word("HttpEndpoint", SWITCH)?,
        http_protocol_ipv6: asked.word("HttpProtocolIpv6", SWITCH)?,
        instance_metadata_tags: asked.word("InstanceMetadataTags", SWITCH)?,
    };
    let mut account = world.on_behalf(call.now, call.caller);
    let options = account.change_metadata_options(instance, change, asked.dry_run()?)?;
    // ec2.metadata-options.reply-pending
    let options = Element::Parent("instanceMetadataOptions", members(&options, "pending"));
    Ok(answered(
        &account,
        vec![text("instanceId", instance), options],
    ))
}

/// What an instance or an answer says of them, and whether they are in effect.
pub(super) fn members(options: &MetadataOptions, state: &str) -> Vec<Element> {
    let hops = options.http_put_response_hop_limit.to_string();
    vec![
        text("state", state),
        text("httpTokens", options.http_tokens.as_str()),
        text("httpPutResponseHopLimit", hops),
        text("httpEndpoint", options.http_endpoint.as_str()),
        text("httpProtocolIpv6", options.http_protocol_ipv6.as_str()),
        text(
            "instanceMetadataTags",
            options.instance_metadata_tags.as_str(),
        ),
    ]
}

/// A hop limit: what fits no byte is out of its range.
pub(super) fn hop_limit(asked: &Asked<'_>, name: &'static str) -> Result<Option<u8>, QueryError> {
    let limit = asked.number::<u32>(name)?;
    let limit =
        limit.map(|limit| u8::try_from(limit).map_err(|_| Ec2Error::InvalidHopLimit(limit)));
    Ok(limit.transpose()?)
}

fn get_defaults(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let asked = Asked::of(call, &["DryRun"])?;
    let mut account = world.on_behalf(call.now, call.caller);
    let defaults = account.metadata_defaults(asked.dry_run()?)?;
    let hops = defaults.http_put_response_hop_limit;
    let said = [
        (
            "httpTokens",
            defaults.http_tokens.map(|it| it.as_str().to_owned()),
        ),
        ("httpPutResponseHopLimit", hops.map(|hops| hops.to_string())),
        (
            "httpEndpoint",
            defaults.http_endpoint.map(|it| it.as_str().to_owned()),
        ),
        (
            "instanceMetadataTags",
            defaults
                .instance_metadata_tags
                .map(|it| it.as_str().to_owned()),
        ),
        ("managedBy", Some("account".to_owned())),
    ];
    let said = said
        .into_iter()
        .filter_map(|(name, value)| Some(text(name, value?)));
    let level = Element::Parent("accountLevel", said.collect());
    Ok(answered(&account, vec![level]))
}

fn modify_defaults(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let known = &[
        "DryRun",
        "HttpEndpoint",
        "HttpPutResponseHopLimit",
        "HttpTokens",
        "InstanceMetadataTags",
    ];
    let asked = Asked::of(call, known)?;
    let change = MetadataDefaultsChange {
        http_tokens: preference(&asked, "HttpTokens", TOKENS)?,
        http_put_response_hop_limit: match asked.text("HttpPutResponseHopLimit") {
            Some("-1") => Preference::None,
            _ => hop_limit(&asked, "HttpPutResponseHopLimit")?
                .map_or(Preference::Unsaid, Preference::Is),
        },
        http_endpoint: preference(&asked, "HttpEndpoint", SWITCH)?,
        instance_metadata_tags: preference(&asked, "InstanceMetadataTags", SWITCH)?,
    };
    let mut account = world.on_behalf(call.now, call.caller);
    account.change_metadata_defaults(change, asked.dry_run()?)?;
    Ok(done(&account))
}

/// One of these words, or that there is no preference.
fn preference<T: Copy>(
    asked: &Asked<'_>,
    name: &'static str,
    words: &[(&str, T)],
) -> Result<Preference<T>, QueryError> {
    let words = words
        .iter()
        .map(|(word, meant)| (*word, Preference::Is(*meant)));
    let mut words: Vec<_> = words.collect();
    words.push((NO_PREFERENCE, Preference::None));
    Ok(asked.word(name, &words)?.unwrap_or(Preference::Unsaid))
}
