//! What an executable file tells of itself: whether it is linked dynamically, and with what.
//!
//! The file is somebody else's: every number in it is doubted, and nothing is read beyond what is
//! needed. Layout and numbers are those of the System V ABI's ELF-64.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// How much of a table or a string is read at most, in bytes.
const LIMIT: u64 = 1 << 20;

const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const PT_INTERP: u32 = 3;
const PT_NOTE: u32 = 4;

const DT_NULL: u64 = 0;
const DT_NEEDED: u64 = 1;
const DT_STRTAB: u64 = 5;

/// The architecture x86-64.
const EM_X86_64: u16 = 62;
/// 64-bit, little endian.
const CLASS_AND_DATA: [u8; 2] = [2, 1];

/// What kind of program a file is, as far as its clock is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Started by a dynamic loader, with the C library that others can be put in front of.
    Dynamic,
    /// Started by a dynamic loader, yet without a C library.
    WithoutLibc,
    /// Started by the kernel alone.
    Static,
    /// Made by Go, which asks the kernel itself even when it has a C library.
    Go,
    /// For another machine than x86-64, its 32-bit predecessors among them.
    Foreign,
    /// No ELF file.
    Other,
}

/// One program header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    pub(crate) kind: u32,
    pub(crate) offset: u64,
    pub(crate) address: u64,
    pub(crate) size: u64,
}

impl Segment {
    /// The size of one in the file, in bytes.
    pub(crate) const SIZE: usize = 56;

    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            kind: u32_at(bytes, 0)?,
            offset: u64_at(bytes, 8)?,
            address: u64_at(bytes, 16)?,
            size: u64_at(bytes, 32)?,
        })
    }

    pub(crate) const fn is_loaded(&self) -> bool {
        self.kind == PT_LOAD
    }

    pub(crate) const fn is_dynamic(&self) -> bool {
        self.kind == PT_DYNAMIC
    }
}

/// What the first bytes of a 64-bit file for x86-64 say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    /// Where the program headers begin.
    pub(crate) segments: u64,
    /// How many there are.
    pub(crate) segment_count: u64,
    sections: u64,
    section_count: u64,
    name_section: u64,
}

impl Header {
    /// The size of it, in bytes.
    pub(crate) const SIZE: usize = 64;

    /// `None` if the bytes are no such header.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let is_ours = bytes.starts_with(b"\x7fELF")
            && bytes.get(4..6)? == CLASS_AND_DATA
            && u16_at(bytes, 18)? == EM_X86_64;
        if !is_ours || usize::from(u16_at(bytes, 54)?) != Segment::SIZE {
            return None;
        }
        Some(Self {
            segments: u64_at(bytes, 32)?,
            segment_count: u16_at(bytes, 56)?.into(),
            sections: u64_at(bytes, 40)?,
            section_count: u16_at(bytes, 60)?.into(),
            name_section: u16_at(bytes, 62)?.into(),
        })
    }
}

/// Looks at the file at `path`; `None` if it cannot be read.
pub(crate) fn look(path: &Path) -> Option<Kind> {
    let file = File::open(path).ok()?;
    let mut start = [0; Header::SIZE];
    let read = file.read_at(&mut start, 0).ok()?;
    let start = start.get(..read)?;
    if !start.starts_with(b"\x7fELF") {
        return Some(Kind::Other);
    }
    let Some(header) = Header::parse(start) else {
        return Some(Kind::Foreign);
    };
    let segments = segments(&file, &header).unwrap_or_default();
    Some(if is_go(&file, &header, &segments) {
        Kind::Go
    } else if !segments.iter().any(|segment| segment.kind == PT_INTERP) {
        Kind::Static
    } else if needs_libc(&file, &segments).unwrap_or(false) {
        Kind::Dynamic
    } else {
        Kind::WithoutLibc
    })
}

fn segments(file: &File, header: &Header) -> Option<Vec<Segment>> {
    let size = header.segment_count.checked_mul(Segment::SIZE as u64)?;
    let table = read(file, header.segments, size)?;
    let entries = table.chunks_exact(Segment::SIZE);
    entries.map(Segment::parse).collect()
}

/// Go's linker writes its build id as a note, and what it built from into a section of its own; the
/// latter is in every program since Go 1.18, stripped or not.
fn is_go(file: &File, header: &Header, segments: &[Segment]) -> bool {
    let mut notes = segments.iter().filter(|segment| segment.kind == PT_NOTE);
    let has_note = notes.any(|note| {
        let note = read(file, note.offset, note.size.min(LIMIT)).unwrap_or_default();
        has_go_note(&note)
    });
    has_note || has_go_section(file, header).unwrap_or(false)
}

