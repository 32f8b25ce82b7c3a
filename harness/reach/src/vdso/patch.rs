//! Changing one process that stands before its first instruction.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::time::SystemTime;

use libc::user_regs_struct;

use super::elf::{self, Function, Image};
use super::tracee::{Go, Report, Tracee, all_that_can_wait, is_fault};
use super::{Refused, stub};
use crate::child::send;
use crate::elf::u64_at;
use crate::page::ClockPage;

/// The size of a page, in bytes.
const PAGE: u64 = 4096;
/// How much of the vDSO is read first, in bytes: all of it, mostly.
const START: usize = 4096;
/// The selector of 64-bit code.
const WIDE: u64 = 0x33;
/// How many words of the stack are read to find what the kernel tells the program. The names of the
/// environment's variables alone may take 8 MiB.
const STACK_WORDS: u64 = 1 << 20;
/// How many words are read from the stack at a time.
const STACK_CHUNK: u64 = 64;
/// How far below what is in use the self-test builds its own stack, in bytes.
const BELOW: u64 = 1024;
/// How far the machine's clock may have been corrected during the self-test, in nanoseconds.
const CORRECTED: i128 = 100_000_000;
/// Makes `tracee` live by `page`. It stands at its first instruction and is there again afterwards,
/// changed or not.
pub(super) fn patch(tracee: Tracee, page: &ClockPage) -> Result<(), Refused> {
    let registers = tracee.registers()?;
    if registers.cs != WIDE {
        return Err(Refused::Narrow);
    }
    let base = vdso_of(tracee, registers.rsp)?.ok_or(Refused::NoVdso)?;
    let start = tracee.read(base, START)?;
    let length = elf::length(&start)?;
    let image = match usize::try_from(length) {
        Ok(length) if length <= start.len() => start[..length].to_vec(),
        Ok(length) => tracee.read(base, length)?,
        Err(_) => return Err(Refused::NoVdso),
    };
    let image = elf::parse(&image)?;
    let mut borrowed = Borrowed::new(tracee, registers, base.wrapping_add(image.syscall))?;
    let changed = change(&mut borrowed, page, base, &image);
    let given_back = borrowed.give_back();
    changed.and(given_back.map_err(Refused::from))
}

/// Where the kernel says that it has mapped the vDSO: below the arguments and the environment on the
/// stack of a new program.
fn vdso_of(tracee: Tracee, stack: u64) -> Result<Option<u64>, Refused> {
    let arguments = tracee.read(stack, size_of::<u64>())?;
    let arguments = u64_at(&arguments, 0).unwrap_or(u64::MAX);
    if arguments >= STACK_WORDS {
        return Ok(None);
    }
    let mut words = Words::new(tracee, stack.wrapping_add(8 * (arguments + 2)));
    while words.next()? != 0 {}
    loop {
        match (words.next()?, words.next()?) {
            (libc::AT_NULL, _) => return Ok(None),
            (libc::AT_SYSINFO_EHDR, base) => return Ok(Some(base).filter(|base| *base != 0)),
            _ => {}
        }
    }
}

/// Words one after the other.
struct Words {
    tracee: Tracee,
    next: u64,
    end: u64,
    read: std::vec::IntoIter<u8>,
}

impl Words {
    fn new(tracee: Tracee, start: u64) -> Self {
        Self {
            tracee,
            next: start,
            end: start.saturating_add(8 * STACK_WORDS),
            read: Vec::new().into_iter(),
        }
    }

    fn next(&mut self) -> Result<u64, Refused> {
        if self.read.as_slice().is_empty() {
            if self.next >= self.end {
                return Err(Refused::NoVdso);
            }
            self.read = self.chunk()?.into_iter();
        }
        let mut word = [0; 8];
        word.fill_with(|| self.read.next().unwrap_or_default());
        Ok(u64::from_le_bytes(word))
    }

    /// The next words, none of them on another page: the stack may end there.
    fn chunk(&mut self) -> Result<Vec<u8>, Refused> {
        let left = PAGE - self.next % PAGE;
        let length = left.min(8 * STACK_CHUNK);
        let chunk = self.tracee.read(self.next, length as usize)?;
        self.next = self.next.wrapping_add(length);
        Ok(chunk)
    }
}

