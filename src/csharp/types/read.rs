//! Reads the tables of `data/*.txt`: a line per type, and below it, indented, its members with `;` between them.
//!
//! ```text
//! class System.String = string : IEnumerable<char>      kind, full name, keyword, bases; `open` and `unlisted` follow
//!   Length int; Substring(1-2) string                   properties, methods with the number of their arguments
//!   static IsNullOrEmpty(1s) bool; new(1-4); this char  `s`: the first is a string; constructors; the indexer
//!   not Normalize                                       members of .NET that policies may not use
//!   values A B                                          the members of an enumeration
//! ```

use super::{Args, Def, Kind, Member};
use crate::csharp::number;

/// The types of one table. The tables are part of the program, so what they hold lives as long as it does.
pub(super) fn defs(text: &'static str) -> Vec<Def> {
    let mut defs: Vec<Def> = Vec::new();
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        match defs.last_mut() {
            Some(def) if line.starts_with(' ') => {
                trimmed.split(';').for_each(|item| members(item.trim(), def));
            }
            _ => defs.push(head(trimmed)),
        }
    }
    defs
}

/// `class System.String = string : IEnumerable<char> open`
fn head(line: &'static str) -> Def {
    let mut words = line.split_whitespace();
    let kind = match words.next() {
        Some("struct") => Kind::Struct,
        Some("interface") => Kind::Interface,
        Some("enum") => Kind::Enum,
        Some("static") => Kind::Static,
        _ => Kind::Class,
    };
    let declared = words.next().unwrap_or_default();
    let (full, params) = declared.split_once('<').unwrap_or((declared, ""));
    let mut def = Def {
        name: super::short(full),
        full: full.strip_prefix("Context.").unwrap_or(full).to_owned(),
        kind,
        params: params.trim_end_matches('>').split(',').filter(|name| !name.is_empty()).collect(),
        bases: Vec::new(),
        unlisted: false,
        open: false,
        members: Vec::new(),
    };
    while let Some(word) = words.next() {
        match word {
            "=" => def.name = words.next().unwrap_or(def.name),
            ":" => {}
            "open" => def.open = true,
            "unlisted" => def.unlisted = true,
            base => def.bases.push(base),
        }
    }
    def
}

/// The last part of the full name, which the table holds for good.
pub(super) fn leaked_name(def: &Def) -> &'static str {
    match def.name {
        "string" => "String",
        "bool" => "Boolean",
        "char" => "Char",
        "object" => "Object",
        name => number::keyword(name).map_or(name, number::runtime_name),
    }
}

fn members(item: &'static str, def: &mut Def) {
    let (is_static, rest) = match item.strip_prefix("static ") {
        Some(rest) => (true, rest),
        None => (false, item),
    };
    if let Some(names) = rest.strip_prefix("values ") {
        let name = def.name;
        def.members.extend(names.split_whitespace().map(|value| Member {
            name: value,
            is_static: true,
            refused: false,
            args: None,
            gives: name,
        }));
        return;
    }
    if let Some(names) = rest.strip_prefix("not ") {
        let (is_static, names) = match names.strip_prefix("static ") {
            Some(names) => (true, names),
            None => (false, names),
        };
        def.members.extend(names.split_whitespace().map(|name| Member {
            name,
            is_static,
            refused: true,
            args: None,
            gives: "?",
        }));
        return;
    }
    let (signature, gives) = rest.split_once(' ').unwrap_or((rest, ""));
    let (name, args) = match signature.split_once('(') {
        Some((name, args)) => (name, Some(count(args.trim_end_matches(')')))),
        None => (signature, None),
    };
    def.members.push(Member { name, is_static, refused: false, args, gives });
}

/// `1`, `1-2`, `1-`, `1s`, `1d`
fn count(text: &str) -> Args {
    let counts = text.trim_end_matches(|end: char| end.is_ascii_lowercase());
    let first = match &text[counts.len()..] {
        "s" => Some("string"),
        "d" => Some("double"),
        _ => None,
    };
    let (least, most) = counts.split_once('-').unwrap_or((counts, counts));
    Args { least: least.parse().unwrap_or(0), most: most.parse().ok(), first }
}
