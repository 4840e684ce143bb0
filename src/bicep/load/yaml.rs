//! YAML to JSON, for `loadYamlContent`: plain scalars become numbers, booleans and null as YAML's core schema reads
//! them, aliases are followed at a cost.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput};
use serde_json::{Map, Number, Value as Json};

/// Levels of lists and mappings; bounds the stack.
const DEPTH_MAX: usize = 64;

/// Values after aliases are followed: a few lines of aliases could stand for billions.
const NODES_MAX: usize = 100_000;

/// Reads the first document of `text`.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn read(text: &str) -> Result<Json, String> {
    let mut reader = Reader { parser: Parser::new_from_str(text), anchors: HashMap::new(), nodes: 0 };
    loop {
        match reader.next()? {
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
            Event::StreamEnd | Event::DocumentEnd => return Err("there is nothing in it".to_owned()),
            first => return reader.node(first, 0),
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    /// None while the anchored value is still being read.
    anchors: HashMap<usize, Option<(Json, usize)>>,
    nodes: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Event<'t>, String> {
        match self.parser.next_event() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => {
                Err(format!("line {}: {}", error.marker().line(), error.info().replace('\n', " ")))
            }
            None => Ok(Event::StreamEnd),
        }
    }

    fn count(&mut self, nodes: usize) -> Result<(), String> {
        self.nodes += nodes;
        if self.nodes > NODES_MAX {
            return Err(format!("it has more than {NODES_MAX} values once aliases are followed"));
        }
        Ok(())
    }

    fn node(&mut self, event: Event<'t>, depth: usize) -> Result<Json, String> {
        if depth > DEPTH_MAX {
            return Err(format!("it is nested more than {DEPTH_MAX} levels deep"));
        }
        let before = self.nodes;
        self.count(1)?;
        let anchor = match &event {
            Event::Scalar(_, _, anchor, _)
            | Event::SequenceStart(anchor, _)
            | Event::MappingStart(anchor, _) => *anchor,
            _ => 0,
        };
        if anchor > 0 {
            self.anchors.insert(anchor, None);
        }
        let value = match event {
            Event::Scalar(text, ScalarStyle::Plain, _, None) => plain(&text),
            Event::Scalar(text, ..) => Json::from(text.into_owned()),
            Event::SequenceStart(..) => self.list(depth)?,
            Event::MappingStart(..) => self.mapping(depth)?,
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(Some((value, size))) => {
                    let (value, size) = (value.clone(), *size);
                    self.count(size)?;
                    value
                }
                _ => return Err("an alias stands inside the part that it repeats".to_owned()),
            },
            other => return Err(format!("`{other:?}` stands in place of a value")),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, Some((value.clone(), self.nodes - before)));
        }
        Ok(value)
    }

    fn list(&mut self, depth: usize) -> Result<Json, String> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(Json::Array(items)),
                event => items.push(self.node(event, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Json, String> {
        let mut members = Map::new();
        loop {
            let key = match self.next()? {
                Event::MappingEnd => return Ok(Json::Object(members)),
                event => match self.node(event, depth + 1)? {
                    Json::String(key) => key,
                    Json::Array(_) | Json::Object(_) => return Err("a key is no plain value".to_owned()),
                    other => other.to_string(),
                },
            };
            let event = self.next()?;
            let value = self.node(event, depth + 1)?;
            if members.insert(key.clone(), value).is_some() {
                return Err(format!("the key `{key}` stands twice"));
            }
        }
    }
}

fn plain(text: &str) -> Json {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Json::Null,
        "true" | "True" | "TRUE" => return Json::from(true),
        "false" | "False" | "FALSE" => return Json::from(false),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.starts_with(|c: char| c.is_ascii_digit()) {
        if let Ok(value) = text.strip_prefix('+').unwrap_or(text).parse::<i64>() {
            return Json::from(value);
        }
        let is_decimal =
            digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-' | '+'));
        if let Some(number) = text.parse::<f64>().ok().filter(|_| is_decimal).and_then(Number::from_f64) {
            return Json::Number(number);
        }
    }
    Json::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn yaml_becomes_json_as_the_core_schema_says() {
        for (text, expected) in [
            ("a: 1\nb: [x, true, null, 1.5, '1']", json!({ "a": 1, "b": ["x", true, null, 1.5, "1"] })),
            ("a: &x {y: 1}\nb: *x", json!({ "a": { "y": 1 }, "b": { "y": 1 } })),
            ("a: 2024-01-01\nb: 1.2.3\n1: -3", json!({ "a": "2024-01-01", "b": "1.2.3", "1": -3 })),
            ("|\n  text\n", json!("text\n")),
        ] {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_yaml_or_grows_without_bound_is_refused() {
        let bomb = (0..12).fold("a0: &a0 [x]\n".to_owned(), |text, at| {
            let names = vec![format!("*a{at}"); 10].join(", ");
            format!("{text}a{}: &a{} [{names}]\n", at + 1, at + 1)
        });
        for text in ["", "a: [", "a: 1\na: 2", "a: &x [*x]", &bomb, &"[".repeat(1000)] {
            assert!(read(text).is_err(), "{}", &text[..text.len().min(40)]);
        }
    }
}
