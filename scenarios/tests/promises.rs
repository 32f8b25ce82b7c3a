//! What the suite takes providers to have promised is what their manifests say, and the files that show
//! the rest can be played.

use std::fs;
use std::path::{Path, PathBuf};

use rolecall_providers::child::Manifest;
use rolecall_providers::{App, AwsConfig, BoxFuture, Client, NoClient, Provider};
use rolecall_scenario::language::Scenario;
use rolecall_scenario::{AccountVocabulary, Outcome, RunOptions, check_support, run};
use rolecall_scenarios::SCENARIOS;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn manifests() -> Vec<Manifest> {
    let folders = fs::read_dir(root().join("fixtures/providers")).unwrap();
    let files = folders.map(|folder| folder.unwrap().path().join("provider.toml"));
    let files: Vec<PathBuf> = files.filter(|file| file.is_file()).collect();
    files
        .iter()
        .map(|file| Manifest::read(file).unwrap())
        .collect()
}

fn parsed(name: &str, text: &str) -> Scenario {
    Scenario::parse(name, text, &AccountVocabulary).unwrap_or_else(|bad| panic!("{bad}"))
}

/// A promise that nobody has made is a slip of the pen, and its scenario would apply to none.
#[test]
fn somebody_has_promised_what_a_scenario_is_about() {
    let manifests = manifests();
    let mut promises = 0;
    for file in SCENARIOS {
        let scenario = parsed(file.path, file.text);
        for row in scenario.runs() {
            promises += row.promised.len();
            let made = manifests.iter().any(|manifest| {
                row.promised.iter().all(|(name, wanted)| {
                    let made = manifest.promises.get(name);
                    made.is_some_and(|made| made.value == wanted.value)
                })
            });
            assert!(made, "{}", row.name);
        }
    }
    assert!(promises > 0);
}

#[test]
fn in_process_and_in_one_of_its_own_the_same_is_promised() {
    let manifests = manifests();
    let child = manifests
        .iter()
        .find(|manifest| manifest.name == "aws-config-child");
    let child = child.unwrap();
    for (name, promise) in &child.promises {
        assert_eq!(
            AwsConfig::new().promise(name),
            Some(promise.value.as_str()),
            "{name}"
        );
    }
}

#[test]
fn what_is_shown_of_refresh_points_can_be_played() {
    let folder = root().join("docs/refresh-points");
    let page = fs::read_to_string(root().join("docs/refresh-points.md")).unwrap();
    for file in fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        // What was seen of whom is told in a folder of its own.
        .filter(|file| file.is_file())
    {
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(page.contains(&format!("`refresh-points/{name}`")), "{name}");
        let scenario = parsed(name, &fs::read_to_string(&file).unwrap());
        check_support(&scenario).unwrap_or_else(|bad| panic!("{bad}"));
        for row in scenario.runs() {
            let report = run(row, &AwsConfig::new(), RunOptions::default(), &mut |_| {});
            // There is no bare container provider in process.
            let good = matches!(report.outcome, Outcome::Passed | Outcome::NotApplicable(_));
            assert!(good, "{:#?}", report.steps);
        }
    }
}

/// `aws-config` as if it promised to keep a preview.
struct Promising(AwsConfig);

impl Provider for Promising {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn version(&self) -> &str {
        self.0.version()
    }

    fn promise(&self, name: &str) -> Option<&str> {
        match name {
            "refresh_2026" => Some("true"),
            _ => self.0.promise(name),
        }
    }

    fn open(&self, app: App) -> BoxFuture<'_, Result<Box<dyn Client>, NoClient>> {
        self.0.open(app)
    }
}

/// The second step of a preview expects `expect` of a call that is answered from the cache.
fn shown(provider: &dyn Provider, expect: &str) -> Outcome {
    let text = format!(
        r#"
summary = "A preview."
preview = "refresh-2026"
[world]
role.photo-app = {{ trust = "ec2" }}
profile.web-profile = {{ role = "photo-app" }}
instance.web = {{ profile = "web-profile" }}
[[step]]
name = "the first set"
resolve = {{}}
[[step]]
name = "from the cache"
resolve = {{}}
{expect}
"#
    );
    let scenario = parsed("a-preview.toml", &text);
    let report = run(&scenario, provider, RunOptions::default(), &mut |_| {});
    assert_eq!(report.steps.len(), 2, "it is played to its end");
    report.outcome
}

#[test]
fn a_preview_fails_those_alone_who_promise_it() {
    let before = AwsConfig::new();
    let promising = Promising(AwsConfig::new());
    let holds = "expect.calls = { imds-credentials = 0 }";
    assert_eq!(shown(&before, holds), Outcome::AlreadySo);
    assert_eq!(shown(&promising, holds), Outcome::Passed);
    let new = "expect.calls = { imds-credentials = 1 }";
    assert!(matches!(shown(&before, new), Outcome::NotYet(_)));
    assert_eq!(shown(&promising, new), Outcome::Failed);
    let as_before =
        format!("{new}\nexpect.under.legacy.calls = {{ imds-credentials = {{ max = 1 }} }}");
    assert!(matches!(shown(&before, &as_before), Outcome::NotYet(_)));
    let neither = format!("{new}\nexpect.under.legacy.calls = {{ imds-credentials = 2 }}");
    assert!(matches!(shown(&before, &neither), Outcome::Differs(_)));
    assert_eq!(shown(&promising, &neither), Outcome::Failed);
}
