//! Reads the table of types where it is asked. A section holds what one file of bicep-types-az held:
//!
//! ```text
//! @ Microsoft.A/b@2024-01-01 8 8 .b            a resource type: readable and writable scopes, its body
//! ( Microsoft.A/b@2024-01-01 listKeys - .Keys  a function: input, `-` where it takes none, and output
//! b name:!^s(3..24)"^[a-z]+$" properties:.Inner tags:.Tags
//! Inner id:-s kind:'One'|'Two'|s ports:[i(1..65535)](..4)
//! Rule ?type =Allow:.AllowRule =Deny:.DenyRule
//! Tags *:s
//! ```
//!
//! Object types have a line each, sorted by name. Flags stand before the type: `!` required, `-` read-only, `+`
//! write-only, `^` fixed when the deployment starts. Types: `*` any, `b` boolean, `i` integer, `s` text (`$`: secret),
//! `'x'` this text, `a|b` one of, `[t]` array, `.Name` object. `*:t` are further properties, `?p` the property that tells
//! the variants apart. `%41` stands for a character that would mean something else.

use std::borrow::Cow;

/// A resource type of one API version.
#[derive(Clone, Copy, Debug)]
pub struct ResourceType<'t> {
    /// `Microsoft.KeyVault/vaults`, as Azure spells it.
    pub name: &'t str,
    pub api_version: &'t str,
    /// Where it can be read, with `existing`.
    pub readable: Scopes,
    /// Where it can be deployed.
    pub writable: Scopes,
    body: Written<'t>,
}

/// Where resources lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Scopes {
    pub tenant: bool,
    pub management_group: bool,
    pub subscription: bool,
    pub resource_group: bool,
    /// On another resource.
    pub extension: bool,
}

impl Scopes {
    /// The bits of bicep-types' `ScopeType` (bicep-types/src/Bicep.Types/Concrete/ScopeType.cs).
    fn from_bits(bits: u8) -> Self {
        Self {
            tenant: bits & 1 != 0,
            management_group: bits & 2 != 0,
            subscription: bits & 4 != 0,
            resource_group: bits & 8 != 0,
            extension: bits & 16 != 0,
        }
    }

    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

impl<'t> ResourceType<'t> {
    /// The whole resource, with `name`, `location` and `properties`; none where Azure publishes no object.
    pub fn body(&self) -> Option<Object<'t>> {
        match self.body.read() {
            Type::Object(body) => Some(body),
            _ => None,
        }
    }

    /// What can be called on such a resource, such as `listKeys`.
    pub fn functions(&self) -> impl Iterator<Item = Function<'t>> {
        let (name, api_version, section) = (self.name, self.api_version, self.body.section);
        heads(section, "( ").filter_map(move |line| {
            let mut words = line.split(' ');
            if words.next()?.split_once('@')? != (name, api_version) {
                return None;
            }
            let name = words.next()?;
            let mut rest = words.map(|text| Written { section, text });
            let input = rest.next().filter(|input| input.text != "-");
            Some(Function { name, input, output: rest.next()? })
        })
    }
}

/// A function of a resource type.
#[derive(Clone, Copy, Debug)]
pub struct Function<'t> {
    pub name: &'t str,
    pub input: Option<Written<'t>>,
    pub output: Written<'t>,
}

/// A type as the table writes it.
#[derive(Clone, Copy, Debug)]
pub struct Written<'t> {
    section: &'t str,
    text: &'t str,
}

/// A type, decoded one level deep.
#[derive(Clone, Debug, PartialEq)]
pub enum Type<'t> {
    /// Nothing is said about the value.
    Any,
    Bool,
    Int(Range),
    String {
        /// In characters.
        length: Range,
        /// A regular expression.
        pattern: Option<Cow<'t, str>>,
        secret: bool,
    },
    /// This text and no other.
    Literal(Cow<'t, str>),
    /// One of these.
    Union(Vec<Written<'t>>),
    Array {
        items: Written<'t>,
        length: Range,
    },
    Object(Object<'t>),
}

/// The least and the greatest number that is allowed, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Range {
    pub min: Option<i64>,
    pub max: Option<i64>,
}

impl PartialEq for Written<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<'t> Written<'t> {
    /// Decodes the type; what is inside of it stays as it is written.
    pub fn read(self) -> Type<'t> {
        let mut cursor = Cursor { text: self.text };
        let first = Written { text: cursor.one(), ..self };
        if cursor.text.is_empty() {
            return first.read_one();
        }
        let mut members = vec![first];
        while cursor.eat('|') {
            members.push(Written { text: cursor.one(), ..self });
        }
        Type::Union(members)
    }

    /// Where the type stands in the table: the same for the same place, so that a walk can tell where it has been.
    pub fn place(self) -> *const u8 {
        self.text.as_ptr()
    }

    #[cfg(test)]
    pub(super) fn is_any(self) -> bool {
        self.text == "*"
    }

    fn read_one(self) -> Type<'t> {
        let mut cursor = Cursor { text: self.text };
        let Some(kind) = cursor.next() else { return Type::Any };
        match kind {
            'b' => Type::Bool,
            'i' => Type::Int(cursor.range()),
            's' => {
                let length = cursor.range();
                let pattern = cursor.quoted('"');
                Type::String { length, pattern: pattern.map(decode), secret: cursor.eat('$') }
            }
            '\'' => Type::Literal(decode(cursor.text.trim_end_matches('\''))),
            '[' => {
                let items = Written { text: cursor.union(), ..self };
                cursor.eat(']');
                Type::Array { items, length: cursor.range() }
            }
            '.' => Type::Object(Object::named(self.section, cursor.text)),
            _ => Type::Any,
        }
    }
}

