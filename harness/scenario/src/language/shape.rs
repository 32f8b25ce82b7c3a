//! Which keys each table of the language has: the one list that the parser, the suggestions and the
//! documentation go by.

use std::collections::BTreeSet;

use rolecall_endpoints::FAULT_WORDS;

use super::model::{
    Class, CredentialSource, GatePoint, How, HttpTokens, Method, Need, OddExpiration, Overlap,
    Place, PodIdentity, Point, ProcessField, Reason, RuleSet, Service, Setting, SsoForm, TaskKind,
    Use, Verb,
};
use super::word::Word;

/// The keys of one kind of table.
#[derive(Debug)]
pub(super) struct Shape {
    /// What such a table is called in messages.
    pub(super) what: &'static str,
    keys: &'static [&'static str],
    besides: Besides,
}

/// Keys that several tables share, or that others list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Besides {
    Nothing,
    Issuing,
    Verbs,
    Effects,
}

/// The keys of how a source issues credentials.
pub(super) const ISSUING_KEYS: &[&str] = &[
    "credential-lifetime",
    "publish-before-expiry",
    "overlap",
    "rotate-at",
];

impl Shape {
    const fn new(what: &'static str, keys: &'static [&'static str]) -> Self {
        Self {
            what,
            keys,
            besides: Besides::Nothing,
        }
    }

    const fn and(mut self, besides: Besides) -> Self {
        self.besides = besides;
        self
    }

    /// The keys, in the order in which they are listed.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'static str> + Clone {
        let among = |besides| self.besides == besides;
        let (issuing, verbs, effects) = (
            among(Besides::Issuing),
            among(Besides::Verbs),
            among(Besides::Effects),
        );
        let issuing = ISSUING_KEYS.iter().copied().filter(move |_| issuing);
        let verbs = Verb::words().filter(move |_| verbs);
        let effects = FAULT_WORDS
            .iter()
            .map(|word| word.word)
            .filter(move |_| effects);
        let own = self.keys.iter().copied();
        own.chain(issuing).chain(verbs).chain(effects)
    }
}

macro_rules! shapes {
    ($($name:ident = $what:literal [$($key:literal),* $(,)?] $(+ $besides:ident)?;)+) => {
        $(pub(super) static $name: Shape =
            Shape::new($what, &[$($key),*])$(.and(Besides::$besides))?;)+

        static ALL: &[&Shape] = &[$(&$name),+];
    };
}

