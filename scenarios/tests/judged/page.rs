//! The page: rules, the mutants that break them, and who sees it.

use std::fmt::Write;

use rolecall_conformance::{Level, Rule};

use super::court::{Court, Judged, Sentence};

const HEAD: &str = "# The judge is judged

Written by a test from what it has seen: `UPDATE_DOCS=1 cargo test --package rolecall-scenarios --test judged` \
writes it again.

A scenario that fails a provider has to be right, and one that passes it has to mean something. So there is a \
provider that does what the rules say, `reference` (`harness/providers/src/reference`), which passes every \
scenario, and there are mutants of it: careless authors, each with one change of its choices that is a plausible \
bug. A mutant must be failed by a scenario that names the rule it breaks. `rolecall scenario --provider reference` \
plays a scenario on the reference.
";

/// All of it, as Markdown.
pub(crate) fn page(court: &Court) -> String {
    let mut page = HEAD.to_owned();
    counts(&mut page, court);
    let mut topic = "";
    for rule in court.rules.rules() {
        let of_rule = rule.slug.split('.').next().unwrap_or_default();
        if of_rule != topic {
            topic = of_rule;
            let _ = write!(
                page,
                "\n## {topic}\n\n| rule | level | a careless author | is seen by |\n|---|---|---|---|\n"
            );
        }
        rows(&mut page, court, rule);
    }
    page
}

fn counts(page: &mut String, court: &Court) {
    let plays = court.rows.iter();
    let passed = plays
        .filter(|row| matches!(row.of_reference, Sentence::Passed))
        .count();
    let alone = court
        .mutants
        .iter()
        .filter(|judged| judged.caught_by.len() == 1)
        .count();
    let rules = |level: Level| {
        let rules = court.rules.rules().filter(|rule| rule.level() == level);
        let of_level: Vec<&Rule> = rules.collect();
        let broken = of_level
            .iter()
            .filter(|rule| mutants(court, rule).next().is_some());
        (broken.count(), of_level.len())
    };
    let _ = writeln!(
        page,
        "\n{} scenarios, rows counted, of which the reference passes {passed} and {} do not apply to it, for they are \
         about promises that it does not make. {} mutants, {alone} of which are seen by one scenario alone.",
        court.rows.len(),
        court.rows.len() - passed,
        court.mutants.len(),
    );
    let _ = writeln!(page, "\n| level | rules | with a mutant |\n|---|---:|---:|");
    for (level, name) in [
        (Level::Must, "must"),
        (Level::Should, "should"),
        (Level::May, "may"),
    ] {
        let (broken, all) = rules(level);
        let _ = writeln!(page, "| {name} | {all} | {broken} |");
    }
}

fn mutants<'c>(court: &'c Court, rule: &Rule) -> impl Iterator<Item = &'c Judged> {
    let slug = rule.slug.clone();
    let all = court.mutants.iter();
    all.filter(move |judged| judged.mutant.breaks == slug)
}

fn rows(page: &mut String, court: &Court, rule: &Rule) {
    let level = match rule.level() {
        Level::Must => "must",
        Level::Should => "should",
        Level::May => "may",
    };
    let mut broken = mutants(court, rule).peekable();
    if broken.peek().is_none() {
        let _ = writeln!(page, "| `{}` | {level} | - | - |", rule.slug);
    }
    for judged in broken {
        let by: Vec<String> = judged
            .caught_by
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        let _ = writeln!(
            page,
            "| `{}` | {level} | {} | {} |",
            rule.slug,
            judged.mutant.says,
            by.join(", ")
        );
    }
}
