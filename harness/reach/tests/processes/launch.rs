//! Starting and ending processes, whatever their clock.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;

use crate::support::{BOTH_WAYS, assert_shifted, launcher, number, read_to_end, set_offset, shell};
use rolecall_reach::{Group, LaunchError, Method};

fn none() -> Method {
    Method::None("a test".to_owned())
}

/// Whether the process is gone, or only its entry is left for its parent.
fn is_dead(pid: i32) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return true;
    };
    stat.rsplit(')')
        .next()
        .unwrap()
        .trim_start()
        .starts_with('Z')
}

#[test]
fn the_exit_code_is_passed_on_however_often_it_is_asked_for() {
    let (_folder, launcher) = launcher();
    let child = launcher.launch(shell("exit 7"), &none()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(7));
    assert_eq!(child.wait().unwrap().code(), Some(7));
    assert_eq!(child.try_wait().unwrap().unwrap().code(), Some(7));
}

#[test]
fn the_signal_that_ended_it_is_passed_on() {
    let (_folder, launcher) = launcher();
    let mut child = launcher
        .launch(shell("echo $$; read nothing"), &none())
        .unwrap();
    number::<i32>(&mut child);
    assert_eq!(child.try_wait().unwrap(), None);
    child.signal(15).unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(15));
}

#[test]
fn another_thread_may_kill_while_one_waits() {
    let (_folder, launcher) = launcher();
    let child = launcher.launch(shell("read nothing"), &none()).unwrap();
    let status = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| child.wait().unwrap());
        child.kill();
        waiting.join().unwrap()
    });
    assert_eq!(status.signal(), Some(9));
}

#[test]
fn what_is_dropped_is_dead_with_its_descendants_and_leaves_no_entry() {
    for group in [Group::Own, Group::Ours] {
        let (_folder, launcher) = launcher();
        let launcher = launcher.in_group(group);
        // The second has left the group.
        let script = "sleep 600 & setsid sleep 600 & echo $$; wait";
        let mut child = launcher.launch(shell(script), &none()).unwrap();
        let pid: i32 = number(&mut child);
        assert_eq!(u32::try_from(pid).unwrap(), child.id());
        let mut out = child.stdout.take().unwrap();
        drop(child);
        assert!(!Path::new(&format!("/proc/{pid}")).exists());
        // Ends only when both of the others are gone, too.
        out.read_to_end(&mut Vec::new()).unwrap();
    }
}

#[test]
fn a_group_outlives_its_first_process_and_is_killed_with_the_child() {
    let (_folder, launcher) = launcher();
    let script = "sleep 600 & echo $!";
    let mut child = launcher.launch(shell(script), &none()).unwrap();
    let grandchild = number(&mut child);
    assert!(child.wait().unwrap().success());
    assert!(!is_dead(grandchild));
    child.kill();
    read_to_end(&mut child);
}

#[test]
fn the_group_is_its_own_or_ours() {
    let group_of = |pid: &str| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let fields = stat.rsplit(')').next().unwrap();
        let group = fields.split_whitespace().nth(2).unwrap();
        group.parse::<i32>().unwrap()
    };
    for group in [Group::Own, Group::Ours] {
        let (_folder, launcher) = launcher();
        let launcher = launcher.in_group(group);
        let mut child = launcher
            .launch(shell("echo $$; read nothing"), &none())
            .unwrap();
        let pid: i32 = number(&mut child);
        let ours = group_of(&pid.to_string()) == group_of("self");
        assert_eq!(ours, group == Group::Ours);
    }
}

#[test]
fn a_missing_program_and_one_that_cannot_be_run_are_told_apart() {
    let (folder, launcher) = launcher();
    let launch = |command: Command| launcher.launch(command, &none()).unwrap_err();

    let missing = launch(Command::new("no-such-program"));
    assert!(matches!(&missing, LaunchError::NotFound(name) if name == "no-such-program"));
    assert_eq!(missing.to_string(), "no-such-program: not found");

    let file = folder.path().join("script");
    fs::write(&file, "#!/no/such/interpreter\n").unwrap();
    let not_executable = launch(Command::new(&file));
    assert!(matches!(not_executable, LaunchError::NotRunnable { .. }));

    let mut by_name = Command::new("script");
    by_name.env("PATH", folder.path());
    assert!(matches!(launch(by_name), LaunchError::NotRunnable { .. }));

    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    let without_interpreter = launch(Command::new(&file));
    assert!(matches!(
        without_interpreter,
        LaunchError::NotRunnable { .. }
    ));

    let mut elsewhere = Command::new("true");
    elsewhere.current_dir(folder.path().join("nowhere"));
    let elsewhere = launch(elsewhere);
    assert!(matches!(elsewhere, LaunchError::NotRunnable { .. }));
}

#[test]
fn a_preloaded_program_and_its_descendants_live_by_the_clock() {
    let (folder, launcher) = launcher();
    for offset in BOTH_WAYS {
        set_offset(&launcher, offset);
        let command = shell("sh -c 'date +%s'; true");
        let mut child = launcher.launch(command, &Method::Preload).unwrap();
        assert_shifted(number(&mut child), offset, "date");
    }
    drop(launcher);
    // The library goes with the last who could need it.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// As where this itself was started preloaded.
#[test]
fn what_is_to_live_by_the_machines_clock_does() {
    let (_folder, launcher) = launcher();
    set_offset(&launcher, 6 * 3600);
    let print = shell("echo $LD_PRELOAD");
    let mut preloaded = launcher.launch(print, &Method::Preload).unwrap();
    let mut command = shell("date +%s");
    command.env("LD_PRELOAD", read_to_end(&mut preloaded).trim());
    command.env("ROLECALL_CLOCK", launcher.page().path());
    let mut child = launcher.launch(command, &none()).unwrap();
    assert_shifted(number(&mut child), 0, "date");
}

#[test]
fn a_program_that_a_library_cannot_reach_is_not_preloaded() {
    let (_folder, launcher) = launcher();
    let mut command = Command::new("env");
    command.args(["-i", "sh", "-c", "true"]);
    let refused = launcher.launch(command, &Method::Preload).unwrap_err();
    assert!(matches!(refused, LaunchError::NotShiftable { .. }));
    let refused = refused.to_string();
    assert!(
        refused.starts_with("the clock of env cannot be shifted: "),
        "{refused}"
    );
    assert!(refused.contains("without the environment"), "{refused}");
}
