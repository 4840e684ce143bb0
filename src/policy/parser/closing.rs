//! End tags: which element one closes, and where an element ends that has none. What the author most likely left out
//! is told at its place, and only what is certain is restored.

use std::sync::Arc;

use super::{Open, Parser, Stray, literal};
use crate::diag::{Diagnostic, Wording};
use crate::policy::tree::{Element, Node, Piece};
use crate::policy::{codes, recovery, wordings};
use crate::text::{Source, Span};

/// How many nodes before a stray end tag are looked at for what it closes.
const MAX_LOOK_NODES: usize = 64;

impl Parser {
    pub(super) fn end_tag(&mut self, start: usize) {
        self.scan.at += 2;
        let (name, name_span) = self.scan.name();
        if name.is_empty() {
            self.skip_end_of_nameless_tag();
            let span = Span::new(start, self.scan.at);
            let diagnostic = Diagnostic::new(&codes::BARE_LESS_THAN, "this `</` does not begin an end tag");
            self.scan.report(diagnostic.help("write the name of the element that it ends"), span);
            return self.add(Node::Junk(span));
        }
        self.scan.skip_space();
        if self.scan.peek() == Some(b'>') {
            self.scan.at += 1;
        } else {
            self.scan.at = name_span.end as usize;
            let message = format!("the end tag of `{name}` is not closed by `>`");
            self.scan.report(Diagnostic::new(&codes::UNCLOSED, message), name_span);
        }
        self.close(name, Span::new(start, self.scan.at));
    }

    /// Ends the innermost open element of that name, and with it those inside. What an end tag that fits none of
    /// them was meant to be shows later: see [`Parser::unclosed`].
    fn close(&mut self, name: String, end_tag: Span) {
        let Some(depth) = self.open.iter().rposition(|open| open.element.name == name) else {
            return self.stray(Stray { name, span: end_tag, child: 0 });
        };
        self.close_down_to(depth + 1);
        if let Some(mut open) = self.open.pop() {
            if let Some(stray) = open.stray.take() {
                self.report_stray(&stray);
            }
            open.element.end_tag = Some(end_tag);
            self.add(Node::Element(open.element));
        }
    }

    fn stray(&mut self, mut stray: Stray) {
        if self.restore_lost_bracket(&stray) {
            return;
        }
        let Some(open) = self.open.last_mut() else {
            self.report_stray(&stray);
            return self.add(Node::Junk(stray.span));
        };
        stray.child = open.element.children.len();
        let span = stray.span;
        let surplus = match &open.stray {
            None => {
                open.stray = Some(stray);
                None
            }
            Some(_) => Some(stray),
        };
        if let Some(surplus) = surplus {
            self.report_stray(&surplus);
        }
        self.add(Node::Junk(span));
    }

    /// Where a text near the end of the innermost element reads `name …>` and only lacks the `<` of what the end
    /// tag closes, makes that element of it.
    fn restore_lost_bracket(&mut self, stray: &Stray) -> bool {
        let source = Arc::clone(&self.scan.source);
        let children = self.innermost();
        // Only the nearest few: an end tag belongs to what stands just before it.
        let nearest = children.iter().enumerate().rev().take(MAX_LOOK_NODES);
        let Some((index, text, at)) = nearest.into_iter().find_map(|(index, node)| {
            let Node::Text(text) = node else { return None };
            let written = source.slice(text.span);
            let trimmed = written.trim_start();
            let after = trimmed.strip_prefix(stray.name.as_str())?;
            let at = text.span.start as usize + (written.len() - trimmed.len());
            after.starts_with(|c: char| c.is_whitespace() || c == '>').then_some((index, text.span, at))
        }) else {
            return false;
        };
        let name_span = Span::new(at, at + stray.name.len());
        let (after_end_tag, n_found) = (self.scan.at, self.scan.found.len());
        self.scan.at = name_span.end as usize;
        let attributes = self.attributes();
        let is_tag = self.scan.peek() == Some(b'>') && self.scan.at < text.end as usize;
        let inside = self.scan.at + 1;
        self.scan.at = after_end_tag;
        self.scan.found.truncate(n_found);
        if !is_tag {
            return false;
        }
        let message = format!("a `<` is missing before `{}`", stray.name);
        let diagnostic = Diagnostic::new(&codes::MISMATCHED_TAG, message);
        self.scan.report(diagnostic.help(format!("write `<{}`", stray.name)), name_span);
        let mut inner = self.innermost().split_off(index);
        let before = Span { start: text.start, end: name_span.start };
        inner[0] = Node::Text(literal(Span::new(inside, text.end as usize)));
        let element = Element {
            name: stray.name.clone(),
            name_span,
            attributes,
            start_tag: Span::new(at, inside),
            children: inner,
            end_tag: Some(stray.span),
        };
        self.add(Node::Text(literal(before)));
        self.add(Node::Element(element));
        true
    }

