//! The house rules, as tests: how the packages may depend on each other, what each may hold, and
//! that code and rule files name the same rules.

#[path = "workspace/fidelity.rs"]
mod fidelity;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rolecall_conformance::RuleBook;
use toml::{Table, Value};

/// Who may use whom: and whatever that one may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("rolecall-account", &[]),
    ("rolecall-clock", &[]),
    (
        "rolecall-endpoints",
        &["rolecall-account", "rolecall-clock"],
    ),
    ("rolecall-reach", &["rolecall-clock"]),
    ("rolecall-providers", &["rolecall-clock", "rolecall-reach"]),
    (
        "rolecall-scenario",
        &["rolecall-endpoints", "rolecall-providers"],
    ),
    ("rolecall-conformance", &["rolecall-scenario"]),
    ("rolecall-scenarios", &["rolecall-scenario"]),
    (
        "rolecall",
        &[
            "rolecall-scenario",
            "rolecall-conformance",
            "rolecall-scenarios",
        ],
    ),
    (
        "rolecall-cli",
        &[
            "rolecall-conformance",
            "rolecall-scenarios",
            "rolecall-endpoints",
        ],
    ),
    ("rolecall-benches", &[]),
];

/// The root of the repository.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
        .to_owned()
}

/// Every package's manifest, by name, with its folder.
fn manifests() -> BTreeMap<String, (PathBuf, Table)> {
    let workspace = read(&root().join("Cargo.toml"));
    let members = workspace["workspace"]["members"].as_array().unwrap();
    let read_member = |member: &Value| {
        let folder = root().join(member.as_str().unwrap());
        let manifest = read(&folder.join("Cargo.toml"));
        (
            manifest["package"]["name"].as_str().unwrap().to_owned(),
            (folder, manifest),
        )
    };
    members.iter().map(read_member).collect()
}

fn read(path: &Path) -> Table {
    fs::read_to_string(path).unwrap().parse().unwrap()
}

/// The names in a table of dependencies, in the package itself and for each target.
fn dependencies(manifest: &Table, table: &str) -> BTreeSet<String> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let of_targets = targets
        .into_iter()
        .flat_map(Table::values)
        .filter_map(|target| target.get(table));
    let tables = manifest.get(table).into_iter().chain(of_targets);
    tables
        .filter_map(Value::as_table)
        .flat_map(Table::keys)
        .cloned()
        .collect()
}

#[test]
fn every_package_is_a_default_member_and_exactly_one_has_a_binary() {
    let workspace = read(&root().join("Cargo.toml"));
    assert!(
        workspace["workspace"].get("default-members").is_none(),
        "all members are default members"
    );
    let with_binary: Vec<_> = manifests()
        .into_iter()
        .filter(|(_, (folder, manifest))| {
            manifest.contains_key("bin")
                || folder.join("src/main.rs").exists()
                || folder.join("src/bin").exists()
        })
        .collect();
    assert_eq!(with_binary.len(), 1, "{with_binary:?}");
    let (package, (_, manifest)) = &with_binary[0];
    assert_eq!(package, "rolecall-cli");
    let binaries = manifest["bin"].as_array().unwrap();
    assert_eq!(binaries.len(), 1);
    assert_eq!(binaries[0]["name"].as_str(), Some("rolecall"));
}

#[test]
fn packages_use_each_other_along_the_arrows_only() {
    let manifests = manifests();
    let named: BTreeSet<_> = ARROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(
        named,
        manifests.keys().cloned().collect(),
        "every package has its arrows"
    );
    for (name, (_, manifest)) in &manifests {
        let allowed = reach(name);
        for used in dependencies(manifest, "dependencies").intersection(&named) {
            assert!(allowed.contains(used.as_str()), "{name} may not use {used}");
        }
    }
}

/// Everything that `name` may use. A cycle among the arrows would not end, so it is refused.
fn reach(name: &str) -> BTreeSet<&'static str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![name.to_owned()];
    while let Some(next) = open.pop() {
        let (_, uses) = ARROWS.iter().find(|(from, _)| *from == next).unwrap();
        for used in *uses {
            assert_ne!(*used, name, "a cycle");
            reached.insert(*used);
            open.push((*used).to_owned());
        }
    }
    reached
}

#[test]
fn heavy_packages_stay_where_they_are() {
    for (heavy, only) in [
        ("aws-sdk-s3", "rolecall-providers"),
        ("s3s", "rolecall-endpoints"),
    ] {
        for (name, (_, manifest)) in manifests() {
            let used = dependencies(&manifest, "dependencies").contains(heavy);
            assert_eq!(used, name == only, "{heavy} in {name}");
        }
    }
}

