//! One traced process, or one thread of it, while it stands still.

use std::io;
use std::mem::MaybeUninit;

use libc::{c_int, c_long, user_regs_struct};

/// The size of the kernel's set of signals, in bytes.
const MASK: usize = size_of::<u64>();
/// The size of what is read or written at a time, in bytes.
const WORD: usize = size_of::<u64>();

/// What a wait tells of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// It has ended; the status is as `wait` has it.
    Ended(i32),
    /// It is about to get a signal.
    Signal(i32),
    /// It is in, or at the end of, a system call.
    SystemCall,
    /// One of the events `PTRACE_EVENT_*`, and the signal that came with it.
    Event(i32, i32),
}

impl Report {
    pub(super) fn of(status: i32) -> Self {
        if !libc::WIFSTOPPED(status) {
            return Self::Ended(status);
        }
        let signal = libc::WSTOPSIG(status);
        match status >> 16 {
            0 if signal == libc::SIGTRAP | 0x80 => Self::SystemCall,
            0 => Self::Signal(signal),
            event => Self::Event(event, signal),
        }
    }
}

/// How a process goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Go {
    /// Until something happens to it; first it gets this signal, if it is not zero.
    On(i32),
    /// Until the next start or end of a system call.
    ToSystemCall,
    /// For one instruction.
    OneStep,
    /// Not yet: it stays stopped until it is continued as processes are, by a signal.
    Listen,
    /// Untraced from now on; first it gets this signal, if it is not zero.
    Alone(i32),
}

/// The signals that a fault of a process itself raises. They are never blocked: then we could not see
/// them.
const FAULTS: [c_int; 5] = [
    libc::SIGILL,
    libc::SIGTRAP,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGSEGV,
];
/// Those by which the C libraries talk to their own threads.
const INTERNAL: [c_int; 3] = [32, 33, 34];

/// Whether a fault of the process itself raises this signal.
pub(super) fn is_fault(signal: c_int) -> bool {
    FAULTS.contains(&signal)
}

/// The set of all signals that can wait, as the kernel has it.
pub(super) fn all_that_can_wait() -> u64 {
    let others = FAULTS.iter().chain(&INTERNAL);
    !others.fold(0, |set, signal| set | 1 << (signal - 1))
}

/// Blocks signals for the calling thread and whatever it starts from now on. Returns the set of
/// those that were blocked before.
pub(super) fn block_here(set: u64) -> io::Result<u64> {
    let mut before = 0_u64;
    // SAFETY: the kernel reads and writes one set each, of the size that it is told.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_rt_sigprocmask,
            libc::SIG_BLOCK,
            &raw const set,
            &raw mut before,
            MASK,
        )
    };
    match answer {
        0 => Ok(before),
        _ => Err(io::Error::last_os_error()),
    }
}

/// A process that we trace, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tracee(pub(super) i32);