/// An object type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Object<'t> {
    section: &'t str,
    name: &'t str,
    /// Its properties as written.
    rest: &'t str,
}

/// A property of an object.
#[derive(Clone, Debug)]
pub struct Property<'t> {
    pub name: Cow<'t, str>,
    pub ty: Written<'t>,
    pub required: bool,
    pub read_only: bool,
    /// Taken, but never given back.
    pub write_only: bool,
    /// Has to be known when the deployment starts.
    pub deploy_time_constant: bool,
}

/// One part of an object's line.
enum Token<'t> {
    Property(Property<'t>),
    Additional(Written<'t>),
    Discriminator(&'t str),
    Variant(&'t str, Written<'t>),
}

impl<'t> Object<'t> {
    fn named(section: &'t str, name: &'t str) -> Self {
        let rest = line(section, name).and_then(|line| line.get(name.len()..)).unwrap_or_default();
        Self { section, name, rest }
    }

    /// The name that the publisher gave it; it says little to a reader.
    pub fn name(self) -> Cow<'t, str> {
        decode(self.name)
    }

    /// In alphabetical order.
    pub fn properties(self) -> impl Iterator<Item = Property<'t>> + Clone {
        self.tokens().filter_map(|token| match token {
            Token::Property(property) => Some(property),
            _ => None,
        })
    }

    /// Finds a property by its exact name.
    pub fn property(self, name: &str) -> Option<Property<'t>> {
        self.properties().find(|property| property.name == name)
    }

    /// The type of properties that have no name of their own; none where there can be none.
    pub fn additional(self) -> Option<Written<'t>> {
        self.tokens().find_map(|token| match token {
            Token::Additional(ty) => Some(ty),
            _ => None,
        })
    }

    /// The property whose value tells which variant an object is.
    pub fn discriminator(self) -> Option<Cow<'t, str>> {
        self.tokens().find_map(|token| match token {
            Token::Discriminator(name) => Some(decode(name)),
            _ => None,
        })
    }

    /// The values of the discriminator, and what comes with each besides this object's own properties.
    pub fn variants(self) -> Vec<(Cow<'t, str>, Object<'t>)> {
        let variants = self.tokens().filter_map(|token| match token {
            Token::Variant(value, ty) => match ty.read() {
                Type::Object(object) => Some((decode(value), object)),
                _ => None,
            },
            _ => None,
        });
        variants.collect()
    }

    /// Where the type stands in the table, as [`Written::place`].
    pub fn place(self) -> *const u8 {
        self.rest.as_ptr()
    }

    fn tokens(self) -> impl Iterator<Item = Token<'t>> + Clone {
        let mut cursor = Cursor { text: self.rest };
        let written = move |text| Written { section: self.section, text };
        std::iter::from_fn(move || {
            if !cursor.eat(' ') {
                return None;
            }
            if cursor.eat('?') {
                return Some(Token::Discriminator(cursor.until(' ')));
            }
            let is_variant = cursor.eat('=');
            let name = cursor.until(':');
            cursor.eat(':');
            if is_variant {
                return Some(Token::Variant(name, written(cursor.union())));
            }
            if name == "*" {
                return Some(Token::Additional(written(cursor.union())));
            }
            let [required, read_only, write_only, deploy_time_constant] =
                ['!', '-', '+', '^'].map(|flag| cursor.eat(flag));
            let ty = written(cursor.union());
            let name = decode(name);
            Some(Token::Property(Property {
                name,
                ty,
                required,
                read_only,
                write_only,
                deploy_time_constant,
            }))
        })
    }

    #[cfg(test)]
    pub(super) fn is_empty_line(self) -> bool {
        line(self.section, self.name).is_none()
    }

    #[cfg(test)]
    pub(super) fn tokens_read(self) -> usize {
        self.tokens().count()
    }

    /// Blanks stand between tokens, and in texts.
    #[cfg(test)]
    pub(super) fn written_tokens(self) -> usize {
        let mut within = None;
        let blanks = self.rest.chars().filter(|c| match within {
            Some(quote) => {
                within = within.filter(|_| *c != quote);
                false
            }
            None => {
                within = Some(*c).filter(|c| matches!(c, '\'' | '"'));
                *c == ' '
            }
        });
        blanks.count()
    }
}

