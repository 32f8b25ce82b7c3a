//! A process, told apart from another that has had its number since.

use std::fs;

/// A process of this machine: its number, and when it began.
///
/// Numbers are used again; the two together are not, until the machine is started anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its number, as this process knows it.
    pub id: u32,
    /// When it began, in the kernel's own count of ticks; empty where the system does not tell.
    pub started: String,
}

impl Process {
    /// This one.
    pub fn this() -> Self {
        let id = std::process::id();
        let started = started(id).unwrap_or_default();
        Self { id, started }
    }

    /// Whether it is gone, which is never said of one that may be there: where the system does not
    /// tell, nothing is. One that was killed and that nobody has asked for yet is gone.
    pub fn is_gone(&self) -> bool {
        let can_tell = !self.started.is_empty() && started(std::process::id()).is_some();
        can_tell && started(self.id).as_deref() != Some(&self.started)
    }

    /// Whether it is there, which is never said of one that may be gone.
    pub fn is_there(&self) -> bool {
        started(self.id).as_deref() == Some(&self.started)
    }
}

/// When a process that is alive began.
fn started(id: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name, in parentheses, may hold anything; the state is the third field of all, the start
    // the twenty-second.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let alive = !matches!(fields.next()?, "Z" | "X");
    fields.nth(18).filter(|_| alive).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn one_that_was_killed_is_gone_and_so_is_the_one_before_it() {
        let this = Process::this();
        assert!(this.is_there() && !this.is_gone());
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let id = child.id();
        let started = started(id).unwrap();
        let child_process = Process { id, started };
        assert!(child_process.is_there() && !child_process.is_gone());
        let before = Process {
            id,
            started: "1".to_owned(),
        };
        assert!(before.is_gone(), "another has its number");
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(child_process.is_gone() && !child_process.is_there());
    }

    #[test]
    fn where_nobody_tells_nothing_is_gone() {
        let untold = Process {
            id: u32::MAX,
            started: String::new(),
        };
        assert!(!untold.is_gone() && !untold.is_there());
    }
}
