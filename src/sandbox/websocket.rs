//! WebSocket frames (RFC 6455): what a gateway has to know of them to pass them on, and what a simulated account needs to
//! answer. Frames pass as they are; only their heads are looked at, so that none is larger than it may be and none says
//! what the protocol does not have.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

/// Bytes of one frame; a quarter of a minute of the audio that realtime models take has less.
pub(super) const MAX_FRAME: u64 = 16 << 20;
/// Bytes read at a time.
const READ_SIZE: usize = 16 << 10;
/// The longest head: two bytes, eight of length, four of a mask.
const MAX_HEAD: usize = 14;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

/// The head of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHead {
    pub is_last: bool,
    pub opcode: Opcode,
    pub mask: Option<[u8; 4]>,
    /// Of the payload.
    pub length: u64,
    /// Bytes that the head took.
    pub head_length: usize,
}

/// Reads a head; None where it is not whole yet.
///
/// # Errors
/// What the protocol does not have, as a sentence (5.2 and 5.5).
pub(super) fn parse_head(bytes: &[u8]) -> Result<Option<FrameHead>, &'static str> {
    let &[first, second, ref rest @ ..] = bytes else { return Ok(None) };
    if first & 0x70 != 0 {
        return Err("a frame uses an extension that was not agreed on");
    }
    let opcode = match first & 0x0f {
        0x0 => Opcode::Continuation,
        0x1 => Opcode::Text,
        0x2 => Opcode::Binary,
        0x8 => Opcode::Close,
        0x9 => Opcode::Ping,
        0xa => Opcode::Pong,
        _ => return Err("a frame is of a kind that there is not"),
    };
    let is_last = first & 0x80 != 0;
    let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    let (length, n_length) = match second & 0x7f {
        126 => match rest.get(..2) {
            Some(bytes) => (number(bytes), 2),
            None => return Ok(None),
        },
        127 => match rest.get(..8) {
            Some(bytes) => (number(bytes), 8),
            None => return Ok(None),
        },
        short => (u64::from(short), 0),
    };
    let is_control = matches!(opcode, Opcode::Close | Opcode::Ping | Opcode::Pong);
    if is_control && (length > 125 || !is_last) {
        return Err("a control frame is too long, or in parts");
    }
    if length > MAX_FRAME {
        return Err("a frame is larger than this gateway passes on");
    }
    let is_masked = second & 0x80 != 0;
    let mask = match rest.get(n_length..n_length + 4) {
        _ if !is_masked => None,
        Some(mask) => Some([mask[0], mask[1], mask[2], mask[3]]),
        None => return Ok(None),
    };
    let head_length = 2 + n_length + if is_masked { 4 } else { 0 };
    Ok(Some(FrameHead { is_last, opcode, mask, length, head_length }))
}

/// A whole frame, masked where a client sends it.
pub(super) fn frame(opcode: Opcode, payload: &[u8], mask: Option<[u8; 4]>) -> Vec<u8> {
    let code = match opcode {
        Opcode::Continuation => 0x0,
        Opcode::Text => 0x1,
        Opcode::Binary => 0x2,
        Opcode::Close => 0x8,
        Opcode::Ping => 0x9,
        Opcode::Pong => 0xa,
    };
    let mut bytes = vec![0x80 | code];
    let masked = if mask.is_some() { 0x80 } else { 0 };
    match payload.len() {
        short @ 0..=125 => bytes.push(masked | u8::try_from(short).unwrap_or_default()),
        middle @ 126..=0xffff => {
            bytes.push(masked | 126);
            bytes.extend_from_slice(&u16::try_from(middle).unwrap_or_default().to_be_bytes());
        }
        long => {
            bytes.push(masked | 127);
            bytes.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    match mask {
        Some(mask) => {
            bytes.extend_from_slice(&mask);
            bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        }
        None => bytes.extend_from_slice(payload),
    }
    bytes
}

/// What a server answers to the key of a handshake (4.2.2). SHA-1 proves nothing here but that the server knows the protocol.
pub(super) fn accept_key(key: &str) -> String {
    let text = format!("{}258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key.trim());
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(digest)
}

/// Follows the frames of one direction.
#[derive(Debug)]
pub(super) struct Watcher {
    /// Frames of a client are masked, those of a server are not (5.1).
    of_client: bool,
    /// The head that is being read.
    head: Vec<u8>,
    /// Bytes of the payload still to come.
    left: u64,
    /// Whether a message in parts has begun.
    in_parts: bool,
}

impl Watcher {
    pub(super) fn new(of_client: bool) -> Self {
        Self { of_client, head: Vec::with_capacity(MAX_HEAD), left: 0, in_parts: false }
    }

    /// Looks at what comes next.
    ///
    /// # Errors
    /// As [`parse_head`]; masks and parts where they may not be.
    pub(super) fn pass(&mut self, mut bytes: &[u8]) -> Result<(), &'static str> {
        while !bytes.is_empty() {
            if self.left > 0 {
                let n = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
                self.left -= n as u64;
                bytes = &bytes[n..];
                continue;
            }
            self.head.push(bytes[0]);
            bytes = &bytes[1..];
            if let Some(head) = parse_head(&self.head)? {
                self.begins(head)?;
            }
        }
        Ok(())
    }

    fn begins(&mut self, head: FrameHead) -> Result<(), &'static str> {
        if head.mask.is_some() != self.of_client {
            return Err("a frame of a client has a mask, and one of a server has none");
        }
        match head.opcode {
            Opcode::Continuation if !self.in_parts => return Err("a part belongs to no message"),
            Opcode::Text | Opcode::Binary if self.in_parts => return Err("a message begins within another"),
            Opcode::Continuation | Opcode::Text | Opcode::Binary => self.in_parts = !head.is_last,
            Opcode::Close | Opcode::Ping | Opcode::Pong => {}
        }
        self.left = head.length;
        self.head.clear();
        Ok(())
    }
}

/// How patient a connection is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// With both sides, when nothing passes.
    pub idle: Duration,
    /// With one side that takes nothing.
    pub write: Duration,
}

