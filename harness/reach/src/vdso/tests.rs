//! The patch where the system forbids something: in a container, for another user.

use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::UNIX_EPOCH;

use libc::c_long;
use rolecall_clock::OffsetWord;
use tempfile::TempDir;

use super::tracee::Tracee;
use crate::{Child, ClockPage, LaunchError, Launcher, Method};

/// Says what is not tested, also when the test passes.
fn skip(why: &str) {
    // What the macros print is kept back by the test runner.
    let line = format!("skipped: {why}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

const AHEAD: i64 = 30 * 24 * 3600;

fn launch_date(configure: impl FnOnce(&mut Command, &ClockPage)) -> Result<Child, LaunchError> {
    let folder = TempDir::new().unwrap();
    let page = ClockPage::create_in(folder.path()).unwrap();
    page.nanos().store(AHEAD * 1_000_000_000, Ordering::SeqCst);
    let mut command = Command::new("date");
    command.arg("+%s").stdout(Stdio::piped());
    configure(&mut command, &page);
    Launcher::new(page).launch(command, &Method::Vdso)
}

/// Forbids the calling thread, and whatever it starts, a system call, as a container's profile does.
fn forbid(call: c_long) {
    /// Where the number of the call is in what a filter sees.
    const NUMBER: u32 = 0;
    let instruction = |code: u32, yes, no, value| libc::sock_filter {
        code: u16::try_from(code).unwrap(),
        jt: yes,
        jf: no,
        k: value,
    };
    let refused = libc::SECCOMP_RET_ERRNO | libc::EPERM.cast_unsigned();
    let mut filter = [
        instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, NUMBER),
        instruction(
            libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K,
            0,
            1,
            u32::try_from(call).unwrap(),
        ),
        instruction(libc::BPF_RET | libc::BPF_K, 0, 0, refused),
        instruction(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog {
        len: u16::try_from(filter.len()).unwrap(),
        filter: filter.as_mut_ptr(),
    };
    // SAFETY: sets a flag of the calling thread.
    let done = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    assert_eq!(done, 0);
    // SAFETY: the filter is read while this runs, and as long as it says.
    let done = unsafe {
        libc::prctl(
            libc::PR_SET_SECCOMP,
            libc::SECCOMP_MODE_FILTER,
            &raw const program,
        )
    };
    assert_eq!(done, 0, "{}", std::io::Error::last_os_error());
}

#[test]
fn memory_is_read_word_by_word_where_nothing_else_is_allowed() {
    let told = thread::spawn(|| {
        forbid(libc::SYS_process_vm_readv);
        let own = Tracee(std::process::id().cast_signed());
        assert!(own.read_at_once(0, 0).is_none(), "it is not forbidden");
        let mut child = launch_date(|_, _| {}).unwrap();
        let mut told = String::new();
        child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut told)
            .unwrap();
        told.trim().parse::<i64>().unwrap()
    });
    let told = told.join().unwrap();
    let now = i64::try_from(UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    assert!((told - now - AHEAD).abs() < 60);
}

#[test]
fn a_system_that_forbids_tracing_is_told_of() {
    let refused = thread::spawn(|| {
        forbid(libc::SYS_ptrace);
        launch_date(|_, _| {}).unwrap_err()
    });
    let refused = refused.join().unwrap();
    assert!(matches!(refused, LaunchError::NotShiftable { .. }));
    let refused = refused.to_string();
    assert!(refused.contains("trace its own children"), "{refused}");
}

/// A whole program of 32 bits: it ends with the code 7.
fn narrow_program() -> Vec<u8> {
    const BASE: u32 = 0x0804_8000;
    const START: u32 = 52 + 32;
    // mov eax, 1 (exit); mov ebx, 7; int 0x80
    let code = [0xb8, 1, 0, 0, 0, 0xbb, 7, 0, 0, 0, 0xcd, 0x80];
    let mut file = b"\x7fELF\x01\x01\x01".to_vec();
    file.resize(16, 0);
    let half = |file: &mut Vec<u8>, values: &[u16]| {
        file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    };
    let words = |file: &mut Vec<u8>, values: &[u32]| {
        file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    };
    // An executable for the 80386, with one program header right after this one.
    half(&mut file, &[2, 3]);
    words(&mut file, &[1, BASE + START, 52, 0, 0]);
    half(&mut file, &[52, 32, 1, 40, 0, 0]);
    let size = START + u32::try_from(code.len()).unwrap();
    words(&mut file, &[1, 0, BASE, BASE, size, size, 5, 4096]);
    file.extend(code);
    file
}

#[test]
fn a_program_of_32_bits_is_told_of_before_it_begins() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("narrow");
    fs::write(&file, narrow_program()).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o755)).unwrap();
    let runs = Command::new(&file).status().ok();
    if runs.is_none_or(|status| status.code() != Some(7)) {
        skip("this kernel runs no programs of 32 bits");
        return;
    }
    let page = ClockPage::create_in(folder.path()).unwrap();
    let refused = Launcher::new(page).launch(Command::new(&file), &Method::Vdso);
    let refused = refused.unwrap_err().to_string();
    assert!(refused.ends_with("it is a 32-bit program"), "{refused}");
}

#[test]
fn a_clock_that_the_process_may_not_read_is_told_of() {
    // SAFETY: asks for a number, and touches no memory.
    if unsafe { libc::geteuid() } != 0 {
        skip("only root may start a process as another user");
        return;
    }
    let refused = launch_date(|command, page| {
        let ours_alone = Permissions::from_mode(0o600);
        fs::set_permissions(page.path(), ours_alone).unwrap();
        command.uid(65534);
    });
    let refused = refused.unwrap_err().to_string();
    let expected = "it may not open the clock's file: Permission denied";
    assert!(refused.contains(expected), "{refused}");
}
