//! From the command to the control route, and from its answer to the terminal.

use std::io::Write;

use serde_json::Value;

use super::super::Format;
use super::arguments::{Arguments, Command, Output};
use super::client::Client;
use super::trouble::Trouble;
use super::{dump, faults, instances, journal, mfa, service, time, verbs, web_identity};
use crate::exit::{self, Exit};
use crate::state::StateFile;

pub(crate) fn run(arguments: &Arguments) -> Exit {
    match dispatch(arguments) {
        Ok(()) => exit::OK,
        Err(Trouble { message, exit }) => {
            if let Some(message) = message {
                anstream::eprintln!("rolecall: {message}");
            }
            exit
        }
    }
}

fn dispatch(arguments: &Arguments) -> Result<(), Trouble> {
    // It is the same whatever is served, and whether or not anything is.
    if let Command::Openapi = arguments.command {
        return say(&format!("{:#}\n", rolecall_endpoints::openapi()));
    }
    let (file, state) = StateFile::of_served(arguments.state.clone()).map_err(Trouble::usage)?;
    let client = &Client::new(&file, state, arguments.timeout);
    match &arguments.command {
        Command::Clock(output) => time::clock(client, *output),
        Command::Advance { duration, output } => time::advance(client, *duration, *output),
        Command::SetClock { time, output } => time::set_clock(client, time, *output),
        Command::Rotate { name, output } => {
            let body = serde_json::json!({ "name": name });
            verbs::change(client, "/rotate", &body, *output)
        }
        Command::Revoke {
            name,
            issue,
            role,
            output,
        } => verbs::revoke(client, (name.as_deref(), *issue, role.as_deref()), *output),
        Command::AssociateProfile(asked) => verbs::place(client, "/associate-profile", asked),
        Command::ReplaceProfile(asked) => verbs::place(client, "/replace-profile", asked),
        Command::DisassociateProfile(asked) => {
            verbs::instance(client, "/disassociate-profile", asked)
        }
        Command::SetProfileRole {
            profile,
            role,
            output,
        } => {
            let body = serde_json::json!({ "profile": profile, "role": role });
            verbs::change(client, "/set-profile-role", &body, *output)
        }
        Command::AttachPolicy(asked) => verbs::attach(client, "/attach-policy", asked),
        Command::DetachPolicy(asked) => verbs::attach(client, "/detach-policy", asked),
        Command::PutPolicy {
            role,
            name,
            file,
            output,
        } => verbs::put_policy(client, (role, name, file), *output),
        Command::Launch(asked) => instances::launch(client, &file, asked),
        Command::Instances(output) => instances::list(client, &file, *output),
        Command::Console(asked) => instances::console(client, asked),
        Command::StopInstance(asked) => verbs::instance(client, "/stop-instance", asked),
        Command::StartInstance(asked) => verbs::instance(client, "/start-instance", asked),
        Command::Terminate(asked) => verbs::instance(client, "/terminate", asked),
        Command::MfaCode(wanted) => mfa::code(client, wanted),
        Command::ServiceSession(asked) => service::session(client, asked),
        Command::WebIdentityToken(asked) => web_identity::token(client, asked),
        Command::WebIdentityKeys(asked) => web_identity::keys(client, asked),
        Command::Reset(output) => verbs::change(client, "/reset", &serde_json::json!({}), *output),
        Command::Dump { file } => dump::dump(client, file.as_deref()),
        Command::Load { file, output } => dump::load(client, file, *output),
        Command::AddFault(asked) => faults::add(client, asked),
        Command::Faults(output) => faults::list(client, *output),
        Command::ClearFault { name, output } => {
            let body = serde_json::json!({ "name": name });
            verbs::change(client, "/clear-fault", &body, *output)
        }
        Command::Journal(wanted) => journal::journal(client, wanted),
        Command::Explain { id, output } => journal::explain(client, id, *output),
        Command::Openapi => Ok(()),
    }
}

/// Prints an answer as it is, or what `in_words` makes of it.
pub(super) fn print(
    output: Output,
    answer: &Value,
    in_words: impl FnOnce(&Value) -> Result<String, serde_json::Error>,
) -> Result<(), Trouble> {
    let text = match output.format {
        Format::Json => format!("{answer:#}\n"),
        Format::Text => {
            let text = in_words(answer).map_err(|error| {
                Trouble::no_answer(format!(
                    "the served world gave an answer that is none: {error}"
                ))
            })?;
            format!("{text}\n")
        }
    };
    say(&text)
}

/// Writes to standard output; whoever reads it may stop at any time.
pub(super) fn say(text: &str) -> Result<(), Trouble> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}
