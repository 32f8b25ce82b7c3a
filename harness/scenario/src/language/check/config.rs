//! `config-profile.NAME`.

use super::checker::Checker;
use super::names::Noun;
use crate::language::at::At;
use crate::language::model::ConfigProfile;

pub(super) fn check(checker: &Checker<'_>) {
    for (name, profile) in &checker.scenario.world.config_profiles {
        let place = format!("profile `{name}` of the configuration files");
        let said = &profile.value;
        checker.known_if_any(&place, Noun::Role, said.role.as_ref());
        checker.known_if_any(&place, Noun::User, said.user.as_ref());
        checker.known_if_any(&place, Noun::ConfigProfile, said.source_profile.as_ref());
        of_a_role(checker, &place, said);
        lines(checker, &place, name, profile);
    }
    for (name, app) in &checker.scenario.apps {
        let place = format!("app `{name}`");
        checker.known_if_any(&place, Noun::ConfigProfile, app.value.profile.as_ref());
    }
}

/// Without a role to assume these say nothing.
fn of_a_role(checker: &Checker<'_>, place: &str, said: &ConfigProfile) {
    if said.role.is_some() {
        return;
    }
    let spans = [
        ("source-profile", span(said.source_profile.as_ref())),
        ("credential-source", span(said.credential_source.as_ref())),
        ("session-name", span(said.session_name.as_ref())),
        ("external-id", span(said.external_id.as_ref())),
        ("duration", span(said.duration.as_ref())),
        (
            "web-identity-token-file",
            span(said.web_identity_token_file.as_ref()),
        ),
    ];
    for (key, found) in spans {
        if let Some(found) = found {
            let message = format!("`{key}` without `role`");
            checker.complain(place, &message, &found, "of no role", "add `role = ...`");
        }
    }
}

fn span<T>(at: Option<&At<T>>) -> Option<crate::language::Span> {
    at.map(|at| at.span.clone())
}

/// What stands in the file as it is must not begin another line, and a name must not end the section.
fn lines(checker: &Checker<'_>, place: &str, name: &str, profile: &At<ConfigProfile>) {
    let said = &profile.value;
    if name.is_empty() || name.contains([']', '\n', '\r']) {
        checker.complain(
            place,
            "no name of a profile",
            &profile.span,
            "it would end the line",
            "choose one without `]` and line breaks",
        );
    }
    let texts = [
        said.session_name.as_ref(),
        said.external_id.as_ref(),
        said.credential_process.as_ref(),
        said.web_identity_token_file.as_ref(),
    ];
    for text in texts.into_iter().flatten().chain(said.settings.values()) {
        if text.value.contains(['\n', '\r']) {
            let help = "the file has a line for each setting: leave the line break out";
            checker.complain(place, "a line break", &text.span, "more than a line", help);
        }
    }
}