/// The resource types of a section.
pub(super) fn resources(section: &str) -> impl Iterator<Item = ResourceType<'_>> {
    heads(section, "@ ").filter_map(move |line| {
        let mut words = line.split(' ');
        let (name, api_version) = words.next()?.split_once('@')?;
        let mut scopes = || Some(Scopes::from_bits(words.next()?.parse().ok()?));
        let (readable, writable) = (scopes()?, scopes()?);
        let body = Written { section, text: words.next()? };
        Some(ResourceType { name, api_version, readable, writable, body })
    })
}

/// The lines of a section that begin with `mark`; they stand before the objects.
fn heads<'t>(section: &'t str, mark: &'static str) -> impl Iterator<Item = &'t str> {
    let heads = section.lines().skip(1).take_while(|line| line.starts_with("@ ") || line.starts_with("( "));
    heads.filter_map(move |line| line.strip_prefix(mark))
}

/// Every object of a section.
#[cfg(test)]
pub(super) fn objects(section: &str) -> impl Iterator<Item = Object<'_>> {
    let lines = section.lines().skip(1).filter(|line| !line.starts_with(['@', '(']) && !line.is_empty());
    lines.map(|line| {
        let name = line.split(' ').next().unwrap_or(line);
        Object { section, name, rest: &line[name.len()..] }
    })
}

/// The line of an object: its name, a blank and the rest. Lines are sorted, those of resources and functions first:
/// `@` and `(` count as less than any name.
fn line<'t>(section: &'t str, name: &str) -> Option<&'t str> {
    let bytes = section.as_bytes();
    let (mut low, mut high) = (bytes.iter().position(|byte| *byte == b'\n')? + 1, bytes.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = bytes[low..middle].iter().rposition(|byte| *byte == b'\n').map_or(low, |at| low + at + 1);
        let end =
            bytes[middle..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| middle + at);
        let line = section.get(start..end)?;
        let own = line.split(' ').next().unwrap_or(line);
        let is_head = line.starts_with("@ ") || line.starts_with("( ");
        match own.cmp(name) {
            _ if is_head => low = end + 1,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
            std::cmp::Ordering::Equal => return Some(line),
        }
    }
    None
}

/// What is left to read of a line.
#[derive(Clone)]
struct Cursor<'t> {
    text: &'t str,
}

impl<'t> Cursor<'t> {
    fn next(&mut self) -> Option<char> {
        let first = self.text.chars().next()?;
        self.text = &self.text[first.len_utf8()..];
        Some(first)
    }

    fn eat(&mut self, expected: char) -> bool {
        match self.text.strip_prefix(expected) {
            Some(rest) => {
                self.text = rest;
                true
            }
            None => false,
        }
    }

    /// Takes `bytes` bytes, which end at a character.
    fn take(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.text.split_at(bytes);
        self.text = rest;
        taken
    }

    fn until(&mut self, end: char) -> &'t str {
        self.take(self.text.find(end).unwrap_or(self.text.len()))
    }

    /// A text between `quote`s; none where there is no such quote.
    fn quoted(&mut self, quote: char) -> Option<&'t str> {
        let inner = self.text.strip_prefix(quote)?;
        self.text = inner;
        let text = self.until(quote);
        self.eat(quote);
        Some(text)
    }

    /// `(1..5)`, `(..5)` or `(1..)`; no limits where nothing is written.
    fn range(&mut self) -> Range {
        if !self.eat('(') {
            return Range::default();
        }
        let written = self.until(')');
        self.eat(')');
        let (min, max) = written.split_once("..").unwrap_or_default();
        Range { min: min.parse().ok(), max: max.parse().ok() }
    }

    /// A type and all its alternatives.
    fn union(&mut self) -> &'t str {
        let all = self.text;
        self.skip_one();
        while self.eat('|') {
            self.skip_one();
        }
        &all[..all.len() - self.text.len()]
    }

    /// A type without its alternatives.
    fn one(&mut self) -> &'t str {
        let all = self.text;
        self.skip_one();
        &all[..all.len() - self.text.len()]
    }

    fn skip_one(&mut self) {
        // Arrays of arrays are opened one after the other and closed in turn, so no recursion is needed.
        let mut open = 0;
        loop {
            if self.eat('[') {
                open += 1;
                continue;
            }
            if self.quoted('\'').is_none() {
                self.take(self.text.find([' ', '|', ']', '(', '"', '$']).unwrap_or(self.text.len()));
                self.range();
                self.quoted('"');
                self.eat('$');
            }
            while open > 0 && self.eat(']') {
                open -= 1;
                self.range();
            }
            if open == 0 || !self.eat('|') {
                return;
            }
        }
    }
}