    fn report_stray(&mut self, stray: &Stray) {
        let message = format!("`</{}>` closes nothing", stray.name);
        self.scan.report(Diagnostic::new(&codes::MISMATCHED_TAG, message), stray.span);
    }

    /// Ends all open elements but the outermost `depth`; none of them has an end tag.
    pub(super) fn close_down_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            if let Some(open) = self.open.pop() {
                self.unclosed(open, depth);
            }
        }
    }

    /// Ends an element without end tag where it most likely ended: at an end tag of a wrong name inside it, at a
    /// start tag of its own name that lacks a `/`, or before the first thing inside that is not further indented.
    fn unclosed(&mut self, open: Open, depth: usize) {
        let Open { mut element, stray } = open;
        let source = Arc::clone(&self.scan.source);
        if let Some(stray) = stray {
            let message = format!("`</{}>` closes `<{}>`", stray.name, element.name);
            let diagnostic = Diagnostic::new(&codes::MISMATCHED_TAG, message)
                .related(&source, element.name_span, "opened here")
                .service_says(mismatch(&source, &element, &stray.name))
                .help(format!("write `</{}>`", element.name));
            self.scan.report(diagnostic, stray.span);
            // What an element inside has taken up since is behind the place that was remembered.
            let at = stray.child.min(element.children.len());
            let mut rest = element.children.split_off(at).into_iter();
            element.end_tag = rest.next().map(|node| node.span());
            return self.add_all(Node::Element(element), rest);
        }
        let is_end_tag_without_slash = element.attributes.is_empty()
            && self.open.len() > depth
            && self.open.last().is_some_and(|outer| outer.element.name == element.name);
        if is_end_tag_without_slash {
            let message = format!("`<{}>` opens what is open already", element.name);
            let diagnostic =
                Diagnostic::new(&codes::MISMATCHED_TAG, message).help(format!("write `</{}>`", element.name));
            self.scan.report(diagnostic, element.start_tag);
            if let Some(mut outer) = self.open.pop() {
                outer.element.end_tag = Some(element.start_tag);
                let rest = std::mem::take(&mut element.children).into_iter();
                self.add_all(Node::Element(outer.element), rest);
            }
            return;
        }
        let end = format!("/{}>", element.name);
        let lost = element.children.iter().take(MAX_LOOK_NODES).enumerate().find_map(|(index, child)| {
            let Node::Text(text) = child else { return None };
            let Some(Piece::Literal(last)) = text.pieces.last() else { return None };
            Some((index, last.start as usize + source.slice(*last).find(&end)?))
        });
        let n_children = if let Some((index, at)) = lost {
            let message = format!("a `<` is missing before `{end}`");
            let diagnostic = Diagnostic::new(&codes::MISMATCHED_TAG, message).help(format!("write `<{end}`"));
            self.scan.report(diagnostic, Span::new(at, at + end.len()));
            if let Node::Text(text) = &mut element.children[index] {
                let tail = Span::new(at, text.span.end as usize);
                text.cut(at);
                element.children.insert(index + 1, Node::Junk(tail));
            }
            index + 2
        } else {
            let message = format!("`<{}>` is not closed", element.name);
            let diagnostic = Diagnostic::new(&codes::MISMATCHED_TAG, message)
                .help(format!("write `</{}>` at its end, or `/>` in place of its `>`", element.name));
            self.scan.report(diagnostic, element.name_span);
            let own = recovery::indentation(&source, element.start_tag);
            let sibling = element.children.iter().position(|child| match child {
                Node::Element(child) => recovery::indentation(&source, child.start_tag)
                    .is_some_and(|inner| own.is_some_and(|own| inner <= own)),
                _ => false,
            });
            sibling.unwrap_or(element.children.len())
        };
        let rest = element.children.split_off(n_children);
        self.add_all(Node::Element(element), rest.into_iter());
    }
}

/// .NET's wording for an end tag of another name.
fn mismatch(source: &Source, element: &Element, end: &str) -> Wording {
    let place = source.position(element.name_span.start);
    Wording::of(wordings::TAG_MISMATCH, &[&element.name, &place.line, &place.column, &end])
}
