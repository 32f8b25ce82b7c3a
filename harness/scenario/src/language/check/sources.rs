//! Programs that print credentials, and portals.

use super::checker::{Checker, place_of};
use super::names::Noun;
use super::world::issuing;
use crate::language::at::At;
use crate::language::model::{
    Action, ConfigProfile, Issuer, ProcessOf, Revoke, Revoked, SetProcess, Sso,
};

pub(super) fn check(checker: &Checker<'_>) {
    for (name, portal) in &checker.scenario.world.sso {
        self::portal(checker, name, portal);
    }
    for (name, profile) in &checker.scenario.world.config_profiles {
        let place = format!("profile `{name}` of the configuration files");
        process(checker, &place, &profile.value);
        sso(checker, &place, &profile.value);
    }
    for step in &checker.scenario.steps {
        let place = place_of(step);
        match step.act.value.action() {
            Some(
                Action::Rotate(Issuer::Process(profile))
                | Action::Revoke(Revoke {
                    of: Revoked::Process(profile),
                    ..
                }),
            ) => issues(checker, &place, profile),
            Some(Action::SetProcess(set)) => set_process(checker, &place, set),
            Some(Action::SignIn(portal) | Action::SignOut(portal)) => {
                checker.known(&place, Noun::Sso, portal);
            }
            _ => {}
        }
    }
}

fn process(checker: &Checker<'_>, place: &str, profile: &ConfigProfile) {
    let Some(process) = &profile.process else {
        return;
    };
    match &process.value.of {
        ProcessOf::Role(role) => checker.known(place, Noun::Role, role),
        ProcessOf::User(user) => checker.known(place, Noun::User, user),
    }
    let own = &process.value.issuing;
    issuing(
        checker,
        place,
        own,
        &checker.scenario.world.issuing().with(own),
    );
}

/// A portal and a role of it are said together.
fn sso(checker: &Checker<'_>, place: &str, profile: &ConfigProfile) {
    checker.known_if_any(place, Noun::Sso, profile.sso.as_ref());
    match (&profile.sso, &profile.sso_role) {
        (None, None) => {}
        (Some(sso), None) => checker.complain(
            place,
            "`sso` without `sso-role`",
            &sso.span,
            "for which of its roles?",
            "add `sso-role = ...`",
        ),
        (None, Some(role)) => checker.complain(
            place,
            "`sso-role` without `sso`",
            &role.span,
            "of which portal?",
            "add `sso = ...`",
        ),
        (Some(sso), Some(role)) => {
            let portal = checker.scenario.world.sso.get(&sso.value);
            if let Some(portal) = portal
                && !portal.value.roles.contains_key(&role.value)
            {
                let known = portal.value.roles.keys().map(String::as_str);
                let none = "add `role.NAME` to the portal";
                checker.unknown(place, "role of the portal", role, known, none);
            }
        }
    }
    if let (None, Some(form)) = (&profile.sso, &profile.sso_form) {
        checker.complain(
            place,
            "`sso-form` without `sso`",
            &form.span,
            "of which portal?",
            "add `sso = ...`",
        );
    }
}

fn portal(checker: &Checker<'_>, name: &str, portal: &At<Sso>) {
    let place = format!("portal `{name}`");
    let said = &portal.value;
    let texts = [said.start_url.as_ref(), said.region.as_ref()];
    let breaks = texts.into_iter().flatten();
    let mut breaks = breaks.filter(|text| text.value.contains(['\n', '\r']));
    if name.is_empty() || name.contains([']', '\n', '\r']) {
        checker.complain(
            &place,
            "no name of a portal",
            &portal.span,
            "it would end the line",
            "choose one without `]` and line breaks",
        );
    } else if let Some(text) = breaks.next() {
        let help = "the file has a line for each setting: leave the line break out";
        checker.complain(&place, "a line break", &text.span, "more than a line", help);
    }
    if said.token_lifetime.value.is_zero() {
        lasts(checker, &place, "token-lifetime", &said.token_lifetime);
    }
    for (role, assigned) in &said.roles {
        let place = format!("role `{role}` of portal `{name}`");
        for policy in &assigned.value.policies {
            checker.known(&place, Noun::Managed, policy);
        }
        checker.known_if_any(&place, Noun::Account, assigned.value.account.as_ref());
        if assigned.value.session_duration.value.is_zero() {
            let duration = &assigned.value.session_duration;
            lasts(checker, &place, "session-duration", duration);
        }
    }
}

fn lasts<T>(checker: &Checker<'_>, place: &str, key: &str, at: &At<T>) {
    checker.complain(
        place,
        &format!("`{key}` is zero"),
        &at.span,
        "over when issued",
        "write it as `8h`, `90m`, `3600s` or `1h 30m`",
    );
}

/// The program of the profile, if it has one of the world's.
fn program<'a>(checker: &Checker<'a>, place: &str, profile: &At<String>) -> Option<&'a ProcessOf> {
    checker.known(place, Noun::ConfigProfile, profile);
    let found = checker.scenario.world.config_profiles.get(&profile.value)?;
    if found.value.process.is_none() {
        checker.complain(
            place,
            &format!("profile `{profile}` has no program of the world's"),
            &profile.span,
            "no `process`",
            "give the profile a `process`",
        );
    }
    found
        .value
        .process
        .as_ref()
        .map(|process| &process.value.of)
}

/// A user's key is issued once.
fn issues(checker: &Checker<'_>, place: &str, profile: &At<String>) {
    if let Some(ProcessOf::User(user)) = program(checker, place, profile) {
        checker.complain(
            place,
            &format!("the program of `{profile}` prints the key of a user"),
            &profile.span,
            "it issues no sets",
            &format!("give the program a role in place of `{user}`"),
        );
    }
}

fn set_process(checker: &Checker<'_>, place: &str, set: &SetProcess) {
    program(checker, place, &set.profile);
    if let Some(takes) = &set.takes
        && takes.value > SetProcess::TAKES_MAX
    {
        checker.complain(
            place,
            "`takes` is out of range",
            &takes.span,
            "more than ten seconds, and they are real ones",
            "say `10s` at most",
        );
    }
}
