//! The instance identity role: credentials that every instance has, with a profile or without.
//! They name the instance and allow nothing (`imds.identity.credentials`).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::coherent::{Checked, there};
use crate::ec2::Ec2;
use crate::instant::SimInstant;
use crate::issuing::{Issuing, KeySet};
use crate::journal::Happening;
use crate::session::{Actor, Identity, RoleDelivery, Session};
use crate::stored;
use crate::world::World;

/// The name of the role; no role that a user makes can be called so.
const ROLE: &str = "aws:ec2-instance";

/// The sets handed out last, one for each instance and version of the service.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentityKeys {
    #[serde(with = "stored::pairs")]
    by_instance: BTreeMap<(String, RoleDelivery), KeySet>,
    issued: u64,
}

impl IdentityKeys {
    /// Whether all are of instances that are there, in a world that was read.
    pub(crate) fn check(&self, ec2: &Ec2) -> Checked {
        for (instance, _) in self.by_instance.keys() {
            let is_there = ec2.instance(instance).is_ok();
            let named = format!("the instance {instance}");
            there(is_there, "an identity role", named)?;
        }
        Ok(())
    }
}

impl World {
    /// The keys of the instance itself. A set is issued when somebody asks and the one before it
    /// has five minutes left or less: as long and as early as those of the role.
    pub(super) fn identity_keys(
        &mut self,
        now: SimInstant,
        instance: &str,
        delivery: RoleDelivery,
    ) -> &KeySet {
        let Issuing {
            credential_lifetime,
            publish_before_expiry,
            ..
        } = Issuing::default();
        let slot = (instance.to_owned(), delivery);
        let fresh = |keys: &KeySet| {
            let expiry = keys.session.expires_at;
            expiry.is_some_and(|expiry| now + publish_before_expiry < expiry)
        };
        let present = self.identity_keys.by_instance.get(&slot);
        if !present.is_some_and(fresh) {
            self.identity_keys.issued += 1;
            let label = format!("identity/{instance}/{}", self.identity_keys.issued);
            let identity = self.instance_identity(instance);
            let lifetime = credential_lifetime;
            let session = Arc::new(Session {
                role_delivery: Some(delivery),
                ..Session::temporary(&self.entropy, &label, identity, now, lifetime)
            });
            self.sessions.insert(Arc::clone(&session));
            self.journal
                .happened(now, Happening::Issued(Arc::clone(&session)));
            let keys = KeySet::new(session);
            self.identity_keys.by_instance.insert(slot.clone(), keys);
        }
        &self.identity_keys.by_instance[&slot]
    }

    /// Its unique id is no `AROA…`: it has the account in it.
    fn instance_identity(&self, instance: &str) -> Identity {
        let account = self.instance(instance).map(|found| found.account.as_str());
        let account = account.unwrap_or(self.account());
        Identity {
            account: account.to_owned(),
            actor: Actor::Role {
                name: ROLE.to_owned(),
                id: format!("{account}:{ROLE}"),
                arn: format!("arn:aws:iam::{account}:role/{ROLE}"),
                session_name: instance.to_owned(),
            },
        }
    }
}
