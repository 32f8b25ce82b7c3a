//! What instances there are, and which of them are meant.

use std::collections::BTreeMap;

use super::error::{Ec2Error, Kind};
use super::instance::{Instance, InstanceState};
use crate::control_plane::ControlPlane;
use crate::operation::Operation;
use crate::policy::Wildcards;

/// Which of a list are meant: all of these must hold. Each is a name and its values, of which one
/// must fit.
#[derive(Clone, Debug, Default)]
pub struct Filters(Vec<(String, Vec<Wildcards>)>);

impl Filters {
    /// Filters by their names, which must be among `known`, or begin with one of those that end in a
    /// colon. Values take `*` and `?`, and their case counts (`ec2.filters.wildcards`).
    ///
    /// # Errors
    /// A name that is not known; no values.
    pub fn new(
        asked: impl IntoIterator<Item = (String, Vec<String>)>,
        known: &[&str],
    ) -> Result<Self, Ec2Error> {
        let filters = asked.into_iter().map(|(name, values)| {
            let fits =
                |known: &&str| *known == name || known.ends_with(':') && name.starts_with(known);
            // ec2.filters.unknown
            if !known.iter().any(fits) {
                let message = format!("The filter '{name}' is invalid");
                return Err(Ec2Error::InvalidValue(message));
            }
            if values.is_empty() {
                return Err(Ec2Error::InvalidValue(format!(
                    "The filter '{name}' has no values"
                )));
            }
            let values = values.iter().map(|value| Wildcards::exact(value));
            Ok((name, values.collect()))
        });
        filters.collect::<Result<_, _>>().map(Self)
    }

    /// Whether something is meant that has `values` under each name.
    pub fn hold(&self, values: impl Fn(&str) -> Vec<String>) -> bool {
        self.0.iter().all(|(name, wanted)| {
            let has = values(name);
            wanted
                .iter()
                .any(|wanted| has.iter().any(|value| wanted.matches(value)))
        })
    }

    /// Whether it is said what value `name` must have.
    pub fn names(&self, name: &str) -> bool {
        self.0.iter().any(|(named, _)| named == name)
    }
}

/// The filters of `DescribeInstances`; AWS has more.
pub const INSTANCE_FILTERS: &[&str] = &[
    "architecture",
    "availability-zone",
    "client-token",
    "iam-instance-profile.arn",
    "iam-instance-profile.id",
    "image-id",
    "instance-id",
    "instance-lifecycle",
    "instance-state-code",
    "instance-state-name",
    "instance-type",
    "metadata-options.http-endpoint",
    "metadata-options.http-put-response-hop-limit",
    "metadata-options.http-tokens",
    "metadata-options.instance-metadata-tags",
    "owner-id",
    "private-ip-address",
    "reservation-id",
    "subnet-id",
    "tag-key",
    "tag:",
    "vpc-id",
];

/// A part of a list, and how to get at the next.
#[derive(Clone, Debug)]
pub struct DescribePage<T> {
    /// In the order of their ids.
    pub items: Vec<T>,
    /// Given back as `NextToken`; `None` if this was the last.
    pub next_token: Option<String>,
}

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Paging<'a> {
    /// At most so many.
    pub max_results: Option<u32>,
    /// Where the part before ended.
    pub next_token: Option<&'a str>,
}

/// How many a part of a list may have (`ec2.paging.max-results`).
const MAX_RESULTS: std::ops::RangeInclusive<u32> = 5..=1000;

/// What tokens begin with, before the place in the list.
const TOKEN: &str = "rolecall-after-";

