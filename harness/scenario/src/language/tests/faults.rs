//! The words for faults: those of the fault engine, read as it means them.

use rolecall_endpoints::{Effect, FAULT_WORDS, Fault, Matcher};

use super::account::parse;
use super::render::{refused, steps};
use crate::language::Word;

/// The effect of a fault that says `says`.
fn effect(says: &str) -> Effect {
    let text = steps(&format!(
        "[[fault]]\nname = \"it\"\non = \"imds-token\"\n{says}\n"
    ));
    let text = text.replace("batch", "web");
    let scenario = parse(&text).unwrap_or_else(|bad| panic!("{says}: {bad}"));
    scenario.faults[0].value.effect.value.clone()
}

/// An example shows one form, or two with `or` between them.
fn forms(word: &str, example: &str) -> Vec<String> {
    let mut forms = example.split(", or ");
    let first = forms.next().unwrap().to_owned();
    let others = forms.map(|form| format!("{word} = {form}"));
    std::iter::once(first).chain(others).collect()
}

#[test]
fn every_example_is_read_as_its_word() {
    let mut several = 0;
    for word in FAULT_WORDS {
        let forms = forms(word.word, word.example);
        several += usize::from(forms.len() > 1);
        for form in forms {
            assert_eq!(effect(&form).word(), word.word, "{form}");
        }
    }
    assert_eq!(several, 2, "`delay` and `stall` have two forms");
}

/// What the control routes and the command line are told is what a scenario says.
#[test]
fn a_scenario_and_the_control_routes_speak_of_the_same_effect() {
    for (says, said) in [
        (
            r#"delay = "2s""#,
            r#"{ "delay": { "min": "2s", "max": "2s" } }"#,
        ),
        (
            r#"delay = { min = "1s", max = "3s" }"#,
            r#"{ "delay": { "min": "1s", "max": "3s" } }"#,
        ),
        (
            r#"stall = "in-body""#,
            r#"{ "stall": { "at": "in-body" } }"#,
        ),
        (
            r#"stall = { at = "on-arrival", lasts = "5s" }"#,
            r#"{ "stall": { "at": "on-arrival", "lasts": "5s" } }"#,
        ),
        ("throttle = {}", r#"{ "throttle": {} }"#),
        ("black-hole = true", r#""black-hole""#),
        (
            r#"clock-skew = "-5m""#,
            r#"{ "clock-skew": { "behind": "5m" } }"#,
        ),
        (
            r#"clock-skew = "5m""#,
            r#"{ "clock-skew": { "ahead": "5m" } }"#,
        ),
        (
            r#"redirect = { to = "http://example.com/" }"#,
            r#"{ "redirect": { "to": "http://example.com/" } }"#,
        ),
        (
            r#"answer = { status = 503, headers = { retry-after = "1" } }"#,
            r#"{ "answer": { "status": 503, "headers": { "retry-after": "1" } } }"#,
        ),
    ] {
        let fault = format!(r#"{{ "name": "it", "effect": {said} }}"#);
        let fault: Fault = serde_json::from_str(&fault).unwrap_or_else(|bad| panic!("{bad}"));
        assert_eq!(
            fault,
            Fault::new("it", Matcher::default(), effect(says)),
            "{says}"
        );
    }
}

/// The closed lists are the engine's, in its spelling.
#[test]
fn the_words_for_points_and_expiries_are_the_engines() {
    fn spelt<W: Word + serde::Serialize>() {
        for word in W::ALL {
            assert_eq!(serde_json::json!(word), word.word());
        }
    }
    spelt::<crate::language::Point>();
    spelt::<crate::language::GatePoint>();
    spelt::<crate::language::OddExpiration>();
}

refused! {
    effects_that_cannot_be: steps(r#"
[[fault]]
name = "a word without more to say"
on = "imds-token"
black-hole = false

[[fault]]
name = "points"
on = "imds-token"
stall = { at = "in-bdy" }

[[fault]]
name = "times"
on = "imds-token"
delay = { min = "3s", max = "1s" }

[[fault]]
name = "no redirect"
on = "imds-token"
redirect = { to = "http://example.com/", status = 200 }

[[fault]]
name = "misspelt"
on = "imds-token"
los-reply = true

[[fault]]
name = "expiry"
on = "imds-credentials"
expiration = "pst"

[[fault]]
name = "a key"
on = "imds-token"
throttle = { retry-after = 3 }
"#);
    names_that_nothing_has: steps(r#"
[[fault]]
name = "no such operation"
on = "imds-tokn*"
empty-body = true

[[fault]]
name = "no such place"
on = "imds-*"
other-document = "wbe"

[match.nowhere]
place = "wbe"

[match.no-operation]
operation = "s4-*"

[match.never]
not-before = "2h"
before = "1h"
"#);
    actions_in_flight: steps(r#"
[[step]]
name = "the world acts at once"
begin = { as = "swap", rotate = { instance = "web" } }

[[step]]
name = "not judged yet"
begin = { as = "call", resolve = {} }
expect.issue = 1

[[step]]
name = "the first join"
join = "call"

[[step]]
name = "the second join"
join = "call"
"#);
}
