//! As much of a dynamic library's file as its tests look at. Numbers are those of the System V ABI
//! and of the GNU extensions to it.

pub(crate) const NEEDED: u64 = 1;
pub(crate) const HASH: u64 = 4;
pub(crate) const GNU_HASH: u64 = 0x6fff_fef5;
pub(crate) const VERSYM: u64 = 0x6fff_fff0;
pub(crate) const VERDEF: u64 = 0x6fff_fffc;
pub(crate) const VERNEED: u64 = 0x6fff_fffe;
const STRTAB: u64 = 5;
const SYMTAB: u64 = 6;

const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const STB_WEAK: u8 = 2;

/// A file that our own build made: what is not as expected fails the test.
pub(crate) struct Elf(Vec<u8>);

#[derive(Debug)]
pub(crate) struct Symbol {
    pub(crate) name: String,
    pub(crate) is_weak: bool,
    pub(crate) is_defined: bool,
}

impl Elf {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        assert_eq!(&bytes[..6], b"\x7fELF\x02\x01", "64-bit, little endian");
        Self(bytes)
    }

    pub(crate) fn size(&self) -> usize {
        self.0.len()
    }

    /// The values of all entries of the dynamic section with this tag.
    pub(crate) fn dynamic(&self, tag: u64) -> Vec<u64> {
        let mut segments = self.segments();
        let (_, start, _) = segments.find(|(kind, ..)| *kind == PT_DYNAMIC).unwrap();
        let entries = (0..).map(|entry| start + entry * 16);
        let entries = entries.map(|at| (self.long(at), self.long(at + 8)));
        let entries = entries.take_while(|(tag, _)| *tag != 0);
        let values = entries.filter(|(found, _)| *found == tag);
        values.map(|(_, value)| value).collect()
    }

    /// The symbols that the loader sees.
    pub(crate) fn symbols(&self) -> Vec<Symbol> {
        let table = |tag| self.offset_of(self.dynamic(tag)[0]);
        // The second word of the hash table is the number of symbols; the first symbol is none.
        let count = self.int(table(HASH) + 4) as usize;
        let names = table(STRTAB);
        let symbols = (1..count).map(|symbol| table(SYMTAB) + symbol * 24);
        let read = |at: usize| Symbol {
            name: self.text(names + self.int(at) as usize),
            is_weak: self.0[at + 4] >> 4 == STB_WEAK,
            is_defined: self.short(at + 6) != 0,
        };
        symbols.map(read).collect()
    }

    /// Kind, place in the file and address of each segment.
    fn segments(&self) -> impl Iterator<Item = (u32, usize, u64)> {
        let start = usize::try_from(self.long(32)).unwrap();
        let headers = (0..usize::from(self.short(56))).map(move |header| start + header * 56);
        headers.map(|at| {
            let offset = usize::try_from(self.long(at + 8)).unwrap();
            (self.int(at), offset, self.long(at + 16))
        })
    }

    /// Where in the file that is which will be at this address.
    fn offset_of(&self, address: u64) -> usize {
        let loaded = self.segments().filter(|(kind, ..)| *kind == PT_LOAD);
        let before = loaded.filter(|(.., start)| *start <= address);
        let (_, offset, start) = before.max_by_key(|(.., start)| *start).unwrap();
        offset + usize::try_from(address - start).unwrap()
    }

    fn text(&self, at: usize) -> String {
        let text = self.0[at..].iter().take_while(|byte| **byte != 0);
        String::from_utf8(text.copied().collect()).unwrap()
    }

    fn short(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.array(at))
    }

    fn int(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.array(at))
    }

    fn long(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.array(at))
    }

    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        self.0[at..at + N].try_into().unwrap()
    }
}
