//! `LookupEvents`.

use std::time::Duration;

use super::error::CloudTrailError;
use super::event::TrailEvent;
use super::token;
use crate::control_plane::ControlPlane;
use crate::instant::SimInstant;
use crate::policy::Context;

/// `cloudtrail.lookup.pages`.
const PAGE_MAX: i64 = 50;
/// `cloudtrail.lookup.days`.
const KEPT: Duration = Duration::from_hours(90 * 24);

/// What `LookupEvents` takes.
#[derive(Clone, Debug, Default)]
pub struct LookupEvents {
    /// Name and value, of which there may be one.
    pub attributes: Vec<(String, String)>,
    /// Not before this time.
    pub start: Option<SimInstant>,
    /// Not after this time.
    pub end: Option<SimInstant>,
    /// How many events a page has: 1 to 50, and 50 if it is not said.
    pub max_results: Option<i64>,
    /// Where the page before ended.
    pub next_token: Option<String>,
    /// The kind of events, if they are not management events.
    pub category: Option<String>,
}

/// A page of events, newest first (`cloudtrail.lookup.management-events`).
#[derive(Clone, Debug, PartialEq)]
pub struct LookedUp {
    /// The events.
    pub events: Vec<TrailEvent>,
    /// Where it ended, if there are more.
    pub next_token: Option<String>,
}

/// What events can be looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupAttribute {
    /// The UUID.
    EventId,
    /// The operation.
    EventName,
    /// `true` or `false`.
    ReadOnly,
    /// Who asked.
    Username,
    /// `AWS::IAM::Role`.
    ResourceType,
    /// The name of something that it was about.
    ResourceName,
    /// `iam.amazonaws.com`.
    EventSource,
    /// The key that it was signed with.
    AccessKeyId,
}

impl LookupAttribute {
    const ALL: &[(&str, Self)] = &[
        ("EventId", Self::EventId),
        ("EventName", Self::EventName),
        ("ReadOnly", Self::ReadOnly),
        ("Username", Self::Username),
        ("ResourceType", Self::ResourceType),
        ("ResourceName", Self::ResourceName),
        ("EventSource", Self::EventSource),
        ("AccessKeyId", Self::AccessKeyId),
    ];

    fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, attribute)| *attribute)
    }

    fn is(self, wanted: &str, event: &TrailEvent) -> bool {
        match self {
            Self::EventId => event.id == wanted,
            Self::EventName => event.name == wanted,
            Self::ReadOnly => event.read_only.to_string() == wanted,
            Self::Username => event.username.as_deref() == Some(wanted),
            Self::ResourceType => event.resources.iter().any(|one| one.kind == wanted),
            Self::ResourceName => event.resources.iter().any(|one| one.name == wanted),
            Self::EventSource => event.source == wanted,
            Self::AccessKeyId => event.access_key_id.as_deref() == Some(wanted),
        }
    }
}

impl ControlPlane<'_> {
    /// The management events of the account in a Region, from the last ninety days, newest first.
    ///
    /// # Errors
    /// Denied; attributes, times or a size of the page that cannot be; a token of another lookup.
    pub fn lookup_events(
        &mut self,
        region: &str,
        asked: &LookupEvents,
    ) -> Result<LookedUp, CloudTrailError> {
        self.authorize_action("cloudtrail:LookupEvents", "*", &Context::new())?;
        let wanted = asked.attribute()?;
        let page = asked.page()?;
        let before = asked
            .next_token
            .as_deref()
            .map(|sent| token::read(sent, asked).ok_or(CloudTrailError::InvalidNextToken));
        let before = before.transpose()?.unwrap_or(u64::MAX);
        let oldest = SimInstant::from_epoch_millis(
            self.now.epoch_millis() - i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX),
        );
        let from = asked.start.map_or(oldest, |start| start.max(oldest));
        let mut found = Vec::new();
        let entries: Vec<_> = self.world.journal().entries().collect();
        for entry in entries.into_iter().rev() {
            let in_time = entry.at >= from && asked.end.is_none_or(|end| entry.at <= end);
            if entry.number >= before || !in_time {
                continue;
            }
            let Some(record) = self.world.cloudtrail(entry) else {
                continue;
            };
            // cloudtrail.lookup.management-events
            let here = record["managementEvent"] == true
                && record["awsRegion"] == region
                && record["recipientAccountId"] == self.account.as_str();
            if !here {
                continue;
            }
            let event = TrailEvent::of(record, entry.at);
            if wanted.is_none_or(|(attribute, value)| attribute.is(value, &event)) {
                found.push((entry.number, event));
                if found.len() > page {
                    break;
                }
            }
        }
        let more = found.len() > page;
        found.truncate(page);
        let last = found.last().map(|(number, _)| *number);
        Ok(LookedUp {
            next_token: last
                .filter(|_| more)
                .map(|number| token::write(number, asked)),
            events: found.into_iter().map(|(_, event)| event).collect(),
        })
    }
}

impl LookupEvents {
    /// `cloudtrail.lookup.attributes`.
    fn attribute(&self) -> Result<Option<(LookupAttribute, &str)>, CloudTrailError> {
        let refused =
            |message: &str| Err(CloudTrailError::InvalidLookupAttributes(message.to_owned()));
        match &self.attributes[..] {
            [] => Ok(None),
            [(name, value)] => match LookupAttribute::named(name) {
                Some(_) if value.is_empty() => refused("An attribute value must not be empty."),
                Some(attribute) => Ok(Some((attribute, value))),
                None => refused(&format!(
                    "{name} is no attribute that events are looked up by."
                )),
            },
            _ => refused("You can specify only one attribute for a lookup."),
        }
    }

    /// How many events a page has, of a lookup that can be.
    fn page(&self) -> Result<usize, CloudTrailError> {
        if let Some(category) = &self.category {
            return Err(CloudTrailError::InvalidEventCategory(category.clone()));
        }
        // cloudtrail.lookup.times
        if let (Some(start), Some(end)) = (self.start, self.end)
            && start > end
        {
            return Err(CloudTrailError::InvalidTimeRange);
        }
        let page = self.max_results.unwrap_or(PAGE_MAX);
        let good = Some(page).filter(|page| (1..=PAGE_MAX).contains(page));
        good.and_then(|page| usize::try_from(page).ok())
            .ok_or(CloudTrailError::InvalidMaxResults(page))
    }
}