impl Tracee {
    /// Asks the parent to trace the calling process. For the time between fork and exec: allocates
    /// nothing.
    pub(super) fn trace_me() -> io::Result<()> {
        let nothing = std::ptr::null_mut::<libc::c_void>();
        // SAFETY: makes the caller a tracee; touches no memory.
        match unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, nothing, nothing) } {
            -1 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        }
    }

    /// Waits until it reports.
    pub(super) fn wait(self) -> io::Result<Report> {
        loop {
            match self.wait_with(libc::__WALL) {
                Ok(Some(report)) => return Ok(report),
                Ok(None) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits as `flags` say; `None` if there is nothing to report.
    pub(super) fn wait_with(self, flags: c_int) -> io::Result<Option<Report>> {
        let mut status = 0;
        // SAFETY: the kernel writes the one number.
        match unsafe { libc::waitpid(self.0, &raw mut status, flags) } {
            -1 => Err(io::Error::last_os_error()),
            0 => Ok(None),
            _ => Ok(Some(Report::of(status))),
        }
    }

    /// Lets it go on.
    pub(super) fn go(self, how: Go) -> io::Result<()> {
        let (request, signal) = match how {
            Go::On(signal) => (libc::PTRACE_CONT, signal),
            Go::ToSystemCall => (libc::PTRACE_SYSCALL, 0),
            Go::OneStep => (libc::PTRACE_SINGLESTEP, 0),
            Go::Listen => (libc::PTRACE_LISTEN, 0),
            Go::Alone(signal) => (libc::PTRACE_DETACH, signal),
        };
        self.request(request, 0, usize::try_from(signal).unwrap_or(0))
    }

    /// Begins to trace it, with these options.
    pub(super) fn seize(self, options: c_int) -> io::Result<()> {
        self.request(libc::PTRACE_SEIZE, 0, usize::try_from(options).unwrap_or(0))
    }

    /// The number that came with the last event.
    pub(super) fn message(self) -> io::Result<u64> {
        let mut message = 0_u64;
        self.request(
            libc::PTRACE_GETEVENTMSG,
            0,
            (&raw mut message).expose_provenance(),
        )?;
        Ok(message)
    }

    pub(super) fn registers(self) -> io::Result<user_regs_struct> {
        let mut registers = MaybeUninit::<user_regs_struct>::zeroed();
        self.request(
            libc::PTRACE_GETREGS,
            0,
            registers.as_mut_ptr().expose_provenance(),
        )?;
        // SAFETY: numbers all through, which were zero and which the kernel has written.
        Ok(unsafe { registers.assume_init() })
    }

    pub(super) fn set_registers(self, registers: &user_regs_struct) -> io::Result<()> {
        self.request(
            libc::PTRACE_SETREGS,
            0,
            std::ptr::from_ref(registers).expose_provenance(),
        )
    }

    /// The signals that it does not get for now.
    pub(super) fn blocked(self) -> io::Result<u64> {
        let mut mask = 0_u64;
        self.request(
            libc::PTRACE_GETSIGMASK,
            MASK,
            (&raw mut mask).expose_provenance(),
        )?;
        Ok(mask)
    }

    pub(super) fn set_blocked(self, mask: u64) -> io::Result<()> {
        self.request(
            libc::PTRACE_SETSIGMASK,
            MASK,
            (&raw const mask).expose_provenance(),
        )
    }

    /// `length` bytes of its memory. Many at a time where that is allowed, else word by word: the
    /// usual profile of containers forbids the former.
    pub(super) fn read(self, address: u64, length: usize) -> io::Result<Vec<u8>> {
        if let Some(bytes) = self.read_at_once(address, length) {
            return Ok(bytes);
        }
        let words = length.div_ceil(WORD);
        let mut bytes = Vec::with_capacity(words * WORD);
        for index in 0..words {
            let word = self.peek(address.wrapping_add((index * WORD) as u64))?;
            bytes.extend(word.to_le_bytes());
        }
        bytes.truncate(length);
        Ok(bytes)
    }

    pub(super) fn read_at_once(self, address: u64, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        let here = libc::iovec {
            iov_base: bytes.as_mut_ptr().cast(),
            iov_len: length,
        };
        let there = libc::iovec {
            iov_base: std::ptr::without_provenance_mut(usize::try_from(address).ok()?),
            iov_len: length,
        };
        // SAFETY: the kernel writes into `bytes`, which is as long as it is told.
        let read =
            unsafe { libc::process_vm_readv(self.0, &raw const here, 1, &raw const there, 1, 0) };
        (usize::try_from(read) == Ok(length)).then_some(bytes)
    }

    fn peek(self, address: u64) -> io::Result<u64> {
        let mut word = 0_u64;
        let address = usize::try_from(address).map_err(io::Error::other)?;
        self.request(
            libc::PTRACE_PEEKDATA,
            address,
            (&raw mut word).expose_provenance(),
        )?;
        Ok(word)
    }

    /// Writes into its memory, also where it may not write itself.
    pub(super) fn write(self, address: u64, bytes: &[u8]) -> io::Result<()> {
        for (index, chunk) in bytes.chunks(WORD).enumerate() {
            let address = address.wrapping_add((index * WORD) as u64);
            let mut word = [0; WORD];
            if chunk.len() < WORD {
                word = self.peek(address)?.to_le_bytes();
            }
            word[..chunk.len()].copy_from_slice(chunk);
            let address = usize::try_from(address).map_err(io::Error::other)?;
            let word = usize::from_le_bytes(word);
            self.request(libc::PTRACE_POKEDATA, address, word)?;
        }
        Ok(())
    }

    /// Asks the kernel itself, as the C libraries disagree on how a word that was read is returned:
    /// the kernel writes it to the address `data`.
    fn request(self, request: impl Into<c_long>, address: usize, data: usize) -> io::Result<()> {
        // SAFETY: the callers above give addresses of what lives long enough and is as large as what
        // the request writes or reads, or numbers where it expects such.
        let answer =
            unsafe { libc::syscall(libc::SYS_ptrace, request.into(), self.0, address, data) };
        if answer == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }
}