/// Writes what would be taken for something else as `%` and two digits.
pub(super) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_control() || "%'\" :|()[]".contains(c) {
            out.push_str(&format!("%{:02x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// As [`encode`], for what stands between quotes.
pub(super) fn encode_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_control() || "%'\"".contains(c) {
            out.push_str(&format!("%{:02x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let code = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(code) => out.push(char::from(code)),
            None => out.push('%'),
        }
        rest = if code.is_some() { &after[2..] } else { after };
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECTION: &str = "test\n\
        @ A.B/c@1 8 4 .c\n\
        ( A.B/c@1 list - .Keys\n\
        Keys *:s\n\
        Rule x:s ?type =Allow:.Keys =De%20ny:.Keys\n\
        c a:!^s(3..24)\"^[a b]+$\"$ b:-'One'|'Two three'|s c:[[i(1..)](..4)|b] d%3ae:+.Keys";

    #[test]
    fn a_line_is_read_as_its_header_says() {
        let resource = resources(SECTION).next().unwrap();
        assert!(resource.readable.resource_group && resource.writable.subscription);
        let body = resource.body().unwrap();
        let names: Vec<_> = body.properties().map(|property| property.name.into_owned()).collect();
        assert_eq!(names, ["a", "b", "c", "d:e"]);
        let a = body.property("a").unwrap();
        assert!(a.required && a.deploy_time_constant && !a.read_only && !a.write_only);
        let length = Range { min: Some(3), max: Some(24) };
        assert_eq!(a.ty.read(), Type::String { length, pattern: Some("^[a b]+$".into()), secret: true });
        let Type::Union(members) = body.property("b").unwrap().ty.read() else { panic!("a union") };
        assert_eq!(members[1].read(), Type::Literal("Two three".into()));
        let Type::Array { items, .. } = body.property("c").unwrap().ty.read() else { panic!("an array") };
        let Type::Union(members) = items.read() else { panic!("a union") };
        let Type::Array { items, length } = members[0].read() else { panic!("an array") };
        assert_eq!((items.read(), length.max), (Type::Int(Range { min: Some(1), max: None }), Some(4)));
        assert_eq!(members[1].read(), Type::Bool);
        assert!(body.property("d:e").unwrap().write_only);
    }

    #[test]
    fn variants_functions_and_further_properties_are_found() {
        let rule = Object::named(SECTION, "Rule");
        let variants = rule.variants();
        let kinds: Vec<_> = variants.iter().map(|(kind, _)| kind.as_ref()).collect();
        assert_eq!((rule.discriminator().as_deref(), kinds), (Some("type"), vec!["Allow", "De ny"]));
        assert!(variants[0].1.additional().is_some());
        let resource = resources(SECTION).next().unwrap();
        let names: Vec<_> = resource.functions().map(|function| function.name).collect();
        assert_eq!(names, ["list"]);
    }

    #[test]
    fn any_text_survives_the_table() {
        for text in ["", "plain", "a:b|c'd\"e (f) [g] 100%", "ümlaut\n"] {
            assert_eq!(decode(&encode(text)), text);
            assert_eq!(decode(&encode_quoted(text)), text);
        }
    }

    #[test]
    fn what_is_not_written_as_it_should_says_nothing() {
        for text in ["", "?", "[", "[[", "'", "s(", "x"] {
            let written = Written { section: SECTION, text };
            let read = written.read();
            let known = matches!(
                read,
                Type::Any | Type::Array { .. } | Type::Literal(_) | Type::String { .. } | Type::Union(_)
            );
            assert!(known, "{text}: {read:?}");
        }
        assert_eq!(Object::named(SECTION, "missing").properties().count(), 0);
    }
}
