//! The environment of a process under test: the caller's, without what would let it find real
//! credentials or another network, and with what the world sets.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Variables, by name.
pub type Variables = BTreeMap<String, String>;

/// Beginnings of the names of variables that say where AWS, or we, are to be found.
const FOREIGN: &[(&str, &str)] = &[
    ("AWS_", "it is the world that says where AWS is"),
    (
        "ECS_CONTAINER_METADATA_URI",
        "it is the world that says where the program runs",
    ),
    ("BOTO_CONFIG", "it names a configuration of AWS"),
    ("ROLECALL_", "it is rolecall's own"),
];

/// Through these a request would leave the world. Names are compared without regard to case: programs
/// read both.
const PROXIES: &[&str] = &[
    "ALL_PROXY",
    "FTP_PROXY",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
];

/// In these a virtual machine is told of proxies, agents and keys for every program.
const OF_VIRTUAL_MACHINES: &[&str] = &["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"];

/// Words in names of variables that hold credentials, or lead to them: `GITHUB_TOKEN`,
/// `PIP_PASSWORD`, `SSH_AUTH_SOCK`, `GOOGLE_APPLICATION_CREDENTIALS`. A word is what underscores
/// separate.
const CREDENTIAL_WORDS: &[&str] = &[
    "APIKEY",
    "AUTH",
    "COOKIE",
    "CREDENTIAL",
    "CREDENTIALS",
    "CREDS",
    "JWT",
    "KEY",
    "KEYS",
    "NETRC",
    "PASS",
    "PASSFILE",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PAT",
    "PGPASSFILE",
    "PGPASSWORD",
    "PWD",
    "SECRET",
    "SECRETS",
    "TOKEN",
    "TOKENS",
];

/// Names that do not tell that they lead to credentials.
const CREDENTIAL_NAMES: &[&str] = &[
    "DATABASE_URL",
    "DOCKER_CONFIG",
    "GNUPGHOME",
    "GPG_AGENT_INFO",
    "KUBECONFIG",
];

/// Names that look as if they did: the working folder, which shells keep here.
const HARMLESS: &[&str] = &["OLDPWD", "PWD"];

/// The private folders, by what names them.
const PRIVATE: &[(&str, &str)] = &[
    ("HOME", ""),
    ("XDG_CACHE_HOME", ".cache"),
    ("XDG_CONFIG_HOME", ".config"),
    ("XDG_DATA_HOME", ".local/share"),
    ("XDG_RUNTIME_DIR", ".run"),
    ("XDG_STATE_HOME", ".local/state"),
];

/// What language tools find below the home folder unless a variable names it: that stays where it
/// was, or nothing that is installed would run.
const STAYING: &[(&str, &str)] = &[
    ("CARGO_HOME", ".cargo"),
    ("GOPATH", "go"),
    ("NVM_DIR", ".nvm"),
    ("PYENV_ROOT", ".pyenv"),
    ("PYTHONUSERBASE", ".local"),
    ("RUSTUP_HOME", ".rustup"),
    ("npm_config_cache", ".npm"),
];

/// The same, below the folder for caches.
const STAYING_CACHES: &[(&str, &str)] = &[("GOCACHE", "go-build")];

/// The environment of a process, and how it came about.
#[derive(Clone, PartialEq, Eq)]
pub struct Environment {
    /// All of it.
    pub variables: Variables,
    changes: Vec<Change>,
}

/// What became of one variable.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// Its name.
    pub name: String,
    /// What became of it, and why.
    pub what: What,
}

