//! Processes whose clock is shifted in the kernel's own functions, and all that they start.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use rolecall_reach::{Child, Group, LaunchError, Launcher, Method, Reach};

use crate::support::{
    BOTH_WAYS, assert_shifted, launcher, number, piped, read_to_end, set_offset, shell,
};

fn launch(launcher: &Launcher, command: Command) -> Child {
    launcher.launch(command, &Method::Vdso).unwrap()
}

#[test]
fn a_program_lives_by_the_clock_followed_or_not() {
    let (_folder, launcher) = launcher();
    for reach in [Reach::Tree, Reach::First] {
        let launcher = launcher.clone().reaching(reach);
        for offset in BOTH_WAYS {
            set_offset(&launcher, offset);
            let mut child = launch(&launcher, piped("date", &["+%s"]));
            assert_shifted(number(&mut child), offset, "date");
            assert!(child.wait().unwrap().success());
            assert_eq!(child.unshifted(), []);
        }
    }
}

#[test]
fn every_descendant_does_whatever_becomes_of_its_environment() {
    let (_folder, launcher) = launcher();
    for offset in BOTH_WAYS {
        set_offset(&launcher, offset);
        let script = "date +%s; (date +%s); env -i sh -c 'date +%s' & wait; setsid date +%s";
        let mut child = launch(&launcher, shell(script));
        let told = read_to_end(&mut child);
        assert_eq!(told.lines().count(), 4);
        for line in told.lines() {
            assert_shifted(line.parse().unwrap(), offset, "a descendant");
        }
        assert_eq!(child.unshifted(), []);
    }
}

#[test]
fn only_the_first_program_does_if_it_is_not_followed() {
    let (_folder, launcher) = launcher();
    let launcher = launcher.reaching(Reach::First);
    set_offset(&launcher, 6 * 3600);
    let mut child = launch(&launcher, shell("date +%s; exit 3"));
    assert_shifted(number(&mut child), 0, "a descendant");
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

#[test]
fn it_is_not_shifted_twice() {
    let (_folder, launcher) = launcher();
    set_offset(&launcher, 6 * 3600);
    // As if this were running preloaded itself.
    let preloaded = launcher.launch(piped("sh", &["-c", "echo $LD_PRELOAD"]), &Method::Preload);
    let library = read_to_end(&mut preloaded.unwrap());
    let mut command = piped("date", &["+%s"]);
    command.env("LD_PRELOAD", library.trim());
    command.env("ROLECALL_CLOCK", launcher.page().path());
    let mut child = launch(&launcher, command);
    assert_shifted(number(&mut child), 6 * 3600, "date");
}

#[test]
fn signals_are_blocked_and_ignored_as_in_any_other_process() {
    let (_folder, launcher) = launcher();
    let script = "trap '' USR2; show='grep -hE Sig(Blk|Ign) /proc/self/status'; $show; exec $show";
    let sets = |reach, method: &Method| {
        let launcher = launcher.clone().reaching(reach);
        let mut child = launcher.launch(shell(script), method).unwrap();
        let told = read_to_end(&mut child);
        let sets = told.lines().filter_map(|line| line.split_once('\t'));
        // Those from 32 on are the C library's own.
        let sets = sets.map(|(_, set)| u64::from_str_radix(set, 16).unwrap() & 0x7fff_ffff);
        sets.collect::<Vec<_>>()
    };
    let expected = sets(Reach::Tree, &Method::None("a test".to_owned()));
    assert_eq!(expected.len(), 4);
    assert_eq!(sets(Reach::Tree, &Method::Vdso), expected);
    assert_eq!(sets(Reach::First, &Method::Vdso), expected);
}

#[test]
fn the_end_is_passed_on() {
    let (_folder, launcher) = launcher();
    for reach in [Reach::Tree, Reach::First] {
        let launcher = launcher.clone().reaching(reach);
        let child = launch(&launcher, shell("exit 7"));
        assert_eq!(child.wait().unwrap().code(), Some(7));
        assert_eq!(child.try_wait().unwrap().unwrap().code(), Some(7));
        let child = launch(&launcher, shell("kill -15 $$"));
        assert_eq!(child.wait().unwrap().signal(), Some(15));
        let mut child = launch(&launcher, shell("echo 1; read nothing"));
        number::<i32>(&mut child);
        assert_eq!(child.try_wait().unwrap(), None);
        child.signal(2).unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(2));
    }
}

#[test]
fn a_missing_program_and_one_that_cannot_be_run_are_told_apart() {
    let (folder, launcher) = launcher();
    let launch = |command| launcher.launch(command, &Method::Vdso).unwrap_err();
    let missing = launch(Command::new("no-such-program"));
    assert!(matches!(missing, LaunchError::NotFound(_)));
    let file = folder.path().join("plain");
    fs::write(&file, "text").unwrap();
    assert!(matches!(
        launch(Command::new(file)),
        LaunchError::NotRunnable { .. }
    ));
}

#[test]
fn what_is_dropped_is_dead_with_its_descendants() {
    for group in [Group::Own, Group::Ours] {
        let (_folder, launcher) = launcher();
        let launcher = launcher.in_group(group);
        let script = "sleep 600 & setsid -f sleep 600 & echo $$; wait; sleep 600";
        let mut child = launch(&launcher, shell(script));
        let pid: i32 = number(&mut child);
        let mut out = child.stdout.take().unwrap();
        drop(child);
        assert!(fs::metadata(format!("/proc/{pid}")).is_err());
        std::io::Read::read_to_end(&mut out, &mut Vec::new()).unwrap();
    }
}

#[test]
fn the_first_may_end_before_what_it_started() {
    let (_folder, launcher) = launcher();
    // What runs in the background would read from nowhere.
    let script = "exec 3<&0; (read nothing <&3; date +%s) & exit 0";
    let mut child = launch(&launcher, shell(script));
    assert!(child.wait().unwrap().success());
    set_offset(&launcher, -3600);
    drop(child.stdin.take());
    assert_shifted(number(&mut child), -3600, "an orphan");
}
