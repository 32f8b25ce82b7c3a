//! Which method suits which program, seen from its file.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rolecall_reach::{Choice, Method, Wish, choose};
use tempfile::TempDir;

/// Writes an executable file.
fn executable(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let file = folder.join(name);
    fs::write(&file, content).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    file
}

/// The start of an ELF file for x86-64 that has neither segments nor sections.
fn static_program() -> Vec<u8> {
    let mut bytes = vec![0; 64];
    bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
    bytes[18] = 62;
    bytes[54] = 56;
    bytes
}

fn suited(command: &Command) -> Choice {
    choose(command, Wish::Auto)
}

fn suited_for(words: &[&str]) -> Choice {
    suited(Command::new(words[0]).args(&words[1..]))
}

#[test]
fn a_dynamic_program_is_preloaded_wherever_it_is_found() {
    assert_eq!(suited_for(&["sh"]).method, Method::Preload);
    assert_eq!(suited_for(&["/bin/sh"]).method, Method::Preload);
    let from_the_root = suited(Command::new("./bin/sh").current_dir("/"));
    assert_eq!(from_the_root.method, Method::Preload);
}

#[test]
fn a_static_one_is_patched() {
    let folder = TempDir::new().unwrap();
    let program = executable(folder.path(), "program", static_program());
    let choice = suited(&Command::new(program));
    assert_eq!(choice.method, Method::Vdso);
    assert_eq!(choice.why, "program is linked statically");
}

#[test]
fn the_path_is_that_of_the_child() {
    let folder = TempDir::new().unwrap();
    executable(folder.path(), "date", static_program());
    let mut command = Command::new("date");
    assert_eq!(suited(&command).method, Method::Preload);
    command.env("PATH", folder.path());
    assert_eq!(suited(&command).method, Method::Vdso);
    // An empty entry is the child's current folder.
    command.env("PATH", ":/bin").current_dir(folder.path());
    assert_eq!(suited(&command).method, Method::Vdso);
    // A file that may not be run is passed over.
    let file = folder.path().join("date");
    fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(suited(&command).method, Method::Preload);
}

#[test]
fn a_script_is_what_its_interpreter_is() {
    let folder = TempDir::new().unwrap();
    let interpreter = executable(folder.path(), "interpreter", static_program());
    let first_line = format!("#! {}\t-x y \nrest", interpreter.display());
    let script = executable(folder.path(), "script", first_line);
    let second = format!("#!{}\n", script.display());
    let of_a_script = executable(folder.path(), "second", second);
    for file in [&script, &of_a_script] {
        let choice = suited(&Command::new(file));
        assert_eq!(choice.why, "interpreter is linked statically");
    }
    let without_a_line = executable(folder.path(), "plain", "echo hello\n");
    assert_eq!(
        suited(&Command::new(without_a_line)).method,
        Method::Preload
    );
}

#[test]
fn scripts_that_run_each_other_end() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ring");
    executable(folder.path(), "ring", format!("#!{}\n", file.display()));
    assert!(matches!(
        suited(&Command::new(file)).method,
        Method::None(_)
    ));
}

#[test]
fn env_is_what_it_runs() {
    let folder = TempDir::new().unwrap();
    let program = executable(folder.path(), "program", static_program());
    let program = program.to_str().unwrap();
    let path = format!("PATH={}", folder.path().display());
    for words in [
        &["env", program][..],
        &["/usr/bin/env", "A=1", program, "B=2"],
        &["env", &path, "program"],
        &["env", "-C", folder.path().to_str().unwrap(), "./program"],
        &["env", "--", program],
        &["env", "-S", &format!("{path} program x")],
    ] {
        assert_eq!(suited_for(words).method, Method::Vdso, "{words:?}");
    }
    let shebang = format!("#!/usr/bin/env -S A=1 {program} -u\n");
    let script = executable(folder.path(), "script", shebang);
    assert_eq!(suited(&Command::new(script)).method, Method::Vdso);
    assert_eq!(suited_for(&["env", "sh"]).method, Method::Preload);
    assert_eq!(suited_for(&["env"]).method, Method::Preload);
}

#[test]
fn a_dynamic_program_that_would_lose_its_environment_is_patched() {
    for words in [
        &["env", "-i", "sh"][..],
        &["env", "-", "sh"],
        &["env", "-u", "LD_PRELOAD", "sh"],
        &["env", "LD_PRELOAD=/other.so", "sh"],
        &["env", "A=1", "env", "--ignore-environment", "sh"],
    ] {
        assert_eq!(suited_for(words).method, Method::Vdso, "{words:?}");
    }
    let kept = suited_for(&["env", "-u", "HOME", "sh"]);
    assert_eq!(kept.method, Method::Preload);
}

#[test]
fn what_is_no_program_for_this_machine_is_left_alone_with_a_reason() {
    let folder = TempDir::new().unwrap();
    let reason = |command: &Command| match suited(command).method {
        Method::None(reason) => reason,
        other => panic!("{other:?}"),
    };
    let mut small = static_program();
    small[4] = 1;
    let small = executable(folder.path(), "small", small);
    assert!(reason(&Command::new(small)).contains("64-bit"));
    let cut = executable(folder.path(), "cut", b"\x7fELF\x02");
    assert!(reason(&Command::new(cut)).contains("64-bit"));
    assert!(reason(&Command::new("no-such-program")).contains("found"));
    assert!(reason(&Command::new("")).contains("found"));
}

#[test]
fn a_wish_is_granted_unseen() {
    let nothing = Command::new("no-such-program");
    assert_eq!(choose(&nothing, Wish::Preload).method, Method::Preload);
    assert_eq!(choose(&nothing, Wish::Vdso).method, Method::Vdso);
    let none = choose(&nothing, Wish::None).method;
    assert!(matches!(none, Method::None(_)));
}
