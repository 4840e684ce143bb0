//! A streamed answer that is checked before it passes: its events are held back until the text in them has been
//! found clean. What is asked of the text is the caller's matter.

use std::collections::VecDeque;
use std::task::{Context, Poll};

use super::llm::event_text;
use super::sse::EventReader;
use super::{BodyStream, StreamError};

/// The most that is held back; a stream without windows and beyond it breaks off.
const MAX_HELD_BYTES: usize = 16 * 1024 * 1024;

/// What a look at a text came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Clean,
    /// What was found, after "found".
    Found(String),
}

/// How a text is cut: windows of that many characters, each beginning with the end of the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Windows {
    /// 0 for all at once.
    size: usize,
    // INVARIANT: less than `size` where that is not 0.
    overlap: usize,
}

impl Windows {
    pub(super) fn new(size: usize, overlap: usize) -> Self {
        Self { size, overlap: overlap.min(size.saturating_sub(1)) }
    }

    /// Cuts a text; an empty one has no windows.
    pub(super) fn cut(self, text: &str) -> Vec<String> {
        let characters: Vec<char> = text.chars().collect();
        if self.size == 0 || characters.len() <= self.size {
            return if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
        }
        let mut windows = Vec::new();
        let mut start = 0;
        loop {
            let end = (start + self.size).min(characters.len());
            windows.push(characters[start..end].iter().collect());
            if end == characters.len() {
                return windows;
            }
            start = end - self.overlap;
        }
    }
}

/// Asks about a text; a sentence where nobody could be asked.
pub(super) type Ask = Box<dyn Fn(&str) -> Result<Verdict, String> + Send>;

pub(super) struct GuardedStream {
    /// None once it has ended, or was ended.
    inner: Option<Box<dyn BodyStream>>,
    windows: Windows,
    ask: Ask,
    reader: Events,
    /// What has arrived and has not passed, each with the number of characters at its end.
    held: VecDeque<(usize, Vec<u8>)>,
    /// What has arrived of an event that has not ended: what it adds to the text is not known yet.
    unfinished: Vec<Vec<u8>>,
    held_bytes: usize,
    clean: VecDeque<Vec<u8>>,
    failed: Option<StreamError>,
}

impl GuardedStream {
    pub(super) fn new(inner: Box<dyn BodyStream>, windows: Windows, ask: Ask) -> Self {
        Self {
            inner: Some(inner),
            windows,
            ask,
            reader: Events::default(),
            held: VecDeque::new(),
            unfinished: Vec::new(),
            held_bytes: 0,
            clean: VecDeque::new(),
            failed: None,
        }
    }

    fn take(&mut self, chunk: Vec<u8>) {
        self.reader.push(&chunk);
        self.held_bytes += chunk.len();
        self.unfinished.push(chunk);
        if !self.reader.reader.is_inside_event() {
            self.hold_finished();
        }
        while self.windows.size > 0 && self.reader.text.len() >= self.windows.size {
            let window: String = self.reader.text.iter().take(self.windows.size).collect();
            if !self.passes(&window) {
                return;
            }
            self.reader.step(self.windows.size, self.windows.overlap);
        }
        let n_checked = self.reader.n_checked;
        while self.windows.size > 0 && self.held.front().is_some_and(|(end, _)| *end <= n_checked) {
            self.release_first();
        }
        if self.held_bytes > MAX_HELD_BYTES {
            self.end(Some("the answer is too long to be checked at once".to_owned()));
        }
    }

    /// The events in hand have ended, so their text is there to be checked.
    fn hold_finished(&mut self) {
        let end = self.reader.n_characters();
        self.held.extend(self.unfinished.drain(..).map(|chunk| (end, chunk)));
    }

    /// What can go on without asking the upstream.
    fn ready(&mut self) -> Option<Option<Result<Vec<u8>, StreamError>>> {
        if let Some(chunk) = self.clean.pop_front() {
            return Some(Some(Ok(chunk)));
        }
        self.failed.take().map(|error| Some(Err(error)))
    }

