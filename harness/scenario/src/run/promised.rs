//! `promised`: nobody is judged by another's promise.

use rolecall_providers::Provider;

use crate::language::Scenario;
use crate::outcome::Outcome;

/// What is said of a scenario about a promise that `provider` has not made; `None` if it has made all.
pub(super) fn unpromised(scenario: &Scenario, provider: &dyn Provider) -> Option<Outcome> {
    let mut promised = scenario.promised.iter();
    promised.find_map(|(name, wanted)| {
        let made = provider.promise(name);
        if made == Some(wanted.value.as_str()) {
            return None;
        }
        let instead = made.map_or_else(
            || "says nothing of that".to_owned(),
            |made| format!("says {made}"),
        );
        let why = format!(
            "it is about the promise `{name} = {wanted}`, and its own documentation {instead}"
        );
        Some(Outcome::NotApplicable(why))
    })
}

#[cfg(test)]
mod tests {
    use rolecall_providers::AwsConfig;

    use super::*;

    fn of(wanted: &[(&str, &str)]) -> Scenario {
        let wanted = wanted.iter();
        let promised = wanted.map(|(name, value)| ((*name).to_owned(), (*value).into()));
        Scenario {
            promised: promised.collect(),
            ..Scenario::default()
        }
    }

    #[test]
    fn only_who_has_promised_all_of_it_is_judged() {
        let provider = AwsConfig::new();
        let said = |promises: &[(&str, &str)]| unpromised(&of(promises), &provider);
        assert_eq!(said(&[]), None);
        assert_eq!(said(&[("refresh_before", "10s")]), None);
        let other = said(&[("refresh_before", "15m")]).unwrap();
        let why =
            "it is about the promise `refresh_before = 15m`, and its own documentation says 10s";
        assert_eq!(other, Outcome::NotApplicable(why.to_owned()));
        let both = said(&[
            ("refresh_before", "10s"),
            ("refresh_mandatory_before", "10m"),
        ])
        .unwrap();
        let why = "it is about the promise `refresh_mandatory_before = 10m`, \
                   and its own documentation says nothing of that";
        assert_eq!(both, Outcome::NotApplicable(why.to_owned()));
    }
}
