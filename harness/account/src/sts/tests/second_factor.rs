//! Multi-factor authentication.

use super::{ACCOUNT, Lab, admin, told, trusting};
use crate::iam::CreateVirtualMfaDevice;
use crate::instant::SimInstant;
use crate::operation::Operation;
use crate::session::Session;
use crate::sts::{AssumeRole, SecondFactor};
use crate::testing::{MINUTE, SECOND, policy, start};

const SERIAL: &str = "arn:aws:iam::111122223333:mfa/ann";

/// Ann with a device, and a role that wants a second factor as the condition says; and when no code
/// has been used up yet.
fn lab(condition: &str) -> (Lab, SimInstant) {
    let ann = format!("arn:aws:iam::{ACCOUNT}:user/ann");
    let condition = format!(r#", "Condition": {condition}"#);
    let mut lab = Lab::new(trusting(&ann, &condition), &[policy("Allow", "*")]);
    let request = CreateVirtualMfaDevice {
        name: "ann".to_owned(),
        ..CreateVirtualMfaDevice::default()
    };
    let mut operator = lab.world.operator(start());
    operator.create_virtual_mfa_device(&request).unwrap();
    let later = start() + 30 * SECOND;
    let codes = [code(&mut lab, start()), code(&mut lab, later)];
    let codes = [codes[0].as_str(), codes[1].as_str()];
    let mut operator = lab.world.operator(later);
    operator.enable_mfa_device("ann", SERIAL, codes).unwrap();
    (lab, later + 2 * MINUTE)
}

fn code(lab: &mut Lab, now: SimInstant) -> String {
    let shown = lab.world.mfa_code(now, SERIAL).unwrap();
    shown.code.expose().to_owned()
}

fn factor(serial: &str, code: &str) -> SecondFactor {
    SecondFactor {
        serial_number: Some(serial.to_owned()),
        token_code: Some(code.to_owned()),
    }
}

const PRESENT: &str = r#"{"Bool": {"aws:MultiFactorAuthPresent": "true"}}"#;

// policy.context.mfa, sts.mfa.code-refused
#[test]
fn a_role_asks_for_a_second_factor_and_each_code_is_good_once() {
    let (mut lab, now) = lab(PRESENT);
    let ann = lab.ann.clone();
    let good = code(&mut lab, now);
    let mut ask = |second_factor| {
        let request = AssumeRole {
            second_factor,
            ..admin()
        };
        lab.world.sts_assume_role(now, &ann, &request)
    };
    let missing = told(ask(SecondFactor::default()));
    assert!(missing.2.contains("because no role trust policy allows"));
    let wrong = told(ask(factor(SERIAL, "000000")));
    let message = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
    assert_eq!(wrong, ("AccessDenied", 403, message.to_owned()));
    let session = ask(factor(SERIAL, &good)).unwrap().session;
    assert_eq!(session.context.mfa_at, None, "sts.mfa.not-in-role-sessions");
    assert_eq!(told(ask(factor(SERIAL, &good))).2, message, "a second time");
    let theirs = told(ask(factor("arn:aws:iam::111122223333:mfa/bob", &good)));
    assert!(
        theirs.2.contains("unable to validate MFA code"),
        "{theirs:?}"
    );
    let half = told(ask(SecondFactor {
        token_code: None,
        ..factor(SERIAL, &good)
    }));
    assert!(half.2.contains("must provide both"), "{half:?}");
}

// sts.mfa.parameter-forms
#[test]
fn a_code_has_six_digits() {
    let (mut lab, _) = lab(PRESENT);
    for (serial, code, named) in [
        (SERIAL, "12345", "tokenCode"),
        (SERIAL, "12345a", "tokenCode"),
        ("device", "123456", "serialNumber"),
    ] {
        let refused = told(lab.by_ann(AssumeRole {
            second_factor: factor(serial, code),
            ..admin()
        }));
        assert_eq!(refused.0, "ValidationError");
        assert!(refused.2.contains(&format!("at '{named}'")), "{refused:?}");
    }
}

fn use_for(session: &Session, operation: Operation) -> Result<(), &'static str> {
    session.check_use(operation).map_err(|error| error.code())
}

// policy.context.mfa, sts.session-token.not-for-iam, sts.session-token.not-for-sts
#[test]
fn a_users_session_remembers_the_factor() {
    let recent = r#"{"NumericLessThan": {"aws:MultiFactorAuthAge": "600"}}"#;
    let (mut lab, now) = lab(recent);
    let ann = lab.ann.clone();
    let good = code(&mut lab, now);
    let session = lab
        .world
        .sts_get_session_token_with(now, &ann, None, &factor(SERIAL, &good))
        .unwrap();
    assert_eq!(session.context.mfa_at, Some(now));
    let mut assumes = |at| lab.world.sts_assume_role(at, &session, &admin()).is_ok();
    assert!(assumes(now + 9 * MINUTE));
    assert!(!assumes(now + 10 * MINUTE));
    let plain = lab.world.sts_get_session_token(now, &ann, None).unwrap();
    assert!(lab.world.sts_assume_role(now, &plain, &admin()).is_err());

    assert_eq!(use_for(&session, Operation::CreateUser), Ok(()));
    assert_eq!(
        use_for(&plain, Operation::CreateUser),
        Err("InvalidClientTokenId")
    );
    assert_eq!(use_for(&plain, Operation::PutObject), Ok(()));
    for (operation, taken) in [
        (Operation::StsAssumeRole, Ok(())),
        (Operation::StsGetCallerIdentity, Ok(())),
        (Operation::StsGetSessionToken, Err("AccessDenied")),
        (Operation::StsGetFederationToken, Err("AccessDenied")),
        (Operation::StsGetAccessKeyInfo, Err("AccessDenied")),
    ] {
        assert_eq!(use_for(&session, operation), taken, "{operation}");
    }
}
