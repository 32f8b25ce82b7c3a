//! Problems as they look to a reader: the line of each, and what it underlines.

use std::fmt::Write as _;

use super::account::parse;
use crate::language::BadScenario;

/// The plain rendering of what is wrong with `text`, and under it every label.
pub(super) fn refusal(text: &str) -> String {
    let bad = parse(text).expect_err("a bad scenario");
    rendering(text, &bad)
}

pub(super) fn rendering(text: &str, bad: &BadScenario) -> String {
    let mut shown = String::new();
    for problem in bad.problems() {
        writeln!(shown, "{}", problem.line()).unwrap();
        for label in problem.labels() {
            let line = text.lines().nth(label.line - 1).unwrap_or_default();
            let left = line.chars().count() + 1 - label.column.min(line.chars().count() + 1);
            let width = text[label.span.clone()]
                .chars()
                .count()
                .clamp(1, left.max(1));
            writeln!(shown, "{:>4} | {line}", label.line).unwrap();
            writeln!(
                shown,
                "     | {}{} {}",
                " ".repeat(label.column - 1),
                "^".repeat(width),
                label.text
            )
            .unwrap();
        }
    }
    assert_eq!(
        bad.to_string().lines().count(),
        bad.problems().len(),
        "one line a problem"
    );
    shown
}

/// A whole file, from the lines of `[world]` and from the steps and whatever else.
pub(super) fn file(world: &str, rest: &str) -> String {
    format!("summary = \"Bad.\"\n[world]\n{world}\n{rest}")
}

/// A file with a small world and these steps.
pub(super) fn steps(steps: &str) -> String {
    let world = r#"buckets = ["photos"]
role.photo-app = { trust = "ec2", policies = ["AmazonS3FullAccess"] }
profile.web-profile = { role = "photo-app" }
instance.web = { profile = "web-profile" }"#;
    file(world, steps)
}

/// Asserts that what is wrong with a text looks as it did.
macro_rules! refused {
    ($($name:ident: $text:expr;)+) => {
        $(#[test]
        fn $name() {
            insta::with_settings!({ omit_expression => true }, {
                insta::assert_snapshot!($crate::language::tests::render::refusal(&$text));
            });
        })+
    };
}

pub(super) use refused;
