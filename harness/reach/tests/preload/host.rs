//! A clock, the library, and programs that are preloaded with it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, channel};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rolecall_clock::SimClock;
use rolecall_reach::{ClockPage, Library};
use tempfile::TempDir;

/// Nobody who is to end takes so long, however busy the machine.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Host {
    pub(crate) page: Arc<ClockPage>,
    library: Library,
    folder: TempDir,
}

impl Host {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let page = ClockPage::create_in(folder.path()).unwrap();
        let library = Library::unpack_in(folder.path()).unwrap();
        Self {
            page,
            library,
            folder,
        }
    }

    /// Where its files are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn library(&self) -> &Library {
        &self.library
    }

    /// The simulated time, in seconds.
    pub(crate) fn now(&self) -> f64 {
        let now = SimClock::with_offset(self.page.clone()).now();
        now.duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
    }

    /// Lets it be so many seconds later, or earlier, than it is on the machine.
    pub(crate) fn shift(&self, seconds: i64) {
        let distance = Duration::from_secs(seconds.unsigned_abs());
        let now = SystemTime::now();
        let time = if seconds < 0 {
            now.checked_sub(distance).unwrap()
        } else {
            now + distance
        };
        self.page.set_now(time).unwrap();
    }

    /// What `command` prints, once it is preloaded and has ended well.
    pub(crate) fn output(&self, mut command: Command) -> String {
        self.library.preload_into(&mut command, &self.page);
        let Output { status, stdout, .. } = command.stderr(Stdio::inherit()).output().unwrap();
        assert!(status.success(), "{command:?}: {status}");
        String::from_utf8(stdout).unwrap()
    }

    /// Starts `command`, preloaded.
    pub(crate) fn start(&self, mut command: Command) -> Talk {
        self.library.preload_into(&mut command, &self.page);
        Talk::with(command)
    }
}

/// A running program that is talked to by lines.
pub(crate) struct Talk {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
}

impl Talk {
    fn with(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (sender, lines) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                // Who listened has seen enough.
                let _ = sender.send(line);
            }
        });
        Self {
            input: child.stdin.take().unwrap(),
            child,
            lines,
        }
    }

    pub(crate) fn say(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
    }

    /// The next line; `None` at the end, or an error if it never comes.
    pub(crate) fn line(&self) -> Result<Option<String>, RecvTimeoutError> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => Ok(Some(line)),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(timeout) => Err(timeout),
        }
    }

    /// The next line if it is there already: `Some(None)` at the end.
    #[allow(clippy::option_option)]
    pub(crate) fn line_if_any(&self) -> Option<Option<String>> {
        match self.lines.try_recv() {
            Ok(line) => Some(Some(line)),
            Err(TryRecvError::Disconnected) => Some(None),
            Err(TryRecvError::Empty) => None,
        }
    }

    /// How it ended, which it has if there are no more lines.
    pub(crate) fn end(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        // A test that fails leaves nothing running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
