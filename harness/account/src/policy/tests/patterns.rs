//! Wildcards against a slow but obvious matcher, and against each other.

use std::time::Duration;

use proptest::prelude::*;

use super::super::pattern::{Case, Pattern, Syntax};
use super::Context;

fn fits(pattern: &str, text: &str, syntax: Syntax) -> bool {
    let pattern = Pattern::compile(pattern, syntax, Case::Sensitive, false).unwrap();
    pattern.matches(text, &Context::new())
}

#[test]
fn wildcards() {
    for (pattern, text, expected) in [
        ("", "", true),
        ("", "a", false),
        ("*", "", true),
        ("*", "anything", true),
        ("**", "anything", true),
        ("?", "", false),
        ("?", "a", true),
        ("?", "ä", true),
        ("??", "ä", false),
        ("?*", "", false),
        ("*?", "a", true),
        ("a*", "a", true),
        ("*a", "banana", true),
        ("*an", "banana", false),
        ("b*an*a", "banana", true),
        ("*ana", "banana", true),
        ("*nan*", "banana", true),
        ("b?n?n?", "banana", true),
        ("b*?a", "banana", true),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "a-c-b", false),
        ("*.csv", "x.csv.csv", true),
        ("a*aab", "aaaaaab", true),
        ("*ä*", "über-äußerst", true),
        ("a", "A", false),
    ] {
        assert_eq!(
            fits(pattern, text, Syntax::Wildcards),
            expected,
            "{pattern} {text}"
        );
    }
}

/// The same patterns as an ARN of a condition, as a resource, and as plain text.
#[test]
fn arns() {
    let q = "arn:aws:sqs:eu-west-1:111122223333:jobs";
    let sly = "arn:aws:svc:eu:999999999999:store/abc:111122223333:finance/d";
    for (pattern, text, arn, resource, plain) in [
        (q, q, true, true, true),
        ("arn:aws:sqs:*:111122223333:jobs", q, true, true, true),
        ("arn:aws:sqs:*:*:*", q, true, true, true),
        ("arn:*:sqs:*:*:jobs", q, true, true, true),
        ("arn:aws:sqs:eu-*:1111????3333:j*s", q, true, true, true),
        (
            "arn:aws:sqs:eu-west-1?111122223333:jobs",
            q,
            false,
            false,
            true,
        ),
        ("arn:aws:sqs:eu-west*3:jobs", q, false, false, true),
        ("arn:aws:sqs:*:jobs", q, false, true, true),
        ("arn:aws:sqs:eu*", q, false, true, true),
        (
            "arn:aws:svc:*:111122223333:finance/*",
            sly,
            false,
            true,
            true,
        ),
        (
            "arn:aws:svc:eu:999999999999:*:finance/*",
            sly,
            true,
            true,
            true,
        ),
    ] {
        assert_eq!(fits(pattern, text, Syntax::Arn), arn, "ARN {pattern}");
        assert_eq!(
            fits(pattern, text, Syntax::Resource),
            resource,
            "resource {pattern}"
        );
        assert_eq!(
            fits(pattern, text, Syntax::Wildcards),
            plain,
            "plain {pattern}"
        );
        assert_eq!(
            fits(pattern, text, Syntax::Plain),
            pattern == text,
            "exact {pattern}"
        );
    }
}

/// A matcher that tries every split takes ages here.
#[test]
fn hostile_patterns_end() {
    let started = std::thread::spawn(|| {
        let text = format!("arn:aws:s3:::{}", "a".repeat(2_000));
        for syntax in [Syntax::Wildcards, Syntax::Resource, Syntax::Arn] {
            let pattern = format!("arn:aws:s3:::{}b", "a*".repeat(200));
            assert!(!fits(&pattern, &text, syntax));
        }
        let text = format!("{}:", "a".repeat(500)).repeat(4);
        assert!(!fits(
            &format!("{}b", "*a*:a*a".repeat(20)),
            &text,
            Syntax::Resource
        ));
    });
    for _ in 0..1_000 {
        if started.is_finished() {
            return started.join().unwrap();
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
    panic!("still matching");
}

/// Whether `pattern` fits `text`, by trying everything. `colons` counts those of the pattern.
fn obvious(pattern: &[char], text: &[char], colons: usize, syntax: Syntax) -> bool {
    let Some((&first, rest)) = pattern.split_first() else {
        return text.is_empty();
    };
    let inside = match syntax {
        Syntax::Plain => unreachable!(),
        Syntax::Wildcards => false,
        Syntax::Arn => colons < 5,
        Syntax::Resource if first == '?' => colons < 5,
        Syntax::Resource => colons < 5 && !matches!(rest.first(), None | Some(':')),
    };
    let allowed = |c: &char| !(inside && *c == ':');
    match first {
        '*' => {
            obvious(rest, text, colons, syntax)
                || text
                    .split_first()
                    .is_some_and(|(c, after)| allowed(c) && obvious(pattern, after, colons, syntax))
        }
        '?' => text
            .split_first()
            .is_some_and(|(c, after)| allowed(c) && obvious(rest, after, colons, syntax)),
        _ => text.split_first().is_some_and(|(c, after)| {
            *c == first && obvious(rest, after, colons + usize::from(first == ':'), syntax)
        }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn agrees_with_the_obvious_matcher(
        pattern in "[ab:*?]{0,9}",
        prefix in prop::sample::select(vec!["", ":::::", "::"]),
        text in "[ab:]{0,11}",
    ) {
        let (pattern, text) = (format!("{prefix}{pattern}"), format!("{prefix}{text}"));
        let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
        for syntax in [Syntax::Wildcards, Syntax::Arn, Syntax::Resource] {
            prop_assert_eq!(
                fits(&pattern, &text, syntax),
                obvious(&p, &t, 0, syntax),
                "{} {} {:?}", pattern, text, syntax
            );
        }
    }
}
