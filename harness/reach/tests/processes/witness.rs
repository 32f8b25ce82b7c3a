//! What the kernel knows of whoever is calling.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use rolecall_reach::{Child, Launcher, Method, Standing, Why, Witness};

use crate::programs::{self, tool};
use crate::support::{launcher, piped, set_offset};

/// A program that has a connection with us, which it has got from a shell.
struct Caller {
    witness: Witness,
    child: Child,
    server: TcpStream,
}

impl Caller {
    /// The shell connects, says so, and then runs `script` with the connection as file 3.
    fn with(launcher: &Launcher, address: &str, script: &str, method: &Method) -> Option<Self> {
        let bash = tool("bash")?;
        let Ok(listener) = TcpListener::bind((address, 0)) else {
            programs::skip(&format!("no {address}"));
            return None;
        };
        let port = listener.local_addr().unwrap().port();
        let script = format!("exec 3<>/dev/tcp/{address}/{port}; {script}");
        let command = piped(bash.to_str().unwrap(), &["-c", &script]);
        let child = launcher.launch(command, method).unwrap();
        let (server, _) = listener.accept().unwrap();
        let witness = Witness::new(launcher.page().clone());
        Some(Self {
            witness,
            child,
            server,
        })
    }

    /// Waits until the program is there, which answers a line.
    fn until_it_runs(&mut self) {
        let mut input = self.child.stdin.as_ref().unwrap();
        writeln!(input, "now").unwrap();
        let output = self.child.stdout.as_mut().unwrap();
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).unwrap();
        assert_ne!(line, "");
    }

    fn standing(&self) -> Standing {
        let (peer, local) = (self.server.peer_addr(), self.server.local_addr());
        let (peer, local) = (peer.unwrap(), local.unwrap());
        let standing = self.witness.caller(peer, local, &[&self.child]);
        // Whoever it belongs to is found without knowing of the child, too.
        assert_eq!(self.witness.caller(peer, local, &[]), standing);
        standing
    }

    #[track_caller]
    fn assert_unshifted(&self, why: &Why, program: &str) {
        let Standing::Unshifted(found) = self.standing() else {
            panic!("not unshifted, but {:?}", self.standing());
        };
        assert_eq!(&found.why, why);
        let file = found.program.as_deref().and_then(Path::file_name);
        assert!(
            file.unwrap().to_str().unwrap().starts_with(program),
            "{found}"
        );
    }
}

const ANSWER: &str = "while read line; do echo $line; done";
const ADDRESS: &str = "127.0.0.1";

fn none() -> Method {
    Method::None("a test".to_owned())
}

#[test]
fn each_method_is_seen_over_either_protocol() {
    let (_folder, launcher) = launcher();
    for address in [ADDRESS, "::1"] {
        for method in [Method::Preload, Method::Vdso, none()] {
            let caller = Caller::with(&launcher, address, ANSWER, &method);
            let Some(mut caller) = caller else { return };
            caller.until_it_runs();
            match method {
                Method::None(_) => caller.assert_unshifted(&Why::NotTold, "bash"),
                _ => assert_eq!(caller.standing(), Standing::Shifted),
            }
        }
    }
}

#[test]
fn a_library_that_is_lost_on_the_way_is_missed_and_the_patch_is_not() {
    let (_folder, launcher) = launcher();
    for method in [Method::Preload, Method::Vdso] {
        // The same process runs one program after the other; the first waits to be looked at.
        let script = format!("read line; echo $line; exec env -i bash -c '{ANSWER}'");
        let caller = Caller::with(&launcher, ADDRESS, &script, &method);
        let Some(mut caller) = caller else { return };
        assert_eq!(caller.standing(), Standing::Shifted);
        caller.until_it_runs();
        caller.until_it_runs();
        match method {
            Method::Preload => caller.assert_unshifted(&Why::NotTold, "bash"),
            _ => assert_eq!(caller.standing(), Standing::Shifted),
        }
    }
}

#[test]
fn a_library_that_the_loader_does_not_find_is_missed() {
    let (_folder, launcher) = launcher();
    let script = format!("LD_PRELOAD=/nowhere/librolecall-clock.so exec bash -c '{ANSWER}' 2>&-");
    let caller = Caller::with(&launcher, ADDRESS, &script, &Method::Preload);
    let Some(mut caller) = caller else { return };
    caller.until_it_runs();
    caller.assert_unshifted(&Why::NotLoaded, "bash");
}

#[test]
fn a_static_program_is_only_reached_by_the_patch() {
    if let Some(program) = programs::c_static() {
        is_only_patched(&program, &Why::Static);
    }
}

/// It has the library, and does not use it.
#[test]
fn a_program_made_by_go_is_only_reached_by_the_patch() {
    if let Some(program) = programs::go_with_c() {
        is_only_patched(&program, &Why::MadeByGo);
    }
}

fn is_only_patched(program: &Path, why: &Why) {
    let (_folder, launcher) = launcher();
    let name = program.file_name().unwrap().to_str().unwrap();
    let script = format!("exec {}", program.display());
    for method in [Method::Preload, Method::Vdso] {
        let caller = Caller::with(&launcher, ADDRESS, &script, &method);
        let Some(mut caller) = caller else { return };
        caller.until_it_runs();
        match method {
            Method::Preload => caller.assert_unshifted(why, name),
            _ => assert_eq!(caller.standing(), Standing::Shifted),
        }
    }
}

#[test]
fn a_descendant_that_could_not_be_patched_is_told_of() {
    let (folder, launcher) = launcher();
    let script = format!("read line; echo $line; exec bash -c '{ANSWER}'");
    let caller = Caller::with(&launcher, ADDRESS, &script, &Method::Vdso);
    let Some(mut caller) = caller else { return };
    // Later programs cannot open the clock any more.
    std::fs::remove_file(folder.path().join("clock")).unwrap();
    caller.until_it_runs();
    caller.until_it_runs();
    let Standing::Unshifted(found) = caller.standing_of_child() else {
        panic!("{:?}", caller.standing_of_child());
    };
    assert!(
        matches!(&found.why, Why::Refused(why) if why.contains("No such file")),
        "{found}"
    );
    assert_eq!(caller.child.unshifted(), [found]);
}

impl Caller {
    fn standing_of_child(&self) -> Standing {
        let pid = self.child.id().cast_signed();
        self.witness.process(pid, &[&self.child])
    }
}

#[test]
fn who_has_gone_is_not_known() {
    let (_folder, launcher) = launcher();
    let caller = Caller::with(&launcher, ADDRESS, "exit", &Method::Preload);
    let Some(mut caller) = caller else { return };
    caller.server.read_to_end(&mut Vec::new()).unwrap();
    assert!(matches!(caller.standing(), Standing::Unknown(_)));
    caller.child.wait().unwrap();
    // Its entry is still there, and says nothing.
    assert!(matches!(caller.standing_of_child(), Standing::Unknown(_)));
    let nobody = caller.witness.process(-1, &[]);
    assert!(matches!(nobody, Standing::Unknown(_)));
}

#[test]
fn a_preloaded_process_that_looks_at_a_clock_that_jumped_is_seen_to() {
    let (_folder, launcher) = launcher();
    let witness = Witness::new(launcher.page().clone());
    assert!(!witness.has_been_looked_at());
    for offset in [6 * 3600, -3600] {
        set_offset(&launcher, offset);
        assert!(!witness.has_been_looked_at());
        let child = launcher.launch(piped("date", &[]), &Method::Preload);
        assert!(child.unwrap().wait().unwrap().success());
        assert!(witness.has_been_looked_at());
    }
}
