//! Reads the wall clock, and waits, in the ways that Rust's standard library has. What it prints, and
//! when, is told in ../preload/story.rs.

use std::io::stdin;
use std::sync::mpsc::channel;
use std::sync::{Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const SOON: Duration = Duration::from_millis(300);

/// Whether the wait ended because its time was over.
type Wait = fn() -> bool;

const WAITS: &[(&str, Wait)] = &[
    ("sleep", || {
        thread::sleep(SOON);
        true
    }),
    ("park_timeout", || {
        thread::park_timeout(SOON);
        true
    }),
    ("Condvar::wait_timeout", || {
        let mutex = Mutex::new(());
        let guard = mutex.lock().unwrap();
        Condvar::new().wait_timeout(guard, SOON).unwrap().1.timed_out()
    }),
    ("recv_timeout", || {
        let (_sender, receiver) = channel::<()>();
        receiver.recv_timeout(SOON).is_err()
    }),
];

fn readings(origin: Instant) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    println!("reading {}.{:09} SystemTime", now.as_secs(), now.subsec_nanos());
    let elapsed = origin.elapsed();
    println!("steady {}.{:09} Instant", elapsed.as_secs(), elapsed.subsec_nanos());
}

fn start(name: String, wait: Wait) -> JoinHandle<()> {
    thread::spawn(move || {
        let begun = Instant::now();
        if wait() {
            println!("wait {} {name}", begun.elapsed().as_millis());
        } else {
            println!("wrong {name}");
        }
    })
}

fn main() {
    let origin = Instant::now();
    let mut threads = Vec::new();
    readings(origin);
    for (name, wait) in WAITS {
        threads.push(start(format!("{name}, early"), *wait));
    }
    println!("ready");
    stdin().read_line(&mut String::new()).unwrap();
    readings(origin);
    for (name, wait) in WAITS {
        threads.push(start((*name).to_owned(), *wait));
    }
    for thread in threads {
        thread.join().unwrap();
    }
    println!("done");
}
