//! The sources of credentials, by themselves and in their order.

use std::sync::{Mutex, PoisonError};

use super::conduct::Link;
use super::container::Container;
use super::document::Set;
use super::environment::{self, Half};
use super::imds::Imds;
use super::profile::Files;
use super::sso::Sso;
use super::sts::Sts;
use super::surroundings::Surroundings;
use super::trouble::Trouble;
use crate::contract::{NoClient, Use};

/// The sources of one client.
#[derive(Debug)]
pub(super) struct Sources {
    here: Surroundings,
    imds: Imds,
    container: Container,
    sts: Sts,
    sso: Sso,
    /// That there is nobody, for those who believe it for ever.
    nobody: Mutex<Option<Trouble>>,
}

impl Sources {
    /// # Errors
    /// The app asks for a source that there is none of.
    pub(super) fn new(here: Surroundings, sts: Sts) -> Result<Self, NoClient> {
        if here.app.uses == Use::AssumeRole && here.settings.role_arn.is_none() {
            let what = "`use = \"assume-role\"` needs the setting `role_arn`";
            return Err(NoClient::Unsupported(what.to_owned()));
        }
        Ok(Self {
            here,
            imds: Imds::default(),
            container: Container::default(),
            sts,
            sso: Sso::default(),
            nobody: Mutex::default(),
        })
    }

    pub(super) fn here(&self) -> &Surroundings {
        &self.here
    }

    pub(super) fn sso(&self) -> &Sso {
        &self.sso
    }

    pub(super) fn sts(&self) -> &Sts {
        &self.sts
    }

    /// A new set, of the source that the app uses.
    pub(super) async fn fetch(&self) -> Result<Set, Trouble> {
        match self.here.app.uses {
            Use::Imds => self.imds.fetch(&self.here, &Files::read(&self.here)?).await,
            Use::Container => self.container.fetch(&self.here).await,
            Use::WebIdentity => self.sts.web_identity_of_environment(&self.here).await,
            Use::Profile | Use::Process | Use::Sso => self.profile().await,
            Use::AssumeRole => {
                let source = self.chain().await?;
                self.sts.role_of_settings(&self.here, &source).await
            }
            Use::Client | Use::DefaultChain => self.chain().await,
        }
    }

    /// The first source that has any.
    async fn chain(&self) -> Result<Set, Trouble> {
        let conduct = &self.here.conduct.chain;
        let nobody = self.nobody();
        if let Some(nobody) = nobody.filter(|_| !conduct.none_is_forgotten) {
            return Err(nobody);
        }
        let mut found = None;
        for link in conduct.order {
            match self.link(*link).await {
                Ok(set) if !conduct.takes_whole_sets => return Ok(Half::of(&self.here).over(set)),
                Ok(set) if conduct.first_answer_counts => return Ok(set),
                Ok(set) => found = Some(set),
                Err(trouble) if trouble.is_none() || !conduct.stops_at_failure => {}
                Err(trouble) => return Err(trouble),
            }
        }
        let nobody = Trouble::none("no source has any credentials");
        *self.nobody.lock().unwrap_or_else(PoisonError::into_inner) = Some(nobody.clone());
        match found {
            Some(set) => Ok(set),
            None if conduct.none_is_an_error => Err(nobody),
            None => Ok(Set::nothing()),
        }
    }

    fn nobody(&self) -> Option<Trouble> {
        let nobody = self.nobody.lock().unwrap_or_else(PoisonError::into_inner);
        nobody.clone()
    }

    /// One source.
    pub(super) async fn link(&self, link: Link) -> Result<Set, Trouble> {
        match link {
            Link::Environment => environment::keys(&self.here),
            Link::WebIdentity => self.sts.web_identity_of_environment(&self.here).await,
            Link::Profile => self.profile().await,
            Link::Container => self.container.fetch(&self.here).await,
            Link::Imds => {
                let files = Files::read(&self.here)?;
                self.imds.fetch(&self.here, &files).await
            }
        }
    }
}
