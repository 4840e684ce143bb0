//! From the pieces of a template to its nodes: which tag begins, divides and ends which.

use super::lex::{Cursor, Piece, pieces};
use super::{Condition, Loop, Node, Template};

/// Tags inside tags; whoever runs the template goes down with them.
const MAX_DEPTH: usize = 64;

/// Tags that belong to the one around them.
const INNER: [&str; 8] = ["else", "elsif", "endcapture", "endcase", "endfor", "endif", "endunless", "when"];

/// Parses a template.
///
/// # Errors
/// What is wrong, in words that follow "this template:".
pub(in crate::gateway) fn parse(text: &str) -> Result<Template, String> {
    let pieces = pieces(text)?;
    let mut parsing = Parsing { pieces: &pieces, at: 0, depth: 0 };
    let (nodes, end) = parsing.nodes()?;
    match end {
        None => Ok(Template(nodes)),
        Some(tag) => Err(format!("`{}` has no beginning", tag.name)),
    }
}

struct Parsing<'a> {
    pieces: &'a [Piece],
    at: usize,
    depth: usize,
}

/// A tag that divides or ends the tag around it.
struct Inner {
    name: String,
    rest: String,
}

impl Parsing<'_> {
    /// Nodes up to the end or to a tag that is not theirs, which is returned.
    fn nodes(&mut self) -> Result<(Vec<Node>, Option<Inner>), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("tags are nested more than {MAX_DEPTH} deep"));
        }
        let mut nodes = Vec::new();
        let mut end = None;
        while let (Some(piece), None) = (self.pieces.get(self.at), &end) {
            self.at += 1;
            match piece {
                Piece::Text(text) => nodes.push(Node::Text(text.clone())),
                Piece::Output(text) => {
                    let mut cursor = Cursor::new(text)?;
                    nodes.push(Node::Output(cursor.expr()?));
                    cursor.end()?;
                }
                Piece::Tag(name, rest) if INNER.contains(&name.as_str()) => {
                    end = Some(Inner { name: name.clone(), rest: rest.clone() });
                }
                Piece::Tag(name, rest) => nodes.push(self.tag(name, rest)?),
            }
        }
        self.depth -= 1;
        Ok((nodes, end))
    }

    fn tag(&mut self, name: &str, rest: &str) -> Result<Node, String> {
        let mut cursor = Cursor::new(rest)?;
        Ok(match name {
            "assign" => {
                let variable = cursor.name()?;
                cursor.expect("=")?;
                let value = cursor.expr()?;
                cursor.end()?;
                Node::Assign(variable, value)
            }
            "capture" => {
                let variable = cursor.name_or_text()?;
                cursor.end()?;
                let (nodes, end) = self.nodes()?;
                closing(end, "capture", &["endcapture"])?;
                Node::Capture(variable, nodes)
            }
            "if" => self.branches(cursor.whole_condition()?, "if", "endif")?,
            "unless" => {
                let condition = Condition::Not(Box::new(cursor.whole_condition()?));
                self.branches(condition, "unless", "endunless")?
            }
            "case" => self.case(&mut cursor)?,
            "for" => self.for_loop(&mut cursor)?,
            "cycle" => {
                let (group, values) = cursor.cycle()?;
                Node::Cycle(group.unwrap_or_else(|| rest.trim().to_owned()), values)
            }
            "increment" | "decrement" => {
                let variable = cursor.name()?;
                cursor.end()?;
                Node::Step(variable, if name == "increment" { 1 } else { -1 })
            }
            "break" => Node::Break,
            "continue" => Node::Continue,
            _ => return Err(format!("the tag `{name}` is not supported")),
        })
    }

    fn branches(&mut self, first: Condition, begin: &str, end: &str) -> Result<Node, String> {
        let mut branches = Vec::new();
        let mut condition = Some(first);
        loop {
            let (nodes, tag) = self.nodes()?;
            let allowed: &[&str] = if condition.is_none() { &[end] } else { &[end, "elsif", "else"] };
            let tag = closing(tag, begin, allowed)?;
            branches.push((condition.take(), nodes));
            if tag.name == end {
                return Ok(Node::If(branches));
            }
            if tag.name == "elsif" {
                condition = Some(Cursor::new(&tag.rest)?.whole_condition()?);
            }
        }
    }

    fn case(&mut self, cursor: &mut Cursor<'_>) -> Result<Node, String> {
        let subject = cursor.expr()?;
        cursor.end()?;
        let (mut whens, mut otherwise) = (Vec::new(), Vec::new());
        // What stands before the first `when` is never written.
        let (_, mut tag) = self.nodes()?;
        loop {
            let inner = closing(tag, "case", &["when", "else", "endcase"])?;
            match inner.name.as_str() {
                "when" => {
                    let values = Cursor::new(&inner.rest)?.alternatives()?;
                    let (nodes, next) = self.nodes()?;
                    whens.push((values, nodes));
                    tag = next;
                }
                "else" => (otherwise, tag) = self.nodes()?,
                _ => return Ok(Node::Case { subject, whens, otherwise }),
            }
        }
    }

    fn for_loop(&mut self, cursor: &mut Cursor<'_>) -> Result<Node, String> {
        let variable = cursor.name()?;
        cursor.expect("in")?;
        let list = cursor.operand()?;
        let (mut is_reversed, mut limit, mut offset) = (false, None, None);
        while let Some(word) = cursor.next_name() {
            match word.as_str() {
                "reversed" => is_reversed = true,
                "limit" | "offset" => {
                    cursor.expect(":")?;
                    let slot = if word == "limit" { &mut limit } else { &mut offset };
                    *slot = Some(cursor.operand()?);
                }
                _ => return Err(format!("`for` takes no `{word}`")),
            }
        }
        cursor.end()?;
        let (body, tag) = self.nodes()?;
        let mut otherwise = Vec::new();
        if closing(tag, "for", &["endfor", "else"])?.name == "else" {
            let (nodes, tag) = self.nodes()?;
            closing(tag, "for", &["endfor"])?;
            otherwise = nodes;
        }
        Ok(Node::For(Box::new(Loop { variable, list, is_reversed, limit, offset, body, otherwise })))
    }
}

fn closing(tag: Option<Inner>, begin: &str, allowed: &[&str]) -> Result<Inner, String> {
    match tag {
        Some(tag) if allowed.contains(&tag.name.as_str()) => Ok(tag),
        Some(tag) => Err(format!("`{}` stands inside `{begin}`, which it does not end", tag.name)),
        None => Err(format!("`{begin}` has no end")),
    }
}
