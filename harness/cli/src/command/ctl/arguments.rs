//! What `rolecall ctl` takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use rolecall_scenario::language::parse_duration;

use super::super::Format;
use super::time::{self, Since};

/// Control a world that is being served: its clock, its roles and instances, what happened in it
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
    /// Where the state of the served world is kept
    #[arg(long, global = true, value_name = "FILE", env = "ROLECALL_STATE")]
    pub(super) state: Option<PathBuf>,
    /// How long to wait for an answer
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration, default_value = "30s")]
    pub(super) timeout: Duration,
}

const EXAMPLES: &str = "\
Examples:
  rolecall ctl advance 6h
  rolecall ctl replace-profile web other-profile
  rolecall ctl journal --operation 's3:*' --errors
  rolecall ctl explain 06956111A581B8AD

Exit codes:
  0  done                         2  wrong usage, a name that is not known, or no world is served
  1  the world refuses it         3  no answer, or none of a served world";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say what time it is
    #[command(after_help = "Example:\n  rolecall ctl clock")]
    Clock(Output),
    /// Let simulated time pass
    #[command(after_help = "Examples:\n  rolecall ctl advance 6h\n  rolecall ctl advance '1h 30m'")]
    Advance {
        /// How much, such as `90m`; ten years at most
        #[arg(value_name = "DURATION", value_parser = duration)]
        duration: Duration,
        #[command(flatten)]
        output: Output,
    },
    /// Let simulated time pass until a given time; it never goes back
    #[command(after_help = "Example:\n  rolecall ctl set-clock 2031-05-01T00:00:00Z")]
    SetClock {
        /// In RFC 3339, such as `2031-05-01T00:00:00Z`
        #[arg(value_name = "TIME", value_parser = time::instant)]
        time: String,
        #[command(flatten)]
        output: Output,
    },
    /// Have an instance or a task issue its next set of keys now
    #[command(after_help = "Example:\n  rolecall ctl rotate web")]
    Rotate {
        /// An instance or a task, by its name or its id
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        output: Output,
    },
    /// End sets of keys before their time
    #[command(after_help = REVOKE_EXAMPLES)]
    Revoke {
        /// Those that this instance or task has issued, by its name or its id
        #[arg(value_name = "NAME", required_unless_present = "role")]
        name: Option<String>,
        /// Only the issue of this number; all that are still accepted otherwise
        #[arg(long, value_name = "N", conflicts_with = "role", value_parser = clap::value_parser!(u32).range(1..))]
        issue: Option<u32>,
        /// Deny everything to the sessions that this role has now, as the console does it
        #[arg(long, value_name = "ROLE", conflicts_with = "name")]
        role: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// Give an instance a profile
    #[command(after_help = "Example:\n  rolecall ctl associate-profile web web-profile")]
    AssociateProfile(Placement),
    /// Give an instance another profile
    #[command(after_help = "Example:\n  rolecall ctl replace-profile web other-profile")]
    ReplaceProfile(Placement),
    /// Take an instance's profile away
    #[command(after_help = "Example:\n  rolecall ctl disassociate-profile web")]
    DisassociateProfile(Instance),
    /// Put a role into a profile, in place of the one it holds
    #[command(after_help = "Example:\n  rolecall ctl set-profile-role web-profile other-app")]
    SetProfileRole {
        /// The instance profile
        #[arg(value_name = "PROFILE")]
        profile: String,
        /// Its new role
        #[arg(value_name = "ROLE")]
        role: String,
        #[command(flatten)]
        output: Output,
    },
    /// Attach a managed policy to a role
    #[command(after_help = "Example:\n  rolecall ctl attach-policy photo-app AmazonS3FullAccess")]
    AttachPolicy(Attachment),
    /// Detach a managed policy from a role
    #[command(after_help = "Example:\n  rolecall ctl detach-policy photo-app AmazonS3FullAccess")]
    DetachPolicy(Attachment),
    /// Write an inline policy of a role, new or in place of the one of that name
    #[command(after_help = PUT_POLICY_EXAMPLES)]
    PutPolicy {
        /// The role
        #[arg(value_name = "ROLE")]
        role: String,
        /// The name of the policy
        #[arg(value_name = "NAME")]
        name: String,
        /// The JSON document; `-` reads it from standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        output: Output,
    },
    /// Launch an instance, which gets a metadata address of its own
    #[command(after_help = LAUNCH_EXAMPLES)]
    Launch(Launch),
    /// Say which instances there are, and where their metadata is
    #[command(after_help = "Example:\n  rolecall ctl instances")]
    Instances(Output),
    /// Do in one step what AWS's console does
    #[command(subcommand, after_help = CONSOLE_EXAMPLES)]
    Console(Console),
    /// Stop a running instance
    #[command(after_help = "Example:\n  rolecall ctl stop-instance web")]
    StopInstance(Instance),
    /// Start a stopped instance
    #[command(after_help = "Example:\n  rolecall ctl start-instance web")]
    StartInstance(Instance),
    /// End an instance for good
    #[command(after_help = "Example:\n  rolecall ctl terminate web")]
    Terminate(Instance),
    /// Print the code that a virtual MFA device shows
    #[command(after_help = MFA_CODE_EXAMPLES)]
    MfaCode(MfaCode),
    /// Print a token of an identity provider, which STS takes in place of a signature
    #[command(after_help = WEB_IDENTITY_TOKEN_EXAMPLES)]
    WebIdentityToken(WebIdentityToken),
    /// Have an identity provider publish keys besides its own, so that others may sign its tokens
    #[command(after_help = WEB_IDENTITY_KEYS_EXAMPLE)]
    WebIdentityKeys(WebIdentityKeys),
    /// Have a service of AWS assume a role, and print the exports that make a shell the service's
    #[command(after_help = SERVICE_SESSION_EXAMPLES)]
    ServiceSession(ServiceSession),
    /// Put the world back to how it began, and its clock to this machine's time
    ///
    /// The same seed makes the same ids and keys again. Numbers of the journal and request ids go on,
    /// so that none is given twice; faults are lifted. What clients hold cannot be put back: metadata
    /// tokens and keys that the new world has not issued are refused. Do it while nothing is under way.
    #[command(after_help = "Example:\n  rolecall ctl reset")]
    Reset(Output),
    /// Write the whole world to a file that only you may read: it holds every simulated secret in clear
    ///
    /// Everything of the accounts, the faults and the time; not the journal. Metadata tokens, keys and
    /// uploads that have begun are in it, so that clients can go on where they were.
    #[command(after_help = DUMP_EXAMPLES)]
    Dump {
        /// Where to; standard output if none is given
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Take up the world of a file in the place of the one that is served, with its time
    ///
    /// All of it or nothing. What clients hold of the world in the file is good again, what they hold
    /// of the one that was served no longer. The clock goes to the time of the file, forward or back;
    /// the journal begins anew, and its numbers go on. Do it while nothing is under way.
    #[command(after_help = DUMP_EXAMPLES)]
    Load {
        /// What `rolecall ctl dump` wrote; `-` reads it from standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        output: Output,
    },
    /// Make requests fail on purpose, from now on
    #[command(after_help = ADD_FAULT_EXAMPLES)]
    AddFault(AddFault),
    /// Say which faults there are, and what they struck
    #[command(after_help = "Example:\n  rolecall ctl faults")]
    Faults(Output),
    /// Lift a fault; without a name all of them, and open every gate
    #[command(
        after_help = "Examples:\n  rolecall ctl clear-fault slow-token\n  rolecall ctl clear-fault"
    )]
    ClearFault {
        /// The name of the fault
        #[arg(value_name = "NAME")]
        name: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// Print what happened
    #[command(after_help = JOURNAL_EXAMPLES)]
    Journal(Journal),
    /// Say what became of a request
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain {
        /// The request id that its answer carried, its number in the journal, or the event id of its
        /// CloudTrail record; the latest request that policies decided on, if none is given
        #[arg(value_name = "ID", default_value = "last", hide_default_value = true)]
        id: String,
        #[command(flatten)]
        output: Output,
    },
    /// Print the description of the control routes, in the form of OpenAPI 3.1
    #[command(after_help = "Example:\n  rolecall ctl openapi > control.json")]
    Openapi,
}

