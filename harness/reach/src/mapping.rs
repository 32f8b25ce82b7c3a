//! A file's words, shared with whoever maps it too.

#[cfg(not(unix))]
pub(crate) use elsewhere::Mapping;
#[cfg(unix)]
pub(crate) use unix::Mapping;

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd;
    use std::ptr::NonNull;
    use std::slice;
    use std::sync::atomic::AtomicI64;

    /// The words of a file, for reading and writing, until it is dropped.
    #[derive(Debug)]
    pub(crate) struct Mapping {
        words: NonNull<AtomicI64>,
        /// In bytes.
        length: usize,
    }

    // SAFETY: what is mapped is only reached as atomic words, and stays mapped while this lives.
    unsafe impl Send for Mapping {}
    // SAFETY: as above.
    unsafe impl Sync for Mapping {}

    impl Mapping {
        /// The first `length` bytes of `file`, which has them.
        pub(crate) fn of(file: &File, length: usize) -> io::Result<Self> {
            // SAFETY: a new mapping, at an address of the kernel's choice, changes nothing that is
            // there.
            let mapped = unsafe {
                libc::mmap(
                    std::ptr::null_mut(),
                    length,
                    libc::PROT_READ | libc::PROT_WRITE,
                    libc::MAP_SHARED,
                    file.as_raw_fd(),
                    0,
                )
            };
            if mapped == libc::MAP_FAILED {
                return Err(io::Error::last_os_error());
            }
            let words = NonNull::new(mapped.cast());
            let words = words.ok_or_else(|| io::Error::other("mapped at zero"))?;
            Ok(Self { words, length })
        }

        /// The word at `place`, which lies within.
        pub(crate) fn word(&self, place: usize) -> &AtomicI64 {
            let count = self.length / size_of::<AtomicI64>();
            // SAFETY: so many words of a mapping that lives as long as `self`, aligned to a page,
            // and only ever used atomically.
            let words = unsafe { slice::from_raw_parts(self.words.as_ptr(), count) };
            &words[place]
        }
    }

    impl Drop for Mapping {
        fn drop(&mut self) {
            // SAFETY: mapped with this length, and nothing refers to it any more.
            unsafe { libc::munmap(self.words.as_ptr().cast(), self.length) };
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::convert::Infallible;
    use std::fs::File;
    use std::io;
    use std::sync::atomic::AtomicI64;

    /// There is none on this kind of system.
    #[derive(Debug)]
    pub(crate) struct Mapping(Infallible);

    impl Mapping {
        pub(crate) fn of(_: &File, _: usize) -> io::Result<Self> {
            let problem = "clock not controllable on this kind of system";
            Err(io::Error::new(io::ErrorKind::Unsupported, problem))
        }

        pub(crate) fn word(&self, _: usize) -> &AtomicI64 {
            match self.0 {}
        }
    }
}
