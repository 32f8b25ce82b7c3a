//! The library in programs of many kinds: their wall clock jumps, what they wait for does not.

mod host;
mod languages;
mod storm;
mod story;
mod tools;
mod trees;
