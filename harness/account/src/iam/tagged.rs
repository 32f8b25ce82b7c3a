//! Tags of what IAM has: set, taken away and listed.

use super::error::IamError;
use super::managed::no_policy;
use super::page::{Page, PageRequest};
use super::tags::{self, Tag, Tags};
use crate::control_plane::ControlPlane;
use crate::operation::Operation;
use crate::policy::Context;

/// Whose tags are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tagged<'a> {
    /// A role of that name; its sessions have its tags too.
    Role(&'a str),
    /// A user of that name.
    User(&'a str),
    /// An instance profile of that name.
    InstanceProfile(&'a str),
    /// A managed policy of that ARN; for the operator its name will do. AWS's own have no tags.
    Policy(&'a str),
    /// A virtual MFA device of that serial number.
    MfaDevice(&'a str),
    /// A provider of `OpenID` Connect of that ARN.
    OidcProvider(&'a str),
}

/// What is done with tags, whoever has them.
#[derive(Clone, Copy)]
enum Verb {
    Tag,
    Untag,
    List,
}

impl<'a> Tagged<'a> {
    fn name(self) -> &'a str {
        match self {
            Self::Role(name)
            | Self::User(name)
            | Self::InstanceProfile(name)
            | Self::Policy(name)
            | Self::MfaDevice(name)
            | Self::OidcProvider(name) => name,
        }
    }

    fn operation(self, verb: Verb) -> Operation {
        match (self, verb) {
            (Self::Role(_), Verb::Tag) => Operation::TagRole,
            (Self::Role(_), Verb::Untag) => Operation::UntagRole,
            (Self::Role(_), Verb::List) => Operation::ListRoleTags,
            (Self::User(_), Verb::Tag) => Operation::TagUser,
            (Self::User(_), Verb::Untag) => Operation::UntagUser,
            (Self::User(_), Verb::List) => Operation::ListUserTags,
            (Self::InstanceProfile(_), Verb::Tag) => Operation::TagInstanceProfile,
            (Self::InstanceProfile(_), Verb::Untag) => Operation::UntagInstanceProfile,
            (Self::InstanceProfile(_), Verb::List) => Operation::ListInstanceProfileTags,
            (Self::Policy(_), Verb::Tag) => Operation::TagPolicy,
            (Self::Policy(_), Verb::Untag) => Operation::UntagPolicy,
            (Self::Policy(_), Verb::List) => Operation::ListPolicyTags,
            (Self::MfaDevice(_), Verb::Tag) => Operation::TagMFADevice,
            (Self::MfaDevice(_), Verb::Untag) => Operation::UntagMFADevice,
            (Self::MfaDevice(_), Verb::List) => Operation::ListMFADeviceTags,
            (Self::OidcProvider(_), Verb::Tag) => Operation::TagOpenIDConnectProvider,
            (Self::OidcProvider(_), Verb::Untag) => Operation::UntagOpenIDConnectProvider,
            (Self::OidcProvider(_), Verb::List) => Operation::ListOpenIDConnectProviderTags,
        }
    }
}

impl ControlPlane<'_> {
    /// Sets tags.
    ///
    /// # Errors
    /// Denied; nothing of that name, or a policy that the account does not manage; tags that cannot
    /// be.
    pub fn tag(&mut self, tagged: Tagged<'_>, tags: &[Tag]) -> Result<(), IamError> {
        let own = tags::request_context(tags, Context::new());
        let named = self.ask_tagged(Verb::Tag, tagged, own)?;
        self.tags_mut(tagged, &named)?.put(tags)?;
        self.done(tagged.operation(Verb::Tag), &named);
        Ok(())
    }

    /// Takes tags away; a key that is not there is no error.
    ///
    /// # Errors
    /// Denied; nothing of that name, or a policy that the account does not manage; keys that cannot
    /// be.
    pub fn untag(&mut self, tagged: Tagged<'_>, keys: &[String]) -> Result<(), IamError> {
        let own = Context::new().with_values("aws:TagKeys", keys);
        let named = self.ask_tagged(Verb::Untag, tagged, own)?;
        self.tags_mut(tagged, &named)?.remove(keys)?;
        self.done(tagged.operation(Verb::Untag), &named);
        Ok(())
    }

    /// The tags, by key.
    ///
    /// # Errors
    /// Denied; nothing of that name; a page that cannot be.
    pub fn list_tags(
        &mut self,
        tagged: Tagged<'_>,
        page: &PageRequest,
    ) -> Result<Page<Tag>, IamError> {
        let named = self.ask_tagged(Verb::List, tagged, Context::new())?;
        let iam = self.iam();
        let policy;
        let (arn, tags) = match tagged {
            Tagged::Role(_) => {
                let role = iam.role(&named)?;
                (&role.arn, &role.tags)
            }
            Tagged::User(_) => {
                let user = iam.user(&named)?;
                (&user.arn, &user.tags)
            }
            Tagged::InstanceProfile(_) => {
                let profile = iam.profile(&named)?;
                (&profile.arn, &profile.tags)
            }
            Tagged::Policy(_) => {
                let found = self.shown_policy(&named);
                policy = found.ok_or_else(|| no_policy(&named))?;
                (&named, &policy.tags)
            }
            Tagged::MfaDevice(_) => (&named, &iam.mfa_device(&named)?.tags),
            Tagged::OidcProvider(_) => (&named, &iam.oidc_provider(&named)?.tags),
        };
        tags.page(&format!("tags {arn}"), page)
    }

    /// Refuses what the policies do not allow; answers the name, which is a policy's ARN whatever it
    /// was named by.
    fn ask_tagged(
        &mut self,
        verb: Verb,
        tagged: Tagged<'_>,
        own: Context,
    ) -> Result<String, IamError> {
        let operation = tagged.operation(verb);
        match tagged {
            Tagged::Role(name) => self.ask_role(operation, name, own)?,
            Tagged::User(name) => self.ask_user(operation, name, own)?,
            Tagged::InstanceProfile(name) => self.ask_profile(operation, name, own)?,
            Tagged::Policy(name) => return self.ask_policy(operation, name, own),
            Tagged::MfaDevice(arn) | Tagged::OidcProvider(arn) => {
                self.authorize(operation, arn, &own)?;
            }
        }
        Ok(tagged.name().to_owned())
    }

    /// The tags of what [`ControlPlane::ask_tagged`] named.
    fn tags_mut(&mut self, tagged: Tagged<'_>, named: &str) -> Result<&mut Tags, IamError> {
        Ok(match tagged {
            Tagged::Role(_) => &mut self.iam_mut().role_mut(named)?.tags,
            Tagged::User(_) => &mut self.iam_mut().user_mut(named)?.tags,
            Tagged::InstanceProfile(_) => &mut self.iam_mut().profile_mut(named)?.tags,
            Tagged::Policy(_) => &mut self.own_policy_mut(named)?.tags,
            Tagged::MfaDevice(_) => &mut self.iam_mut().mfa_device_mut(named)?.tags,
            Tagged::OidcProvider(_) => &mut self.iam_mut().oidc_provider_mut(named)?.tags,
        })
    }
}