/// Whether one of the notes is of the owner `Go`.
fn has_go_note(mut notes: &[u8]) -> bool {
    loop {
        let (Some(name), Some(description)) = (u32_at(notes, 0), u32_at(notes, 4)) else {
            return false;
        };
        if name == 4 && notes.get(12..16) == Some(b"Go\0\0") {
            return true;
        }
        let aligned = |size: u32| (size as usize).next_multiple_of(4);
        let next = 12 + aligned(name) + aligned(description);
        let Some(rest) = notes.get(next..) else {
            return false;
        };
        notes = rest;
    }
}

fn has_go_section(file: &File, header: &Header) -> Option<bool> {
    const SECTION: usize = 64;
    let size = header.section_count.checked_mul(SECTION as u64)?;
    let table = read(file, header.sections, size)?;
    let sections: Vec<_> = table.chunks_exact(SECTION).collect();
    let names = sections.get(usize::try_from(header.name_section).ok()?)?;
    let names = read(file, u64_at(names, 24)?, u64_at(names, 32)?)?;
    let mut titles = sections.iter().filter_map(|section| {
        let start = usize::try_from(u32_at(section, 0)?).ok()?;
        text_at(&names, start)
    });
    Some(titles.any(|title| title == b".go.buildinfo"))
}

/// Whether a C library is among what the loader is to load first.
fn needs_libc(file: &File, segments: &[Segment]) -> Option<bool> {
    let dynamic = segments.iter().find(|segment| segment.is_dynamic())?;
    let dynamic = read(file, dynamic.offset, dynamic.size)?;
    let entries: Vec<_> = dynamic_entries(&dynamic).collect();
    let (_, strings) = entries.iter().find(|(tag, _)| *tag == DT_STRTAB)?;
    let segment = segments.iter().find(|segment| {
        let offset = strings.checked_sub(segment.address);
        segment.is_loaded() && offset.is_some_and(|offset| offset < segment.size)
    })?;
    let inside = strings - segment.address;
    let start = segment.offset.checked_add(inside)?;
    let strings = read(file, start, (segment.size - inside).min(LIMIT))?;
    let mut needed = entries.iter().filter(|(tag, _)| *tag == DT_NEEDED);
    Some(needed.any(|(_, name)| {
        let name = usize::try_from(*name).ok();
        name.and_then(|name| text_at(&strings, name))
            .is_some_and(|name| name.starts_with(b"libc."))
    }))
}

/// The entries of a dynamic section: a tag and a value each.
pub(crate) fn dynamic_entries(bytes: &[u8]) -> impl Iterator<Item = (u64, u64)> {
    let entries = bytes.chunks_exact(16);
    entries
        .filter_map(|entry| Some((u64_at(entry, 0)?, u64_at(entry, 8)?)))
        .take_while(|(tag, _)| *tag != DT_NULL)
}

/// `size` bytes from `offset` on, if that many are there and not too many to be believed.
fn read(file: &File, offset: u64, size: u64) -> Option<Vec<u8>> {
    let within = size <= LIMIT;
    let mut bytes = vec![0; usize::try_from(size).ok().filter(|_| within)?];
    file.read_exact_at(&mut bytes, offset).ok()?;
    Some(bytes)
}

/// The text from `start` on, up to the byte zero that ends it.
pub(crate) fn text_at(bytes: &[u8], start: usize) -> Option<&[u8]> {
    let text = bytes.get(start..)?;
    let end = text.iter().position(|&byte| byte == 0)?;
    text.get(..end)
}

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(array_at(bytes, at)?))
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(array_at(bytes, at)?))
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(array_at(bytes, at)?))
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;
    use tempfile::NamedTempFile;

    use super::*;

    fn written(bytes: &[u8]) -> NamedTempFile {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn go_is_known_by_its_note_whatever_else_is_there() {
        // A note of the GNU tools, then Go's: sizes of name and description, a type, and both.
        let mut notes = b"\x04\0\0\0\x05\0\0\0\x03\0\0\0GNU\0abcde\0\0\0".to_vec();
        assert!(!has_go_note(&notes));
        notes.extend(b"\x04\0\0\0\x02\0\0\0\x04\0\0\0Go\0\0id");
        assert!(has_go_note(&notes));
        assert!(!has_go_note(
            b"\xff\xff\xff\xff\xff\xff\xff\xff\x04\0\0\0Go\0\0"
        ));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever is changed in its tables or cut off, there is an answer.
        #[test]
        fn a_damaged_program_is_looked_at(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..24),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut bytes = std::fs::read("/bin/sh").unwrap();
            for (at, byte) in changes {
                let head = bytes.len().min(1024);
                bytes[at.index(head)] = byte;
            }
            bytes.truncate(cut.index(bytes.len()) + 1);
            prop_assert!(look(written(&bytes).path()).is_some());
        }
    }
}
