//! Reads a pattern into a tree.

mod escape;

use super::set::{Item, Set, folded};
use super::{Options, PatternError};

/// Groups in groups. Bounds the native stack.
const MAX_NESTING: usize = 100;

/// Groups of one pattern.
const MAX_GROUPS: usize = 500;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Empty,
    Unit {
        unit: u16,
        ignore_case: bool,
    },
    Set(Set),
    Anchor(Anchor),
    /// Of a group, by its place among the opening brackets.
    Group(usize, Box<Node>),
    Backreference {
        group: Reference,
        ignore_case: bool,
    },
    Sequence(Vec<Node>),
    Either(Vec<Node>),
    Repeat {
        node: Box<Node>,
        least: u32,
        most: Option<u32>,
        lazy: bool,
    },
    Look {
        node: Box<Node>,
        behind: bool,
        negative: bool,
    },
    Atomic(Box<Node>),
    /// `(?(1)yes|no)`
    IfGroup {
        group: Reference,
        yes: Box<Node>,
        no: Box<Node>,
    },
    /// `(?(?=x)yes|no)`
    IfLook {
        node: Box<Node>,
        yes: Box<Node>,
        no: Box<Node>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    LineStart,
    TextStart,
    LineEnd,
    /// At the end, or before the line feed that ends the text.
    LastLineEnd,
    TextEnd,
    Boundary {
        ascii: bool,
    },
    NotBoundary {
        ascii: bool,
    },
    /// Where the search began.
    SearchStart,
}

/// A group as the pattern names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    Number(usize),
    Name(String),
}

pub(super) struct Parsed {
    pub node: Node,
    /// The name of each group, in the order of the opening brackets.
    pub groups: Vec<Option<String>>,
}

struct Parser<'a> {
    text: &'a [u16],
    at: usize,
    options: Options,
    groups: Vec<Option<String>>,
    depth: usize,
}

type Read<T = Node> = Result<T, PatternError>;

pub(super) fn parse(text: &[u16], options: Options) -> Read<Parsed> {
    let mut parser = Parser { text, at: 0, options, groups: Vec::new(), depth: 0 };
    let node = parser.alternatives()?;
    if parser.at < text.len() {
        return Err(parser.invalid("Too many )'s."));
    }
    Ok(Parsed { node, groups: parser.groups })
}

