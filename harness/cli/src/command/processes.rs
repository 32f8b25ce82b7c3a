//! What a caller wishes of the processes of a provider, whichever it is.

use clap::Args;
use rolecall_providers::child::ChildProvider;
use rolecall_reach::Wish;

use super::catalogue::caller;

/// How the processes of a provider are started
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Processes {
    /// A variable of yours that its processes get too, though its name says that it may hold
    /// credentials
    #[arg(long, value_name = "VARIABLE")]
    pass_env: Vec<String>,
    /// Say on standard error how the environment of its processes differs from yours, app by app
    #[arg(long)]
    pub(crate) show_env: bool,
    /// How the clock gets into its processes, if not as its manifest says: `preload`, `vdso`, `none`
    /// for the machine's clock, by which nothing is judged that jumps, or `auto`
    #[arg(long, value_name = "HOW")]
    clock: Option<Wish>,
}

impl Processes {
    /// One of these options that was given.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let options = [
            ("--show-env", self.show_env),
            ("--pass-env", !self.pass_env.is_empty()),
            ("--clock", self.clock.is_some()),
        ];
        let mut given = options.into_iter().filter(|(_, given)| *given);
        given.next().map(|(option, _)| option)
    }

    /// A child whose processes are started like that, and that gets what is harmless of the caller's
    /// environment.
    pub(crate) fn of(&self, child: ChildProvider) -> ChildProvider {
        let child = child.with_caller(caller(), self.pass_env.clone());
        match self.clock {
            Some(wish) => child.with_clock(wish),
            None => child,
        }
    }

    /// How a provider is asked for with those of the options that change what is seen of it.
    pub(crate) fn in_words(&self, provider: String) -> String {
        match self.clock {
            Some(wish) => format!("--clock {wish} {provider}"),
            None => provider,
        }
    }
}
