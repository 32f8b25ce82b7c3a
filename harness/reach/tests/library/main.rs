//! The file that is embedded: what it offers and asks for, and how its source is kept.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod elf;
mod source;

use std::collections::BTreeSet;
use std::fs;

use elf::Elf;
use rolecall_reach::Library;

/// All that the library puts itself in front of.
const EXPORTS: &[&str] = &[
    "clock_gettime",
    "clock_nanosleep",
    "cnd_timedwait",
    "ftime",
    "gettimeofday",
    "mq_timedreceive",
    "mq_timedsend",
    "mtx_timedlock",
    "pthread_clockjoin_np",
    "pthread_cond_clockwait",
    "pthread_cond_timedwait",
    "pthread_mutex_clocklock",
    "pthread_mutex_timedlock",
    "pthread_rwlock_clockrdlock",
    "pthread_rwlock_clockwrlock",
    "pthread_rwlock_timedrdlock",
    "pthread_rwlock_timedwrlock",
    "pthread_timedjoin_np",
    "sem_clockwait",
    "sem_timedwait",
    "syscall",
    "time",
    "timer_settime",
    "timerfd_settime",
    "timespec_get",
];

/// All that it uses of other libraries, if they have it.
const IF_THERE: &[&str] = &["__errno_location", "dlsym", "environ"];

/// It is loaded into every process: bytes.
const LARGEST: usize = 32 * 1024;

fn embedded() -> Elf {
    let folder = tempfile::tempdir().unwrap();
    let library = Library::unpack_in(folder.path()).unwrap();
    Elf::new(fs::read(library.path()).unwrap())
}

#[test]
fn it_offers_what_reads_the_clock_or_waits_until_a_time_and_nothing_else() {
    let symbols = embedded().symbols();
    let exported = symbols.iter().filter(|symbol| symbol.is_defined);
    let exported: BTreeSet<_> = exported.map(|symbol| symbol.name.as_str()).collect();
    assert_eq!(exported, EXPORTS.iter().copied().collect());
}

/// Else a process in which it is missing would not start, or not under another C library.
#[test]
fn it_asks_for_nothing_that_has_to_be_there() {
    let elf = embedded();
    let symbols = elf.symbols();
    let asked = symbols.iter().filter(|symbol| !symbol.is_defined);
    let strong: Vec<_> = asked.clone().filter(|symbol| !symbol.is_weak).collect();
    assert!(strong.is_empty(), "{strong:?}");
    let asked: BTreeSet<_> = asked.map(|symbol| symbol.name.as_str()).collect();
    assert_eq!(asked, IF_THERE.iter().copied().collect());
    assert_eq!(elf.dynamic(elf::NEEDED), []);
}

/// A version of a symbol is one of a certain C library.
#[test]
fn it_knows_no_versions() {
    let elf = embedded();
    for tag in [elf::VERSYM, elf::VERNEED, elf::VERDEF] {
        assert_eq!(elf.dynamic(tag), [], "{tag:#x}");
    }
}

/// The loaders of C libraries old and new find symbols by one or the other.
#[test]
fn it_has_both_tables_of_names() {
    let elf = embedded();
    for tag in [elf::HASH, elf::GNU_HASH] {
        assert_eq!(elf.dynamic(tag).len(), 1, "{tag:#x}");
    }
}

#[test]
fn it_is_small() {
    let size = embedded().size();
    assert!(size < LARGEST, "{size} bytes");
}