/// What became of a variable of the caller's.
#[derive(Clone, PartialEq, Eq)]
pub enum What {
    /// It is not there any more.
    Removed(&'static str),
    /// It would not be there any more, and was asked for by name.
    Passed,
    /// It names a folder of the process's own.
    Private(String),
    /// It names what would be below the home folder.
    Stays(String),
    /// The world says so.
    OfTheWorld(String),
}

/// What a process sees: `caller`'s variables without those by which it could find real credentials
/// or another network, `private` for its home, and on top what the `world` sets. Names in `passed`
/// are brought back, unless the world sets them.
///
/// ```
/// use std::path::Path;
/// use rolecall_providers::child::{Variables, environment};
///
/// let caller = [("PATH", "/bin"), ("HOME", "/home/ada"), ("AWS_PROFILE", "prod")];
/// let caller: Variables = caller.map(|(name, value)| (name.into(), value.into())).into();
/// let world = Variables::from([("AWS_REGION".into(), "eu-west-1".into())]);
/// let seen = environment(&caller, &world, Path::new("/tmp/home"), &[]).variables;
/// assert_eq!(seen["PATH"], "/bin");
/// assert_eq!(seen["HOME"], "/tmp/home");
/// assert_eq!(seen["CARGO_HOME"], "/home/ada/.cargo");
/// assert!(!seen.contains_key("AWS_PROFILE"));
/// ```
pub fn environment(
    caller: &Variables,
    world: &Variables,
    private: &Path,
    passed: &[String],
) -> Environment {
    let mut made = Environment {
        variables: Variables::new(),
        changes: Vec::new(),
    };
    for (name, value) in caller {
        match why_not(name, value) {
            Some(_) if passed.contains(name) => {
                made.variables.insert(name.clone(), value.clone());
                made.change(name, What::Passed);
            }
            Some(why) => made.change(name, What::Removed(why)),
            None => {
                made.variables.insert(name.clone(), value.clone());
            }
        }
    }
    for (name, value) in staying(caller) {
        made.set(name, value, What::Stays);
    }
    for (name, below) in PRIVATE {
        if !passed.iter().any(|passed| passed == name) {
            let folder = if below.is_empty() {
                private.to_owned()
            } else {
                private.join(below)
            };
            made.set(name, folder.display().to_string(), What::Private);
        }
    }
    for (name, value) in world {
        made.set(name, value.clone(), What::OfTheWorld);
    }
    made.changes.sort_by(|one, other| one.name.cmp(&other.name));
    made
}

impl Environment {
    /// What is not as the caller has it, by name: the values of what was removed are not told, nor
    /// are those of the world that are secret.
    pub fn difference(&self) -> &[Change] {
        &self.changes
    }

    fn set(&mut self, name: &str, value: String, what: impl FnOnce(String) -> What) {
        self.variables.insert(name.to_owned(), value.clone());
        self.change(name, what(value));
    }

    fn change(&mut self, name: &str, what: What) {
        self.changes.retain(|change| change.name != name);
        self.changes.push(Change {
            name: name.to_owned(),
            what,
        });
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.changes.iter().map(ToString::to_string))
            .finish()
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.what {
            What::Removed(why) => write!(f, "- {name}  ({why})"),
            What::Passed => write!(f, "= {name}  (passed on as asked)"),
            What::Private(value) => write!(f, "+ {name}={value}  (private)"),
            What::Stays(value) => write!(f, "+ {name}={value}  (stays where it was)"),
            // Where secrets are is none.
            What::OfTheWorld(_)
                if !name.ends_with("_FILE") && why_credentials(name, "").is_some() =>
            {
                write!(f, "+ {name}  (of the world, secret)")
            }
            What::OfTheWorld(value) => write!(f, "+ {name}={value}  (of the world)"),
        }
    }
}

/// Why a variable of the caller's is not passed on; `None` if it is.
fn why_not(name: &str, value: &str) -> Option<&'static str> {
    let upper = name.to_ascii_uppercase();
    let foreign = FOREIGN
        .iter()
        .find(|(beginning, _)| upper.starts_with(beginning));
    if let Some((_, why)) = foreign {
        return Some(why);
    }
    if PROXIES.contains(&&*upper) {
        return Some("a proxy leads out of the world");
    }
    if OF_VIRTUAL_MACHINES.contains(&&*upper) {
        return Some("it may name proxies, agents and keys");
    }
    why_credentials(&upper, value)
}