shapes! {
    SCENARIO = "a scenario" [
        "summary", "rules", "promised", "preview", "needs", "world", "app", "fault", "match", "vary",
        "step",
    ];
    WORLD = "the world" [
        "start", "region", "buckets", "association-delay", "consistency-delay",
        "organization", "account", "user", "role", "profile", "instance", "task", "pod", "bucket",
        "config-profile", "sso",
    ] + Issuing;
    ORGANIZATION = "an organization" ["id", "management", "full-aws-access", "scp", "rcp"];
    ACCOUNT = "an account" ["id", "full-aws-access", "scp", "rcp"];
    USER = "a user" ["policies", "inline", "account"];
    ROLE = "a role" ["trust", "policies", "inline", "max-session-duration", "account"];
    PROFILE = "an instance profile" ["role"];
    INSTANCE = "an instance" ["profile", "http-tokens", "account", "recorded"] + Issuing;
    TASK = "a task" [
        "role", "kind", "authorization-token", "authorization-token-file", "recorded",
    ] + Issuing;
    POD = "a pod" ["role", "identity", "namespace", "service-account", "token-lifetime"] + Issuing;
    BUCKET = "a bucket" ["policy", "account"];
    CONFIG_PROFILE = "a profile of the configuration files" [
        "role", "source-profile", "credential-source", "session-name", "external-id", "duration",
        "user", "credential-process", "process", "sso", "sso-role", "sso-form",
        "web-identity-token-file", "settings",
    ];
    PROCESS = "`process`" ["role", "user"] + Issuing;
    SSO = "a portal" ["start-url", "region", "user", "token-lifetime", "signed-in", "role"];
    SSO_ROLE = "a role of a portal" ["policies", "inline", "account", "session-duration"];
    APP = "an app" ["on", "use", "profile", "env", "settings", "clock-skew"];
    MATCH = "a match" [
        "operation", "path", "header-present", "header-absent", "app", "place", "not-before",
        "before",
    ];
    FAULT = "a fault" ["name", "on", "nth", "times"] + Effects;
    ANSWER = "`answer`" ["status", "code", "message", "body", "headers"];
    THROTTLE = "`throttle`" ["retry-after-seconds"];
    REDIRECT = "`redirect`" ["to", "status"];
    DELAY = "`delay`" ["min", "max"];
    STALL = "`stall`" ["at", "lasts"];
    ERROR_DOCUMENT = "`error-document`" ["code", "message"];
    DRIP = "`drip`" ["bytes", "every"];
    GATE = "`gate`" ["name", "on", "at", "nth"];
    STEP = "a step" [
        "name", "rule", "app", "after", "wall-step", "at-once", "repeat", "begin", "join", "gate",
        "open", "fault", "clear-fault", "settle", "expect", "expect-total",
    ] + Verbs;
    REPEAT = "`repeat`" ["times", "every"];
    BEGIN = "`begin`" ["as"] + Verbs;
    RESOLVE = "`resolve`" [];
    UPLOAD = "`upload`" ["bucket", "key", "size", "metadata", "parts", "part-size"];
    DOWNLOAD = "`download`" ["bucket", "key"];
    CALLER_IDENTITY = "`caller-identity`" [];
    ASSUME_ROLE = "`assume-role`" ["role", "session-name", "duration", "external-id"];
    PRESIGN = "`presign`" ["method", "bucket", "key", "expires"];
    USE_URL = "`use-url`" ["of"];
    LAUNCH = "`launch`" ["instance", "profile"];
    STOP_INSTANCE = "`stop-instance`" ["instance"];
    START_INSTANCE = "`start-instance`" ["instance"];
    TERMINATE = "`terminate`" ["instance"];
    ASSOCIATE_PROFILE = "`associate-profile`" ["instance", "profile"];
    REPLACE_PROFILE = "`replace-profile`" ["instance", "profile"];
    DISASSOCIATE_PROFILE = "`disassociate-profile`" ["instance"];
    SET_PROFILE_ROLE = "`set-profile-role`" ["profile", "role"];
    PUT_POLICY = "`put-policy`" ["role", "name", "document"];
    ATTACH_POLICY = "`attach-policy`" ["role", "policy"];
    DETACH_POLICY = "`detach-policy`" ["role", "policy"];
    ROTATE = "`rotate`" ["instance", "task", "pod", "process"];
    REVOKE = "`revoke`" ["role", "instance", "task", "pod", "process", "issue"];
    WRITE_FILE = "`write-file`" ["path", "content", "how"];
    ROTATE_TOKEN = "`rotate-token`" ["task", "pod", "how"];
    SET_PROCESS = "`set-process`" [
        "profile", "exit", "stderr", "version", "missing-field", "expiration", "output",
        "and-output", "takes",
    ];
    SIGN_IN = "`sign-in`" ["sso"];
    SIGN_OUT = "`sign-out`" ["sso"];
    EXPECT = "`expect`" [
        "fails", "allowed", "denied", "identity", "issue", "same-set-as", "calls", "within", "each",
        "last", "any-of", "under",
    ];
    ALLOWED = "`allowed`" ["by", "issue", "identity"];
    DENIED = "`denied`" ["code", "by", "reason"];
    COUNT = "a count" ["min", "max"];
}

/// Every word of the language, in alphabetical order: the keys of all its tables and the members of
/// its closed lists. Names that a file gives are not words.
pub fn words() -> BTreeSet<&'static str> {
    let keys = ALL.iter().flat_map(|shape| shape.keys());
    // The key of a row of `[[vary]]`, whose other keys are names.
    keys.chain(["id", Place::LAPTOP])
        .chain(Class::words())
        .chain(CredentialSource::words())
        .chain(GatePoint::words())
        .chain(How::words())
        .chain(HttpTokens::words())
        .chain(Method::words())
        .chain(Need::words())
        .chain(OddExpiration::words())
        .chain(Overlap::words())
        .chain(PodIdentity::words())
        .chain(Point::words())
        .chain(ProcessField::words())
        .chain(Reason::words())
        .chain(RuleSet::words())
        .chain(Service::words())
        .chain(Setting::words())
        .chain(SsoForm::words())
        .chain(TaskKind::words())
        .chain(Use::words())
        .collect()
}
