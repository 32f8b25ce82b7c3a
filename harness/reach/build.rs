//! Builds the library that is embedded: see `preload/preload.rs`.
//!
//! It is one file's worth of code without dependencies, so it takes one run of the compiler and no
//! cargo. Nothing of how the package itself is built may reach it: whatever the profile and flags,
//! it comes out the same.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is compiled, and what that reads.
const SOURCES: &[&str] = &["preload", "src/shift.rs"];

/// What would add to how the compiler is called, or stand between.
const NOT_INHERITED: &[&str] = &[
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
];

/// How the library is linked: without any other, so that it can be loaded beside all of them.
const LINKER: &[&str] = &[
    "-nostdlib",
    "-nostartfiles",
    "-nodefaultlibs",
    "-Wl,-z,now",
    // What calls itself means itself, whatever else is loaded.
    "-Wl,-Bsymbolic",
    // What no library has to have must not be asked for.
    "-Wl,-z,defs",
    "-Wl,--gc-sections",
    "-Wl,--hash-style=both",
    "-Wl,--build-id=none",
    "-Wl,-soname,librolecall-clock.so",
];

fn main() {
    println!("cargo::rustc-check-cfg=cfg(has_preload)");
    println!("cargo::rerun-if-changed=build.rs");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    if can_be_preloaded() {
        build(&PathBuf::from(variable("OUT_DIR")).join("librolecall-clock.so"));
        println!("cargo::rustc-cfg=has_preload");
    }
}

/// Whether processes of the machine that is built for can be reached this way.
fn can_be_preloaded() -> bool {
    variable("CARGO_CFG_TARGET_OS") == "linux"
        && variable("CARGO_CFG_TARGET_ARCH") == "x86_64"
        && variable("CARGO_CFG_TARGET_POINTER_WIDTH") == "64"
}

fn build(library: &Path) {
    let mut compiler = Command::new(variable("RUSTC"));
    for name in NOT_INHERITED {
        compiler.env_remove(name);
    }
    compiler.arg("--target").arg(variable("TARGET"));
    compiler.args(["--crate-name", "rolecall_clock", "--crate-type", "cdylib"]);
    compiler.args(["--edition", "2024", "-D", "warnings"]);
    // Not optimised, it would ask for what only the standard library has.
    compiler.args([
        "-C",
        "opt-level=s",
        "-C",
        "debuginfo=0",
        "-C",
        "strip=symbols",
    ]);
    compiler.args(["-C", "panic=abort", "-C", "codegen-units=1"]);
    compiler.args(["-C", "target-feature=-crt-static"]);
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        let mut argument = OsString::from("linker=");
        argument.push(linker);
        compiler.arg("-C").arg(argument);
    }
    for argument in LINKER {
        compiler.arg("-C").arg(format!("link-arg={argument}"));
    }
    compiler.arg("-o").arg(library).arg("preload/preload.rs");
    let status = compiler.status().expect("the compiler can be run");
    assert!(status.success(), "the library could not be built: {status}");
}

fn variable(name: &str) -> OsString {
    env::var_os(name).unwrap_or_else(|| panic!("cargo sets {name}"))
}
