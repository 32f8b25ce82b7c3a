//! The library in programs of many kinds: their wall clock jumps, what they wait for does not.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod host;
mod languages;
mod storm;
mod story;
mod tools;
mod trees;
