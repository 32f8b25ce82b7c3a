//! As clock.c, by the means of Rust.

use std::io::{BufRead, stdin};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

fn main() {
    let start = Instant::now();
    for line in stdin().lock().lines() {
        match line.unwrap().as_str() {
            "now" => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
                println!("{} {}", now.as_secs(), start.elapsed().as_millis());
            }
            "sleep" => {
                let wait = Duration::from_millis(200);
                let started = Instant::now();
                thread::sleep(wait);
                let slept = started.elapsed();
                let started = Instant::now();
                let (_sender, receiver) = mpsc::channel::<()>();
                receiver.recv_timeout(wait).unwrap_err();
                println!("{} {}", slept.as_millis(), started.elapsed().as_millis());
            }
            _ => {}
        }
    }
}