    fn arrived(&mut self, chunk: Option<Result<Vec<u8>, StreamError>>) {
        match chunk {
            Some(Ok(chunk)) => self.take(chunk),
            Some(Err(error)) => self.end(Some(error.0)),
            None => self.finish(),
        }
    }

    /// Checks the rest, and lets everything go where it is clean.
    fn finish(&mut self) {
        self.reader.end();
        self.hold_finished();
        self.inner = None;
        let rest: String = self.reader.text.iter().collect();
        if self.reader.n_characters() == self.reader.n_checked || self.passes(&rest) {
            while !self.held.is_empty() {
                self.release_first();
            }
        }
    }

    fn passes(&mut self, text: &str) -> bool {
        match (self.ask)(text) {
            Ok(Verdict::Clean) => return true,
            // The stream just stops (Learn, llm-content-safety, 2026-03-23).
            Ok(Verdict::Found(_)) => self.end(None),
            Err(why) => self.end(Some(why)),
        }
        false
    }

    fn release_first(&mut self) {
        if let Some((_, chunk)) = self.held.pop_front() {
            self.held_bytes -= chunk.len();
            self.clean.push_back(chunk);
        }
    }

    /// Drops what is held and lets go of the upstream.
    fn end(&mut self, why: Option<String>) {
        self.held.clear();
        self.unfinished.clear();
        self.held_bytes = 0;
        self.inner = None;
        self.failed = why.map(StreamError);
    }
}

impl BodyStream for GuardedStream {
    fn next_chunk(&mut self) -> Option<Result<Vec<u8>, StreamError>> {
        loop {
            if let Some(ready) = self.ready() {
                return ready;
            }
            let chunk = self.inner.as_mut()?.next_chunk();
            self.arrived(chunk);
        }
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<u8>, StreamError>>> {
        loop {
            if let Some(ready) = self.ready() {
                return Poll::Ready(ready);
            }
            let Some(inner) = &mut self.inner else { return Poll::Ready(None) };
            let chunk = std::task::ready!(inner.poll_chunk(context));
            self.arrived(chunk);
        }
    }

    /// Content Safety is asked once a window is full.
    fn may_block(&self) -> bool {
        true
    }
}

/// The text of the events so far, but for what no window will see again.
#[derive(Debug)]
struct Events {
    reader: EventReader,
    text: VecDeque<char>,
    n_dropped: usize,
    n_checked: usize,
}

impl Default for Events {
    fn default() -> Self {
        Self { reader: EventReader::new(MAX_HELD_BYTES), text: VecDeque::new(), n_dropped: 0, n_checked: 0 }
    }
}

impl Events {
    fn n_characters(&self) -> usize {
        self.n_dropped + self.text.len()
    }

    fn push(&mut self, chunk: &[u8]) {
        self.reader.push(chunk, &mut |data| self.text.extend(text_in(data).chars()));
    }

    fn end(&mut self) {
        self.reader.finish(&mut |data| self.text.extend(text_in(data).chars()));
    }

