//! Why nothing more comes from a driver, in words.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use thiserror::Error;

/// A driver that does not do what drivers do. Nothing can be said of its provider then.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Over {
    /// It is not running any more.
    #[error("the driver ended by itself: {how}{}", last_words(.last))]
    Ended {
        /// With which status, or by which signal.
        how: String,
        /// The signal, if it was one.
        signal: Option<i32>,
        /// What it wrote last to standard error.
        last: Vec<String>,
    },
    /// It runs, and will never answer again.
    #[error("the driver closed its standard output, and runs on")]
    ClosedOutput,
    /// It runs, and reads nothing any more.
    #[error("the driver closed its standard input, and runs on")]
    ClosedInput,
    /// It wrote what is no answer.
    #[error(
        "the driver wrote to standard output what is no answer ({why}): {line}; \
         standard output is for answers alone, anything else goes to standard error"
    )]
    Garbage {
        /// The line, as far as it can be shown.
        line: String,
        /// Why it is none.
        why: String,
    },
    /// It wrote more than a line may have.
    #[error("the driver wrote a line of more than {0} bytes")]
    LineTooLong(usize),
    /// It wrote many lines with nothing in them.
    #[error("the driver wrote more than {0} empty lines")]
    Flood(usize),
    /// It answered what nobody asked.
    #[error("the driver answered the request {0}, which was never made")]
    NeverAsked(u64),
    /// It answered again.
    #[error("the driver answered the request {0} twice")]
    AnsweredTwice(u64),
    /// It answered something else.
    #[error("the driver answered `{op}` with something else: {why}")]
    WrongShape {
        /// What was asked.
        op: String,
        /// What is wrong with the answer.
        why: String,
    },
    /// It refused what every driver must do.
    #[error("the driver answered `{op}` with an error: {why}")]
    Refused {
        /// What was asked.
        op: &'static str,
        /// Why, in its words.
        why: String,
    },
    /// It did not say who it is in time.
    #[error("the driver did not answer `hello` within {}{}", seconds(.limit), last_words(.last))]
    SlowHello {
        /// How long it had.
        limit: Duration,
        /// What it wrote last to standard error.
        last: Vec<String>,
    },
    /// It answers nothing any more, not even what needs no library.
    #[error(
        "the driver is stuck: it answered neither `{op}` within {} nor `now` within {} after that{}",
        seconds(.limit), seconds(.grace), last_words(.last)
    )]
    Stuck {
        /// What was asked.
        op: &'static str,
        /// How long it had.
        limit: Duration,
        /// How long it had then.
        grace: Duration,
        /// What it wrote last to standard error.
        last: Vec<String>,
    },
    /// It is another provider than its manifest says.
    #[error(
        "the driver says that it is {said}, and its manifest that it is {expected}; \
         install it again, or change the manifest"
    )]
    SomebodyElse {
        /// Name and version.
        said: String,
        /// Name and version.
        expected: String,
    },
    /// It was given up before.
    #[error("the driver was ended, since `{0}` took too long")]
    GivenUp(&'static str),
}

fn last_words(last: &[String]) -> String {
    match last {
        [] => "; it wrote nothing to standard error".to_owned(),
        lines => format!("; the last on standard error: {}", lines.join(" | ")),
    }
}

/// A duration as a person says it.
pub(super) fn seconds(duration: &Duration) -> String {
    match duration.as_millis() {
        millis if millis % 1000 == 0 => format!("{} s", millis / 1000),
        millis => format!("{millis} ms"),
    }
}

/// How a process ended.
pub(super) fn how(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("killed by signal {signal}{}", named(signal)),
        (None, None) => "nobody knows how".to_owned(),
    }
}

/// The signals by which programs commonly end, as POSIX numbers them on every system here.
fn named(signal: i32) -> &'static str {
    match signal {
        4 => " (SIGILL, an illegal instruction)",
        6 => " (SIGABRT, it gave itself up)",
        8 => " (SIGFPE, impossible arithmetic)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV, memory that is not its own)",
        13 => " (SIGPIPE, nobody read what it wrote)",
        15 => " (SIGTERM)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_in_words() {
        // As `wait` has them: the status in the second byte, the signal in the first.
        assert_eq!(how(ExitStatus::from_raw(3 << 8)), "exit status 3");
        assert!(how(ExitStatus::from_raw(11)).starts_with("killed by signal 11 (SIGSEGV"));
        assert_eq!(how(ExitStatus::from_raw(64)), "killed by signal 64");
        let ended = Over::Ended {
            how: "exit status 3".to_owned(),
            signal: None,
            last: vec!["no module".to_owned(), "giving up".to_owned()],
        };
        assert_eq!(
            ended.to_string(),
            "the driver ended by itself: exit status 3; the last on standard error: no module | giving up"
        );
    }
}