/// Maps the page and the stubs, tries them, and only then lets the vDSO name them.
fn change(
    borrowed: &mut Borrowed,
    page: &ClockPage,
    base: u64,
    image: &Image,
) -> Result<(), Refused> {
    let original = |wanted: Function| {
        let mut symbols = image.symbols.iter();
        let symbol = symbols.find(|symbol| symbol.function == wanted);
        symbol.map_or(0, |symbol| base.wrapping_add(symbol.code))
    };
    let stubs = borrowed.map_stubs()?;
    let mapped = borrowed.map_page(page, stubs)?;
    let code = stub::code(
        mapped,
        original(Function::ClockGettime),
        original(Function::Gettimeofday),
    );
    borrowed.tracee.write(stubs, &code)?;
    self_test(borrowed, page, stubs)?;
    let bias = base.wrapping_sub(image.bias);
    for symbol in &image.symbols {
        let entry = stubs.wrapping_add(stub::entry(symbol.function));
        let value = entry.wrapping_sub(bias);
        let slot = base.wrapping_add(symbol.slot);
        borrowed.tracee.write(slot, &value.to_le_bytes())?;
        if borrowed.tracee.read(slot, 8)? != value.to_le_bytes() {
            return Err(Refused::SelfTest("a change was not kept".to_owned()));
        }
    }
    Ok(())
}

/// Lets the process read its clock once, and compares with ours.
fn self_test(borrowed: &mut Borrowed, page: &ClockPage, stubs: u64) -> Result<(), Refused> {
    let now = || {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let since = since.map_or(0, |since| i128::try_from(since.as_nanos()).unwrap_or(0));
        (since, i128::from(page.offset_nanos()))
    };
    let (earliest, offset_before) = now();
    let told = borrowed.clock(
        stubs.wrapping_add(stub::entry(Function::ClockGettime)),
        stubs.wrapping_add(stub::trap()),
    )?;
    let (latest, offset_after) = now();
    // The clock may have jumped meanwhile.
    let earliest = earliest + offset_before.min(offset_after) - CORRECTED;
    let latest = latest + offset_before.max(offset_after) + CORRECTED;
    if (earliest..=latest).contains(&told) {
        return Ok(());
    }
    let off = (told - earliest) / 1_000_000_000;
    Err(Refused::SelfTest(format!("it is {off} s off")))
}

/// A process whose registers are used for something else.
struct Borrowed {
    tracee: Tracee,
    own: user_regs_struct,
    /// The signals that it blocks itself.
    blocked: Option<u64>,
    /// Where there is an instruction `syscall`.
    syscall: u64,
    /// Signals that came meanwhile.
    aside: Vec<i32>,
}

impl Borrowed {
    /// Signals wait in the kernel, with all that belongs to them, as far as they can be blocked.
    fn new(tracee: Tracee, own: user_regs_struct, syscall: u64) -> io::Result<Self> {
        let blocked = tracee.blocked().ok();
        if blocked.is_some() {
            tracee.set_blocked(all_that_can_wait())?;
        }
        Ok(Self {
            tracee,
            own,
            blocked,
            syscall,
            aside: Vec::new(),
        })
    }

    /// Makes it as it was, and sends it the signals again.
    fn give_back(self) -> io::Result<()> {
        self.tracee.set_registers(&self.own)?;
        if let Some(blocked) = self.blocked {
            self.tracee.set_blocked(blocked)?;
        }
        for signal in self.aside {
            send(self.tracee.0, signal)?;
        }
        Ok(())
    }

    /// An empty page that it may execute, and only we can write.
    fn map_stubs(&mut self) -> Result<u64, Refused> {
        let protection = libc::PROT_READ | libc::PROT_EXEC;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let arguments = [0, PAGE, number(protection), number(flags), u64::MAX, 0];
        self.call("map memory for code", libc::SYS_mmap, arguments)
    }

