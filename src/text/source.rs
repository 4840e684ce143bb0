//! One source file: its name, its text, and where its lines begin.

use std::fmt;
use std::sync::Arc;

/// A half-open range of byte offsets into one [`Source`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`, or the empty one at `start` where `end` lies before it.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: saturate(start), end: saturate(end.max(start)) }
    }

    /// The empty span at `offset`.
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The offsets as a range that slices text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// True where it covers no text.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// Sources are limited far below 4 GiB by their readers; a larger offset stays at the end.
fn saturate(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// A place as people count it: line and column start at 1, columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A named text. Shared by everything that points into it.
#[derive(PartialEq, Eq)]
pub struct Source {
    path: String,
    text: String,
    line_starts: Vec<u32>,
    /// How many characters begin before each block of the text, so that columns of a long line are not counted out.
    chars_before: Vec<u32>,
}

/// In bytes; a column costs the counting of two of them at most.
const BLOCK_BYTES: usize = 4096;

impl Source {
    /// Takes a text and finds its lines. `path` is the name that [`Source::path`] shows.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        let text = text.into();
        let line_starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|&(_, b)| b == b'\n').map(|(i, _)| saturate(i + 1)))
            .collect();
        let mut n_chars = 0;
        let chars_before = text.as_bytes().chunks(BLOCK_BYTES).map(|block| {
            let before = n_chars;
            n_chars += beginnings(block);
            saturate(before)
        });
        let chars_before = chars_before.collect();
        Arc::new(Self { path: path.into(), text, line_starts, chars_before })
    }

    /// The name shown to people: a path as the user wrote it, or a name in angle brackets.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the text of `span`, or the empty string where the span does not fit this source.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// Returns the line and column of a byte offset; an offset past the end is the end.
    pub fn position(&self, offset: u32) -> Position {
        let offset = (offset as usize).min(self.text.len());
        let line = self.line_index(offset);
        let start = self.line_starts[line] as usize;
        let column = self.chars_until(offset).saturating_sub(self.chars_until(start));
        Position { line: saturate(line + 1), column: saturate(column + 1) }
    }

    /// Returns the line around a byte offset, with its line break.
    pub fn line(&self, offset: u32) -> Span {
        let line = self.line_index((offset as usize).min(self.text.len()));
        let end = self.line_starts.get(line + 1).map_or(self.text.len(), |&start| start as usize);
        Span::new(self.line_starts[line] as usize, end)
    }

    fn line_index(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|&start| start as usize <= offset).saturating_sub(1)
    }

    /// How many characters begin before an offset.
    fn chars_until(&self, offset: usize) -> usize {
        let block = (offset / BLOCK_BYTES).min(self.chars_before.len().saturating_sub(1));
        let before = self.chars_before.get(block).map_or(0, |&n_chars| n_chars as usize);
        before + beginnings(&self.text.as_bytes()[block * BLOCK_BYTES..offset])
    }
}

/// How many characters begin in a piece of UTF-8.
fn beginnings(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({}, {} bytes)", self.path, self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let source = Source::new("a.txt", "ab\nçd\r\n");
        for (offset, line, column) in [(0, 1, 1), (2, 1, 3), (3, 2, 1), (5, 2, 2), (8, 3, 1), (99, 3, 1)] {
            assert_eq!(source.position(offset), Position { line, column }, "offset {offset}");
        }
    }

    #[test]
    fn columns_of_a_long_line_are_those_of_a_short_one() {
        let source = Source::new("a.txt", format!("a\n{}\nb", "é".repeat(3 * BLOCK_BYTES)));
        for (chars, offset) in (0..3 * BLOCK_BYTES).map(|chars| (chars, 2 + 2 * chars)).step_by(7) {
            let position = source.position(saturate(offset));
            assert_eq!(position, Position { line: 2, column: saturate(chars + 1) });
        }
        assert_eq!(source.line(5000), Span::new(2, 3 + 6 * BLOCK_BYTES));
        assert_eq!(source.line(u32::MAX), Span::new(3 + 6 * BLOCK_BYTES, 4 + 6 * BLOCK_BYTES));
    }

    #[test]
    fn a_span_outside_the_source_is_empty_text() {
        let source = Source::new("a.txt", "é");
        assert_eq!(source.slice(Span::new(1, 2)), "");
        assert_eq!(source.slice(Span::new(0, 2)), "é");
        assert_eq!(source.slice(Span::new(0, 99)), "");
    }
}
