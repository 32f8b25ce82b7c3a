//! `preview`: a rule set that is announced fails nobody but who promises to keep it.

use rolecall_providers::Provider;

use crate::check::Difference;
use crate::language::{Expect, Preview, RuleSet, Scenario};
use crate::outcome::Outcome;

/// The preview that `scenario` shows of `provider`; `None` if it is judged like any other.
pub(super) fn shown_of(scenario: &Scenario, provider: &dyn Provider) -> Option<Preview> {
    let preview = scenario.preview.as_ref()?.value;
    let promised = provider.promise(promise_of(preview));
    (promised != Some("true")).then_some(preview)
}

/// The promise, in `[promises]` of `provider.toml`, of who keeps a rule set: `{ value = "true", … }`.
const fn promise_of(preview: Preview) -> &'static str {
    match preview {
        Preview::Refresh2026 => "refresh_2026",
    }
}

/// What is shown of a step in which something was not as `preview` has it: whether the provider does
/// as releases before it did.
pub(super) fn differing(preview: Preview, legacy: &[Difference]) -> Outcome {
    let why = format!("its own documentation does not promise `{preview}`, a preview");
    match legacy.first() {
        None => Outcome::NotYet(why),
        Some(Difference { expected, actual }) => Outcome::Differs(format!(
            "{why}; nor does it do as releases before that: expected {expected}, actual {actual}"
        )),
    }
}

/// What is made of a scenario in which what it is about did not happen: who does not do what a preview
/// announces does not meet it, either.
pub(super) fn missed(preview: Option<Preview>, why: String) -> Outcome {
    match preview {
        None => Outcome::Inconclusive(why),
        Some(_) => Outcome::NotYet(why),
    }
}

/// What releases before did, as far as the step says.
pub(super) fn legacy<'e>(expects: &[&'e Expect]) -> impl Iterator<Item = &'e Expect> {
    let said = expects
        .iter()
        .filter_map(|expect| expect.under.get(&RuleSet::Legacy));
    said.map(|at| &at.value).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use rolecall_providers::AwsConfig;

    use super::*;

    #[test]
    fn who_has_not_promised_a_preview_is_shown_it() {
        let provider = AwsConfig::new();
        let plain = Scenario::default();
        assert_eq!(shown_of(&plain, &provider), None);
        let preview = Scenario {
            preview: Some(Preview::Refresh2026.into()),
            ..plain
        };
        let shown = shown_of(&preview, &provider);
        assert_eq!(shown, Some(Preview::Refresh2026));
    }

    #[test]
    fn neither_the_new_way_nor_the_old_one_is_a_difference() {
        let not_yet = differing(Preview::Refresh2026, &[]);
        let why = "its own documentation does not promise `refresh-2026`, a preview";
        assert_eq!(not_yet, Outcome::NotYet(why.to_owned()));
        let neither = Difference {
            expected: "asked: 0".to_owned(),
            actual: "3".to_owned(),
        };
        let differs = differing(Preview::Refresh2026, &[neither]);
        assert!(matches!(differs, Outcome::Differs(why) if why.ends_with("asked: 0, actual 3")));
    }
}
