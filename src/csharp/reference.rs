//! The table of types as a reader sees it: which members policies may use, and which of those the evaluator runs.

use super::members::members;
use super::methods::linq;
use super::types::{self, Args, Def, Member};

/// A .NET type that policy expressions may name.
#[derive(Clone, Debug)]
pub struct TypeEntry {
    /// As C# programs write it.
    pub name: String,
    /// It has members that are neither listed nor judged.
    pub is_open: bool,
    /// Members that the evaluator runs, such as `Substring(1-2)`.
    pub runs: Vec<String>,
    /// Members that are checked and that the evaluator does not run.
    pub checked: Vec<String>,
    /// Members of .NET that policies may not use.
    pub refused: Vec<String>,
}

/// Every type of the table with its own members, in the order of the table.
pub fn types() -> Vec<TypeEntry> {
    types::all().iter().map(entry).collect()
}

fn entry(def: &'static Def) -> TypeEntry {
    let params = if def.params.is_empty() { String::new() } else { format!("<{}>", def.params.join(", ")) };
    let name = format!("{}{params}", def.name);
    let is_open = def.open;
    let mut entry = TypeEntry { name, is_open, runs: Vec::new(), checked: Vec::new(), refused: Vec::new() };
    for member in &def.members {
        let list = match (member.refused, runs(def, member)) {
            (true, _) => &mut entry.refused,
            (false, true) => &mut entry.runs,
            (false, false) => &mut entry.checked,
        };
        list.push(signature(member));
    }
    entry
}

fn signature(member: &Member) -> String {
    let fixed = if member.is_static { "static " } else { "" };
    let name = if member.name == "this" { "[]" } else { member.name };
    let args = match member.args {
        None => String::new(),
        Some(Args { least, most: Some(most), .. }) if least == most => format!("({least})"),
        Some(Args { least, most: Some(most), .. }) => format!("({least}-{most})"),
        Some(Args { least, most: None, .. }) => format!("({least}-)"),
    };
    format!("{fixed}{name}{args}")
}

/// Whether the evaluator has the member, under the name that it gives the type.
fn runs(def: &Def, member: &Member) -> bool {
    let names: &[&str] = match def.name {
        "IApi" | "IContextApi" => &["IApi"],
        "IGatewayInfo" => &["IGateway"],
        "IReadOnlyDictionary" | "IReadOnlyCollection" => &["IReadOnlyDictionary", "Headers", "Claims"],
        "ICollection" | "IList" => &["List"],
        "IDictionary" => &["Dictionary"],
        "JContainer" => &["JObject", "JArray"],
        "HashAlgorithm" | "KeyedHashAlgorithm" | "HMAC" => &["HashAlgorithm", "HMACSHA256"],
        "IEnumerable" if linq::METHODS.contains(&member.name) => return true,
        name => &[name],
    };
    if !member.is_static && ["ToString", "Equals"].contains(&member.name) {
        return has_values(def.name, names);
    }
    let has_indexer = matches!(
        def.name,
        "string"
            | "List"
            | "IList"
            | "MatchCollection"
            | "GroupCollection"
            | "CaptureCollection"
            | "Dictionary"
            | "IDictionary"
            | "IReadOnlyDictionary"
    ) || matches!(def.name, "JToken" | "JObject" | "JArray");
    if member.name == "this" {
        return has_indexer;
    }
    let is_same =
        |name: &str, is_static: bool| name == member.name && (is_static == member.is_static || name == "new");
    members().iter().any(|known| names.contains(&known.type_name) && is_same(known.name, known.is_static))
}

/// Whether the evaluator ever holds a value of the type; every value has a text and can be compared.
fn has_values(name: &str, names: &[&str]) -> bool {
    let of_type = |type_name: &str| names.contains(&type_name);
    name == "char" || members().iter().any(|known| of_type(known.type_name) && !known.is_static)
}