    /// The clock's page, opened by the process itself. The file's name is put into `scratch`.
    fn map_page(&mut self, page: &ClockPage, scratch: u64) -> Result<u64, Refused> {
        let mut name = page.path().as_os_str().as_bytes().to_vec();
        name.push(0);
        if name.len() as u64 > PAGE {
            let error = io::Error::from_raw_os_error(libc::ENAMETOOLONG);
            let what = "open the clock's file";
            return Err(Refused::Call { what, error });
        }
        self.tracee.write(scratch, &name)?;
        let flags = number(libc::O_RDONLY | libc::O_CLOEXEC);
        let open = [number(libc::AT_FDCWD), scratch, flags, 0, 0, 0];
        let file = self.call("open the clock's file", libc::SYS_openat, open)?;
        let (protection, flags) = (number(libc::PROT_READ), number(libc::MAP_SHARED));
        let map = [0, PAGE, protection, flags, file, 0];
        let mapped = self.call("map the clock's file", libc::SYS_mmap, map);
        self.call(
            "close the clock's file",
            libc::SYS_close,
            [file, 0, 0, 0, 0, 0],
        )?;
        mapped
    }

    /// Makes a system call in its name.
    fn call(&mut self, what: &'static str, call: i64, arguments: [u64; 6]) -> Result<u64, Refused> {
        /// Answers above this are errors, negated.
        const ERRORS: u64 = (-4096_i64).cast_unsigned();
        let [rdi, rsi, rdx, r10, r8, r9] = arguments;
        self.tracee.set_registers(&user_regs_struct {
            rip: self.syscall,
            rax: call.cast_unsigned(),
            // This is no system call that could be begun again.
            orig_rax: u64::MAX,
            rdi,
            rsi,
            rdx,
            r10,
            r8,
            r9,
            ..self.own
        })?;
        let answer = self.run_to(Go::OneStep, self.syscall.wrapping_add(2))?.rax;
        if answer > ERRORS {
            let code = i32::try_from(answer.wrapping_neg()).unwrap_or(libc::EIO);
            let error = io::Error::from_raw_os_error(code);
            return Err(Refused::Call { what, error });
        }
        Ok(answer)
    }

    /// What `clock_gettime` at `code` says, in nanoseconds since 1970, if it returns to the
    /// breakpoint at `trap`.
    fn clock(&mut self, code: u64, trap: u64) -> Result<i128, Refused> {
        let answer = self.own.rsp.wrapping_sub(BELOW) & !15;
        let stack = answer.wrapping_sub(8);
        self.tracee.write(answer, &[0xff; 16])?;
        self.tracee.write(stack, &trap.to_le_bytes())?;
        self.tracee.set_registers(&user_regs_struct {
            rip: code,
            rsp: stack,
            orig_rax: u64::MAX,
            rdi: number(libc::CLOCK_REALTIME),
            rsi: answer,
            ..self.own
        })?;
        let returned = self.run_to(Go::On(0), trap.wrapping_add(1))?.rax;
        if returned != 0 {
            return Err(Refused::SelfTest(format!("it answers {returned}")));
        }
        let told = self.tracee.read(answer, 16)?;
        let word = |at| u64_at(&told, at).unwrap_or_default().cast_signed();
        Ok(i128::from(word(0)) * 1_000_000_000 + i128::from(word(8)))
    }

    /// Lets it run until it traps at the address `end`.
    fn run_to(&mut self, how: Go, end: u64) -> Result<user_regs_struct, Refused> {
        loop {
            self.tracee.go(how)?;
            match self.tracee.wait()? {
                Report::Ended(status) => return Err(Refused::Gone(status)),
                Report::Signal(libc::SIGTRAP) => {
                    let registers = self.tracee.registers()?;
                    if registers.rip == end {
                        return Ok(registers);
                    }
                    self.aside.push(libc::SIGTRAP);
                }
                Report::Signal(signal) if is_fault(signal) => {
                    return Err(Refused::SelfTest(format!("it gets signal {signal}")));
                }
                Report::Signal(signal) => self.aside.push(signal),
                Report::SystemCall | Report::Event(..) => {}
            }
        }
    }
}

/// A flag or a descriptor as a register holds it.
fn number(value: i32) -> u64 {
    i64::from(value).cast_unsigned()
}
