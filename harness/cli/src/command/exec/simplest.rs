//! The simplest world, from flags: an instance with a role, and buckets.

use std::fmt::Write;
use std::str::FromStr;

/// A role and its policies, as the flag says them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RoleFlag {
    name: String,
    policies: Vec<String>,
}

impl FromStr for RoleFlag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, policies) = text.split_once('=').unwrap_or((text, ""));
        if name.is_empty() {
            return Err("it has no name; write it like `photo-app=AmazonS3FullAccess`".to_owned());
        }
        let policies = policies.split(',').map(str::trim);
        let policies = policies.filter(|policy| !policy.is_empty());
        Ok(Self {
            name: name.to_owned(),
            policies: policies.map(str::to_owned).collect(),
        })
    }
}

/// The file of that world.
pub(super) fn world(role: &RoleFlag, buckets: &[String]) -> String {
    let name = quoted(&role.name);
    let mut text = String::from("summary = \"An instance with a role.\"\n\n[world]\n");
    let _ = writeln!(text, "buckets = {}", list(buckets));
    let policies = list(&role.policies);
    let _ = writeln!(
        text,
        "role.{name} = {{ trust = \"ec2\", policies = {policies} }}"
    );
    let _ = writeln!(text, "profile.{name} = {{ role = {name} }}");
    let _ = writeln!(text, "instance.web = {{ profile = {name} }}");
    text
}

fn list(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| quoted(name)).collect();
    format!("[{}]", names.join(", "))
}

/// Text as TOML has it, which quotes as JSON does.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use rolecall_scenario::AccountVocabulary;
    use rolecall_scenario::language::Scenario;

    use super::*;

    #[test]
    fn flags_become_a_world() {
        let role: RoleFlag = "photo-app=AmazonS3FullAccess,AmazonS3ReadOnlyAccess"
            .parse()
            .unwrap();
        let text = world(&role, &["photos".to_owned(), "more-photos".to_owned()]);
        let scenario = Scenario::parse("--role", &text, &AccountVocabulary).unwrap();
        let world = scenario.world;
        let buckets: Vec<_> = world.bucket_names().into_iter().collect();
        assert_eq!(buckets, ["more-photos", "photos"]);
        assert_eq!(world.roles["photo-app"].value.policies.len(), 2);
        assert_eq!(world.instances.keys().collect::<Vec<_>>(), ["web"]);
    }

    #[test]
    fn a_role_may_have_no_policy_and_needs_a_name() {
        let role: RoleFlag = "idle".parse().unwrap();
        assert!(Scenario::parse("--role", &world(&role, &[]), &AccountVocabulary).is_ok());
        assert!("=AmazonS3FullAccess".parse::<RoleFlag>().is_err());
    }

    /// Whatever is given stays a name: it cannot become another part of the file.
    #[test]
    fn names_are_quoted() {
        let role: RoleFlag = "a\"\nb=p\\".parse().unwrap();
        let table: toml::Table = world(&role, &[]).parse().unwrap();
        let roles = table["world"]["role"].as_table().unwrap();
        assert_eq!(roles.keys().collect::<Vec<_>>(), ["a\"\nb"]);
    }
}