fn why_credentials(name: &str, value: &str) -> Option<&'static str> {
    const WHY: &str = "it may hold credentials, or lead to them";
    if HARMLESS.contains(&name) {
        return None;
    }
    let by_word = name.split('_').any(|word| CREDENTIAL_WORDS.contains(&word));
    if by_word || CREDENTIAL_NAMES.contains(&name) {
        return Some(WHY);
    }
    has_user(value).then_some("its value names a user, and maybe a password")
}

/// Whether a URL in `value` has a user in it: `https://ada:secret@example.com`.
fn has_user(value: &str) -> bool {
    let urls = value.split("://").skip(1);
    urls.map(|url| {
        url.split(['/', '?', '#', ' ', ','])
            .next()
            .unwrap_or_default()
    })
    .any(|authority| authority.contains('@'))
}

/// What would move with the home folder, and does not.
fn staying(caller: &Variables) -> Vec<(&'static str, String)> {
    let Some(home) = caller.get("HOME").map(Path::new) else {
        return Vec::new();
    };
    let caches = caller.get("XDG_CACHE_HOME").map(Path::new);
    let caches = caches.map_or_else(|| home.join(".cache"), Path::to_owned);
    let below_home = STAYING
        .iter()
        .map(|(name, below)| (*name, home.join(below)));
    let below_caches = STAYING_CACHES
        .iter()
        .map(|(name, below)| (*name, caches.join(below)));
    let mut staying: Vec<_> = below_home
        .chain(below_caches)
        .filter(|(name, _)| !caller.contains_key(*name))
        .map(|(name, folder)| (name, folder.display().to_string()))
        .collect();
    staying.extend(maven(caller, home));
    staying
}

