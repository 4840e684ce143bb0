//! Markdown as scenarios use it: `##` headings begin cases, fenced blocks are what is done and expected, everything
//! else is for the reader. Blocks before the first heading belong to every case.

use std::sync::Arc;

use super::codes;
use crate::diag::Diagnostic;
use crate::text::{Source, Span};

/// A file, split.
pub(super) struct Document {
    pub common: Vec<Block>,
    pub sections: Vec<Section>,
}

pub(super) struct Section {
    pub name: String,
    pub span: Span,
    pub blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// The words after the fence, such as `xml policy api`.
    pub info: String,
    pub info_span: Span,
    /// Without the last line end.
    pub text: String,
    /// Of the text.
    pub span: Span,
}

const FENCE: &str = "```";

/// Splits a file; what is wrong goes into `found`.
pub(super) fn split(source: &Arc<Source>, found: &mut Vec<Diagnostic>) -> Document {
    let mut document = Document { common: Vec::new(), sections: Vec::new() };
    let mut open: Option<(String, Span, usize)> = None;
    let mut in_aside = false;
    let mut start = 0;
    for line in source.text().split_inclusive('\n') {
        let (begin, text) = (start, line.trim_end_matches(['\n', '\r']));
        start += line.len();
        if let Some((info, info_span, text_start)) = open.take_if(|_| text == FENCE) {
            let end = begin.max(text_start + 1) - 1;
            let inside = source.text().get(text_start..end).unwrap_or_default();
            let block = Block {
                info,
                info_span,
                text: inside.trim_end_matches('\r').replace("\r\n", "\n"),
                span: Span::new(text_start, end.max(text_start)),
            };
            document.sections.last_mut().map_or(&mut document.common, |case| &mut case.blocks).push(block);
        } else if open.is_some() {
        } else if text.starts_with("~~~") {
            in_aside = !in_aside;
        } else if in_aside {
        } else if let Some(info) = text.strip_prefix(FENCE) {
            let words: Vec<&str> = info.split_whitespace().collect();
            open = Some((words.join(" "), Span::new(begin, begin + text.len()), start));
        } else if let Some(name) = text.strip_prefix("## ") {
            let span = Span::new(begin, begin + text.len());
            document.sections.push(Section { name: name.trim().to_owned(), span, blocks: Vec::new() });
        }
    }
    if let Some((info, span, _)) = open {
        let message = format!("the block `{info}` has no end");
        found.push(
            Diagnostic::new(&codes::BLOCK, message)
                .at(source, span)
                .help("close it with a line of three backticks"),
        );
    }
    document
}

/// Puts new texts into blocks, given by the spans of the old ones.
pub(super) fn replace(text: &str, mut blocks: Vec<(Span, String)>) -> String {
    blocks.sort_by_key(|(span, _)| std::cmp::Reverse(*span));
    // A block of the whole file came out once for each case; one of them has to do.
    blocks.dedup_by_key(|(span, _)| *span);
    let mut text = text.to_owned();
    for (span, new) in blocks {
        let is_empty = span.is_empty();
        let new = new.trim_end_matches('\n');
        let new = if is_empty && !new.is_empty() { format!("{new}\n") } else { new.to_owned() };
        text.replace_range(span.range(), &new);
    }
    text
}
