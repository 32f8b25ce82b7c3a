//! Scenarios that are made in code.

use crate::language::{
    Action, App, At, BadScenario, Instance, Place, Scenario, Step, Upload, World,
};

#[test]
fn the_same_values_can_be_made_in_code() {
    let made = Scenario {
        name: "made".to_owned(),
        summary: "Made in code.".to_owned(),
        world: World {
            buckets: vec!["photos".into()],
            instances: [("web".to_owned(), At::from(Instance::default()))].into(),
            ..World::default()
        },
        apps: [(
            "web".to_owned(),
            At::from(App::on(Place::Instance("web".to_owned()))),
        )]
        .into(),
        steps: vec![Step::new(
            "upload",
            Action::Upload(Upload::new("photos", "cat.jpg")).into(),
        )],
        ..Scenario::default()
    };
    let mut read = super::account::parse(
        "summary = 'Made in code.'\n[world]\nbuckets = ['photos']\ninstance.web = {}\n\
         [[step]]\nname = 'upload'\nupload = { bucket = 'photos', key = 'cat.jpg' }\n",
    )
    .unwrap();
    read.name.clone_from(&made.name);
    read.source = std::sync::Arc::default();
    read.steps[0].span = 0..0;
    assert_eq!(read, made);
    let words: Vec<&str> = made.constructs().map(|(word, _)| word).collect();
    assert_eq!(words, ["buckets", "instance", "upload"]);
}

#[test]
fn a_problem_without_a_file_has_no_place() {
    let source = crate::language::Source::new("case 7", "");
    let scenario = Scenario {
        source: source.into(),
        ..Scenario::default()
    };
    let problem = scenario.problem_at(0..0, "too long", Some("make it shorter".to_owned()));
    let bad = BadScenario::of(vec![problem]).unwrap();
    assert_eq!(bad.to_string(), "case 7: too long; make it shorter");
    assert_eq!(BadScenario::of(Vec::new()), None);
}

#[test]
fn a_renderer_of_diagnostics_finds_everything() {
    use miette::Diagnostic as _;
    let text = "summary = 'x'\nrule = []\n";
    let bad = super::account::parse(text).unwrap_err();
    let problem = bad.related().unwrap().next().unwrap();
    assert_eq!(problem.to_string(), "a scenario has no key `rule`");
    assert_eq!(problem.help().unwrap().to_string(), "did you mean `rules`?");
    let label = problem.labels().unwrap().next().unwrap();
    assert!(label.primary());
    let source = problem.source_code().unwrap();
    let shown = source.read_span(label.inner(), 0, 0).unwrap();
    assert_eq!(shown.name(), Some("scenarios/s3/bad.toml"));
    assert_eq!(shown.data(), b"rule");
}
