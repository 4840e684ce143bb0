//! XML as text to a tree. Document types are refused, as .NET refuses them unless told otherwise; entities are the five
//! of XML and numbers.

use std::sync::Arc;

use super::{Data, MAX_DEPTH, MAX_NODES, Name, Xml};
use crate::csharp::exception::Exception;
use crate::csharp::limits;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    n_nodes: usize,
    keeps_blanks: bool,
    /// Prefixes in force, the innermost last.
    prefixes: Vec<(String, String)>,
    /// The open elements with the number of prefixes outside of each.
    open: Vec<(String, Arc<Xml>, usize)>,
}

pub(super) fn document(text: &str, keeps_blanks: bool) -> Result<Arc<Xml>, Exception> {
    let prefixes = vec![
        (String::new(), String::new()),
        ("xml".to_owned(), "http://www.w3.org/XML/1998/namespace".to_owned()),
    ];
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = Reader { text, at: 0, n_nodes: 0, keeps_blanks, prefixes, open: Vec::new() };
    let document = Xml::new(Data::Document { children: Vec::new(), declaration: None });
    reader.content(&document)?;
    Ok(document)
}

impl Reader<'_> {
    fn fail<T>(&self, why: &str) -> Result<T, Exception> {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        let line = 1 + before.matches('\n').count();
        let position = 1 + before.rsplit('\n').next().unwrap_or(before).chars().count();
        Err(Exception::new("XmlException", format!("{why} Line {line}, position {position}.")))
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Takes what stands up to `end`, and `end`.
    fn until(&mut self, end: &str) -> Result<String, Exception> {
        match self.rest().find(end) {
            Some(length) => {
                let text = self.rest()[..length].to_owned();
                self.at += length + end.len();
                Ok(text)
            }
            None => {
                self.at = self.text.len();
                self.fail("Unexpected end of file has occurred.")
            }
        }
    }

    fn eat(&mut self, text: &str) -> bool {
        let fits = self.rest().starts_with(text);
        if fits {
            self.at += text.len();
        }
        fits
    }

    fn skip_blanks(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.at += length;
        length > 0
    }

    fn count(&mut self) -> Result<(), Exception> {
        self.n_nodes += 1;
        if self.n_nodes > MAX_NODES { Err(limits::out_of_memory()) } else { Ok(()) }
    }

    fn content(&mut self, document: &Arc<Xml>) -> Result<(), Exception> {
        let mut has_root = false;
        while self.at < self.text.len() {
            self.count()?;
            let here = self.open.last().map_or_else(|| Arc::clone(document), |(_, node, _)| Arc::clone(node));
            let is_top = self.open.is_empty();
            if self.eat("<!--") {
                let comment = self.until("-->")?;
                here.insert(&Xml::new(Data::Comment(comment)), None)?;
            } else if !is_top && self.eat("<![CDATA[") {
                let text = self.until("]]>")?;
                here.insert(&Xml::new(Data::Cdata(text)), None)?;
            } else if self.rest().starts_with("<!DOCTYPE") {
                return self.fail("For security reasons DTD is prohibited in this XML document.");
            } else if self.eat("<?") {
                let instruction = self.until("?>")?;
                match instruction.strip_prefix("xml").filter(|rest| rest.starts_with(char::is_whitespace)) {
                    Some(declaration) if is_top && !has_root => {
                        if let Data::Document { declaration: kept, .. } = &mut *super::lock(&document.data) {
                            let attributes = declaration.trim().replace('\'', "\"");
                            *kept = Some(format!("<?xml {attributes}?>"));
                        }
                    }
                    Some(_) => return self.fail("Unexpected XML declaration."),
                    None => here.insert(&Xml::new(Data::Instruction(instruction)), None)?,
                }
            } else if self.eat("</") {
                self.close()?;
            } else if self.rest().starts_with('<') {
                if is_top && has_root {
                    return self.fail("There are multiple root elements.");
                }
                has_root = true;
                self.at += 1;
                self.element(&here)?;
            } else {
                self.characters(&here, is_top)?;
            }
        }
        match self.open.last() {
            Some((name, ..)) => {
                let why = format!(
                    "Unexpected end of file has occurred. The following elements are not closed: {name}."
                );
                self.fail(&why)
            }
            None if !has_root => self.fail("Root element is missing."),
            None => Ok(()),
        }
    }

    fn characters(&mut self, here: &Arc<Xml>, is_top: bool) -> Result<(), Exception> {
        let length = self.rest().find('<').unwrap_or(self.rest().len());
        let raw = self.rest()[..length].to_owned();
        let is_blank = raw.trim_matches([' ', '\t', '\r', '\n']).is_empty();
        if is_top && !is_blank {
            return self.fail("Data at the root level is invalid.");
        }
        let text = self.decoded(&raw.replace("\r\n", "\n"))?;
        self.at += length;
        if is_top || (is_blank && !self.keeps_blanks) {
            return Ok(());
        }
        here.insert(&Xml::new(Data::Text(text)), None)
    }

    fn decoded(&self, raw: &str) -> Result<String, Exception> {
        let mut out = String::new();
        let mut rest = raw;
        while let Some((before, after)) = rest.split_once('&') {
            out.push_str(before);
            let Some((name, behind)) = after.split_once(';') else {
                return self.fail("An error occurred while parsing EntityName.");
            };
            let number = name.strip_prefix('#').and_then(|digits| match digits.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => digits.parse().ok(),
            });
            match (name, number.and_then(char::from_u32)) {
                ("amp", _) => out.push('&'),
                ("lt", _) => out.push('<'),
                ("gt", _) => out.push('>'),
                ("quot", _) => out.push('"'),
                ("apos", _) => out.push('\''),
                (_, Some(c)) => out.push(c),
                _ => return self.fail(&format!("Reference to undeclared entity '{name}'.")),
            }
            rest = behind;
        }
        Ok(out + rest)
    }

    fn word(&mut self) -> Result<String, Exception> {
        let length = self
            .rest()
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '\u{b7}')))
            .unwrap_or(self.rest().len());
        let word = self.rest()[..length].to_owned();
        if !word.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            let found = self.rest().chars().next().unwrap_or(' ');
            return self.fail(&format!("Name cannot begin with the '{found}' character."));
        }
        self.at += length;
        Ok(word)
    }

    fn element(&mut self, parent: &Arc<Xml>) -> Result<(), Exception> {
        if self.open.len() >= MAX_DEPTH as usize - 1 {
            return self.fail("The XML is nested too deeply.");
        }
        let tag = self.word()?;
        let outside = self.prefixes.len();
        let mut raw: Vec<(String, String)> = Vec::new();
        let is_empty = loop {
            let blank = self.skip_blanks();
            if self.eat("/>") {
                break true;
            }
            if self.eat(">") {
                break false;
            }
            if self.rest().is_empty() {
                return self.fail("Unexpected end of file has occurred.");
            }
            if !blank {
                return self.fail("Expecting white space.");
            }
            self.count()?;
            let name = self.word()?;
            self.skip_blanks();
            if !self.eat("=") {
                return self.fail("Expected '='.");
            }
            self.skip_blanks();
            let quote = if self.eat("\"") { "\"" } else { "'" };
            if quote == "'" && !self.eat("'") {
                return self.fail("Expected a quote.");
            }
            let value = self.until(quote)?;
            if value.contains('<') {
                return self.fail("'<', hexadecimal value 0x3C, is an invalid attribute character.");
            }
            if raw.iter().any(|(known, _)| *known == name) {
                return self.fail(&format!("'{name}' is a duplicate attribute name."));
            }
            let value = self.decoded(&value.replace(['\t', '\r', '\n'], " "))?;
            match (name.as_str(), name.strip_prefix("xmlns:")) {
                ("xmlns", _) => self.prefixes.push((String::new(), value.clone())),
                (_, Some(prefix)) => self.prefixes.push((prefix.to_owned(), value.clone())),
                _ => {}
            }
            raw.push((name, value));
        };
        let mut attributes = Vec::new();
        for (name, value) in raw {
            attributes.push((self.resolve(&name, false)?, value));
        }
        let name = self.resolve(&tag, true)?;
        let node = Xml::new(Data::Element { name, attributes, children: Vec::new() });
        parent.insert(&node, None)?;
        if is_empty {
            self.prefixes.truncate(outside);
        } else {
            self.open.push((tag, node, outside));
        }
        Ok(())
    }

    /// A name with its prefix looked up; an attribute without one has no namespace.
    fn resolve(&self, name: &str, is_element: bool) -> Result<Name, Exception> {
        const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        if prefix == "xmlns" {
            return Ok(Name { namespace: XMLNS.to_owned(), local: local.to_owned() });
        }
        if prefix.is_empty() && !is_element {
            return Ok(Name { namespace: String::new(), local: local.to_owned() });
        }
        match self.prefixes.iter().rev().find(|(known, _)| known == prefix) {
            Some((_, namespace)) => Ok(Name { namespace: namespace.clone(), local: local.to_owned() }),
            None => self.fail(&format!("'{prefix}' is an undeclared prefix.")),
        }
    }

    fn close(&mut self) -> Result<(), Exception> {
        let tag = self.word()?;
        self.skip_blanks();
        if !self.eat(">") {
            return self.fail("Expected '>'.");
        }
        match self.open.pop() {
            Some((open, _, outside)) if open == tag => {
                self.prefixes.truncate(outside);
                Ok(())
            }
            Some((open, ..)) => {
                let why = format!("The '{open}' start tag does not match the end tag of '{tag}'.");
                self.fail(&why)
            }
            None => self.fail(&format!("Unexpected end tag '{tag}'.")),
        }
    }
}