    /// A window of that size is checked; the next begins with its end.
    fn step(&mut self, size: usize, overlap: usize) {
        self.n_checked = self.n_dropped + size;
        self.text.drain(..size - overlap);
        self.n_dropped += size - overlap;
    }
}

fn text_in(data: &[u8]) -> String {
    serde_json::from_slice(data).map(|event| event_text(&event)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Chunks(VecDeque<Vec<u8>>);

    impl BodyStream for Chunks {
        fn next_chunk(&mut self) -> Option<Result<Vec<u8>, StreamError>> {
            self.0.pop_front().map(Ok)
        }
    }

    /// Each word is an event; what is asked is written down, and a text with `!` is found out.
    fn passed(words: &[&str], windows: Windows) -> (String, Vec<String>) {
        passed_in_chunks(words.iter().map(event).collect(), windows)
    }

    fn event(word: &&str) -> Vec<u8> {
        format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{word}\"}}}}]}}\n\n").into_bytes()
    }

    fn passed_in_chunks(chunks: VecDeque<Vec<u8>>, windows: Windows) -> (String, Vec<String>) {
        let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let written = std::sync::Arc::clone(&asked);
        let ask = Box::new(move |text: &str| {
            written.lock().unwrap().push(text.to_owned());
            match text {
                "?" => Err("nobody answers".to_owned()),
                _ if text.contains('!') => Ok(Verdict::Found("a shout".to_owned())),
                _ => Ok(Verdict::Clean),
            }
        });
        let mut stream = GuardedStream::new(Box::new(Chunks(chunks)), windows, ask);
        let mut reader = Events::default();
        let mut end = String::new();
        while let Some(chunk) = stream.next_chunk() {
            match chunk {
                Ok(chunk) => reader.push(&chunk),
                Err(error) => end = format!(" ({})", error.0),
            }
        }
        let asked = asked.lock().unwrap().clone();
        (format!("{}{end}", reader.text.iter().collect::<String>()), asked)
    }

    #[test]
    fn a_text_is_cut_into_overlapping_windows() {
        assert_eq!(Windows::new(4, 1).cut("abcdefgh"), ["abcd", "defg", "gh"]);
        assert_eq!(Windows::new(4, 9).cut("abcdef"), ["abcd", "bcde", "cdef"]);
        assert_eq!(Windows::new(0, 0).cut("abc"), ["abc"]);
        assert_eq!(Windows::new(4, 0).cut(""), [""; 0]);
    }

    #[test]
    fn events_pass_window_by_window_until_something_is_found() {
        let windows = Windows::new(4, 1);
        assert_eq!(
            passed(&["ab", "cd", "ef", "g"], windows),
            ("abcdefg".to_owned(), strings(&["abcd", "defg"]))
        );
        assert_eq!(
            passed(&["ab", "cd", "e!", "gh"], windows),
            ("abcd".to_owned(), strings(&["abcd", "de!g"]))
        );
        let whole = Windows::new(0, 0);
        assert_eq!(passed(&["ab", "!"], whole), (String::new(), strings(&["ab!"])));
        assert_eq!(passed(&["ab", "c"], whole), ("abc".to_owned(), strings(&["abc"])));
        assert_eq!(passed(&["?"], whole), (" (nobody answers)".to_owned(), strings(&["?"])));
    }

    #[test]
    fn an_event_that_comes_in_parts_is_held_until_its_text_is_checked() {
        let stream = ["ab", "cd", "e!", "gh"].iter().flat_map(event).collect::<Vec<u8>>();
        for at in 0..=stream.len() {
            let chunks = [&stream[..at], &stream[at..]].map(<[u8]>::to_vec).into();
            let mut guarded = passing(chunks, Windows::new(4, 1));
            let mut bytes = Vec::new();
            while let Some(Ok(chunk)) = guarded.next_chunk() {
                bytes.extend(chunk);
            }
            assert!(!bytes.contains(&b'!'), "cut at {at}: {}", String::from_utf8_lossy(&bytes));
        }
        let bytes: VecDeque<Vec<u8>> = stream.iter().map(|byte| vec![*byte]).collect();
        assert_eq!(passed_in_chunks(bytes, Windows::new(4, 1)).0, "abcd");
    }

    /// A guarded stream in which `!` is found out.
    fn passing(chunks: VecDeque<Vec<u8>>, windows: Windows) -> GuardedStream {
        let ask = Box::new(|text: &str| {
            Ok(if text.contains('!') { Verdict::Found("a shout".to_owned()) } else { Verdict::Clean })
        });
        GuardedStream::new(Box::new(Chunks(chunks)), windows, ask)
    }

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }
}
