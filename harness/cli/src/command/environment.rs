//! `rolecall env`: the exports that make a shell the administrator's, or that of an instance, task
//! or pod.

use std::fmt::Write;
use std::io;
use std::path::PathBuf;

use clap::Args;

use super::instead;
use crate::exit::{self, Exit};
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

/// The configuration of every shell: presigned URLs in the one form there still is.
pub(super) const CONFIG: &str =
    "[default]\ns3 =\n    addressing_style = path\n    signature_version = s3v4\n";

/// Print the exports that make a shell the administrator's, a user's, an instance's, a task's or a pod's
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// An instance, task, pod or user of the world; the administrator's shell if none is given
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
    let file = StateFile::new(arguments.state.clone());
    let exports = file.served().and_then(|state| match &arguments.name {
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
/// the file, if nothing else is called so: its keys.
fn of_named(file: &StateFile, state: &State, name: &str) -> Result<Vec<(String, String)>, String> {
    let names = || {
        let places = state.places.iter().map(|place| place.name.as_str());
        places.chain(state.users.iter().map(|user| user.name.as_str()))
    };
    let is_place = state.places.iter().any(|place| place.name == name);
    let mut users = state.users.iter();
    if let Some(user) = users.find(|user| user.name == name && !is_place) {
        let key = (&*user.access_key_id, &*user.secret_access_key);
        return Ok(with_key(of_everybody(file, state), key));
    }
    let place = state
        .places
        .iter()
        .find(|place| place.name == name)
        .ok_or_else(|| {
            let instead = instead(name, names());
            format!("nothing that is served is called `{name}`{instead}")
        })?;
    let mut variables = of_everybody(file, state);
    variables.extend(place.variables.clone());
    Ok(variables)
}

fn of_everybody(file: &StateFile, state: &State) -> Vec<(String, String)> {
    let private = |name: &str| file.beside(name).display().to_string();
    [
        ("AWS_CONFIG_FILE", private("config")),
        ("AWS_ENDPOINT_URL", state.aws.clone()),
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

/// The configuration files that the exports name, so that nobody's own are read.
pub(crate) fn write_private_files(file: &StateFile) -> io::Result<()> {
    file.write_beside(&file.beside("config"), CONFIG)?;
    file.write_beside(&file.beside("credentials"), "")
}