impl Paging<'_> {
    /// The part of a list that is wanted, whose members go by `key`.
    ///
    /// # Errors
    /// A number out of range; a token that is none.
    pub fn of<T>(
        self,
        items: Vec<T>,
        key: impl Fn(&T) -> String,
    ) -> Result<DescribePage<T>, Ec2Error> {
        let max = self.max_results;
        if let Some(max) = max.filter(|max| !MAX_RESULTS.contains(max)) {
            let (bound, limit) = if max < *MAX_RESULTS.start() {
                ("greater", MAX_RESULTS.start())
            } else {
                ("less", MAX_RESULTS.end())
            };
            return Err(Ec2Error::InvalidValue(format!(
                "Value ( {max} ) for parameter maxResults is invalid. Expecting a value {bound} than or equal to {limit}."
            )));
        }
        let after = self.next_token.map(|token| {
            let place = token.strip_prefix(TOKEN).map(hex::decode);
            let place = place.and_then(|place| String::from_utf8(place.ok()?).ok());
            place.ok_or_else(|| Ec2Error::InvalidToken(token.to_owned()))
        });
        let after = after.transpose()?;
        let rest = items
            .into_iter()
            .filter(|item| after.as_ref().is_none_or(|after| key(item) > *after));
        let mut rest: Vec<_> = rest.collect();
        let max = max.and_then(|max| usize::try_from(max).ok());
        let more = max.is_some_and(|max| rest.len() > max);
        rest.truncate(max.unwrap_or(usize::MAX));
        let last = rest.last().filter(|_| more);
        let next_token = last.map(|last| format!("{TOKEN}{}", hex::encode(key(last))));
        Ok(DescribePage {
            items: rest,
            next_token,
        })
    }
}

/// Which instances are meant.
#[derive(Clone, Debug, Default)]
pub struct WantedInstances<'a> {
    /// These ids; all if there are none.
    pub ids: Vec<&'a str>,
    /// And these filters.
    pub filters: Filters,
    /// And this part of them.
    pub paging: Paging<'a>,
    /// Only whether it would be answered.
    pub dry_run: bool,
}

/// A tag and what it is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedTag {
    /// The instance.
    pub resource_id: String,
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// The filters of `DescribeTags`.
pub const TAG_FILTERS: &[&str] = &["key", "resource-id", "resource-type", "tag:", "value"];

