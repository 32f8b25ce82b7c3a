//! Processes and their descendants, as the kernel lists them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// What the kernel says of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    /// One letter for what it does: `R`, `S`, `T` and so on.
    pub(crate) state: char,
    /// Who started it, or took it over.
    pub(crate) parent: i32,
    /// When it started, in ticks since the machine did. With the number, it names one process.
    pub(crate) started: u64,
    /// Where its stack began, or zero for who may not know.
    pub(crate) stack: u64,
}

impl Stat {
    /// That of the process `pid`; `None` if there is none.
    pub(crate) fn of(pid: i32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// The fields as proc(5) counts them; the name, in parentheses, may hold anything.
    fn parse(line: &str) -> Option<Self> {
        let (_, fields) = line.rsplit_once(')')?;
        let mut fields = fields.split_ascii_whitespace();
        Some(Self {
            state: fields.next()?.chars().next()?,
            parent: fields.next()?.parse().ok()?,
            started: fields.nth(17)?.parse().ok()?,
            stack: fields.nth(5)?.parse().ok()?,
        })
    }
}

/// Every process, as far as this user sees them.
pub(crate) fn all() -> impl Iterator<Item = i32> {
    let folders = fs::read_dir("/proc").into_iter().flatten().flatten();
    folders.filter_map(|folder| folder.file_name().to_str()?.parse().ok())
}

/// The descendants of `root`, without itself. What was started meanwhile may be missing.
pub(crate) fn descendants(root: i32) -> BTreeSet<i32> {
    let mut children = BTreeMap::<i32, Vec<i32>>::new();
    for pid in all() {
        if let Some(stat) = Stat::of(pid) {
            children.entry(stat.parent).or_default().push(pid);
        }
    }
    let mut found = BTreeSet::new();
    let mut open = vec![root];
    while let Some(parent) = open.pop() {
        for &child in children.get(&parent).into_iter().flatten() {
            if found.insert(child) {
                open.push(child);
            }
        }
    }
    found
}

/// The descendants of `root` and itself, found soon: by asking each for its children. One whose
/// parent has ended is missing, and so is one whose brother is just ending.
pub(crate) fn family(root: i32) -> Vec<i32> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        let threads = fs::read_dir(format!("/proc/{parent}/task"));
        for thread in threads.into_iter().flatten().flatten() {
            let children = fs::read_to_string(thread.path().join("children"));
            let children = children.unwrap_or_default();
            found.extend(
                children
                    .split_ascii_whitespace()
                    .flat_map(str::parse::<i32>),
            );
        }
        next += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn descendants_are_found_either_way() {
        let mut shell = Command::new("sh");
        let shell = shell.args(["-c", "sh -c 'echo; read line; true'; true"]);
        let mut shell = shell
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = [0];
        std::io::Read::read_exact(shell.stdout.as_mut().unwrap(), &mut line).unwrap();
        let root = shell.id().cast_signed();
        let found: Vec<_> = descendants(root).into_iter().collect();
        assert_eq!(found.len(), 1);
        let asked = family(root);
        // A kernel may be built without these lists.
        if asked.len() > 1 {
            assert_eq!(asked, [root, found[0]]);
        }
        drop(shell.stdin.take());
        shell.wait().unwrap();
    }

    #[test]
    fn a_name_with_parentheses_and_blanks_does_not_shift_the_fields() {
        let line = "77 (a) R 1 (b) T 12 77 77 0 -1 4194304 1 0 0 0 5 6 0 0 20 0 1 0 4242 1 2 3 4 5 6666 7 8";
        let stat = Stat::parse(line).unwrap();
        assert_eq!((stat.state, stat.parent), ('T', 12));
        assert_eq!((stat.started, stat.stack), (4242, 6666));
        assert_eq!(Stat::parse("77 (a) R"), None);
        assert_eq!(Stat::parse(""), None);
    }
}
