//! Escapes, and sets in square brackets.

use super::{Anchor, MAX_NESTING, Node, Parser, Read, Reference};
use crate::csharp::regex::PatternError;
use crate::csharp::regex::set::{Class, Item, Set};

impl Parser<'_> {
    /// What follows a backslash outside of a set.
    pub(super) fn escape(&mut self) -> Read {
        let Some(c) = self.peek() else { return Err(self.invalid("Illegal \\ at end of pattern.")) };
        let ascii = self.options.ecma_script;
        let anchor = match c {
            'A' => Some(Anchor::TextStart),
            'Z' => Some(Anchor::LastLineEnd),
            'z' => Some(Anchor::TextEnd),
            'G' => Some(Anchor::SearchStart),
            'b' => Some(Anchor::Boundary { ascii }),
            'B' => Some(Anchor::NotBoundary { ascii }),
            _ => None,
        };
        if let Some(anchor) = anchor {
            self.at += 1;
            return Ok(Node::Anchor(anchor));
        }
        let ignore_case = self.options.ignore_case;
        if c == 'k' {
            self.at += 1;
            for (open, close) in [("<", '>'), ("'", '\'')] {
                if self.eat(open) {
                    let name = self.name(close)?;
                    let group = name.parse().map_or(Reference::Name(name), Reference::Number);
                    return Ok(Node::Backreference { group, ignore_case });
                }
            }
            return Err(self.invalid("Malformed \\k<...> named back reference."));
        }
        if c.is_ascii_digit() && c != '0' {
            let mut digits = String::new();
            while let Some(digit) = self.peek_at(digits.len()).filter(char::is_ascii_digit) {
                digits.push(digit);
            }
            let number = digits.parse().unwrap_or(usize::MAX);
            // From \10 on it is a group only where there is one; every bracket before counts.
            if number < 10 || number <= self.n_groups_in_all() {
                self.at += digits.len();
                return Ok(Node::Backreference { group: Reference::Number(number), ignore_case });
            }
        }
        if let Some(item) = self.class()? {
            return Ok(Node::Set(Set::of(item)));
        }
        let unit = self.escaped_unit()?;
        Ok(self.unit(unit))
    }

    /// How many groups the whole pattern has, near enough to tell a reference from a number in octal.
    fn n_groups_in_all(&self) -> usize {
        let opens = self.text.iter().enumerate().filter(|(index, unit)| {
            let escaped = *index > 0 && self.text[index - 1] == u16::from(b'\\');
            **unit == u16::from(b'(') && !escaped && self.text.get(index + 1) != Some(&u16::from(b'?'))
        });
        opens.count()
    }

    /// `\d` and its like, `\p{…}`; nothing is read where it is none.
    fn class(&mut self) -> Read<Option<Item>> {
        let ascii = self.options.ecma_script;
        let pick = |ecma: Class, unicode: Class| if ascii { ecma } else { unicode };
        let item = match self.peek() {
            Some('d') if ascii => Item::Range(0x30, 0x39),
            Some('d') => Item::Class(Class::Digit),
            Some('D') => Item::Not(Class::Digit),
            Some('w') => Item::Class(pick(Class::AsciiWord, Class::Word)),
            Some('W') => Item::Not(pick(Class::AsciiWord, Class::Word)),
            Some('s') => Item::Class(pick(Class::AsciiSpace, Class::Space)),
            Some('S') => Item::Not(pick(Class::AsciiSpace, Class::Space)),
            Some(c @ ('p' | 'P')) => {
                self.at += 1;
                if !self.eat("{") {
                    return Err(self.invalid("Malformed \\p{X} character escape."));
                }
                let mut name = String::new();
                while let Some(c) = self.peek().filter(|c| *c != '}') {
                    name.push(c);
                    self.at += 1;
                }
                let class = Class::named(&name).ok_or(PatternError::NotRun("this category of characters"))?;
                if c == 'p' { Item::Class(class) } else { Item::Not(class) }
            }
            _ => return Ok(None),
        };
        if self.peek().is_none() {
            return Err(self.invalid("Incomplete \\p{X} character escape."));
        }
        self.at += 1;
        Ok(Some(item))
    }

    /// `\n`, `\x41`, `\u0041`, `\0`, `\.`
    fn escaped_unit(&mut self) -> Read<u16> {
        let unit = self.text[self.at];
        let c = self.peek().unwrap_or('\0');
        self.at += 1;
        Ok(match c {
            'a' => 7,
            'b' => 8,
            't' => 9,
            'n' => 10,
            'v' => 11,
            'f' => 12,
            'r' => 13,
            'e' => 27,
            'x' => self.digits(16, 2, true)?,
            'u' => self.digits(16, 4, true)?,
            'c' => {
                let c = self.peek().unwrap_or('\0').to_ascii_uppercase();
                if !('@'..='_').contains(&c) {
                    return Err(self.invalid("Unrecognized control character."));
                }
                self.at += 1;
                c as u16 - 0x40
            }
            '0'..='7' => {
                self.at -= 1;
                self.digits(8, 3, false)? & 0xff
            }
            c if c.is_alphanumeric() || c == '_' => {
                return Err(self.invalid(format!("Unrecognized escape sequence \\{c}.")));
            }
            _ => unit,
        })
    }

    fn digits(&mut self, radix: u32, most: usize, all: bool) -> Read<u16> {
        let mut value = 0;
        let mut n_read = 0;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(radix)).filter(|_| n_read < most) {
            value = value * radix + digit;
            n_read += 1;
            self.at += 1;
        }
        if all && n_read < most {
            return Err(self.invalid("Insufficient or invalid hexadecimal digits."));
        }
        Ok(value as u16)
    }

    /// What follows `[`.
    pub(super) fn set(&mut self) -> Read<Set> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(PatternError::NotRun("a pattern with this many sets in sets"));
        }
        let negated = self.eat("^");
        let ignore_case = self.options.ignore_case;
        let mut set = Set { items: Vec::new(), negated, minus: None, ignore_case };
        let mut is_first = true;
        loop {
            let Some(c) = self.peek() else { return Err(self.invalid("Unterminated [] set.")) };
            if c == ']' && !is_first {
                self.at += 1;
                break;
            }
            is_first = false;
            if c == '-' && self.peek_at(1) == Some('[') && !set.items.is_empty() {
                self.at += 2;
                set.minus = Some(Box::new(self.set()?));
                if !self.eat("]") {
                    return Err(self.invalid("A subtraction must be the last element in a character class."));
                }
                break;
            }
            if c == '\\' {
                self.at += 1;
                if self.peek().is_none() {
                    return Err(self.invalid("Unterminated [] set."));
                }
                if let Some(item) = self.class()? {
                    set.items.push(item);
                    continue;
                }
                self.at -= 1;
            }
            let from = self.set_unit()?;
            let is_range = self.peek() == Some('-') && !matches!(self.peek_at(1), None | Some(']' | '['));
            if !is_range {
                set.items.push(Item::Range(from, from));
                continue;
            }
            self.at += 1;
            if self.peek() == Some('\\')
                && matches!(self.peek_at(1), Some('d' | 'D' | 'w' | 'W' | 's' | 'S' | 'p' | 'P'))
            {
                return Err(self.invalid("Cannot include class in character range."));
            }
            let to = self.set_unit()?;
            if to < from {
                return Err(self.invalid("[x-y] range in reverse order."));
            }
            set.items.push(Item::Range(from, to));
        }
        self.depth -= 1;
        Ok(set)
    }

    fn set_unit(&mut self) -> Read<u16> {
        if self.eat("\\") {
            if self.peek().is_none() {
                return Err(self.invalid("Illegal \\ at end of pattern."));
            }
            return self.escaped_unit();
        }
        let unit = self.text[self.at];
        self.at += 1;
        Ok(unit)
    }
}