/// Maven takes its repository as an option alone.
fn maven(caller: &Variables, home: &Path) -> Option<(&'static str, String)> {
    const NAME: &str = "MAVEN_OPTS";
    const REPOSITORY: &str = "-Dmaven.repo.local=";
    let options = caller.get(NAME).map_or("", String::as_str);
    let folder = home.join(".m2/repository");
    let options = format!("{options} {REPOSITORY}{}", folder.display());
    let given = caller
        .get(NAME)
        .is_some_and(|given| given.contains(REPOSITORY));
    (!given).then(|| (NAME, options.trim_start().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn of(caller: &[(&str, &str)], world: &[(&str, &str)], passed: &[&str]) -> Environment {
        let passed: Vec<_> = passed.iter().map(|name| (*name).to_owned()).collect();
        let private = Path::new("/private");
        environment(&variables(caller), &variables(world), private, &passed)
    }

    #[test]
    fn what_leads_to_real_credentials_or_another_network_is_left_out() {
        for name in [
            "AWS_PROFILE",
            "AWS_ACCESS_KEY_ID",
            "ECS_CONTAINER_METADATA_URI_V4",
            "BOTO_CONFIG",
            "https_proxy",
            "No_Proxy",
            "GITHUB_TOKEN",
            "PGPASSWORD",
            "SSH_AUTH_SOCK",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "AZURE_CLIENT_SECRET",
            "KUBECONFIG",
            "ROLECALL_STATE",
            "JAVA_TOOL_OPTIONS",
            "aws_session_token",
        ] {
            let seen = of(&[(name, "x")], &[], &[]);
            assert!(!seen.variables.contains_key(name), "{name}");
            assert!(
                seen.difference().iter().any(|change| change.name == name),
                "{name}"
            );
        }
        let seen = of(
            &[("PIP_INDEX_URL", "https://ada:hush@example.com/simple")],
            &[],
            &[],
        );
        assert!(!seen.variables.contains_key("PIP_INDEX_URL"));
    }

    #[test]
    fn everything_else_is_passed_on() {
        let caller = [
            ("PATH", "/home/ada/.pyenv/shims:/usr/bin"),
            ("LANG", "C.UTF-8"),
            ("VIRTUAL_ENV", "/home/ada/env"),
            ("GOFLAGS", "-mod=mod"),
            ("PWD", "/work"),
            ("KEYBOARD", "qwerty"),
            ("GOPROXY", "https://proxy.example.com/a@b,direct"),
            ("LD_LIBRARY_PATH", "/opt/lib"),
        ];
        let seen = of(&caller, &[], &[]).variables;
        for (name, value) in caller {
            assert_eq!(seen.get(name).map(String::as_str), Some(value), "{name}");
        }
    }

    #[test]
    fn home_is_private_and_what_tools_keep_there_stays() {
        let caller = [
            ("HOME", "/home/ada"),
            ("GOPATH", "/go"),
            ("XDG_CONFIG_HOME", "/c"),
        ];
        let seen = of(&caller, &[], &[]).variables;
        for (name, value) in [
            ("HOME", "/private"),
            ("XDG_CONFIG_HOME", "/private/.config"),
            ("XDG_RUNTIME_DIR", "/private/.run"),
            ("GOPATH", "/go"),
            ("GOCACHE", "/home/ada/.cache/go-build"),
            ("CARGO_HOME", "/home/ada/.cargo"),
            ("RUSTUP_HOME", "/home/ada/.rustup"),
            ("PYENV_ROOT", "/home/ada/.pyenv"),
            ("NVM_DIR", "/home/ada/.nvm"),
            ("npm_config_cache", "/home/ada/.npm"),
            ("MAVEN_OPTS", "-Dmaven.repo.local=/home/ada/.m2/repository"),
        ] {
            assert_eq!(seen[name], value, "{name}");
        }
        let caches = of(&[("HOME", "/h"), ("XDG_CACHE_HOME", "/c")], &[], &[]).variables;
        assert_eq!(caches["GOCACHE"], "/c/go-build");
        let without = of(&[], &[], &[]).variables;
        assert!(!without.contains_key("GOPATH"));
        let options = of(&[("HOME", "/h"), ("MAVEN_OPTS", "-Xmx1g")], &[], &[]).variables;
        assert_eq!(
            options["MAVEN_OPTS"],
            "-Xmx1g -Dmaven.repo.local=/h/.m2/repository"
        );
        let own = [("HOME", "/h"), ("MAVEN_OPTS", "-Dmaven.repo.local=/r")];
        assert_eq!(
            of(&own, &[], &[]).variables["MAVEN_OPTS"],
            "-Dmaven.repo.local=/r"
        );
    }

    #[test]
    fn the_world_has_the_last_word_and_a_name_can_be_brought_back() {
        let caller = [
            ("AWS_REGION", "real"),
            ("GITHUB_TOKEN", "t"),
            ("HOME", "/home/ada"),
        ];
        let world = [("AWS_REGION", "eu-west-1"), ("HOME", "/world")];
        let seen = of(&caller, &world, &["AWS_REGION", "GITHUB_TOKEN"]).variables;
        assert_eq!(seen["AWS_REGION"], "eu-west-1");
        assert_eq!(seen["GITHUB_TOKEN"], "t");
        assert_eq!(seen["HOME"], "/world");
        assert_eq!(of(&caller, &[], &["HOME"]).variables["HOME"], "/home/ada");
    }

    #[test]
    fn the_difference_tells_no_secret() {
        let caller = [("GITHUB_TOKEN", "hush"), ("AWS_SECRET_ACCESS_KEY", "hush")];
        let world = [
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hush"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/w/credentials"),
        ];
        let seen = of(&caller, &world, &[]);
        let told: Vec<_> = seen.difference().iter().map(ToString::to_string).collect();
        let told = told.join("\n");
        assert!(
            !told.contains("hush") && !format!("{seen:?}").contains("hush"),
            "{told}"
        );
        assert!(
            told.contains("- GITHUB_TOKEN  (it may hold credentials"),
            "{told}"
        );
        assert!(told.contains("_FILE=/w/credentials"), "{told}");
        assert!(
            told.contains("+ AWS_REGION=eu-west-1  (of the world)"),
            "{told}"
        );
    }
}
