//! The commands about which instances there are, and what the console does with them.

use std::time::Duration;

use rolecall_conformance::report::Columns;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::{Console, Launch, Output};
use super::client::Client;
use super::run::print;
use super::trouble::Trouble;
use super::verbs::change;
use crate::state::{State, StateFile};

/// How long the served world may take to say how an instance is set up.
const IPV6_ANSWER_MAX: Duration = Duration::from_secs(5);

/// Metadata options of a launch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    tokens: Option<String>,
    hop_limit: Option<u8>,
}

/// Reads `HttpTokens=required,HttpPutResponseHopLimit=2`.
pub(super) fn metadata_options(text: &str) -> Result<Options, String> {
    let mut options = Options::default();
    for pair in text.split(',').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("HttpTokens", tokens @ ("optional" | "required"))) => {
                options.tokens = Some(tokens.to_owned());
            }
            Some(("HttpPutResponseHopLimit", limit)) => {
                let limit = limit.parse().ok().filter(|limit| (1..=64).contains(limit));
                let limit = limit.ok_or("HttpPutResponseHopLimit is a number from 1 to 64")?;
                options.hop_limit = Some(limit);
            }
            _ => {
                return Err(format!(
                    "`{pair}`; write HttpTokens=optional|required or HttpPutResponseHopLimit=1..64"
                ));
            }
        }
    }
    Ok(options)
}

pub(super) fn launch(client: &Client, file: &StateFile, asked: &Launch) -> Result<(), Trouble> {
    #[derive(Deserialize)]
    struct Launched {
        done: String,
        name: String,
    }
    let options = asked.metadata_options.clone().unwrap_or_default();
    let body = json!({
        "name": asked.name,
        "profile": asked.profile,
        "instance_type": asked.instance_type,
        "http_tokens": options.tokens,
        "hop_limit": options.hop_limit,
        "spot": asked.spot,
    });
    let mut answer: Value = client.post("/launch", &body)?;
    let state = file.read();
    if let Some(url) = state.as_ref().and_then(|state| url(state, &asked.name)) {
        answer["metadata"] = json!(url);
    }
    print(asked.output, &answer, |answer| {
        let Launched { done, name } = Launched::deserialize(answer)?;
        let at = answer["metadata"].as_str();
        let at =
            at.map(|url| format!(", its metadata at {url}; `rolecall env {name}` is its shell"));
        Ok(format!("{done}{}", at.unwrap_or_default()))
    })
}

pub(super) fn list(client: &Client, file: &StateFile, output: Output) -> Result<(), Trouble> {
    let mut answer: Value = client.get("/instances")?;
    let state = file.read();
    let listed = answer["instances"].as_array_mut();
    for instance in listed.into_iter().flatten() {
        let gone = instance["state"] == "terminated";
        let name = instance["name"].as_str().unwrap_or_default().to_owned();
        let url = state.as_ref().and_then(|state| url(state, &name));
        if let Some(url) = url.filter(|_| !gone) {
            instance["metadata"] = json!(url);
        }
    }
    print(output, &answer, |answer| {
        let (plain, mut columns) = (anstyle::Style::new(), Columns::default());
        let listed = answer["instances"].as_array();
        for instance in listed.into_iter().flatten() {
            let text = |member: &str| instance[member].as_str().unwrap_or("-").to_owned();
            let profile = text("profile");
            let profile = profile.rsplit('/').next().unwrap_or_default().to_owned();
            columns.row([
                (text("name"), plain.bold()),
                (text("id"), plain),
                (text("state"), plain),
                (profile, plain),
                (text("metadata"), plain.dimmed()),
            ]);
        }
        let text = columns.print(0);
        Ok(match text.trim_end() {
            "" => "no instances".to_owned(),
            text => text.to_owned(),
        })
    })
}

/// Whether an instance of the world that is served, by its id, has its metadata in IPv6 too.
pub(crate) fn serves_ipv6(file: &StateFile, state: &State, id: &str) -> bool {
    #[derive(Deserialize)]
    struct List {
        instances: Vec<Listed>,
    }
    #[derive(Deserialize)]
    struct Listed {
        id: String,
        http_protocol_ipv6: String,
    }
    let client = Client::new(file, state.clone(), IPV6_ANSWER_MAX);
    let listed = client.get("/instances");
    let instances = listed.map_or_else(|_| Vec::new(), |list: List| list.instances);
    let mut instances = instances.into_iter();
    instances.any(|listed| listed.id == id && listed.http_protocol_ipv6 == "enabled")
}

/// Where the metadata of the instance of that name is.
fn url(state: &State, name: &str) -> Option<String> {
    let mut places = state.places.iter();
    let place = places.find(|place| place.name == name && place.what.starts_with("instance"))?;
    Some(place.url.clone())
}

pub(super) fn console(client: &Client, asked: &Console) -> Result<(), Trouble> {
    match asked {
        Console::CreateRole {
            name,
            trust,
            policies,
            output,
        } => {
            let body = json!({ "name": name, "trust": trust, "policies": policies });
            change(client, "/console-create-role", &body, *output)
        }
        Console::ModifyIamRole {
            instance,
            role,
            none: _,
            output,
        } => {
            let body = json!({ "instance": instance, "role": role });
            change(client, "/console-modify-iam-role", &body, *output)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_options_are_those_of_the_aws_cli() {
        let read = metadata_options("HttpTokens=required,HttpPutResponseHopLimit=2").unwrap();
        assert_eq!(
            (read.tokens.as_deref(), read.hop_limit),
            (Some("required"), Some(2))
        );
        for wrong in ["HttpTokens=maybe", "HttpPutResponseHopLimit=65", "Http"] {
            assert!(metadata_options(wrong).is_err(), "{wrong}");
        }
    }
}
