//! The tags of instances.

use std::collections::BTreeMap;

use super::error::Ec2Error;
use super::metadata_options::{MetadataOptions, Switch};
use crate::control_plane::ControlPlane;
use crate::operation::Operation;
use crate::policy::Context;

/// The key of the tag that is an instance's name.
pub(super) const NAME: &str = "Name";

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

impl ControlPlane<'_> {
    /// Sets tags of an instance, over those of the same keys.
    ///
    /// # Errors
    /// An unknown or terminated instance; a key that cannot stand in a path, if tags are part of
    /// the metadata (`ec2.metadata-options.tag-keys`).
    pub fn create_tags(
        &mut self,
        instance: &str,
        tags: BTreeMap<String, String>,
    ) -> Result<(), Ec2Error> {
        let arn = self.instance_arn(instance);
        self.authorize(Operation::CreateTags, &arn, &Context::new())?;
        let found = self.living(instance, "tagged")?;
        check(&found.metadata_options, &tags)?;
        let said: Vec<_> = tags
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        let now = self.now;
        let found = self.instance_mut(instance)?;
        found.tags.extend(tags);
        found.changed_at = now;
        let detail = format!("{instance} {}", said.join(" "));
        self.done(Operation::CreateTags, &detail);
        Ok(())
    }

    /// Takes tags of an instance away; keys that it does not have are passed over.
    ///
    /// # Errors
    /// An unknown or terminated instance.
    pub fn delete_tags(&mut self, instance: &str, keys: &[&str]) -> Result<(), Ec2Error> {
        let arn = self.instance_arn(instance);
        self.authorize(Operation::DeleteTags, &arn, &Context::new())?;
        self.living(instance, "untagged")?;
        let now = self.now;
        let found = self.instance_mut(instance)?;
        for key in keys {
            found.tags.remove(*key);
        }
        found.changed_at = now;
        let detail = format!("{instance} {}", keys.join(" "));
        self.done(Operation::DeleteTags, &detail);
        Ok(())
    }
}