const LAUNCH_EXAMPLES: &str = "\
Examples:
  rolecall ctl launch batch --profile web-profile
  rolecall ctl launch batch --metadata-options HttpTokens=required,HttpPutResponseHopLimit=2
  eval \"$(rolecall env batch)\"";

const CONSOLE_EXAMPLES: &str = "\
Examples:
  rolecall ctl console create-role batch-app --trust ec2 --policy AmazonS3ReadOnlyAccess
  rolecall ctl console modify-iam-role web batch-app
  rolecall ctl console modify-iam-role web --none";

const DUMP_EXAMPLES: &str = "\
Examples:
  rolecall ctl dump before.json
  rolecall ctl load before.json";

const REVOKE_EXAMPLES: &str = "\
Examples:
  rolecall ctl revoke web
  rolecall ctl revoke web --issue 2
  rolecall ctl revoke --role photo-app";

const PUT_POLICY_EXAMPLES: &str = "\
Examples:
  rolecall ctl put-policy photo-app reads reads.json
  jq .policy world.json | rolecall ctl put-policy photo-app reads -";

const MFA_CODE_EXAMPLES: &str = "\
Examples:
  rolecall ctl mfa-code ann
  rolecall ctl mfa-code arn:aws:iam::111122223333:mfa/ann --next
  aws sts get-session-token --serial-number arn:aws:iam::111122223333:mfa/ann --token-code \"$(rolecall ctl mfa-code ann)\"

