//! A program that runs in our place: it gets the signals that come to us, and stops us when it stops.

use std::io;
use std::process::ExitStatus;
use std::sync::OnceLock;
use std::thread;

use rolecall_reach::{Child, Received, Signals};

/// Waits until `child` has ended, and says how.
pub(super) fn follow(signals: &Signals, child: &Child) -> io::Result<ExitStatus> {
    let ended = OnceLock::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            // Nobody else sets it.
            let _ = ended.set(child.wait());
            Signals::wake();
        });
        while ended.get().is_none() {
            pass_on(signals.next()?, child);
        }
        Ok(())
    })
    .and_then(|()| {
        ended
            .into_inner()
            .unwrap_or_else(|| Err(io::ErrorKind::NotFound.into()))
    })
}

fn pass_on(received: Received, child: &Child) {
    match received {
        // One that has ended meanwhile, or is another user's now, gets none.
        Received::Sent(signal) => drop(child.signal(signal)),
        Received::Continued => drop(child.resume_apart()),
        Received::ChildStopped(id) if id == child.id() => Signals::stop_here(),
        Received::OfTerminal(_) | Received::ChildStopped(_) | Received::Woken => {}
    }
}
