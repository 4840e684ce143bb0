//! Bodies as they arrive: of a known length, in chunks, or until the connection closes. Chunks are read as RFC 9112,
//! 7.1 writes them; what only tolerant readers take is an error.

use super::{Framing, Malformed};

/// Bytes of the line in front of a chunk, with its extensions, which nobody uses but to hide something.
const MAX_CHUNK_LINE: usize = 4 << 10;
/// Bytes of all trailer fields; they are read and dropped.
const MAX_TRAILERS: usize = 16 << 10;

/// Turns the bytes of a connection into those of one body.
#[derive(Debug)]
pub(in crate::sandbox) struct BodyDecoder {
    state: State,
    /// What has arrived of a line of a chunked body.
    line: Vec<u8>,
    trailer_bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// So many bytes of the body are still to come.
    Length(u64),
    UntilClose,
    ChunkLine,
    Chunk(u64),
    /// The line end after a chunk.
    ChunkEnd,
    Trailers,
    Done,
}

impl BodyDecoder {
    pub(in crate::sandbox) fn new(framing: Framing) -> Self {
        let state = match framing {
            Framing::None | Framing::Length(0) => State::Done,
            Framing::Length(length) => State::Length(length),
            Framing::Chunked => State::ChunkLine,
            Framing::UntilClose => State::UntilClose,
        };
        Self { state, line: Vec::new(), trailer_bytes: 0 }
    }

    /// Whether the body is whole.
    pub(in crate::sandbox) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Whether a connection that closes now ends the body, and does not cut it.
    pub(in crate::sandbox) fn ends_with_connection(&self) -> bool {
        matches!(self.state, State::Done | State::UntilClose)
    }

    /// How many bytes of the body are known to be still to come.
    pub(in crate::sandbox) fn known_rest(&self) -> u64 {
        match self.state {
            State::Length(rest) | State::Chunk(rest) => rest,
            _ => 0,
        }
    }

    /// Appends to `body` what `input` holds of it, and returns how much of `input` belonged to the message.
    ///
    /// # Errors
    /// Where the chunks are not well-formed.
    pub(in crate::sandbox) fn decode(
        &mut self,
        input: &[u8],
        body: &mut Vec<u8>,
    ) -> Result<usize, Malformed> {
        let mut at = 0;
        while at < input.len() && self.state != State::Done {
            at += self.step(&input[at..], body)?;
        }
        Ok(at)
    }

    fn step(&mut self, input: &[u8], body: &mut Vec<u8>) -> Result<usize, Malformed> {
        match self.state {
            State::UntilClose => {
                body.extend_from_slice(input);
                Ok(input.len())
            }
            State::Length(rest) | State::Chunk(rest) => {
                let taken = usize::try_from(rest).map_or(input.len(), |rest| rest.min(input.len()));
                body.extend_from_slice(&input[..taken]);
                let rest = rest - taken as u64;
                self.state = match self.state {
                    State::Length(_) if rest == 0 => State::Done,
                    State::Length(_) => State::Length(rest),
                    _ if rest == 0 => State::ChunkEnd,
                    _ => State::Chunk(rest),
                };
                Ok(taken)
            }
            State::ChunkLine | State::ChunkEnd | State::Trailers => self.line(input),
            State::Done => Ok(0),
        }
    }

    /// Takes bytes up to the end of a line, and reads the line where its end is there.
    fn line(&mut self, input: &[u8]) -> Result<usize, Malformed> {
        let end = input.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(input.len(), |end| end + 1);
        self.line.extend_from_slice(&input[..taken]);
        let most = if self.state == State::Trailers { MAX_TRAILERS } else { MAX_CHUNK_LINE };
        if self.line.len() > most {
            return Err(Malformed::bad("a line of a chunked body is too long"));
        }
        if end.is_none() {
            return Ok(taken);
        }
        let mut line = std::mem::take(&mut self.line);
        line.pop();
        if line.pop() != Some(b'\r') || line.contains(&b'\r') {
            return Err(Malformed::bad("a line of a chunked body does not end in CR LF"));
        }
        self.state = self.after_line(&line)?;
        line.clear();
        self.line = line;
        Ok(taken)
    }

