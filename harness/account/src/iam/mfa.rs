//! Virtual MFA devices: second factors that make their codes from a seed and the time.

use serde::{Deserialize, Serialize};

use super::error::IamError;
use super::managed::word;
use super::names::{self, check_name};
use super::page::{Page, PageRequest};
use super::quotas::room;
use super::role::Iam;
use super::tags::{self, Tag, Tags};
use super::totp;
use super::user::User;
use crate::control_plane::ControlPlane;
use crate::id;
use crate::instant::SimInstant;
use crate::operation::Operation;
use crate::policy::Context;
use crate::secret::Secret;
use crate::session::Identity;
use crate::stored;
use crate::world::World;

/// How many devices a user may have (`iam.mfa.per-user`).
const DEVICES_PER_USER_MAX: usize = 8;

/// `iam.names.form`, as long as a serial number leaves room for; AWS documents no length.
const NAME_MAX: usize = 226;

/// Steps before and after the present one of which a code is still accepted
/// (`iam.mfa.window`).
const WINDOW: u64 = 1;

/// How far a device may have drifted for a resynchronisation to find it again, in steps: ten
/// minutes (`iam.mfa.resync`).
const DRIFT_MAX: u64 = 20;

/// A virtual MFA device.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MfaDevice {
    /// `arn:aws:iam::ACCOUNT:mfa/NAME`.
    pub serial: String,
    /// 64 characters of base32.
    #[serde(with = "stored::exposed")]
    pub seed: Secret,
    /// Its tags.
    pub tags: Tags,
    /// Whose it is; `None` until somebody enables it.
    pub enabled: Option<MfaEnabled>,
    /// The step of the last code that was accepted: none up to it is accepted again.
    spent: Option<u64>,
    /// How many steps its clock is ahead of the world's.
    drift: i64,
}

/// A device's owner.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MfaEnabled {
    /// The unique id of the user.
    pub user_id: String,
    /// Since when.
    pub at: SimInstant,
}

/// What a device shows.
#[derive(Clone, Debug)]
pub struct MfaCode {
    /// The device.
    pub serial: String,
    /// Six digits.
    pub code: Secret,
    /// The six digits after those.
    pub next: Secret,
    /// When the next ones take their place.
    pub until: SimInstant,
    /// Whether the code was used, so that it is refused now.
    pub spent: bool,
}

/// What `CreateVirtualMFADevice` takes.
#[derive(Clone, Debug, Default)]
pub struct CreateVirtualMfaDevice {
    /// The name.
    pub name: String,
    /// `/` if it is not said.
    pub path: Option<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// Which devices to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MfaAssignment {
    /// Those that somebody has enabled.
    Assigned,
    /// Those that nobody has.
    Unassigned,
    /// All.
    #[default]
    Any,
}

/// Why a code says nothing. Both are `AccessDenied` to whoever asks STS (`iam.mfa.code-refused`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MfaRefusal {
    /// The caller has no such device.
    #[error(
        "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user."
    )]
    NotTheirs,
    /// Not a code of this time, or one that was used before.
    #[error("MultiFactorAuthentication failed with invalid MFA one time pass code. ")]
    InvalidCode,
}

/// Why there is no code to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoMfaCode {
    /// Nothing goes by that name.
    #[error(
        "no virtual MFA device has the serial number `{name}`, and no user of that name has one"
    )]
    NoDevice {
        /// What was asked for.
        name: String,
        /// The serial numbers that there are.
        known: Vec<String>,
    },
    /// It is not clear which is meant.
    #[error("`{user}` has several MFA devices: {}; name one by its serial number", serials.join(", "))]
    Several {
        /// The user.
        user: String,
        /// Their devices.
        serials: Vec<String>,
    },
}

impl MfaAssignment {
    /// As requests say it: `Assigned`, `Unassigned` or `Any`.
    ///
    /// # Errors
    /// Any other word.
    pub fn parse(text: &str) -> Result<Self, IamError> {
        let words = [
            ("Assigned", Self::Assigned),
            ("Unassigned", Self::Unassigned),
            ("Any", Self::Any),
        ];
        word("assignmentStatus", text, &words)
    }
}

impl MfaDevice {
    fn bytes(&self) -> Vec<u8> {
        totp::seed_bytes(self.seed.expose())
    }

