//! Virtual MFA devices.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rolecall_account::{CreateVirtualMfaDevice, MfaAssignment, Operation, World};

use super::page;
use super::qr;
use super::shape::{account, answered, asked_tags, asked_word, date, member, owned, tags, text};
use super::users;
use crate::query::{Answered, Call, QueryError, Row};
use crate::xml::Element;

pub(super) const ROWS: &[Row] = &[
    (Operation::CreateVirtualMFADevice, create_virtual_mfa_device),
    (Operation::EnableMFADevice, enable_mfa_device),
    (Operation::ListMFADevices, list_mfa_devices),
    (Operation::ListVirtualMFADevices, list_virtual_mfa_devices),
    (Operation::DeactivateMFADevice, deactivate_mfa_device),
    (Operation::DeleteVirtualMFADevice, delete_virtual_mfa_device),
    (Operation::ResyncMFADevice, resync_mfa_device),
];

const SERIAL: &str = "SerialNumber";

fn create_virtual_mfa_device(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let name = call.parameters.required("VirtualMFADeviceName")?;
    let request = CreateVirtualMfaDevice {
        name: name.to_owned(),
        path: owned(call, "Path"),
        tags: asked_tags(call)?,
    };
    let mut account = account(world, call);
    let device = account.create_virtual_mfa_device(&request)?;
    // iam.mfa.seed-once: base32 in base64, and a picture of it.
    let picture = qr::png(&otpauth(
        name,
        &call.caller.identity.account,
        device.seed.expose(),
    ));
    let mut members = vec![
        text(SERIAL, device.serial),
        text("Base32StringSeed", STANDARD.encode(device.seed.expose())),
    ];
    let picture = picture.map(|png| text("QRCodePNG", STANDARD.encode(png)));
    members.extend(picture);
    members.extend(tags(&device.tags));
    let shown = Element::Parent("VirtualMFADevice", members);
    Ok(answered(&account, vec![shown]))
}

/// `iam.mfa.qr-code`.
fn otpauth(name: &str, account: &str, seed: &str) -> String {
    format!("otpauth://totp/{name}@{account}?secret={seed}")
}

fn codes<'a>(call: &'a Call<'_>) -> Result<[&'a str; 2], QueryError> {
    Ok([
        call.parameters.required("AuthenticationCode1")?,
        call.parameters.required("AuthenticationCode2")?,
    ])
}

fn enable_mfa_device(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let user = call.parameters.required("UserName")?;
    let serial = call.parameters.required(SERIAL)?;
    let mut account = account(world, call);
    account.enable_mfa_device(user, serial, codes(call)?)?;
    Ok(Answered::nothing(&account))
}

fn list_mfa_devices(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let (user, devices) = account.list_mfa_devices(call.parameters.text("UserName"), &asked)?;
    let told = page::told("MFADevices", devices, |device| {
        let mut members = vec![
            text("UserName", user.name.as_str()),
            text(SERIAL, device.serial),
        ];
        let since = device.enabled.map(|enabled| enabled.at);
        members.extend(since.map(|at| date("EnableDate", at)));
        member(members)
    });
    Ok(answered(&account, told))
}

fn list_virtual_mfa_devices(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let assignment = asked_word(call, "AssignmentStatus", MfaAssignment::parse)?;
    let asked = page::asked(call)?;
    let mut account = account(world, call);
    let devices = account.list_virtual_mfa_devices(assignment.unwrap_or_default(), &asked)?;
    let told = page::told("VirtualMFADevices", devices, |(device, owner)| {
        let mut members = vec![text(SERIAL, device.serial)];
        members.extend(owner.map(|user| Element::Parent("User", users::listed(&user))));
        let since = device.enabled.map(|enabled| enabled.at);
        members.extend(since.map(|at| date("EnableDate", at)));
        member(members)
    });
    Ok(answered(&account, told))
}

fn deactivate_mfa_device(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let serial = call.parameters.required(SERIAL)?;
    let mut account = account(world, call);
    account.deactivate_mfa_device(call.parameters.text("UserName"), serial)?;
    Ok(Answered::nothing(&account))
}

fn delete_virtual_mfa_device(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let serial = call.parameters.required(SERIAL)?;
    let mut account = account(world, call);
    account.delete_virtual_mfa_device(serial)?;
    Ok(Answered::nothing(&account))
}

fn resync_mfa_device(world: &mut World, call: &Call<'_>) -> Result<Answered, QueryError> {
    let user = call.parameters.required("UserName")?;
    let serial = call.parameters.required(SERIAL)?;
    let mut account = account(world, call);
    account.resync_mfa_device(user, serial, codes(call)?)?;
    Ok(Answered::nothing(&account))
}