    fn after_line(&mut self, line: &[u8]) -> Result<State, Malformed> {
        match self.state {
            State::ChunkEnd if line.is_empty() => Ok(State::ChunkLine),
            State::ChunkEnd => Err(Malformed::bad("a chunk is longer than it says")),
            State::ChunkLine => match chunk_size(line)? {
                0 => Ok(State::Trailers),
                size => Ok(State::Chunk(size)),
            },
            _ if line.is_empty() => Ok(State::Done),
            _ => {
                self.trailer_bytes += line.len();
                if self.trailer_bytes > MAX_TRAILERS {
                    return Err(Malformed::bad("the trailer fields are too long"));
                }
                Ok(State::Trailers)
            }
        }
    }
}

/// `1a` or `1A;name=value`.
fn chunk_size(line: &[u8]) -> Result<u64, Malformed> {
    let bad = || Malformed::bad("the size of a chunk is not a hexadecimal number");
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
    // Blanks before a semicolon are "bad whitespace" that senders must not write (RFC 9112, 7.1.1).
    if digits.is_empty() || digits.len() > 16 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(bad());
    }
    let digits = std::str::from_utf8(digits).map_err(|_| bad())?;
    u64::from_str_radix(digits, 16).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes whole and byte by byte, which has to come to the same.
    #[track_caller]
    fn case(framing: Framing, input: &str, expected: Result<(&str, &str), &str>) {
        let mut by_byte = BodyDecoder::new(framing);
        let mut body = Vec::new();
        let mut seen = Ok(0);
        for byte in input.as_bytes() {
            match by_byte.decode(std::slice::from_ref(byte), &mut body) {
                Ok(taken) => seen = seen.map(|sum| sum + taken),
                Err(error) => {
                    seen = Err(error);
                    break;
                }
            }
        }
        let mut whole = BodyDecoder::new(framing);
        let mut at_once = Vec::new();
        let taken = whole.decode(input.as_bytes(), &mut at_once);
        match expected {
            Ok((text, rest)) => {
                assert_eq!(String::from_utf8(at_once).unwrap(), text, "{input:?}");
                assert_eq!(String::from_utf8(body).unwrap(), text, "{input:?}, byte by byte");
                assert_eq!(&input[taken.unwrap()..], rest);
                assert_eq!(seen.unwrap(), input.len() - rest.len());
                assert!(whole.ends_with_connection() && by_byte.ends_with_connection());
            }
            Err(message) => {
                assert_eq!(taken.unwrap_err().message, message, "{input:?}");
                assert_eq!(seen.unwrap_err().message, message, "{input:?}, byte by byte");
            }
        }
    }

    #[test]
    fn a_body_ends_where_its_framing_says() {
        case(Framing::None, "GET", Ok(("", "GET")));
        case(Framing::Length(3), "abcGET", Ok(("abc", "GET")));
        case(Framing::UntilClose, "abc", Ok(("abc", "")));
        case(Framing::Chunked, "3\r\nabc\r\n0\r\n\r\nGET", Ok(("abc", "GET")));
        case(
            Framing::Chunked,
            "3;a=b\r\nabc\r\n00000000A\r\n0123456789\r\n0\r\nX: y\r\n\r\n",
            Ok(("abc0123456789", "")),
        );
    }

    #[test]
    fn what_only_a_tolerant_reader_takes_is_refused() {
        let size = "the size of a chunk is not a hexadecimal number";
        for line in ["zz", "", "-1", "+1", "0x1", " 1", "1 ", "10000000000000000", "1 ;a"] {
            case(Framing::Chunked, &format!("{line}\r\na\r\n0\r\n\r\n"), Err(size));
        }
        let line = "a line of a chunked body does not end in CR LF";
        case(Framing::Chunked, "1\na\r\n0\r\n\r\n", Err(line));
        case(Framing::Chunked, "1;\rx\r\na\r\n0\r\n\r\n", Err(line));
        case(Framing::Chunked, "0\r\nX: y\n\r\n", Err(line));
        case(Framing::Chunked, "1\r\nab\r\n0\r\n\r\n", Err("a chunk is longer than it says"));
        let long = format!("1;{}\r\na\r\n0\r\n\r\n", "x".repeat(MAX_CHUNK_LINE));
        case(Framing::Chunked, &long, Err("a line of a chunked body is too long"));
        let trailers = format!("0\r\n{}\r\n", "X: 0123456789\r\n".repeat(2000));
        case(Framing::Chunked, &trailers, Err("the trailer fields are too long"));
    }
}
