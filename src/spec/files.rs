//! The files of one spec, laid out one behind the other, so that a place in any of them is one offset. Whoever reads
//! the spec deals with one text; what is reported goes back to the file it is about.

use std::sync::Arc;

use crate::diag::{Diagnostic, Label};
use crate::text::{Source, Span};

/// The files that make a spec, in the order in which they were read: the spec's own first.
#[derive(Clone, Debug)]
pub struct Files {
    all: Arc<Source>,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
struct Part {
    source: Arc<Source>,
    start: usize,
}

impl Files {
    /// Lays out one file or more.
    pub(super) fn new(own: &Arc<Source>, others: &[Arc<Source>]) -> Self {
        let mut parts = vec![Part { source: Arc::clone(own), start: 0 }];
        if others.is_empty() {
            return Self { all: Arc::clone(own), parts };
        }
        let mut text = own.text().to_owned();
        for source in others {
            text.push('\n');
            parts.push(Part { source: Arc::clone(source), start: text.len() });
            text.push_str(source.text());
        }
        Self { all: Source::new(own.path(), text), parts }
    }

    /// The text that all places of the spec point into.
    pub fn source(&self) -> &Arc<Source> {
        &self.all
    }

    /// Where the file at `index` begins.
    pub(super) fn start(&self, index: usize) -> usize {
        self.parts.get(index).map_or(0, |part| part.start)
    }

    /// Where the last file begins.
    pub(super) fn start_of_last(&self) -> usize {
        self.parts.last().map_or(0, |part| part.start)
    }

    /// The same files with stars in the place of the texts at `spans`.
    pub(super) fn starred(&self, spans: &[Span]) -> Self {
        let star = |part: &Part| {
            let end = part.start + part.source.text().len();
            let mut text = part.source.text().to_owned();
            for span in
                spans.iter().filter(|span| part.start <= span.range().start && span.range().end <= end)
            {
                let range = span.range().start - part.start..span.range().end - part.start;
                if let Some(secret) = text.get(range.clone()) {
                    let stars: String =
                        secret.bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }).collect();
                    text.replace_range(range, &stars);
                }
            }
            Part { source: Source::new(part.source.path(), text), start: part.start }
        };
        Self { all: Arc::clone(&self.all), parts: self.parts.iter().map(star).collect() }
    }

    /// Puts findings about the spec into the files that they are about.
    pub fn place(&self, found: &mut [Diagnostic]) {
        for diagnostic in found {
            diagnostic
                .primary
                .iter_mut()
                .chain(&mut diagnostic.related)
                .for_each(|label| self.place_label(label));
        }
    }

    /// Puts a label into the file that it is about.
    pub fn place_label(&self, label: &mut Label) {
        if !Arc::ptr_eq(&label.source, &self.all) {
            return;
        }
        let at = label.span.range();
        let Some(part) = self.parts.iter().rev().find(|part| part.start <= at.start) else { return };
        label.source = Arc::clone(&part.source);
        label.span = Span::new(at.start - part.start, at.end - part.start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::codes;

    #[test]
    fn a_finding_goes_back_to_its_file() {
        let (own, base) = (Source::new("prod.yaml", "a: é\n"), Source::new("base.yaml", "b: 1\nc: 2"));
        let files = Files::new(&own, &[Arc::clone(&base)]);
        let start = files.start(1);
        let mut found = [
            Diagnostic::new(&codes::YAML, "x").at(files.source(), Span::new(3, 5)),
            Diagnostic::new(&codes::YAML, "x").at(files.source(), Span::new(start + 5, start + 6)),
        ];
        files.starred(&[Span::new(start + 8, start + 9)]).place(&mut found);
        let shown = found.map(|found| {
            let label = found.primary.unwrap();
            (
                label.source.path().to_owned(),
                label.source.slice(label.span).to_owned(),
                label.source.text().to_owned(),
            )
        });
        assert_eq!(shown[0], ("prod.yaml".to_owned(), "é".to_owned(), "a: é\n".to_owned()));
        assert_eq!(shown[1], ("base.yaml".to_owned(), "c".to_owned(), "b: 1\nc: *".to_owned()));
    }
}
