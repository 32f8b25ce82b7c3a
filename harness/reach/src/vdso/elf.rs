//! What the image of the vDSO says, which comes from another process and is not trusted.

use thiserror::Error;

use crate::elf::{Header, Segment, dynamic_entries, text_at, u16_at, u32_at, u64_at};

const DT_HASH: u64 = 4;
const DT_STRTAB: u64 = 5;
const DT_SYMTAB: u64 = 6;
const DT_GNU_HASH: u64 = 0x6fff_fef5;

/// The size of a symbol, and where in it its value is, in bytes.
const SYMBOL: usize = 24;
const VALUE: usize = 8;
/// The section number of a symbol that is defined elsewhere.
const UNDEFINED: u16 = 0;

/// The instruction `syscall`.
const SYSCALL: [u8; 2] = [0x0f, 0x05];

/// The largest image that is believed, in bytes. Those of today have one or two pages.
pub(super) const LARGEST: u64 = 1 << 16;

/// Something in the image is not as it has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub(crate) struct Unreadable(&'static str);

/// A function of the vDSO that reads the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    ClockGettime,
    Gettimeofday,
    Time,
}

impl Function {
    fn named(name: &[u8]) -> Option<Self> {
        match name.strip_prefix(b"__vdso_").unwrap_or(name) {
            b"clock_gettime" => Some(Self::ClockGettime),
            b"gettimeofday" => Some(Self::Gettimeofday),
            b"time" => Some(Self::Time),
            _ => None,
        }
    }
}

/// A symbol to be redirected. All positions are counted from the start of the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Symbol {
    pub(super) function: Function,
    /// Where its value is written.
    pub(super) slot: u64,
    /// Where the function is.
    pub(super) code: u64,
}

/// What is needed of an image. All positions are counted from its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Image {
    /// An instruction `syscall`.
    pub(super) syscall: u64,
    /// What is subtracted from a position to give the value of a symbol, modulo 2^64.
    pub(super) bias: u64,
    /// The readers of the wall clock, under all their names.
    pub(super) symbols: Vec<Symbol>,
}

/// How long the image is that begins like this, in bytes.
pub(super) fn length(start: &[u8]) -> Result<u64, Unreadable> {
    let segments = segments(start)?;
    let ends = segments
        .iter()
        .map(|segment| segment.offset.checked_add(segment.size));
    let end = ends.max().flatten();
    let plausible = end.filter(|end| (Header::SIZE as u64..=LARGEST).contains(end));
    plausible.ok_or(Unreadable("its size is not plausible"))
}

/// Reads an image.
pub(super) fn parse(image: &[u8]) -> Result<Image, Unreadable> {
    let segments = segments(image)?;
    let mut loaded = segments.iter().filter(|segment| segment.is_loaded());
    let first = loaded.next().ok_or(Unreadable("nothing of it is loaded"))?;
    let bias = first.offset.wrapping_sub(first.address);
    let dynamic = segments.iter().find(|segment| segment.is_dynamic());
    let dynamic = dynamic.and_then(|dynamic| slice(image, dynamic.offset, dynamic.size));
    let entries: Vec<_> = dynamic_entries(dynamic.unwrap_or_default()).collect();
    let table = |tag| {
        let (_, address) = entries.iter().find(|entry| entry.0 == tag)?;
        usize::try_from(address.wrapping_add(bias)).ok()
    };
    let symbols = symbols(image, bias, &table).ok_or(Unreadable("it has no table of symbols"))?;
    if !symbols
        .iter()
        .any(|symbol| symbol.function == Function::ClockGettime)
    {
        return Err(Unreadable("it has no `clock_gettime`"));
    }
    let syscall = image
        .windows(SYSCALL.len())
        .position(|code| code == SYSCALL);
    Ok(Image {
        syscall: syscall.ok_or(Unreadable("it makes no system calls"))? as u64,
        bias,
        symbols,
    })
}

fn segments(image: &[u8]) -> Result<Vec<Segment>, Unreadable> {
    let header = Header::parse(image).ok_or(Unreadable("it is no ELF file for x86-64"))?;
    let size = header.segment_count * Segment::SIZE as u64;
    let table = slice(image, header.segments, size).ok_or(Unreadable("it is cut off"))?;
    let entries = table.chunks_exact(Segment::SIZE);
    Ok(entries.filter_map(Segment::parse).collect())
}

fn slice(image: &[u8], offset: u64, size: u64) -> Option<&[u8]> {
    let start = usize::try_from(offset).ok()?;
    let end = start.checked_add(usize::try_from(size).ok()?)?;
    image.get(start..end)
}

