//! Devices, and what their codes are good for.

use super::*;
use crate::iam::CreateUser;
use crate::testing::{SECOND, start, world};

const SERIAL: &str = "arn:aws:iam::111122223333:mfa/ann";

/// With Ann, Bob and a device that nobody has.
fn with_device() -> World {
    let mut world = world();
    for name in ["ann", "bob"] {
        let user = CreateUser {
            name: name.to_owned(),
            ..CreateUser::default()
        };
        world.operator(start()).create_user(user).unwrap();
    }
    let request = CreateVirtualMfaDevice {
        name: "ann".to_owned(),
        ..CreateVirtualMfaDevice::default()
    };
    let device = world.operator(start()).create_virtual_mfa_device(&request);
    assert_eq!(device.unwrap().serial, SERIAL);
    world
}

fn code(world: &mut World, now: SimInstant) -> String {
    let shown = world.mfa_code(now, SERIAL).unwrap();
    shown.code.expose().to_owned()
}

/// Enables it as somebody does who reads two codes off it; at the later one's time.
fn enable(world: &mut World) -> SimInstant {
    let later = start() + 30 * SECOND;
    let codes = [code(world, start()), code(world, later)];
    let codes = [codes[0].as_str(), codes[1].as_str()];
    let enabled = world
        .operator(later)
        .enable_mfa_device("ann", SERIAL, codes);
    enabled.unwrap();
    later
}

fn identity(world: &mut World, user: &str) -> Identity {
    let key = world.operator(start()).create_access_key(user).unwrap();
    key.identity.clone()
}

// iam.mfa.two-codes
#[test]
fn a_device_is_enabled_by_two_codes_that_follow_one_another() {
    let mut world = with_device();
    let code = |world: &mut World, steps: u32| {
        let at = start() + steps * 30 * SECOND;
        world.mfa_code(at, SERIAL).unwrap().code.expose().to_owned()
    };
    let codes: Vec<_> = (0..6).map(|steps| code(&mut world, steps)).collect();
    let now = start() + 90 * SECOND;
    let mut enable = |first: usize, second: usize| {
        let codes = [codes[first].as_str(), codes[second].as_str()];
        let enabled = world.operator(now).enable_mfa_device("ann", SERIAL, codes);
        enabled.map_err(|error| (error.code(), error.status()))
    };
    let refused = Err(("InvalidAuthenticationCode", 403));
    assert_eq!(enable(3, 3), refused, "the same twice");
    assert_eq!(enable(3, 2), refused, "the wrong way round");
    assert_eq!(enable(2, 4), refused, "one left out");
    assert_eq!(enable(0, 1), refused, "long over");
    assert_eq!(enable(2, 3), Ok(()));
    assert_eq!(enable(3, 4), Err(("EntityAlreadyExists", 409)));
}

// iam.mfa.once, iam.mfa.window, iam.mfa.code-refused
#[test]
fn a_code_is_good_once_and_for_a_step_either_way() {
    let mut world = with_device();
    let now = enable(&mut world) + 60 * SECOND;
    let ann = identity(&mut world, "ann");
    let at = |world: &mut World, shown| code(world, shown);
    let early = at(&mut world, now - 30 * SECOND);
    let late = at(&mut world, now + 30 * SECOND);
    let far = at(&mut world, now + 60 * SECOND);
    let present = at(&mut world, now);
    let mut check = |code: &str| world.check_mfa(now, &ann, SERIAL, code);
    assert_eq!(check(&far), Err(MfaRefusal::InvalidCode));
    assert_eq!(check(&early), Ok(()));
    assert_eq!(check(&early), Err(MfaRefusal::InvalidCode), "used");
    assert_eq!(check(&late), Ok(()));
    assert_eq!(check(&present), Err(MfaRefusal::InvalidCode), "passed over");
    let shown = world.mfa_code(now, SERIAL).unwrap();
    assert!(shown.spent);
    assert_eq!(shown.until, now + 30 * SECOND);
    assert!(shown.next.is(&late));
}

// The codes that enabled a device are spent, too.
#[test]
fn the_codes_that_enabled_a_device_are_not_taken_again() {
    let mut world = with_device();
    let now = enable(&mut world);
    let ann = identity(&mut world, "ann");
    let used = code(&mut world, now);
    let again = world.check_mfa(now, &ann, SERIAL, &used);
    assert_eq!(again, Err(MfaRefusal::InvalidCode));
}

// iam.mfa.code-refused
#[test]
fn a_device_serves_its_user_alone() {
    let mut world = with_device();
    let now = enable(&mut world) + 60 * SECOND;
    let (ann, bob) = (identity(&mut world, "ann"), identity(&mut world, "bob"));
    let present = code(&mut world, now);
    let theirs = world.check_mfa(now, &bob, SERIAL, &present);
    assert_eq!(theirs, Err(MfaRefusal::NotTheirs));
    let other = world.check_mfa(now, &ann, "arn:aws:iam::111122223333:mfa/none", &present);
    assert_eq!(other, Err(MfaRefusal::NotTheirs));
    assert_eq!(world.check_mfa(now, &ann, SERIAL, &present), Ok(()));
}

#[test]
fn a_device_is_found_by_its_user() {
    let mut world = with_device();
    let none = world.mfa_code(start(), "ann").unwrap_err();
    let (name, known) = ("ann".to_owned(), vec![SERIAL.to_owned()]);
    assert_eq!(none, NoMfaCode::NoDevice { name, known });
    let now = enable(&mut world);
    let code = world.mfa_code(now, "ann").unwrap();
    assert_eq!(code.serial, SERIAL);
    assert!(!format!("{code:?}").contains(code.code.expose()));
}

// iam.mfa.resync
#[test]
fn a_device_whose_clock_is_off_is_found_again() {
    let mut world = with_device();
    let now = enable(&mut world) + 3600 * SECOND;
    let ann = identity(&mut world, "ann");
    let theirs = now - 300 * SECOND;
    let codes = [
        code(&mut world, theirs),
        code(&mut world, theirs + 30 * SECOND),
    ];
    let refused = world.check_mfa(now, &ann, SERIAL, &codes[1]);
    assert_eq!(refused, Err(MfaRefusal::InvalidCode));
    let both = [codes[0].as_str(), codes[1].as_str()];
    let mut resync = |both| world.operator(now).resync_mfa_device("ann", SERIAL, both);
    assert_eq!(
        resync([both[1], both[0]]).unwrap_err().code(),
        "InvalidAuthenticationCode"
    );
    resync(both).unwrap();
    let third = world.mfa_code(now, SERIAL).unwrap().next;
    let accepted = world.check_mfa(now, &ann, SERIAL, third.expose());
    assert_eq!(accepted, Ok(()));
}

// iam.mfa.delete-conflict
#[test]
fn a_device_is_deleted_when_nobody_has_it() {
    let mut world = with_device();
    let now = enable(&mut world);
    let code = |result: Result<(), IamError>| result.map_err(|error| error.code());
    let mut own = world.operator(now);
    let refused = own.delete_virtual_mfa_device(SERIAL);
    assert_eq!(code(refused), Err("DeleteConflict"));
    let theirs = own.deactivate_mfa_device(Some("bob"), SERIAL);
    assert_eq!(code(theirs), Err("NoSuchEntity"));
    own.deactivate_mfa_device(Some("ann"), SERIAL).unwrap();
    own.delete_virtual_mfa_device(SERIAL).unwrap();
    let again = own.delete_virtual_mfa_device(SERIAL);
    assert_eq!(code(again), Err("NoSuchEntity"));
}