    /// The step that its clock is at.
    fn counter(&self, now: SimInstant) -> u64 {
        totp::counter_at(now).saturating_add_signed(self.drift)
    }

    fn fresh(&self, counter: u64) -> bool {
        self.spent.is_none_or(|spent| counter > spent)
    }

    /// Takes a code once (`iam.mfa.once`).
    fn accept(&mut self, now: SimInstant, code: &str) -> bool {
        let (seed, present) = (self.bytes(), self.counter(now));
        let mut steps = present.saturating_sub(WINDOW)..=present + WINDOW;
        let step = steps.find(|&step| self.fresh(step) && totp::code(&seed, step) == code);
        self.spent = step.or(self.spent);
        step.is_some()
    }

    /// Takes two codes of which the second follows the first. Whoever reads them off a device has
    /// waited for the second.
    fn accept_both(&mut self, now: SimInstant, first: &str, second: &str, reach: u64) -> bool {
        let (seed, present) = (self.bytes(), totp::counter_at(now));
        let mut steps = present.saturating_sub(reach + 1)..=present + reach;
        let step = steps.find(|&step| {
            self.fresh(step)
                && totp::code(&seed, step) == first
                && totp::code(&seed, step + 1) == second
        });
        let Some(step) = step else { return false };
        self.spent = Some(step + 1);
        self.drift = drift(present, step + 1);
        true
    }

    fn shown(&self, now: SimInstant) -> MfaCode {
        let (seed, present) = (self.bytes(), self.counter(now));
        let over = totp::STEP_MILLIS - now.epoch_millis().rem_euclid(totp::STEP_MILLIS);
        MfaCode {
            serial: self.serial.clone(),
            code: Secret::new(totp::code(&seed, present)),
            next: Secret::new(totp::code(&seed, present + 1)),
            until: now + std::time::Duration::from_millis(over.unsigned_abs()),
            spent: !self.fresh(present),
        }
    }

    fn is_of(&self, user_id: &str) -> bool {
        let enabled = self.enabled.as_ref();
        enabled.is_some_and(|enabled| enabled.user_id == user_id)
    }
}

/// Within the window a device counts as being on time.
fn drift(present: u64, shown: u64) -> i64 {
    let ahead = shown.cast_signed() - present.cast_signed();
    if ahead.unsigned_abs() <= WINDOW {
        0
    } else {
        ahead
    }
}

fn no_device(serial: &str) -> IamError {
    IamError::NoSuch(format!(
        "VirtualMFADevice with serial number {serial} does not exist."
    ))
}

impl Iam {
    /// Those that a user has enabled, in the order of their serial numbers.
    pub(crate) fn mfa_of<'a>(&'a self, user_id: &'a str) -> impl Iterator<Item = &'a MfaDevice> {
        let devices = self.mfa_devices.values();
        devices.filter(move |device| device.is_of(user_id))
    }

    pub(super) fn mfa_device(&self, serial: &str) -> Result<&MfaDevice, IamError> {
        let device = self.mfa_devices.get(serial);
        device.ok_or_else(|| no_device(serial))
    }

    pub(super) fn mfa_device_mut(&mut self, serial: &str) -> Result<&mut MfaDevice, IamError> {
        let device = self.mfa_devices.get_mut(serial);
        device.ok_or_else(|| no_device(serial))
    }

    /// The device, if that user has enabled it.
    fn enabled_mfa(&mut self, user_id: &str, serial: &str) -> Result<&mut MfaDevice, IamError> {
        let device = self.mfa_devices.get_mut(serial);
        let device = device.filter(|device| device.is_of(user_id));
        device.ok_or_else(|| IamError::NoSuch("MFA Device invalid for user.".to_owned()))
    }
}