/// The symbols to be redirected. `table` tells where the table of a tag begins.
fn symbols(image: &[u8], bias: u64, table: &impl Fn(u64) -> Option<usize>) -> Option<Vec<Symbol>> {
    let names = image.get(table(DT_STRTAB)?..)?;
    let start = table(DT_SYMTAB)?;
    let count = match table(DT_HASH) {
        Some(hash) => u32_at(image, hash.checked_add(4)?)? as usize,
        None => count_of_gnu_hash(image, table(DT_GNU_HASH)?)?,
    };
    let entries = image.get(start..)?.chunks_exact(SYMBOL).take(count);
    let found = entries.enumerate().filter_map(|(index, entry)| {
        let name = text_at(names, u32_at(entry, 0)? as usize)?;
        let is_defined = u16_at(entry, 6)? != UNDEFINED;
        let code = u64_at(entry, VALUE)?.wrapping_add(bias);
        let is_inside = code < image.len() as u64;
        Some(Symbol {
            function: Function::named(name).filter(|_| is_defined && is_inside)?,
            slot: (start + index * SYMBOL + VALUE) as u64,
            code,
        })
    });
    Some(found.collect())
}

/// How many symbols there are, by the hash table that does not say so: the last one is the end of the
/// chain that begins last. The layout is that of the GNU tools.
fn count_of_gnu_hash(image: &[u8], start: usize) -> Option<usize> {
    let word = |at: usize| u32_at(image, start.checked_add(at)?).map(|word| word as usize);
    let (buckets, first, filters) = (word(0)?, word(4)?, word(8)?);
    let table = filters.checked_mul(8)?.checked_add(16)?;
    let chains = buckets.checked_mul(4)?.checked_add(table)?;
    let mut last = 0;
    for bucket in (table..chains).step_by(4) {
        last = last.max(word(bucket)?);
    }
    if last < first {
        return Some(first);
    }
    // The lowest bit marks the end of a chain.
    loop {
        let link = (last - first).checked_mul(4)?.checked_add(chains)?;
        last = last.checked_add(1)?;
        if word(link)? & 1 == 1 {
            return Some(last);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::FileExt;

    use proptest::prelude::*;

    use super::*;

    /// That of this very process, which the kernel made.
    fn own() -> Vec<u8> {
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let line = maps.lines().find(|line| line.ends_with("[vdso]")).unwrap();
        let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let number = |text| u64::from_str_radix(text, 16).unwrap();
        let (start, end) = (number(start), number(end));
        let mut image = vec![0; usize::try_from(end - start).unwrap()];
        let memory = fs::File::open("/proc/self/mem").unwrap();
        memory.read_exact_at(&mut image, start).unwrap();
        image
    }

    #[test]
    fn the_kernels_image_has_each_reader_of_the_clock() {
        let image = own();
        let length = usize::try_from(length(&image).unwrap()).unwrap();
        assert!(length <= image.len());
        let parsed = parse(&image[..length]).unwrap();
        for function in [
            Function::ClockGettime,
            Function::Gettimeofday,
            Function::Time,
        ] {
            let symbols = parsed.symbols.iter();
            let named: Vec<_> = symbols
                .filter(|symbol| symbol.function == function)
                .collect();
            // With the kernel's prefix and without.
            assert_eq!(named.len(), 2, "{function:?}");
            assert_eq!(named[0].code, named[1].code);
            let slot = usize::try_from(named[0].slot).unwrap();
            assert_eq!(
                u64_at(&image, slot).unwrap().wrapping_add(parsed.bias),
                named[0].code
            );
        }
        let syscall = usize::try_from(parsed.syscall).unwrap();
        assert_eq!(image[syscall..syscall + 2], SYSCALL);
    }

    #[test]
    fn the_symbols_are_counted_alike_by_either_table() {
        let image = own();
        let segments = segments(&image).unwrap();
        let dynamic = segments
            .iter()
            .find(|segment| segment.is_dynamic())
            .unwrap();
        let entries = slice(&image, dynamic.offset, dynamic.size).unwrap();
        let table = |tag| {
            let (_, at) = dynamic_entries(entries).find(|entry| entry.0 == tag)?;
            usize::try_from(at).ok()
        };
        if let (Some(hash), Some(gnu)) = (table(DT_HASH), table(DT_GNU_HASH)) {
            let count = u32_at(&image, hash + 4).unwrap();
            assert_eq!(count_of_gnu_hash(&image, gnu), Some(count as usize));
        }
    }

    proptest! {
        /// Whatever is flipped or cut, there is an answer, and its positions are inside.
        #[test]
        fn a_damaged_image_is_refused_or_read(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..24),
            cut in any::<Option<prop::sample::Index>>(),
        ) {
            let mut image = own();
            for (at, byte) in changes {
                let head = image.len().min(1024);
                image[at.index(head)] = byte;
            }
            if let Some(cut) = cut {
                image.truncate(cut.index(image.len()));
            }
            let _ = length(&image);
            if let Ok(parsed) = parse(&image) {
                for symbol in parsed.symbols {
                    prop_assert!(symbol.slot + 8 <= image.len() as u64);
                    prop_assert!(symbol.code < image.len() as u64);
                }
            }
        }
    }
}
