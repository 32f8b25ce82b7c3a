//! What `rolecall exec` takes.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use rolecall_account::SimInstant;
use rolecall_reach::Wish;

use super::simplest::RoleFlag;

/// Run a program as an instance, a task, a pod or a user, on the simulated clock
///
/// In the world that is being served, if there is one; else, and with --world, --role, --at or --seed,
/// in a world of its own, which ends with the program. `rolecall ctl` moves its clock from another
/// terminal.
///
/// The program gets no key of yours: of your environment it has what leads to no real credentials, and
/// an empty home folder. It finds the world by `AWS_ENDPOINT_URL` and its own place by the variables that
/// SDKs know. Shells, pipes and signals work as ever, and its exit code is passed on.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Who the program is: an instance, a task, a pod or a user of the world, or `administrator`; the
    /// only instance, task or pod there is otherwise
    #[arg(long = "as", value_name = "NAME")]
    pub(super) name: Option<String>,
    /// A world of its own: that of this scenario file, its steps left out
    #[arg(long, value_name = "FILE")]
    pub(super) world: Option<PathBuf>,
    /// A world of its own: an instance `web` with this role, which has these policies of AWS's
    #[arg(long, value_name = "ROLE=POLICY,...", conflicts_with = "world")]
    pub(super) role: Option<RoleFlag>,
    /// A bucket in the world of --role; may be given several times
    #[arg(long, value_name = "NAME", requires = "role")]
    pub(super) bucket: Vec<String>,
    /// A world of its own that begins at this time, such as `2031-05-01T00:00:00Z`; not before
    /// September 2001
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(super) at: Option<SimInstant>,
    /// A world of its own whose ids and keys are drawn from this; from 1 otherwise
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// How the clock gets into the program: `preload`, `vdso`, `none` for the machine's clock, or
    /// `auto`. What a shell runs is reached by `preload` if it is linked dynamically, by `vdso` whatever
    /// it is
    #[arg(long, value_name = "HOW", default_value_t = Wish::Auto, hide_default_value = true)]
    pub(super) clock: Wish,
    /// Run the program in a network of its own, where the addresses that AWS itself has answer with what
    /// the world has for it: `169.254.169.254` and `fd00:ec2::254` on an instance, `169.254.170.2` in
    /// a task, `169.254.170.23` and `fd00:ec2::23` in a pod; for programs that can be told of no other.
    /// AWS's endpoint is there too, and nothing else. For root, or where user namespaces are allowed
    #[arg(long)]
    pub(super) net: bool,
    /// Give the program this variable of your environment, which it would not get; may be given
    /// several times
    #[arg(long, value_name = "NAME")]
    pub(super) pass_env: Vec<String>,
    /// Say on standard error how the program's environment differs from yours
    #[arg(long)]
    pub(super) show_env: bool,
    /// Say on standard error which world it is, and how the clock gets into the program
    #[arg(long, short)]
    pub(super) verbose: bool,
    /// Where the state is kept of the served world, or of its own
    #[arg(long, value_name = "FILE", env = "ROLECALL_STATE")]
    pub(super) state: Option<PathBuf>,
    /// The program and its arguments
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true)]
    pub(super) command: Vec<OsString>,
}

impl Arguments {
    /// Whether the program is to have a world of its own, though another may be served.
    pub(super) fn asks_for_own_world(&self) -> bool {
        self.world.is_some() || self.role.is_some() || self.at.is_some() || self.seed.is_some()
    }
}

const EXAMPLES: &str = "\
Examples:
  rolecall exec --role photo-app=AmazonS3FullAccess --bucket photos -- aws s3 ls
  rolecall exec --world scenarios/imds/role-swap.toml --as web -- ./my-app
  rolecall exec -- bash            then, from another terminal: rolecall ctl advance 6h
  rolecall exec --at 2031-05-01T00:00:00Z -- date
  rolecall exec --net -- curl -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' \\
      http://169.254.169.254/latest/api/token

Exit codes: those of the program; 128 and the signal's number if a signal ended it; and
  125  it was not begun: wrong usage, a file that cannot be used, no world, no
       network of its own
  126  it cannot be run, or not on the simulated clock
  127  it was not found";

fn instant(text: &str) -> Result<SimInstant, String> {
    SimInstant::parse(text)
        .ok_or_else(|| "not a time; write it like `2031-05-01T00:00:00Z`".to_owned())
}