/// The names of a package's dependencies, direct and not, as cargo resolves them.
fn tree(arguments: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_account_is_pure() {
    let tree = tree(&["--package", "rolecall-account"]);
    for foreign in [
        "tokio",
        "axum",
        "hyper",
        "tower",
        "rand",
        "getrandom",
        "chrono",
        "tracing",
    ] {
        assert!(!tree.contains(foreign), "{foreign}");
    }
}

#[test]
fn there_is_no_tls_stack() {
    let tree = tree(&["--workspace"]);
    for tls in ["rustls", "openssl", "native-tls", "aws-lc-rs", "boring"] {
        assert!(!tree.contains(tls), "{tls}");
    }
}

#[test]
fn every_package_has_the_lints_of_the_workspace() {
    let workspace = read(&root().join("Cargo.toml"));
    let lints = &workspace["workspace"]["lints"];
    assert_eq!(lints["rust"]["unsafe_code"].as_str(), Some("deny"));
    assert_eq!(lints["clippy"]["await_holding_lock"].as_str(), Some("deny"));
    for (name, (_, manifest)) in manifests() {
        assert_eq!(
            manifest["lints"]["workspace"].as_bool(),
            Some(true),
            "{name}"
        );
        assert_eq!(
            manifest["package"]["publish"]["workspace"].as_bool(),
            Some(true),
            "{name}"
        );
    }
}

#[test]
fn unsafe_code_is_in_reach_alone() {
    for (name, (folder, _)) in manifests() {
        let allowed = files(&folder, &["rs"]).into_iter().filter(|path| {
            let text = fs::read_to_string(path).unwrap();
            text.contains(concat!("allow(unsafe", "_code)"))
        });
        let allowed: Vec<_> = allowed.collect();
        match name.as_str() {
            "rolecall-reach" => assert_eq!(allowed, [folder.join("src/lib.rs")]),
            _ => assert!(allowed.is_empty(), "{name}: {allowed:?}"),
        }
    }
}

/// Every file below `folder` with one of these endings.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        let name = entry.file_name().unwrap().to_str().unwrap();
        if entry.is_dir() && name != "target" && !name.starts_with('.') {
            found.extend(files(&entry, endings));
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(entry);
        }
    }
    found
}

/// The topics that server rules have.
const SERVER_TOPICS: &[&str] = &[
    "cloudtrail",
    "console",
    "container",
    "ec2",
    "iam",
    "imds",
    "policy",
    "s3",
    "sso",
    "sts",
];

/// The rule slugs in the comments of a file.
fn slugs_in(text: &str) -> BTreeSet<String> {
    let comments = text
        .lines()
        .filter_map(|line| line.split_once("//").map(|(_, comment)| comment));
    let words = comments
        .flat_map(|comment| comment.split(|c: char| c.is_whitespace() || "`(),;\"".contains(c)));
    let words = words.map(|word| word.trim_end_matches(['.', ':']));
    words
        .filter(|word| is_server_slug(word))
        .map(str::to_owned)
        .collect()
}

fn is_server_slug(word: &str) -> bool {
    let mut parts = word.split('.');
    let topic = parts
        .next()
        .is_some_and(|topic| SERVER_TOPICS.contains(&topic));
    let rest: Vec<_> = parts.collect();
    let good = |part: &&str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    topic && (1..=2).contains(&rest.len()) && rest.iter().all(good) && !word.contains("amazonaws")
}

#[test]
fn code_and_server_rules_name_the_same() {
    let path = "docs/server-rules.toml";
    let text = fs::read_to_string(root().join(path)).unwrap();
    let listed = RuleBook::parse([(path, text.as_str())]).unwrap().slugs();
    let mut named = BTreeSet::new();
    for folder in ["harness/account/src", "harness/endpoints/src"] {
        for file in files(&root().join(folder), &[".rs"]) {
            named.extend(slugs_in(&fs::read_to_string(file).unwrap()));
        }
    }
    let unlisted: Vec<_> = named.difference(&listed).collect();
    let unused: Vec<_> = listed.difference(&named).collect();
    assert!(
        unlisted.is_empty(),
        "named in code, not listed: {unlisted:?}"
    );
    assert!(unused.is_empty(), "listed, not named in code: {unused:?}");
}

/// The numbers of the collection that the rules were made from belong into the rule files alone:
/// everywhere else a slug says what is meant.
#[test]
fn rules_are_named_by_their_slugs() {
    const GROUPS: &[&str] = &[
        "IMDS", "CONT", "STS", "PROF", "CHAIN", "CACHE", "IAM", "EC2", "S3", "POL",
    ];
    let is_number = |word: &str| {
        let Some((group, number)) = word.split_once('-') else {
            return false;
        };
        GROUPS.contains(&group)
            && number.len() == 3
            && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    for file in files(&root(), &[".rs", ".md", ".toml"]) {
        if file.ends_with("rules.toml") || file.ends_with("server-rules.toml") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        assert_eq!(
            words.find(|word| is_number(word)),
            None,
            "{}",
            file.display()
        );
    }
}

#[test]
fn the_promised_folders_are_there() {
    for path in [
        "harness",
        "scenarios",
        "benches",
        "fixtures",
        "justfile",
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
    ] {
        assert!(root().join(path).exists(), "{path}");
    }
}