impl ControlPlane<'_> {
    /// Makes a device, which nobody has yet; answers it with its seed.
    ///
    /// # Errors
    /// Denied; a name or path that is malformed or taken.
    pub fn create_virtual_mfa_device(
        &mut self,
        request: &CreateVirtualMfaDevice,
    ) -> Result<MfaDevice, IamError> {
        check_name("virtualMFADeviceName", &request.name, NAME_MAX)?;
        let path = request.path.as_deref().unwrap_or(names::PATH_DEFAULT);
        names::check_path(path)?;
        let serial = names::arn(&self.account, "mfa", path, &request.name);
        let own = tags::request_context(&request.tags, Context::new());
        self.authorize(Operation::CreateVirtualMFADevice, &serial, &own)?;
        let mut tags = Tags::of_resource();
        tags.put(&request.tags)?;
        if self.iam().mfa_devices.contains_key(&serial) {
            let message = "MFADevice entity at the same path and name already exists.";
            return Err(IamError::Exists(message.to_owned()));
        }
        self.iam_mut().made += 1;
        let label = format!("{serial}/{}", self.iam().made);
        let device = MfaDevice {
            seed: Secret::new(id::mfa_seed(&self.world.entropy, &label)),
            serial: serial.clone(),
            tags,
            enabled: None,
            spent: None,
            drift: 0,
        };
        self.done(Operation::CreateVirtualMFADevice, &serial);
        self.iam_mut().mfa_devices.insert(serial, device.clone());
        Ok(device)
    }

    /// Gives a device to a user who has read two codes off it, one after the other
    /// (`iam.mfa.two-codes`).
    ///
    /// # Errors
    /// Denied; no such user or device; it is somebody's already; the user has as many as one may;
    /// the codes are not its next two.
    pub fn enable_mfa_device(
        &mut self,
        user: &str,
        serial: &str,
        codes: [&str; 2],
    ) -> Result<(), IamError> {
        self.ask_user(Operation::EnableMFADevice, user, Context::new())?;
        let user_id = self.iam().user(user)?.id.clone();
        let has = self.iam().mfa_of(&user_id).count();
        let now = self.now;
        let device = self.iam_mut().mfa_device_mut(serial)?;
        if device.enabled.is_some() {
            let message = "MFA Device is already in use.";
            return Err(IamError::Exists(message.to_owned()));
        }
        room("MFADevicesPerUser", has, DEVICES_PER_USER_MAX)?;
        if !device.accept_both(now, codes[0], codes[1], WINDOW) {
            return Err(IamError::InvalidAuthenticationCode);
        }
        device.enabled = Some(MfaEnabled { user_id, at: now });
        self.done(Operation::EnableMFADevice, &format!("{user} {serial}"));
        Ok(())
    }

    /// The devices of a user, or of the caller.
    ///
    /// # Errors
    /// Denied; no such user; a page that cannot be.
    pub fn list_mfa_devices(
        &mut self,
        user: Option<&str>,
        page: &PageRequest,
    ) -> Result<(User, Page<MfaDevice>), IamError> {
        let user = self.user_or_caller(user)?;
        self.ask_user(Operation::ListMFADevices, &user, Context::new())?;
        let user = self.iam().user(&user)?;
        let devices = self.iam().mfa_of(&user.id);
        let all = devices.map(|device| (device.serial.clone(), device.clone()));
        let page = page.cut(&format!("devices {}", user.arn), all)?;
        Ok((user.clone(), page))
    }

    /// All devices of the account, with their owners.
    ///
    /// # Errors
    /// Denied; a page that cannot be.
    pub fn list_virtual_mfa_devices(
        &mut self,
        assignment: MfaAssignment,
        page: &PageRequest,
    ) -> Result<Page<(MfaDevice, Option<User>)>, IamError> {
        self.authorize(Operation::ListVirtualMFADevices, "*", &Context::new())?;
        let devices = self.iam().mfa_devices.values();
        let wanted = devices.filter(|device| match assignment {
            MfaAssignment::Assigned => device.enabled.is_some(),
            MfaAssignment::Unassigned => device.enabled.is_none(),
            MfaAssignment::Any => true,
        });
        let owner = |device: &MfaDevice| {
            let enabled = device.enabled.as_ref()?;
            self.iam().user_by_id(&enabled.user_id).cloned()
        };
        let all = wanted.map(|device| (device.serial.clone(), (device.clone(), owner(device))));
        page.cut(&format!("devices {assignment:?}"), all)
    }

    /// Takes a device from its user, who may be the caller.
    ///
    /// # Errors
    /// Denied; no such user, or the device is not theirs.
    pub fn deactivate_mfa_device(
        &mut self,
        user: Option<&str>,
        serial: &str,
    ) -> Result<(), IamError> {
        let user = self.user_or_caller(user)?;
        self.ask_user(Operation::DeactivateMFADevice, &user, Context::new())?;
        let user_id = self.iam().user(&user)?.id.clone();
        self.iam_mut().enabled_mfa(&user_id, serial)?.enabled = None;
        self.done(Operation::DeactivateMFADevice, &format!("{user} {serial}"));
        Ok(())
    }

    /// Deletes a device that nobody has.
    ///
    /// # Errors
    /// Denied; no such device; it is somebody's (`iam.mfa.delete-conflict`).
    pub fn delete_virtual_mfa_device(&mut self, serial: &str) -> Result<(), IamError> {
        self.authorize(Operation::DeleteVirtualMFADevice, serial, &Context::new())?;
        if self.iam().mfa_device(serial)?.enabled.is_some() {
            let what = "deactivate MFA device";
            return Err(IamError::DeleteConflict { what });
        }
        self.iam_mut().mfa_devices.remove(serial);
        self.done(Operation::DeleteVirtualMFADevice, serial);
        Ok(())
    }

    /// Finds out, by two codes, how far a device's clock is from the world's
    /// (`iam.mfa.resync`).
    ///
    /// # Errors
    /// Denied; no such user, or the device is not theirs; the codes are none that follow one
    /// another within ten minutes of now.
    pub fn resync_mfa_device(
        &mut self,
        user: &str,
        serial: &str,
        codes: [&str; 2],
    ) -> Result<(), IamError> {
        self.ask_user(Operation::ResyncMFADevice, user, Context::new())?;
        let user_id = self.iam().user(user)?.id.clone();
        let now = self.now;
        let device = self.iam_mut().enabled_mfa(&user_id, serial)?;
        if !device.accept_both(now, codes[0], codes[1], DRIFT_MAX) {
            return Err(IamError::InvalidAuthenticationCode);
        }
        self.done(Operation::ResyncMFADevice, &format!("{user} {serial}"));
        Ok(())
    }
}

