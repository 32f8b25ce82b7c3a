//! The tags of instances.

use std::collections::BTreeMap;

use super::authorization::tag_keys;
use super::error::{Ec2Error, Kind};
use super::metadata_options::{MetadataOptions, Switch};
use crate::control_plane::ControlPlane;
use crate::operation::Operation;
use crate::policy::Context;

/// The key of the tag that is an instance's name.
pub(super) const NAME: &str = "Name";

/// The most tags that a resource may have, and the longest key and value, in characters
/// (`ec2.tags.limits`).
const TAGS_MAX: usize = 50;
const KEY_MAX: usize = 128;
const VALUE_MAX: usize = 256;

/// Whether instances with these options may have these tags: what is part of the metadata must
/// be able to stand in a path (`ec2.metadata-options.tag-keys`).
pub(super) fn check(
    options: &MetadataOptions,
    tags: &BTreeMap<String, String>,
) -> Result<(), Ec2Error> {
    if options.instance_metadata_tags == Switch::Disabled {
        return Ok(());
    }
    match tags.keys().find(|key| !fits_a_path(key)) {
        Some(key) => Err(Ec2Error::TagKeyNotInMetadata(key.clone())),
        None => Ok(()),
    }
}

fn fits_a_path(key: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || "+-=.,_:@".contains(c);
    !matches!(key, "." | ".." | "_index") && key.chars().all(allowed)
}

/// Whether these can be tags at all (`ec2.tags.limits`).
pub(super) fn check_limits(tags: &BTreeMap<String, String>) -> Result<(), Ec2Error> {
    let invalid = |message: String| Err(Ec2Error::InvalidValue(message));
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > KEY_MAX {
            return invalid(format!(
                "Value ( {key} ) for parameter Key is invalid. Tag keys must be between 1 and {KEY_MAX} characters long"
            ));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return invalid(
                "Tag keys starting with 'aws:' are reserved for internal use".to_owned(),
            );
        }
        if value.chars().count() > VALUE_MAX {
            return invalid(format!(
                "Value ( {value} ) for parameter Value is invalid. Tag values must be at most {VALUE_MAX} characters long"
            ));
        }
    }
    if tags.len() > TAGS_MAX {
        return Err(Ec2Error::TooManyTags);
    }
    Ok(())
}

impl ControlPlane<'_> {
    /// Sets tags of an instance, over those of the same keys.
    ///
    /// # Errors
    /// As [`tag_instances`](Self::tag_instances).
    pub fn create_tags(
        &mut self,
        instance: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), Ec2Error> {
        self.tag_instances(&[instance], tags, false)
    }

    /// Sets tags of all of these instances or of none, over those of the same keys. With `dry_run`
    /// it is only tried.
    ///
    /// # Errors
    /// An unknown or terminated instance; tags past the limits (`ec2.tags.limits`); a key that cannot
    /// stand in a path, if tags are part of the metadata (`ec2.metadata-options.tag-keys`).
    pub fn tag_instances(
        &mut self,
        instances: &[&str],
        tags: &BTreeMap<String, String>,
        dry_run: bool,
    ) -> Result<(), Ec2Error> {
        check_limits(tags)?;
        let said = tags
            .iter()
            .map(|(key, value)| (key.clone(), Some(value.clone())));
        self.may_tag(Operation::CreateTags, instances, &said.collect())?;
        for instance in instances {
            let found = self.living(instance, "tagged")?;
            check(&found.metadata_options, tags)?;
            let new = tags.keys().filter(|key| !found.tags.contains_key(*key));
            if found.tags.len() + new.count() > TAGS_MAX {
                return Err(Ec2Error::TooManyTags);
            }
        }
        self.unless_dry(dry_run)?;
        let said: Vec<_> = tags
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        let now = self.now;
        for instance in instances {
            let found = self.instance_mut(instance)?;
            found.tags.extend(tags.clone());
            found.changed_at = now;
            let detail = format!("{instance} {}", said.join(" "));
            self.done(Operation::CreateTags, &detail);
        }
        Ok(())
    }

    /// Takes tags of an instance away, whatever their values; keys that it does not have are passed
    /// over.
    ///
    /// # Errors
    /// An unknown or terminated instance.
    pub fn delete_tags(&mut self, instance: &str, keys: &[&str]) -> Result<(), Ec2Error> {
        let tags = keys.iter().map(|&key| (key.to_owned(), None));
        self.untag_instances(&[instance], Some(&tags.collect()), false)
    }

    /// Takes tags of these instances away: of each key the one of that value, or whatever its value
    /// if none is said; all tags if no key is said (`ec2.tags.delete-by-value`). With `dry_run` it is
    /// only tried.
    ///
    /// # Errors
    /// An unknown or terminated instance.
    pub fn untag_instances(
        &mut self,
        instances: &[&str],
        tags: Option<&BTreeMap<String, Option<String>>>,
        dry_run: bool,
    ) -> Result<(), Ec2Error> {
        let none = BTreeMap::new();
        self.may_tag(Operation::DeleteTags, instances, tags.unwrap_or(&none))?;
        for instance in instances {
            self.living(instance, "untagged")?;
        }
        self.unless_dry(dry_run)?;
        let goes = |key: &str, value: &str| match tags {
            None => true,
            Some(tags) => tags
                .get(key)
                .is_some_and(|wanted| wanted.as_ref().is_none_or(|wanted| wanted == value)),
        };
        let keys = tags.unwrap_or(&none).keys();
        let keys = keys.map(String::as_str).collect::<Vec<_>>().join(" ");
        let now = self.now;
        for instance in instances {
            let found = self.instance_mut(instance)?;
            found.tags.retain(|key, value| !goes(key, value));
            found.changed_at = now;
            let detail = format!("{instance} {keys}");
            self.done(Operation::DeleteTags, detail.trim_end());
        }
        Ok(())
    }

    fn may_tag(
        &mut self,
        operation: Operation,
        instances: &[&str],
        tags: &BTreeMap<String, Option<String>>,
    ) -> Result<(), Ec2Error> {
        for instance in instances {
            // ec2.tags.resources: instances alone have tags here.
            Kind::Instance
                .check(instance)
                .map_err(|_| Ec2Error::InvalidId((*instance).to_owned()))?;
            let mut own = Context::new();
            tag_keys(&mut own, tags);
            self.may_with_instance(operation, instance, own)?;
        }
        Ok(())
    }
}
