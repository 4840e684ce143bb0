//! Server-sent events, read as their bytes pass: who counts or checks an answer is told the data of each event. The bytes
//! go on as they are, whatever is found in them.

/// Reads events. Lines end in CR, LF or both, and an event may have several `data:` lines (WHATWG, HTML, "Server-sent
/// events"), so nothing is known before the empty line.
#[derive(Debug)]
pub(super) struct EventReader {
    /// The longest line and the most data of one event that is kept; of a longer one the rest is left out.
    max_bytes: usize,
    line: Vec<u8>,
    data: Vec<u8>,
    /// The last byte was a CR, so a LF belongs to it.
    after_cr: bool,
    saw_events: bool,
}

/// A line buffer of up to this size is used again.
const KEPT_LINE_BYTES: usize = 64 * 1024;

impl EventReader {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self { max_bytes, line: Vec::new(), data: Vec::new(), after_cr: false, saw_events: false }
    }

    /// Reads on; `told` gets the data of each event that ends here.
    pub(super) fn push(&mut self, chunk: &[u8], told: &mut dyn FnMut(&[u8])) {
        let mut rest = chunk;
        while !rest.is_empty() {
            if std::mem::take(&mut self.after_cr) && rest[0] == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            let line = &rest[..end.unwrap_or(rest.len())];
            if self.line.len() + line.len() <= self.max_bytes {
                self.line.extend_from_slice(line);
            }
            let Some(end) = end else { return };
            self.after_cr = rest[end] == b'\r';
            rest = &rest[end + 1..];
            self.end_line(told);
        }
    }

    /// The stream is over: an upstream that broke off, or does not write the last empty line, has an event in hand.
    pub(super) fn finish(&mut self, told: &mut dyn FnMut(&[u8])) {
        self.end_line(told);
        self.end_event(told);
    }

    /// True once there was a `data:` line.
    pub(super) fn saw_events(&self) -> bool {
        self.saw_events
    }

    /// Whether what passed last belongs to an event that has not ended.
    pub(super) fn is_inside_event(&self) -> bool {
        !self.line.is_empty() || !self.data.is_empty()
    }

    fn end_line(&mut self, told: &mut dyn FnMut(&[u8])) {
        if self.line.is_empty() {
            return self.end_event(told);
        }
        let line = std::mem::take(&mut self.line);
        if let Some(data) = line.strip_prefix(b"data:") {
            self.saw_events = true;
            if self.data.len() + data.len() <= self.max_bytes {
                self.data.extend_from_slice(data);
            }
        }
        if line.capacity() <= KEPT_LINE_BYTES {
            self.line = line;
            self.line.clear();
        }
    }

    fn end_event(&mut self, told: &mut dyn FnMut(&[u8])) {
        if !self.data.is_empty() {
            told(&std::mem::take(&mut self.data));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_without_end_is_not_kept() {
        let max_bytes = 1024 * 1024;
        let mut reader = EventReader::new(max_bytes);
        for _ in 0..3000 {
            reader.push(&[b'x'; 1024], &mut |_| panic!("there is no event"));
        }
        assert!(reader.line.len() <= max_bytes);
    }

    #[test]
    fn an_event_ends_with_its_empty_line() {
        let mut reader = EventReader::new(100);
        let mut told = Vec::new();
        let steps: [(&[u8], usize, bool); 5] = [
            (b": ping\n", 0, false),
            (b"data: {\"a\":", 0, true),
            (b"1}\n", 0, true),
            (b"\ndata: 2\n\n", 2, false),
            (b"\r\ndata: 3", 2, true),
        ];
        for (chunk, n_told, is_inside) in steps {
            reader.push(chunk, &mut |data| told.push(String::from_utf8_lossy(data).into_owned()));
            assert_eq!((told.len(), reader.is_inside_event()), (n_told, is_inside), "{chunk:?}");
        }
        reader.finish(&mut |data| told.push(String::from_utf8_lossy(data).into_owned()));
        assert_eq!(told, [" {\"a\":1}", " 2", " 3"]);
    }
}