impl World {
    /// Whether the user `holder` may go on with this code of the device `serial`, of theirs. A code
    /// that was accepted is refused from then on (`iam.mfa.once`).
    ///
    /// # Errors
    /// The device is not theirs, or the code is not one of its present ones.
    pub fn check_mfa(
        &mut self,
        now: SimInstant,
        holder: &Identity,
        serial: &str,
        code: &str,
    ) -> Result<(), MfaRefusal> {
        self.advance_to(now);
        let account = self.accounts.get_mut(&holder.account);
        let account = account.ok_or(MfaRefusal::NotTheirs)?;
        let device = account.enabled_mfa(holder.unique_id(), serial);
        let device = device.map_err(|_| MfaRefusal::NotTheirs)?;
        let accepted = device.accept(now, code);
        accepted.then_some(()).ok_or(MfaRefusal::InvalidCode)
    }

    /// What the app of a virtual MFA device shows now: a device by its serial number in any account,
    /// or the one that a user of the first account has enabled.
    ///
    /// # Errors
    /// There is no such device, or the user has several.
    pub fn mfa_code(
        &mut self,
        now: SimInstant,
        serial_or_user: &str,
    ) -> Result<MfaCode, NoMfaCode> {
        self.advance_to(now);
        let mut accounts = self.accounts.iter();
        let by_serial = accounts.find_map(|iam| iam.mfa_devices.get(serial_or_user));
        if let Some(device) = by_serial {
            return Ok(device.shown(now));
        }
        let serials = |iam: &Iam| iam.mfa_devices.keys().cloned().collect::<Vec<_>>();
        let none = || NoMfaCode::NoDevice {
            name: serial_or_user.to_owned(),
            known: self.accounts.iter().flat_map(serials).collect(),
        };
        let iam = self.accounts.get(self.accounts.first()).ok_or_else(none)?;
        let user = iam.user(serial_or_user).map_err(|_| none())?;
        let devices: Vec<_> = iam.mfa_of(&user.id).collect();
        match devices[..] {
            [] => Err(none()),
            [device] => Ok(device.shown(now)),
            _ => Err(NoMfaCode::Several {
                user: user.name.clone(),
                serials: devices.iter().map(|device| device.serial.clone()).collect(),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
