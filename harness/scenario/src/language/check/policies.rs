//! Policy documents: JSON within TOML.

use super::checker::{Checker, place_of};
use crate::language::at::{At, Span};
use crate::language::model::{Action, Guardrails, Trust};
use crate::language::vocabulary::PolicyKind;

pub(super) fn check(checker: &Checker<'_>) {
    let world = &checker.scenario.world;
    for (name, user) in &world.users {
        for (policy, document) in &user.value.inline {
            let place = format!("user `{name}`: policy `{policy}`");
            document_at(checker, &place, PolicyKind::Identity, document);
        }
    }
    if let Some(organization) = &world.organization {
        guardrails(checker, "organization", &organization.value.guardrails);
    }
    for (name, account) in &world.accounts {
        guardrails(
            checker,
            &format!("account `{name}`"),
            &account.value.guardrails,
        );
    }
    for (name, role) in &world.roles {
        if let Trust::Policy(json) = &role.value.trust.value {
            let document = At::new(json.clone(), role.value.trust.span.clone());
            let place = format!("role `{name}`: trust policy");
            document_at(checker, &place, PolicyKind::Trust, &document);
        }
        for (policy, document) in &role.value.inline {
            let place = format!("role `{name}`: policy `{policy}`");
            document_at(checker, &place, PolicyKind::Identity, document);
        }
    }
    for (portal, said) in &world.sso {
        for (name, role) in &said.value.roles {
            for (policy, document) in &role.value.inline {
                let place = format!("role `{name}` of portal `{portal}`: policy `{policy}`");
                document_at(checker, &place, PolicyKind::Identity, document);
            }
        }
    }
    for (name, bucket) in &world.bucket_tables {
        if let Some(document) = &bucket.value.policy {
            let place = format!("bucket `{name}`: policy");
            document_at(checker, &place, PolicyKind::Resource, document);
        }
    }
    for step in &checker.scenario.steps {
        if let Some(Action::PutPolicy(put)) = step.act.value.action() {
            let place = format!("{}: policy `{}`", place_of(step), put.name);
            document_at(checker, &place, PolicyKind::Identity, &put.document);
        }
    }
}

fn guardrails(checker: &Checker<'_>, place: &str, guardrails: &Guardrails) {
    for (kind, policies) in [
        (PolicyKind::ServiceControl, &guardrails.scp),
        (PolicyKind::ResourceControl, &guardrails.rcp),
    ] {
        for (policy, document) in policies {
            let place = format!("{place}: policy `{policy}`");
            document_at(checker, &place, kind, document);
        }
    }
}

fn document_at(checker: &Checker<'_>, place: &str, kind: PolicyKind, document: &At<String>) {
    let Err(problem) = checker.vocabulary.check_policy(kind, &document.value) else {
        return;
    };
    let text = &checker.reader.source().text;
    let span = within(text, document, problem.line, problem.column)
        .unwrap_or_else(|| document.span.clone());
    let report = checker
        .reader
        .problem(place, &problem.message, &span, "here")
        .with_help(problem.help);
    checker.reader.report(report);
}

/// Where a line and a column of `document` are in the file; `None` when the file does not have the
/// document word for word, as when it has escapes.
fn within(text: &str, document: &At<String>, line: usize, column: usize) -> Option<Span> {
    let json = document.value.as_str();
    let raw = text.get(document.span.clone())?;
    let start = document.span.start + raw.find(json)?;
    let line_start = line_start(json, line.checked_sub(1)?)?;
    let wanted = line_start + column.checked_sub(1)?;
    // What is missing at the end is shown at the last thing there is.
    let last = json.trim_end().char_indices().next_back()?.0;
    let offset = json.floor_char_boundary(wanted.min(last));
    let token = token_length(&json[offset..]);
    Some(start + offset..start + offset + token)
}

/// The offset of a line, counted from zero.
fn line_start(json: &str, line: usize) -> Option<usize> {
    if line == 0 {
        return Some(0);
    }
    json.match_indices('\n')
        .nth(line - 1)
        .map(|(newline, _)| newline + 1)
}

/// How many bytes to underline: a string, a word, or a single character.
fn token_length(rest: &str) -> usize {
    let mut letters = rest.char_indices();
    let Some((_, first)) = letters.next() else {
        return 0;
    };
    let end = match first {
        '"' => letters
            .find(|(_, letter)| matches!(letter, '"' | '\n'))
            .map(|(index, _)| index + 1),
        _ if first.is_alphanumeric() => letters
            .find(|(_, letter)| !letter.is_alphanumeric())
            .map(|(index, _)| index),
        _ => Some(first.len_utf8()),
    };
    end.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, json: &str, line: usize, column: usize) -> Option<String> {
        let start = text.find('\'').unwrap();
        let document = At::new(json.to_owned(), start..text.len());
        within(text, &document, line, column).map(|span| text[span].to_owned())
    }

    #[test]
    fn a_place_in_the_document_is_a_place_in_the_file() {
        let text = "policy = '''\n{\n  \"Efect\": Allow\n}'''";
        let json = "{\n  \"Efect\": Allow\n}";
        assert_eq!(shown(text, json, 2, 3).as_deref(), Some("\"Efect\""));
        assert_eq!(shown(text, json, 2, 12).as_deref(), Some("Allow"));
        assert_eq!(shown(text, json, 3, 99).as_deref(), Some("}"));
        assert_eq!(shown(text, json, 9, 1), None);
        assert_eq!(shown(text, json, 0, 0), None);
        assert_eq!(shown(text, "{\t}", 1, 1), None);
    }
}
