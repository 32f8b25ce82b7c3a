//! From the arguments to the exit code.

use std::env;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rolecall_providers::child::{Home, Variables, environment};
use rolecall_reach::{Choice, Group, LaunchError, Launcher, Method, Permit, Signals, Wish, choose};

use super::super::environment::{names, of_named};
use super::arguments::Arguments;
use super::follow::follow;
use super::network::{self, OwnNet};
use super::world::World;
use crate::exit::{self, Exit};
use crate::runs::RunFolder;
use crate::state::State;

/// Why the program was not begun, and the exit code that says so.
struct Trouble {
    /// Nothing, if it was said.
    message: Option<String>,
    exit: Exit,
}

impl Trouble {
    fn new(message: impl Into<String>) -> Self {
        let message = Some(message.into());
        let exit = exit::NOT_BEGUN;
        Self { message, exit }
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::new(error.to_string())
    }
}

impl From<LaunchError> for Trouble {
    fn from(error: LaunchError) -> Self {
        let exit = match error {
            LaunchError::NotFound(_) => exit::NOT_FOUND,
            LaunchError::NotRunnable { .. } | LaunchError::NotShiftable { .. } => {
                exit::NOT_RUNNABLE
            }
        };
        let hint = match error {
            LaunchError::NotShiftable { .. } => "; `--clock none` runs it by the machine's clock",
            _ => "",
        };
        let message = Some(format!("{error}{hint}"));
        Self { message, exit }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Exit {
    exec(arguments).unwrap_or_else(|Trouble { message, exit }| {
        if let Some(message) = message {
            anstream::eprintln!("rolecall: {message}");
        }
        exit
    })
}

fn exec(arguments: &Arguments) -> Result<Exit, Trouble> {
    // Before there are other threads, which would be ended by them.
    let signals = Signals::take()?;
    let permit = arguments.net.then(Permit::take).transpose();
    let permit = permit.map_err(|error| Trouble::new(network::in_words(&error)))?;
    let folder = RunFolder::new()?;
    let world = World::enter(arguments, &folder).map_err(|message| Trouble {
        message,
        exit: exit::NOT_BEGUN,
    })?;
    let name = who(arguments, &world.state).map_err(Trouble::new)?;
    let home = Home::at(&folder.path().join("home"))?;
    let command = command(arguments, &world, name, &home)?;
    let net = permit.map(|permit| OwnNet::open(&permit, &world, name));
    let net = net.transpose().map_err(Trouble::new)?;
    let choice = choose(&command, arguments.clock);
    world.introduce(name, arguments.verbose);
    if arguments.verbose {
        tell_of_clock(&command, &choice);
        tell_of_network(net.as_ref());
    }
    if arguments.clock == Wish::Auto
        && choice.method == Method::Preload
        && is_interactive_shell(&command)
        && io::stderr().is_terminal()
    {
        anstream::eprintln!(
            "rolecall: Go and static programs that this shell starts live by the machine's clock; `--clock vdso` reaches them, too"
        );
    }
    if let Some(signal) = signals.ending()? {
        return Ok(exit::of_signal(signal));
    }
    let launcher = Launcher::new(Arc::clone(&world.page))
        .in_group(Group::Ours)
        .releasing(&signals);
    let launcher = match &net {
        Some(net) => launcher.within(Arc::clone(&net.network)),
        None => launcher,
    };
    let before = world.page.attached();
    let child = match arguments.clock {
        Wish::None => launcher.launch(command, &choice.method)?,
        _ => launcher.launch_shifted(command, &choice)?,
    };
    let status = follow(&signals, &child)?;
    for unshifted in child.unshifted() {
        anstream::eprintln!("rolecall: {unshifted}");
    }
    if choice.method == Method::Preload && world.page.attached() == before {
        anstream::eprintln!(
            "rolecall: the program has lived by the machine's clock: it did not load what shifts it; try `--clock vdso`"
        );
    }
    Ok(exit::of_program(status))
}

/// Who the program is.
fn who<'a>(arguments: &'a Arguments, state: &'a State) -> Result<&'a str, String> {
    match (&arguments.name, &*state.places) {
        (Some(name), _) => Ok(name),
        (None, [only]) => Ok(&only.name),
        (None, _) => {
            let names: Vec<_> = names(state).collect();
            let names = names.join(", ");
            Err(format!(
                "say who the program is, with --as; there is {names}"
            ))
        }
    }
}

/// What is to be run, with all that it is to know.
fn command(
    arguments: &Arguments,
    world: &World,
    name: &str,
    home: &Home,
) -> Result<Command, Trouble> {
    let told = of_named(&world.file, &world.state, name).map_err(Trouble::new)?;
    let mut told: Variables = told.into_iter().collect();
    let place = arguments.net.then(|| network::place(&world.state, name));
    if let Some((place, own)) = place.transpose().map_err(Trouble::new)?.flatten() {
        told.retain(|variable, _| !place.variables.contains_key(variable));
        told.extend(own.variables.clone());
    }
    // So that `rolecall` means this world there, too.
    let state = world.file.path().canonicalize()?;
    told.insert("ROLECALL_STATE".to_owned(), state.display().to_string());
    let seen = environment(&caller(), &told, home.path(), &arguments.pass_env);
    if arguments.show_env {
        for change in seen.difference() {
            anstream::eprintln!("{change}");
        }
    }
    let [program, rest @ ..] = arguments.command.as_slice() else {
        return Err(Trouble::new("there is no command to run"));
    };
    let mut command = Command::new(program);
    command.args(rest).env_clear().envs(&seen.variables);
    Ok(command)
}

/// The variables of whoever runs this, as far as they are text.
fn caller() -> Variables {
    let all = env::vars_os();
    let text =
        all.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    text.collect()
}

fn tell_of_network(net: Option<&OwnNet>) {
    let Some(net) = net else {
        return;
    };
    let addresses = net.addresses.iter().map(ToString::to_string);
    let addresses = addresses.collect::<Vec<_>>().join(", ");
    anstream::eprintln!("rolecall: in a network of its own, with {addresses}");
}

/// Shells in which somebody types what is to be run.
const SHELLS: &[&str] = &["ash", "bash", "dash", "fish", "ksh", "mksh", "sh", "zsh"];

/// Whether it is a shell without anything to run, of which nobody knows what it will start.
fn is_interactive_shell(command: &Command) -> bool {
    let name = Path::new(command.get_program()).file_name();
    let is_shell = name.is_some_and(|name| SHELLS.iter().any(|shell| name == *shell));
    // A script is no option, and `-c` has one after it.
    is_shell
        && command
            .get_args()
            .all(|argument| argument.as_encoded_bytes().starts_with(b"-"))
}

fn tell_of_clock(command: &Command, choice: &Choice) {
    let program = command.get_program().to_string_lossy();
    let Choice { method, why } = choice;
    anstream::eprintln!(
        "rolecall: the clock of {program}: {} ({why})",
        method.as_str()
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_in_which_somebody_types_has_nothing_to_run() {
        let is = |words: &[&str]| is_interactive_shell(Command::new(words[0]).args(&words[1..]));
        assert!(is(&["bash"]));
        assert!(is(&["/bin/zsh", "-l"]));
        assert!(is(&["bash", "--norc", "-i"]));
        assert!(!is(&["bash", "-c", "date"]));
        assert!(!is(&["sh", "script.sh"]));
        assert!(!is(&["python3"]));
    }
}