/// Passes one direction on until its end.
///
/// # Errors
/// Why it ended otherwise.
pub(super) async fn pass_on(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    first: Vec<u8>,
    mut watcher: Watcher,
    patience: Patience,
    n_passed: &AtomicU64,
) -> Result<(), String> {
    let mut bytes = first;
    let mut buffer = vec![0; READ_SIZE];
    loop {
        watcher.pass(&bytes)?;
        if !bytes.is_empty() {
            let written = timeout(patience.write, to.write_all(&bytes)).await;
            written.map_err(|_| "one side takes nothing".to_owned())?.map_err(|error| error.to_string())?;
            n_passed.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        }
        let n = from.read(&mut buffer).await.map_err(|error| error.to_string())?;
        if n == 0 {
            return Ok(());
        }
        bytes.clear();
        bytes.extend_from_slice(&buffer[..n]);
    }
}

/// Ends once nothing has passed for so long.
pub(super) async fn idle(patience: Patience, passed: [&AtomicU64; 2]) {
    let sum = || passed.iter().map(|one| one.load(Ordering::Relaxed)).sum::<u64>();
    loop {
        let before = sum();
        tokio::time::sleep(patience.idle).await;
        if sum() == before {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_back_whatever_their_length_and_however_they_arrive() {
        for length in [0, 1, 125, 126, 70_000] {
            let payload = vec![7; length];
            for mask in [None, Some([1, 2, 3, 4])] {
                let bytes = frame(Opcode::Text, &payload, mask);
                let head = parse_head(&bytes).unwrap().unwrap();
                assert_eq!((head.length, head.mask, head.is_last), (length as u64, mask, true));
                assert_eq!(bytes.len(), head.head_length + length);
                let mut watcher = Watcher::new(mask.is_some());
                bytes.chunks(3).for_each(|part| watcher.pass(part).unwrap());
                assert_eq!(watcher.pass(&bytes), Ok(()), "another frame follows");
                assert!(Watcher::new(mask.is_none()).pass(&bytes).is_err());
            }
        }
    }

    #[test]
    fn what_the_protocol_does_not_have_is_refused() {
        let over = [&[0x82, 0x7f][..], &(MAX_FRAME + 1).to_be_bytes()].concat();
        for bytes in [&[0xc1, 0][..], &[0x83, 0], &[0x09, 0], &[0x89, 126, 0, 126], &over] {
            assert!(parse_head(bytes).is_err(), "{bytes:?}");
        }
        for bytes in [&[][..], &[0x81], &[0x81, 126, 1], &[0x81, 127, 0, 0], &[0x81, 0x80, 1, 2, 3]] {
            assert_eq!(parse_head(bytes), Ok(None), "{bytes:?}");
        }
        assert!(Watcher::new(false).pass(&[0x80, 0]).is_err(), "a part of nothing");
        assert!(Watcher::new(false).pass(&[0x01, 0, 0x81, 0]).is_err(), "a message within another");
        assert!(Watcher::new(false).pass(&[0x01, 0, 0x89, 0, 0x80, 0]).is_ok(), "a ping between two parts");
    }

    #[test]
    fn a_handshake_is_answered_as_the_protocol_says() {
        assert_eq!(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}
