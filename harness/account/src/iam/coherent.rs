//! What must hold of an account that was read.

use super::held::HeldPolicies;
use super::role::Iam;
use crate::accounts::Accounts;
use crate::coherent::{Checked, in_place, possible, there};
use crate::consistency::Lag;
use crate::policy;

impl Accounts {
    /// Each account holds together, and the one that is meant where none is named is there.
    pub(crate) fn check(&self, has_session: &dyn Fn(&str) -> bool) -> Checked {
        let first = self.first();
        there(
            self.get(first).is_some(),
            "the world",
            format!("the account {first}"),
        )?;
        for id in self.ids() {
            possible(
                crate::accounts::is_account_id(id),
                format!("`{id}` is no account id of twelve digits"),
            )?;
            if let Some(iam) = self.get(id) {
                iam.check(id, has_session)?;
            }
        }
        for (id, seen) in self.lag.iter().flat_map(Lag::states) {
            let is_there = self.get(id).is_some();
            let what = "an account that is seen late";
            there(is_there, what, format!("the account {id}"))?;
            seen.check_holders(id)?;
        }
        Ok(())
    }
}

impl Iam {
    fn check(&self, account: &str, has_session: &dyn Fn(&str) -> bool) -> Checked {
        self.check_holders(account)?;
        self.check_profiles()?;
        self.check_policies()?;
        for (kept, key) in &self.access_keys {
            let what = format!("the access key {kept}");
            in_place(kept, &key.id, "the access key")?;
            self.check_user(&key.user_id, &what)?;
            there(has_session(kept), &what, "a session of its own")?;
        }
        for (kept, device) in &self.mfa_devices {
            in_place(kept, &device.serial, "the MFA device")?;
            if let Some(enabled) = &device.enabled {
                self.check_user(&enabled.user_id, &format!("the MFA device {kept}"))?;
            }
        }
        for (kept, provider) in &self.oidc_providers {
            in_place(kept, &provider.arn, "the identity provider")?;
        }
        Ok(())
    }

    /// Roles, users and groups, and the policies on them.
    fn check_holders(&self, account: &str) -> Checked {
        for (kept, role) in &self.roles {
            let what = format!("the role `{}`", role.name);
            in_place(kept, &role.name.to_lowercase(), "the role")?;
            possible(
                role.account == account,
                format!("{what} says that it is of another account"),
            )?;
            let boundary = role.boundary.as_ref().map(|held| held.arn.as_str());
            self.check_held(&role.policies, boundary, &what)?;
        }
        for (kept, user) in &self.users {
            in_place(kept, &user.name.to_lowercase(), "the user")?;
            let boundary = user.boundary.as_ref().map(|held| held.arn.as_str());
            self.check_held(
                &user.policies,
                boundary,
                &format!("the user `{}`", user.name),
            )?;
        }
        for (kept, group) in &self.groups {
            let what = format!("the group `{}`", group.name);
            in_place(kept, &group.name.to_lowercase(), "the group")?;
            self.check_held(&group.policies, None, &what)?;
            for member in &group.members {
                self.check_user(member, &what)?;
            }
        }
        Ok(())
    }

    fn check_held(&self, held: &HeldPolicies, boundary: Option<&str>, what: &str) -> Checked {
        possible(
            held.is_whole(),
            format!("{what} has more managed policies attached than it has policies"),
        )?;
        let attached = held.attached().map(|(arn, _)| arn);
        for arn in attached.chain(boundary) {
            let known = self.customer(arn).is_some() || policy::managed(arn).is_some();
            there(known, what, format!("the policy {arn}"))?;
        }
        Ok(())
    }

    fn check_profiles(&self) -> Checked {
        for (kept, profile) in &self.profiles {
            in_place(kept, &profile.name.to_lowercase(), "the instance profile")?;
            if let Some(role) = &profile.role_id {
                let what = format!("the instance profile `{}`", profile.name);
                there(
                    self.role_by_id(role).is_some(),
                    what,
                    format!("the role {role}"),
                )?;
            }
        }
        Ok(())
    }

    fn check_policies(&self) -> Checked {
        for (kept, policy) in &self.policies {
            let what = format!("the policy {}", policy.arn);
            in_place(kept, &policy.name.to_lowercase(), "the policy")?;
            let version = policy.default;
            there(
                policy.versions.contains_key(&version),
                &what,
                format!("version {version} as its default"),
            )?;
            let newest = policy.versions.keys().next_back();
            possible(
                newest.is_some_and(|newest| *newest <= policy.last),
                format!("{what} has a version that it has not made yet"),
            )?;
        }
        Ok(())
    }

    fn check_user(&self, id: &str, what: &str) -> Checked {
        there(
            self.user_by_id(id).is_some(),
            what,
            format!("the user {id}"),
        )
    }
}
