//! `rolecall env`: the exports that make a shell the administrator's, or that of an instance, task
//! or pod.

use std::fmt::Write;
use std::io;
use std::path::PathBuf;

use clap::Args;
use rolecall_scenario::ConfigFiles;

use super::instead;
use crate::exit::{self, Exit};
use crate::serving::ADMINISTRATOR;
use crate::state::{State, StateFile};

/// Variables by which a client would find other credentials, or another account, than those meant.
const UNSET: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_DEFAULT_PROFILE",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_ENDPOINT_URL_CLOUDTRAIL",
    "AWS_ENDPOINT_URL_EC2",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_STS",
    "AWS_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "ECS_CONTAINER_METADATA_URI_V4",
];

/// What every profile of every shell has: presigned URLs in the one form there still is.
const OF_PROFILES: &str = "s3 =\n    addressing_style = path\n    signature_version = s3v4\n";

/// Print the exports that make a shell the administrator's, a user's, an instance's, a task's or a pod's
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// An instance, task, pod or user of the world, or `administrator`, which is also what is meant
    /// without a name
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Where the state of the served world is kept
    #[arg(long, value_name = "FILE", env = "ROLECALL_STATE")]
    state: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  eval \"$(rolecall env)\"; aws sts get-caller-identity
  eval \"$(rolecall env web)\"; aws s3 ls s3://photos";

pub(crate) fn run(arguments: &Arguments) -> Exit {
    let served = StateFile::of_served(arguments.state.clone());
    let exports = served.and_then(|(file, state)| match &arguments.name {
        None => Ok(of_administrator(&file, &state)),
        Some(name) => of_named(&file, &state, name),
    });
    match exports {
        Ok(variables) => {
            anstream::print!("{}", self::exports(&variables));
            exit::OK
        }
        Err(message) => {
            anstream::eprintln!("rolecall: {message}");
            exit::USAGE
        }
    }
}

/// The variables of the administrator's shell.
pub(crate) fn of_administrator(file: &StateFile, state: &State) -> Vec<(String, String)> {
    let key = (&*state.access_key_id, &*state.secret_access_key);
    with_key(of_everybody(file, state), key)
}

fn with_key(
    mut variables: Vec<(String, String)>,
    (access_key_id, secret_access_key): (&str, &str),
) -> Vec<(String, String)> {
    variables.extend([
        ("AWS_ACCESS_KEY_ID".to_owned(), access_key_id.to_owned()),
        (
            "AWS_SECRET_ACCESS_KEY".to_owned(),
            secret_access_key.to_owned(),
        ),
    ]);
    variables
}

/// The variables of an instance, task or pod: no keys, only where to find them. Those of a user of
/// the file, or of the administrator, if nothing else is called so: its keys.
pub(crate) fn of_named(
    file: &StateFile,
    state: &State,
    name: &str,
) -> Result<Vec<(String, String)>, String> {
    if let Some(place) = state.places.iter().find(|place| place.name == name) {
        let mut variables = of_everybody(file, state);
        variables.extend(place.variables.clone());
        return Ok(variables);
    }
    if let Some(user) = state.users.iter().find(|user| user.name == name) {
        let key = (&*user.access_key_id, &*user.secret_access_key);
        return Ok(with_key(of_everybody(file, state), key));
    }
    if name == ADMINISTRATOR {
        return Ok(of_administrator(file, state));
    }
    let instead = instead(name, names(state));
    Err(format!(
        "nothing that is served is called `{name}`{instead}"
    ))
}

/// Whoever a shell or a program can be.
pub(crate) fn names(state: &State) -> impl Iterator<Item = &str> + Clone {
    let places = state.places.iter().map(|place| place.name.as_str());
    let users = state.users.iter().map(|user| user.name.as_str());
    places.chain(users).chain([ADMINISTRATOR])
}

fn of_everybody(file: &StateFile, state: &State) -> Vec<(String, String)> {
    let private = |name: &str| file.beside(name).display().to_string();
    [
        ("AWS_CONFIG_FILE", private("config")),
        ("AWS_ENDPOINT_URL", state.aws.clone()),
        // Some assume roles by a client that knows this one only.
        ("AWS_ENDPOINT_URL_STS", state.aws.clone()),
        ("AWS_DEFAULT_REGION", state.region.clone()),
        ("AWS_PAGER", String::new()),
        ("AWS_REGION", state.region.clone()),
        ("AWS_SHARED_CREDENTIALS_FILE", private("credentials")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// Shell text that sets these variables, and no other by which AWS could be found.
pub(crate) fn exports(variables: &[(String, String)]) -> String {
    let mut text = format!("unset {}\n", UNSET.join(" "));
    for (name, value) in variables {
        let quoted = value.replace('\'', "'\\''");
        let _ = writeln!(text, "export {name}='{quoted}'");
    }
    text
}

/// The configuration files that the exports name, so that nobody's own are read: those of the world,
/// if it has any.
pub(crate) fn write_private_files(
    file: &StateFile,
    of_world: Option<&ConfigFiles>,
) -> io::Result<()> {
    let (config, credentials) = of_world.map_or(("", ""), |of_world| {
        (&*of_world.config, &*of_world.credentials)
    });
    file.write_beside(&file.beside("config"), &with_s3_settings(config))?;
    file.write_beside(&file.beside("credentials"), credentials)
}

/// A configuration file in which each profile addresses buckets by path, unless it says otherwise.
pub(super) fn with_s3_settings(config: &str) -> String {
    let says_otherwise = |lines: &[&str]| {
        let keys = lines.iter().filter_map(|line| line.split_once('='));
        keys.into_iter().any(|(key, _)| key.trim_end() == "s3")
    };
    let lines: Vec<&str> = config.lines().collect();
    let sections = lines.chunk_by(|_, next| !next.starts_with('['));
    let mut text = String::new();
    if !lines.contains(&"[default]") {
        let _ = write!(text, "[default]\n{OF_PROFILES}");
    }
    for section in sections {
        let heading = section.first().copied().unwrap_or_default();
        for line in section {
            let _ = writeln!(text, "{line}");
        }
        let is_profile = heading == "[default]" || heading.starts_with("[profile ");
        if is_profile && !says_otherwise(section) {
            text.push_str(OF_PROFILES);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_has_the_settings_of_s3_once() {
        assert_eq!(with_s3_settings(""), format!("[default]\n{OF_PROFILES}"));
        let own = "[profile own]\ns3 =\n    addressing_style = auto\n";
        let world = format!(
            "[profile a]\nrole_arn = r\n\n[default]\nregion = x\n\n{own}\n[sso-session s]\nk = v\n"
        );
        let written = format!(
            "[profile a]\nrole_arn = r\n\n{OF_PROFILES}[default]\nregion = x\n\n{OF_PROFILES}{own}\n[sso-session s]\nk = v\n"
        );
        assert_eq!(with_s3_settings(&world), written);
    }
}