impl ControlPlane<'_> {
    /// The instances that are meant; those that are gone are there for an hour
    /// (`ec2.terminated.forgotten`).
    ///
    /// # Errors
    /// Who asks may not; an id that is none or that nothing has; a part of a list that cannot be.
    pub fn describe_instances(
        &mut self,
        wanted: &WantedInstances<'_>,
    ) -> Result<DescribePage<Instance>, Ec2Error> {
        self.wanted(Operation::DescribeInstances, wanted, |_| true)
    }

    /// The instances that are meant, for their status: unless `all` are wanted, those that run
    /// (`ec2.status.running-only`).
    ///
    /// # Errors
    /// As [`describe_instances`](Self::describe_instances).
    pub fn describe_instance_status(
        &mut self,
        wanted: &WantedInstances<'_>,
        all: bool,
    ) -> Result<DescribePage<Instance>, Ec2Error> {
        let runs = |instance: &Instance| instance.state == InstanceState::Running;
        let operation = Operation::DescribeInstanceStatus;
        self.wanted(operation, wanted, |instance| all || runs(instance))
    }

    /// One instance, for one of its attributes.
    ///
    /// # Errors
    /// Who asks may not; an id that is none or that nothing has.
    pub fn describe_instance_attribute(
        &mut self,
        instance: &str,
        dry_run: bool,
    ) -> Result<Instance, Ec2Error> {
        self.all_there(Operation::DescribeInstanceAttribute, &[instance])?;
        self.unless_dry(dry_run)?;
        self.instance(instance).cloned()
    }

    /// The tags of all instances.
    ///
    /// # Errors
    /// Who asks may not; a part of a list that cannot be.
    pub fn describe_tags(
        &mut self,
        filters: &Filters,
        paging: Paging<'_>,
        dry_run: bool,
    ) -> Result<DescribePage<DescribedTag>, Ec2Error> {
        self.may_at_all(Operation::DescribeTags)?;
        self.unless_dry(dry_run)?;
        let tags = self.instances().flat_map(|instance| {
            let tags = instance.tags.iter();
            tags.map(|(key, value)| DescribedTag {
                resource_id: instance.id.clone(),
                key: key.clone(),
                value: value.clone(),
            })
        });
        let meant = tags.filter(|tag| {
            filters.hold(|name| match name {
                "key" => vec![tag.key.clone()],
                "resource-id" => vec![tag.resource_id.clone()],
                "resource-type" => vec!["instance".to_owned()],
                "value" => vec![tag.value.clone()],
                _ => match name.strip_prefix("tag:") {
                    Some(key) if key == tag.key => vec![tag.value.clone()],
                    _ => Vec::new(),
                },
            })
        });
        // A null byte is in no tag, and orders a key before those it begins.
        paging.of(meant.collect(), |tag| {
            format!("{}\0{}", tag.resource_id, tag.key)
        })
    }

    /// Whether who asks may be told of Regions or of zones; neither is the account's own.
    ///
    /// # Errors
    /// Who asks may not.
    pub fn describe_places(&mut self, operation: Operation, dry_run: bool) -> Result<(), Ec2Error> {
        self.may_at_all(operation)?;
        self.unless_dry(dry_run)
    }

    fn wanted(
        &mut self,
        operation: Operation,
        wanted: &WantedInstances<'_>,
        meant: impl Fn(&Instance) -> bool,
    ) -> Result<DescribePage<Instance>, Ec2Error> {
        let WantedInstances {
            ids,
            filters,
            paging,
            dry_run,
        } = wanted;
        ids.iter().try_for_each(|id| Kind::Instance.check(id))?;
        self.may_at_all(operation)?;
        // ec2.paging.max-results
        if !ids.is_empty() && paging.max_results.is_some() {
            return Err(Ec2Error::InvalidCombination(
                "The parameter instancesSet cannot be used with the parameter maxResults"
                    .to_owned(),
            ));
        }
        self.exist(ids)?;
        self.unless_dry(*dry_run)?;
        let meant = self
            .instances()
            .filter(|instance| ids.is_empty() || ids.contains(&instance.id.as_str()))
            .filter(|instance| meant(instance))
            .filter(|instance| filters.hold(|name| self.values(instance, name)));
        paging.of(meant.cloned().collect(), |instance| instance.id.clone())
    }

    /// What an instance has under the name of a filter.
    fn values(&self, instance: &Instance, name: &str) -> Vec<String> {
        let options = &instance.metadata_options;
        let association = instance.association.as_ref();
        let state = super::StateName::from(instance.state);
        let one = |text: &str| vec![text.to_owned()];
        match name {
            "architecture" => one(instance.architecture()),
            "availability-zone" => one(&instance.availability_zone),
            "client-token" => instance.client_token.iter().cloned().collect(),
            "iam-instance-profile.arn" => association
                .map(|it| it.profile_arn.clone())
                .into_iter()
                .collect(),
            "iam-instance-profile.id" => association
                .map(|it| it.profile_id.clone())
                .into_iter()
                .collect(),
            "image-id" => one(&instance.image_id),
            "instance-id" => one(&instance.id),
            "instance-lifecycle" => match instance.lifecycle {
                super::Lifecycle::Spot => one("spot"),
                super::Lifecycle::OnDemand => Vec::new(),
            },
            "instance-state-code" => one(&state.code().to_string()),
            "instance-state-name" => one(state.as_str()),
            "instance-type" => one(&instance.instance_type),
            "metadata-options.http-endpoint" => one(options.http_endpoint.as_str()),
            "metadata-options.http-put-response-hop-limit" => {
                one(&options.http_put_response_hop_limit.to_string())
            }
            "metadata-options.http-tokens" => one(options.http_tokens.as_str()),
            "metadata-options.instance-metadata-tags" => {
                one(options.instance_metadata_tags.as_str())
            }
            "owner-id" => one(&instance.account),
            "private-ip-address" => one(&instance.private_ip.to_string()),
            "reservation-id" => one(&instance.reservation_id),
            "subnet-id" => one(&self.network().subnet),
            "tag-key" => instance.tags.keys().cloned().collect(),
            "vpc-id" => one(&self.network().vpc),
            _ => tagged(&instance.tags, name),
        }
    }
}

fn tagged(tags: &BTreeMap<String, String>, filter: &str) -> Vec<String> {
    let key = filter.strip_prefix("tag:");
    let value = key.and_then(|key| tags.get(key));
    value.into_iter().cloned().collect()
}