A code is taken once; the next one comes within 30 seconds: `rolecall ctl advance 30s`.";

const WEB_IDENTITY_TOKEN_EXAMPLES: &str = "\
Examples:
  rolecall ctl web-identity-token https://oidc.simulated.example/ci repo:org/app > token
  rolecall ctl web-identity-token https://oidc.simulated.example/ci repo:org/app --lifetime 10m
  AWS_WEB_IDENTITY_TOKEN_FILE=token AWS_ROLE_ARN=arn:aws:iam::111122223333:role/deploy aws s3 ls

Any URL of https is an issuer of the world; an account believes those that are registered there:
`aws iam create-open-id-connect-provider`.";

const WEB_IDENTITY_KEYS_EXAMPLE: &str = "\
Example:
  rolecall ctl web-identity-keys https://oidc.simulated.example/ci keys.jwks.json

The file is a JSON Web Key Set. RSA keys sign with RS256, EC keys on P-256 with ES256. They take the
place of those that the provider published so before.";

const SERVICE_SESSION_EXAMPLES: &str = "\
Examples:
  eval \"$(rolecall env)\"; eval \"$(rolecall ctl service-session elasticmapreduce.amazonaws.com emr)\"
  rolecall ctl service-session lambda.amazonaws.com resizer --session-name resize --format json";

const JOURNAL_EXAMPLES: &str = "\
Examples:
  rolecall ctl journal --follow
  rolecall ctl journal --operation 's3:*' --status 403
  rolecall ctl journal --caller photo-app --since 1h
  rolecall ctl journal --format cloudtrail > records.json";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  rolecall ctl explain                      the latest that policies decided on
  rolecall ctl explain 06956111A581B8AD
  rolecall ctl explain 42";

const ADD_FAULT_EXAMPLES: &str = "\
Examples:
  rolecall ctl add-fault slow-token --on imds-token 'delay = \"5s\"'
  rolecall ctl add-fault outage --place web 'answer = { status = 503 }'
  rolecall ctl add-fault cut --on 's3-get-*' --nth 2 --times 1 'reset = \"in-body\"'

The words for what happens are those of scenarios: docs/faults.md has them all.";

#[derive(Args, Debug)]
pub(super) struct Launch {
    /// Its name: its `Name` tag, by which `rolecall env` finds it
    #[arg(value_name = "NAME")]
    pub(super) name: String,
    /// The instance profile to launch it with
    #[arg(long, value_name = "PROFILE")]
    pub(super) profile: Option<String>,
    /// Such as `m5.large`
    #[arg(long, value_name = "TYPE")]
    pub(super) instance_type: Option<String>,
    /// As the AWS CLI has them: `HttpTokens=required,HttpPutResponseHopLimit=2`
    #[arg(long, value_name = "OPTIONS", value_parser = super::instances::metadata_options)]
    pub(super) metadata_options: Option<super::instances::Options>,
    /// Launch a Spot Instance
    #[arg(long)]
    pub(super) spot: bool,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, Subcommand)]
