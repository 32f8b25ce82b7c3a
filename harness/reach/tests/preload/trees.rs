//! What reaches the descendants of a process, and what does not.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use rolecall_reach::Library;

use crate::host::Host;
use crate::tools::note;

const DAY: i64 = 24 * 3600;

fn shell(script: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]);
    command
}

/// The seconds since 1970 that each line has.
fn seconds(output: &str) -> Vec<f64> {
    output.lines().map(|line| line.parse().unwrap()).collect()
}

fn machine_now() -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap().as_secs_f64()
}

/// Whether it is now, by a clock that says it in whole seconds; tests may wait for their turn.
fn is_about(seconds: f64, now: f64) -> bool {
    (seconds - now).abs() < 600.0
}

#[test]
fn a_shell_and_what_it_runs_live_by_the_clock() {
    let host = Host::new();
    host.shift(DAY);
    let told = host.output(shell("date +%s; /bin/sh -c 'date +%s; date +%s'"));
    let told = seconds(&told);
    assert_eq!(told.len(), 3);
    assert!(
        told.iter().all(|&told| is_about(told, host.now())),
        "{told:?}"
    );
    // The shells count, and each `date`, be it in a process of its own or after the shell in its.
    assert!(host.page.attached() >= 4, "{}", host.page.attached());
}

#[test]
fn a_process_without_the_environment_is_lost_and_not_counted() {
    let host = Host::new();
    host.shift(DAY);
    let told = host.output(shell("exec env -i /bin/sh -c 'date +%s'"));
    assert!(is_about(seconds(&told)[0], machine_now()), "{told}");
    // The shell, and `env` in its place.
    assert_eq!(host.page.attached(), 2);
}

#[test]
fn a_program_counts_once_also_if_it_never_looks_at_the_clock() {
    let host = Host::new();
    host.output(Command::new("true"));
    assert_eq!(host.page.attached(), 1);
}

#[test]
fn a_process_that_is_told_of_no_clock_lives_by_the_machines() {
    let host = Host::new();
    host.shift(DAY);
    let mut command = shell("date +%s");
    host.library().preload_into(&mut command, &host.page);
    let output = command.env_remove("ROLECALL_CLOCK").output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(is_about(seconds(&told)[0], machine_now()), "{told}");
    assert!(output.stderr.is_empty());
    assert_eq!(host.page.attached(), 0);
}

#[test]
fn a_clock_that_cannot_be_mapped_is_complained_of() {
    let host = Host::new();
    let short = host.folder().join("short");
    fs::write(&short, [0; 8]).unwrap();
    for path in [short, host.folder().join("missing")] {
        let mut command = Command::new("true");
        host.library().preload_into(&mut command, &host.page);
        let output = command.env("ROLECALL_CLOCK", path).output().unwrap();
        assert!(output.status.success());
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(
            complaint.starts_with("rolecall: ROLECALL_CLOCK"),
            "{complaint}"
        );
    }
}

/// What was to be preloaded anyway still is.
#[test]
fn other_libraries_stay() {
    let host = Host::new();
    let others = tempfile::tempdir().unwrap();
    let other = Library::unpack_in(others.path()).unwrap();
    let renamed = others.path().join("other.so");
    fs::copy(other.path(), &renamed).unwrap();
    let mut command = shell("cat /proc/$$/maps");
    command.env("LD_PRELOAD", &renamed);
    let maps = host.output(command);
    for library in [renamed.as_path(), host.library().path()] {
        assert!(maps.contains(library.to_str().unwrap()), "{maps}");
    }
}

/// A process that may read the clock and not write it lives by it; only what it sees is not known.
#[test]
fn another_user_may_live_by_the_clock() {
    const NOBODY: u32 = 65534;
    let host = Host::new();
    if fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) != 0) {
        return note("another user: only root may start its processes");
    }
    for folder in [host.folder(), host.library().path().parent().unwrap()] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
    host.shift(DAY);
    let mut command = shell("date +%s");
    command.uid(NOBODY);
    let told = host.output(command);
    assert!(is_about(seconds(&told)[0], host.now()), "{told}");
    assert_eq!(
        (host.page.attached(), host.page.last_seen_nanos()),
        (0, None)
    );
}
