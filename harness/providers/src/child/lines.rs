//! Reading what a process writes, under limits.

use std::collections::VecDeque;
use std::io::{BufRead, ErrorKind};

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line, without its end.
    Whole(Vec<u8>),
    /// More than a line may have.
    TooLong,
    /// Nothing comes any more.
    End,
}

/// Reads the next line, of at most `max` bytes with its end.
pub(super) fn next_line(reader: &mut impl BufRead, max: usize) -> Line {
    let mut line = Vec::new();
    loop {
        let read = match reader.fill_buf() {
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            // A pipe that cannot be read has nothing more to say.
            Err(_) => &[],
        };
        if read.is_empty() {
            return if line.is_empty() {
                Line::End
            } else {
                Line::Whole(line)
            };
        }
        let end = read.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(read.len(), |end| end + 1);
        if line.len() + taken > max {
            return Line::TooLong;
        }
        line.extend_from_slice(&read[..end.unwrap_or(taken)]);
        reader.consume(taken);
        if end.is_some() {
            return Line::Whole(line);
        }
    }
}

/// What a process wrote to standard error, as far as there is room for it: the last of it.
#[derive(Debug, Default)]
pub(super) struct Tail {
    /// Each with its number from one.
    lines: VecDeque<(usize, String)>,
    bytes: usize,
    count: usize,
    /// Whether nothing comes any more.
    pub(super) ended: bool,
}

impl Tail {
    /// The most that one line keeps.
    const LINE_BYTES: usize = 16 << 10;

    /// Takes a line, and lets old ones go if there are more than `max` bytes.
    pub(super) fn push(&mut self, line: &[u8], max: usize) {
        self.count += 1;
        let kept = String::from_utf8_lossy(&line[..line.len().min(Self::LINE_BYTES)]).into_owned();
        self.bytes += kept.len();
        self.lines.push_back((self.count, kept));
        while self.bytes > max
            && let Some((_, old)) = self.lines.pop_front()
        {
            self.bytes -= old.len();
        }
    }

    /// All that is kept.
    pub(super) fn lines(&self) -> impl DoubleEndedIterator<Item = (usize, &str)> {
        self.lines
            .iter()
            .map(|(number, line)| (*number, line.as_str()))
    }

    /// The last lines that say something.
    pub(super) fn last(&self, lines: usize) -> Vec<&str> {
        let said = self.lines().map(|(_, line)| line.trim());
        let mut last: Vec<_> = said
            .rev()
            .filter(|line| !line.is_empty())
            .take(lines)
            .collect();
        last.reverse();
        last
    }
}

/// Reads everything, a line at a time however long it is; `take` is given each, and the longest
/// pieces of those that are too long.
pub(super) fn each_line(reader: &mut impl BufRead, mut take: impl FnMut(&[u8])) {
    let mut line = Vec::new();
    loop {
        let read = match reader.fill_buf() {
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => &[],
        };
        if read.is_empty() {
            break;
        }
        let room = Tail::LINE_BYTES.saturating_sub(line.len());
        let end = read.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(read.len(), |end| end + 1);
        let said = &read[..end.unwrap_or(taken)];
        line.extend_from_slice(&said[..said.len().min(room)]);
        reader.consume(taken);
        if end.is_some() {
            take(&line);
            line.clear();
        }
    }
    if !line.is_empty() {
        take(&line);
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn all(text: &[u8], max: usize) -> Vec<Line> {
        // Three bytes at a time, so that no line comes in one piece.
        let mut reader = BufReader::with_capacity(3, text);
        let mut lines = Vec::new();
        loop {
            let line = next_line(&mut reader, max);
            let over = line == Line::End || line == Line::TooLong;
            lines.push(line);
            if over {
                return lines;
            }
        }
    }

    #[test]
    fn lines_are_read_up_to_their_limit() {
        let whole = |text: &str| Line::Whole(text.into());
        assert_eq!(
            all(b"one\n\nthree\nfour", 6),
            [
                whole("one"),
                whole(""),
                whole("three"),
                whole("four"),
                Line::End
            ]
        );
        assert_eq!(all(b"12345\n", 6), [whole("12345"), Line::End]);
        assert_eq!(all(b"123456\n", 6), [Line::TooLong]);
        assert_eq!(all(b"1234567", 6), [Line::TooLong]);
    }

    #[test]
    fn the_tail_is_what_there_is_room_for() {
        let mut tail = Tail::default();
        let mut reader = BufReader::with_capacity(3, &b"one\ntwo\n\nthree"[..]);
        each_line(&mut reader, |line| tail.push(line, 8));
        assert_eq!(
            tail.lines().collect::<Vec<_>>(),
            [(2, "two"), (3, ""), (4, "three")]
        );
        assert_eq!(tail.last(2), ["two", "three"]);
    }
}
