//! The lossless tree of a policy text: every byte of the source belongs to exactly one leaf, so that printing the
//! tree gives the source back. Says what is written where, and nothing of what it means.

use std::sync::Arc;

use super::entities;
use crate::csharp::Form;
use crate::text::{Source, Span};

/// A parsed policy text. Holds whatever was found, also where it was wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub source: Arc<Source>,
    pub nodes: Vec<Node>,
}

/// What may stand between tags.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Element(Element),
    Text(Text),
    /// `<![CDATA[ … ]]>`; the text is what is inside.
    CData {
        span: Span,
        text: Text,
    },
    /// `<!-- … -->`
    Comment(Span),
    /// `<? … ?>`
    Instruction(Span),
    /// What could not be read; a diagnostic says why.
    Junk(Span),
}

/// An element with all that is between its tags.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    pub name: String,
    pub name_span: Span,
    pub attributes: Vec<Attribute>,
    /// From `<` to `>`.
    pub start_tag: Span,
    pub children: Vec<Node>,
    /// From `</` to `>`; None for `<x/>` and where it is missing.
    pub end_tag: Option<Span>,
}

/// An attribute as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    pub name: String,
    pub name_span: Span,
    /// From the first byte of the name to the closing quote.
    pub span: Span,
    /// Between the quotes; None where there is no value.
    pub value: Option<Text>,
}

/// Literal text and expressions in turn; the pieces cover the span without a gap.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    pub span: Span,
    pub pieces: Vec<Piece>,
}

/// A part of a text or of an attribute value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    Literal(Span),
    /// From the `@` to the closing bracket.
    Expression {
        span: Span,
        form: Form,
    },
}

impl Piece {
    /// Where it is in the source, all that belongs to it included.
    pub fn span(&self) -> Span {
        match self {
            Self::Literal(span) | Self::Expression { span, .. } => *span,
        }
    }
}

impl Document {
    /// Returns the text of the tree: the source, byte for byte.
    pub fn print(&self) -> String {
        let mut leaves = Vec::new();
        self.nodes.iter().for_each(|node| node.leaves(&mut leaves));
        leaves.iter().map(|span| self.source.slice(*span)).collect()
    }

    /// The elements directly inside, in order.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        elements(&self.nodes)
    }
}

/// Returns the elements among `nodes`, not those deeper.
fn elements(nodes: &[Node]) -> impl Iterator<Item = &Element> {
    nodes.iter().filter_map(|node| match node {
        Node::Element(element) => Some(element),
        _ => None,
    })
}

impl Node {
    /// Where it is in the source, all that belongs to it included.
    pub fn span(&self) -> Span {
        match self {
            Self::Element(element) => element.span(),
            Self::Text(text) => text.span,
            Self::CData { span, .. } | Self::Comment(span) | Self::Instruction(span) | Self::Junk(span) => {
                *span
            }
        }
    }

    fn leaves(&self, into: &mut Vec<Span>) {
        match self {
            Self::Element(element) => element.leaves(into),
            Self::Text(text) => into.extend(text.pieces.iter().map(Piece::span)),
            Self::CData { span, text } => around(*span, text.pieces.iter().map(Piece::span), into),
            Self::Comment(span) | Self::Instruction(span) | Self::Junk(span) => into.push(*span),
        }
    }
}

impl Element {
    /// Where it is in the source, all that belongs to it included.
    pub fn span(&self) -> Span {
        let last = self.end_tag.or_else(|| self.children.last().map(Node::span)).unwrap_or(self.start_tag);
        self.start_tag.to(last)
    }

    /// The elements directly inside, in order.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        elements(&self.children)
    }

    /// Returns the first attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    fn leaves(&self, into: &mut Vec<Span>) {
        around(self.start_tag, self.attributes.iter().flat_map(Attribute::pieces), into);
        self.children.iter().for_each(|child| child.leaves(into));
        into.extend(self.end_tag);
    }
}

impl Attribute {
    fn pieces(&self) -> impl Iterator<Item = Span> {
        self.value.iter().flat_map(|text| text.pieces.iter().map(Piece::span))
    }
}

impl Text {
    /// Returns the text with character references decoded, expressions as they are written.
    pub fn decode(&self, source: &Source) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(span) => entities::decode(source.slice(*span)).text,
                Piece::Expression { span, .. } => source.slice(*span).to_owned(),
            })
            .collect()
    }

    /// Returns the only piece that is more than white space, where there is exactly one.
    pub fn sole_piece(&self, source: &Source) -> Option<Piece> {
        let mut solid = self.solid_pieces(source);
        let first = solid.next()?;
        if solid.next().is_some() { None } else { Some(first) }
    }

    /// True where a C# expression is part of it.
    pub fn has_expression(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Expression { .. }))
    }

    /// True where it is nothing but white space.
    pub fn is_blank(&self, source: &Source) -> bool {
        self.solid_pieces(source).next().is_none()
    }

    /// Ends the text at `at`, which lies in its last piece, a literal one.
    pub(super) fn cut(&mut self, at: usize) {
        self.span = Span::new(self.span.start as usize, at);
        self.pieces.retain(|piece| (piece.span().start as usize) < at);
        if let Some(Piece::Literal(last)) = self.pieces.last_mut() {
            *last = Span::new(last.start as usize, at);
        }
    }

    fn solid_pieces(&self, source: &Source) -> impl Iterator<Item = Piece> {
        self.pieces
            .iter()
            .copied()
            .filter(|piece| !matches!(piece, Piece::Literal(span) if source.slice(*span).trim().is_empty()))
    }
}

/// Pushes `pieces`, which lie inside `whole` in order, and what is between and around them.
fn around(whole: Span, pieces: impl Iterator<Item = Span>, into: &mut Vec<Span>) {
    let mut at = whole.start;
    for piece in pieces {
        into.push(Span { start: at, end: piece.start });
        into.push(piece);
        at = piece.end;
    }
    into.push(Span { start: at, end: whole.end });
}