pub(super) enum Console {
    /// Make a role for a service; for `ec2`, in an instance profile of the same name
    CreateRole {
        /// The role
        #[arg(value_name = "NAME")]
        name: String,
        /// The service that may assume it: `ec2`, `lambda`, …
        #[arg(long, value_name = "SERVICE")]
        trust: String,
        /// A managed policy to attach; may be said several times
        #[arg(long = "policy", value_name = "POLICY")]
        policies: Vec<String>,
        #[command(flatten)]
        output: Output,
    },
    /// Give an instance a role, in place of the one it has, or take it away
    ModifyIamRole {
        /// The instance, by its name or its id
        #[arg(value_name = "INSTANCE")]
        instance: String,
        /// The role, by the name of its instance profile
        #[arg(value_name = "ROLE", required_unless_present = "none")]
        role: Option<String>,
        /// Leave it without one
        #[arg(long, conflicts_with = "role")]
        none: bool,
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Args, Debug)]
pub(super) struct AddFault {
    /// What to clear it by
    #[arg(value_name = "NAME")]
    pub(super) name: String,
    /// A word and its value, such as `delay = "5s"` or `black-hole = true`
    #[arg(value_name = "EFFECT")]
    pub(super) effect: String,
    /// Only this operation, with wildcards: `imds-token`, `s3-*`; every request otherwise
    #[arg(long, value_name = "PATTERN", default_value = "*")]
    pub(super) on: String,
    /// Only what comes from this instance or task
    #[arg(long, value_name = "NAME")]
    pub(super) place: Option<String>,
    /// The first of those requests that suffers it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), default_value = "1")]
    pub(super) nth: u32,
    /// How many suffer it from there on; all otherwise
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) times: Option<u32>,
    #[command(flatten)]
    pub(super) output: Output,
}

/// In which form to answer.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Output {
    /// For a person, or for a machine
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub(super) format: Format,
}

#[derive(Args, Debug)]
pub(super) struct Placement {
    /// The instance, by its name or its id
    #[arg(value_name = "INSTANCE")]
    pub(super) instance: String,
    /// The instance profile
    #[arg(value_name = "PROFILE")]
    pub(super) profile: String,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Args, Debug)]
pub(super) struct Instance {
    /// The instance, by its name or its id
    #[arg(value_name = "INSTANCE")]
    pub(super) instance: String,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Args, Debug)]
pub(super) struct Attachment {
    /// The role
    #[arg(value_name = "ROLE")]
    pub(super) role: String,
    /// The managed policy, by its name or its ARN
    #[arg(value_name = "POLICY")]
    pub(super) policy: String,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Args, Debug)]
pub(super) struct MfaCode {
    /// The user who has the device, or its serial number
    #[arg(value_name = "USER|SERIAL")]
    pub(super) device: String,
    /// Print the code that comes after it: two that follow one another enable a device
    #[arg(long)]
    pub(super) next: bool,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Args, Debug)]
pub(super) struct ServiceSession {
    /// Its principal, such as `elasticmapreduce.amazonaws.com`
    pub(super) service: String,
    /// The role it assumes: its name, or its ARN
    pub(super) role: String,
    /// The name of the session
    #[arg(long, value_name = "NAME", default_value = "rolecall")]
    pub(super) session_name: String,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Args, Debug)]
pub(super) struct WebIdentityToken {
    /// Who signs it
    #[arg(value_name = "URL")]
    pub(super) issuer: String,
    /// Who it is about
    pub(super) subject: String,
    /// Who it is for
    #[arg(long, default_value = "sts.amazonaws.com")]
    pub(super) audience: String,
    /// How long it is good, by simulated time, such as 10m
    #[arg(long, value_name = "DURATION", default_value = "1d", value_parser = duration)]
    pub(super) lifetime: Duration,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Args, Debug)]
pub(super) struct WebIdentityKeys {
    /// Whose they are
    #[arg(value_name = "URL")]
    pub(super) issuer: String,
    /// The file with the keys
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Args, Debug)]
pub(super) struct Journal {
    /// Go on printing as things happen, until Ctrl-C (exit code 0), or until the world is gone (3)
    #[arg(long)]
    pub(super) follow: bool,
    /// Only this operation, with wildcards: `s3:*`, `s3:Put*`, `imds-*`
    #[arg(long, value_name = "PATTERN")]
    pub(super) operation: Option<String>,
    /// Only what this one asked, with wildcards: a caller's name, a user or role, an ARN, an access
    /// key id
    #[arg(long, value_name = "PATTERN")]
    pub(super) caller: Option<String>,
    /// Only what was answered so: `403`, `4xx`
    #[arg(long, value_name = "STATUS")]
    pub(super) status: Option<String>,
    /// Only what happened in the last `1h`, or since a time such as `2031-05-01T00:00:00Z`
    #[arg(long, value_name = "WHEN", value_parser = time::since)]
    pub(super) since: Option<Since>,
    /// Only what was refused, or not answered at all
    #[arg(long)]
    pub(super) errors: bool,
    /// A line each; a JSON object a line; or the records of CloudTrail, a log file of them
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub(super) format: JournalFormat,
}

/// The forms of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum JournalFormat {
    Text,
    Json,
    Cloudtrail,
}

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).ok_or_else(|| "not a duration; write `6h`, `90m` or `1h 30m`".to_owned())
}