impl Parser<'_> {
    fn invalid(&self, why: impl Into<String>) -> PatternError {
        PatternError::Invalid { at: self.at, why: why.into() }
    }

    fn peek(&self) -> Option<char> {
        self.peek_at(0)
    }

    /// The unit that is so far ahead; halves of pairs are no character of the syntax.
    fn peek_at(&self, ahead: usize) -> Option<char> {
        let unit = *self.text.get(self.at + ahead)?;
        Some(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn eat(&mut self, text: &str) -> bool {
        let fits = text.chars().enumerate().all(|(index, c)| self.peek_at(index) == Some(c));
        if fits {
            self.at += text.len();
        }
        fits
    }

    fn alternatives(&mut self) -> Read {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(PatternError::NotRun("a pattern with this many groups in groups"));
        }
        let outside = self.options;
        let mut branches = vec![self.sequence()?];
        while self.eat("|") {
            branches.push(self.sequence()?);
        }
        self.options = outside;
        self.depth -= 1;
        Ok(match branches.len() {
            1 => branches.remove(0),
            _ => Node::Either(branches),
        })
    }

    fn skip_blanks(&mut self) {
        loop {
            if self.eat("(?#") {
                while self.peek().is_some_and(|c| c != ')') {
                    self.at += 1;
                }
                self.at += 1;
            } else if self.options.ignore_whitespace && self.peek().is_some_and(char::is_whitespace) {
                self.at += 1;
            } else if self.options.ignore_whitespace && self.peek() == Some('#') {
                while self.peek().is_some_and(|c| c != '\n') {
                    self.at += 1;
                }
            } else {
                return;
            }
        }
    }

    fn sequence(&mut self) -> Read {
        let mut parts = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek() {
                None | Some('|' | ')') => break,
                Some('*' | '+' | '?') => {
                    let c = self.peek().unwrap_or('?');
                    return Err(self.invalid(format!("Quantifier '{c}' following nothing.")));
                }
                Some('{') if self.count_ahead().is_some() => {
                    return Err(self.invalid("Quantifier '{x,y}' following nothing."));
                }
                Some(_) => {}
            }
            let Some(node) = self.operand()? else { continue };
            self.skip_blanks();
            parts.push(self.repeated(node)?);
        }
        Ok(match parts.len() {
            0 => Node::Empty,
            1 => parts.remove(0),
            _ => Node::Sequence(parts),
        })
    }

    /// `{n}`, `{n,}`, `{n,m}` where it stands: the counts, and how long it is.
    fn count_ahead(&self) -> Option<(u32, Option<u32>, usize)> {
        let mut at = 1;
        let digits = |at: &mut usize| {
            let mut number = String::new();
            while let Some(c) = self.peek_at(*at).filter(char::is_ascii_digit) {
                number.push(c);
                *at += 1;
            }
            number
        };
        let least = digits(&mut at).parse().ok()?;
        let most = match self.peek_at(at)? {
            ',' => {
                at += 1;
                let most = digits(&mut at);
                if most.is_empty() { None } else { Some(most.parse().ok()?) }
            }
            _ => Some(least),
        };
        (self.peek_at(at)? == '}').then_some((least, most, at + 1))
    }

    fn repeated(&mut self, node: Node) -> Read {
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => match self.count_ahead() {
                Some((least, most, length)) => {
                    if most.is_some_and(|most| most < least) {
                        return Err(self.invalid("Illegal {x,y} with x > y."));
                    }
                    self.at += length - 1;
                    (least, most)
                }
                None => return Ok(node),
            },
            _ => return Ok(node),
        };
        self.at += 1;
        let lazy = self.eat("?");
        self.skip_blanks();
        let again = match self.peek() {
            Some(c @ ('*' | '+' | '?')) => Some(c),
            Some('{') if self.count_ahead().is_some() => Some('{'),
            _ => None,
        };
        if let Some(c) = again {
            return Err(self.invalid(format!("Nested quantifier '{c}'.")));
        }
        Ok(Node::Repeat { node: Box::new(node), least, most, lazy })
    }

    /// One part of a sequence; None for options that stand alone.
    fn operand(&mut self) -> Read<Option<Node>> {
        let unit = self.text[self.at];
        let c = self.peek().unwrap_or('\0');
        self.at += 1;
        Ok(Some(match c {
            '(' => return self.group(),
            '[' => Node::Set(self.set()?),
            '\\' => self.escape()?,
            '.' => Node::Set(match self.options.single_line {
                true => Set::of(Item::Range(0, u16::MAX)),
                false => Set { negated: true, ..Set::of(Item::Range(10, 10)) },
            }),
            '^' if self.options.multiline => Node::Anchor(Anchor::LineStart),
            '^' => Node::Anchor(Anchor::TextStart),
            '$' if self.options.multiline => Node::Anchor(Anchor::LineEnd),
            '$' => Node::Anchor(Anchor::LastLineEnd),
            _ => self.unit(unit),
        }))
    }

    fn unit(&self, unit: u16) -> Node {
        let ignore_case = self.options.ignore_case;
        Node::Unit { unit: if ignore_case { folded(unit) } else { unit }, ignore_case }
    }

    /// What follows `(`.
    fn group(&mut self) -> Read<Option<Node>> {
        if !self.eat("?") {
            if self.options.explicit_capture {
                return self.closed(Self::alternatives).map(Some);
            }
            return self.captured(None).map(Some);
        }
        let look = |behind, negative| move |node: Node| Node::Look { node: Box::new(node), behind, negative };
        for (text, behind, negative) in
            [("=", false, false), ("!", false, true), ("<=", true, false), ("<!", true, true)]
        {
            if self.eat(text) {
                return self.closed(Self::alternatives).map(look(behind, negative)).map(Some);
            }
        }
        if self.eat(":") {
            return self.closed(Self::alternatives).map(Some);
        }
        if self.eat(">") {
            return self.closed(Self::alternatives).map(|node| Some(Node::Atomic(Box::new(node))));
        }
        if self.peek() == Some('(') {
            return self.conditional().map(Some);
        }
        for (open, close) in [("<", '>'), ("'", '\'')] {
            if self.eat(open) {
                let name = self.name(close)?;
                return self.captured(Some(name)).map(Some);
            }
        }
        self.inline_options()
    }

    fn captured(&mut self, name: Option<String>) -> Read {
        if self.groups.len() >= MAX_GROUPS {
            return Err(PatternError::NotRun("a pattern with this many groups"));
        }
        let group = self.groups.len();
        self.groups.push(name);
        let node = self.closed(Self::alternatives)?;
        Ok(Node::Group(group, Box::new(node)))
    }

    fn closed(&mut self, read: impl FnOnce(&mut Self) -> Read) -> Read {
        let node = read(self)?;
        if self.eat(")") { Ok(node) } else { Err(self.invalid("Not enough )'s.")) }
    }

    fn name(&mut self, close: char) -> Read<String> {
        let mut name = String::new();
        while let Some(c) = self.peek().filter(|c| *c != close) {
            if c == '-' {
                return Err(PatternError::NotRun("a group that takes captures away from another"));
            }
            if !c.is_alphanumeric() && c != '_' {
                break;
            }
            name.push(c);
            self.at += 1;
        }
        let starts_badly =
            name.starts_with(|c: char| c.is_ascii_digit()) && !name.chars().all(|c| c.is_ascii_digit());
        if name.is_empty() || starts_badly || name == "0" || self.peek() != Some(close) {
            return Err(self.invalid("Invalid group name: Group names must begin with a word character."));
        }
        self.at += 1;
        Ok(name)
    }

    /// `(?(name)yes|no)` and `(?(pattern)yes|no)`, from the second bracket on.
    fn conditional(&mut self) -> Read {
        let start = self.at;
        self.at += 1;
        let mut name = String::new();
        while let Some(c) = self.peek().filter(|c| c.is_alphanumeric() || *c == '_') {
            name.push(c);
            self.at += 1;
        }
        let is_known =
            name.parse::<usize>().is_ok() || self.groups.iter().flatten().any(|known| *known == name);
        let condition = if self.eat(")") && is_known {
            None
        } else {
            self.at = start + 1;
            let mut negative = false;
            let mut behind = false;
            for (text, is_behind, is_negative) in
                [("?=", false, false), ("?!", false, true), ("?<=", true, false), ("?<!", true, true)]
            {
                if self.eat(text) {
                    (behind, negative) = (is_behind, is_negative);
                    break;
                }
            }
            let node = Box::new(self.closed(Self::alternatives)?);
            Some(Box::new(Node::Look { node, behind, negative }))
        };
        let yes = Box::new(self.sequence()?);
        let no = Box::new(if self.eat("|") { self.sequence()? } else { Node::Empty });
        if self.peek() == Some('|') {
            return Err(self.invalid("Too many | in (?()|)."));
        }
        if !self.eat(")") {
            return Err(self.invalid("Not enough )'s."));
        }
        Ok(match condition {
            Some(node) => Node::IfLook { node, yes, no },
            None => {
                let group = name.parse().map_or(Reference::Name(name), Reference::Number);
                Node::IfGroup { group, yes, no }
            }
        })
    }

    /// `(?i-s)` and `(?i-s:…)`
    fn inline_options(&mut self) -> Read<Option<Node>> {
        let outside = self.options;
        let mut on = true;
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '-' => on = false,
                '+' => on = true,
                'i' => self.options.ignore_case = on,
                'm' => self.options.multiline = on,
                's' => self.options.single_line = on,
                'n' => self.options.explicit_capture = on,
                'x' => self.options.ignore_whitespace = on,
                // They hold up to the end of the group around them, which puts the outer ones back.
                ')' => return Ok(None),
                ':' => {
                    let node = self.closed(Self::alternatives)?;
                    self.options = outside;
                    return Ok(Some(node));
                }
                _ => break,
            }
        }
        Err(self.invalid("Unrecognized grouping construct."))
    }
}
