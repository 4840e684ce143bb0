//! The .NET types that policy expressions may name, as one table: what they are called, what they derive from, which
//! members they have, how many arguments those take and what they give. The checks ask it; the data is in `data/*.txt`,
//! each with its source.

mod read;
mod ty;

use std::collections::HashMap;
use std::sync::LazyLock;

pub(super) use ty::{Fit, Ty};

/// Returns where `context` holds the one value of a type, such as `context.Api`: readers know it by that.
pub(super) fn in_context(type_name: &str) -> Option<&'static str> {
    Some(match type_name {
        "IProxyRequestContext" => "context",
        "IContextApi" => "context.Api",
        "IDeployment" => "context.Deployment",
        "ILastError" => "context.LastError",
        "IOperation" => "context.Operation",
        "IProduct" => "context.Product",
        "ISubscription" => "context.Subscription",
        "IUser" => "context.User",
        _ => return None,
    })
}

/// What kind of type it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Class,
    Struct,
    Interface,
    Enum,
    Static,
}

/// A .NET type.
#[derive(Debug)]
pub(super) struct Def {
    /// As C# programs write it: the keyword where it has one.
    pub name: &'static str,
    /// With its namespace, such as `System.String`. Types of the service's own have none.
    pub full: String,
    pub kind: Kind,
    /// The names of its type parameters.
    pub params: Vec<&'static str>,
    /// What it derives from and implements, in terms of `params`.
    pub bases: Vec<&'static str>,
    /// Not on the allow list of the service, but what allowed members give, or what is caught or named all the same.
    pub unlisted: bool,
    /// It has members that the table does not have.
    pub open: bool,
    pub members: Vec<Member>,
}

/// A member, or all overloads of one that take the same.
#[derive(Debug)]
pub(super) struct Member {
    /// `new` for constructors, `this` for an indexer.
    pub name: &'static str,
    pub is_static: bool,
    /// .NET has it and policies may not use it.
    pub refused: bool,
    /// None for properties, fields and indexers.
    pub args: Option<Args>,
    /// In terms of the type's parameters, `M` and `R`; `?` where it depends on more than the table says.
    pub gives: &'static str,
}

/// How many arguments a method takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Args {
    pub least: usize,
    /// None where there is no end, as with `params`.
    pub most: Option<usize>,
    /// What the first one is in every overload, where that is checked: `string` or `double`.
    pub first: Option<&'static str>,
}

struct Table {
    defs: Vec<Def>,
    by_name: HashMap<&'static str, usize>,
    /// Types that policies may not use, by short name.
    refused: HashMap<&'static str, &'static str>,
}

const DATA: &[&str] = &[
    include_str!("data/context.txt"),
    include_str!("data/system.txt"),
    include_str!("data/text.txt"),
    include_str!("data/json.txt"),
    include_str!("data/collections.txt"),
    include_str!("data/security.txt"),
    include_str!("data/xml.txt"),
];

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let defs: Vec<Def> = DATA.iter().flat_map(|text| read::defs(text)).collect();
    let mut by_name: HashMap<&'static str, usize> = HashMap::new();
    for (index, def) in defs.iter().enumerate() {
        by_name.insert(def.name, index);
        // `String` is `string`.
        by_name.insert(short(read::leaked_name(def)), index);
    }
    let refused = include_str!("data/refused.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .map(|full| (short(full), full))
        .collect();
    Table { defs, by_name, refused }
});

/// Every type of the table, in its order.
pub(super) fn all() -> &'static [Def] {
    &TABLE.defs
}

/// What a name means where a type is expected.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named {
    Known(&'static Def),
    /// A type of .NET that policies may not use, by its full name where that is known.
    Refused(&'static str),
    /// A name that begins with a namespace of .NET and is in no table.
    Outside,
    Unknown,
}

/// Looks a type up as C# names it, with or without its namespace.
pub(super) fn named(name: &str) -> Named {
    let last = short(name);
    let known = TABLE.by_name.get(last).map(|index| &TABLE.defs[*index]);
    let refused = TABLE.refused.get(last);
    if name == last {
        return match (known, refused) {
            (Some(def), _) => Named::Known(def),
            (None, Some(full)) => Named::Refused(full),
            (None, None) => Named::Unknown,
        };
    }
    match (known, refused) {
        (Some(def), _) if def.full == name || !is_namespace(name) => Named::Known(def),
        (_, Some(full)) if *full == name => Named::Refused(full),
        _ if is_namespace(name) => Named::Outside,
        _ => Named::Unknown,
    }
}

/// The type of that name; it has to be in the table.
pub(super) fn find(name: &str) -> Option<&'static Def> {
    match named(name) {
        Named::Known(def) => Some(def),
        _ => None,
    }
}

/// Types that no page lists and samples published by Microsoft use (Azure/api-management-policy-snippets 87225c2).
const IN_SAMPLES: [&str; 3] =
    ["System.Security.Cryptography.RSACng", "System.Xml.XmlDocument", "System.Xml.XmlReader"];

/// Whether official samples use a type that policies may not use by the page.
pub(super) fn is_in_samples(full: &str) -> bool {
    IN_SAMPLES.contains(&full)
}

/// Whether .NET has the member and policies may not use it.
pub(super) fn is_refused(type_name: &str, member: &str) -> bool {
    find(type_name).is_some_and(|def| def.members.iter().any(|own| own.name == member && own.refused))
}

/// The names of all types, for "did you mean".
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.defs.iter().map(|def| def.name)
}

/// Whether a dotted name begins with a namespace that policies name in full.
pub(super) fn is_namespace(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or(name);
    name.contains('.') && matches!(first, "System" | "Newtonsoft" | "Microsoft")
}

/// `System.Text.Encoding` as `Encoding`.
fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

impl Def {
    /// The members of that name, overloads included; those of its bases are not among them.
    pub(super) fn own(&self, name: &str, is_static: bool) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(move |member| member.name == name && member.is_static == is_static)
    }

    /// Whether values of the type are never null.
    pub(super) fn is_value(&self) -> bool {
        matches!(self.kind, Kind::Struct | Kind::Enum)
    }
}

impl PartialEq for Def {
    fn eq(&self, other: &Self) -> bool {
        self.full == other.full
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_the_table_is_a_type_of_the_table() {
        for def in all() {
            for base in &def.bases {
                assert!(!matches!(Ty::read(base, &[]), Ty::Unknown), "{} derives from {base}", def.name);
            }
            for member in def.members.iter().filter(|member| !matches!(member.gives, "?" | "")) {
                let bindings: Vec<_> =
                    def.params.iter().chain(&["M", "R"]).map(|name| (*name, Ty::Null)).collect();
                assert!(
                    !Ty::read(member.gives, &bindings).has_unknown(),
                    "{}.{} gives `{}`",
                    def.name,
                    member.name,
                    member.gives
                );
            }
        }
    }

    #[test]
    fn names_are_found_with_and_without_their_namespace() {
        for (name, found) in [
            ("string", "known"),
            ("String", "known"),
            ("System.String", "known"),
            ("System.Text.Encoding", "known"),
            ("System.Encoding", "outside"),
            ("CultureInfo", "refused"),
            ("System.Globalization.CultureInfo", "refused"),
            ("System.Nowhere.At.All", "outside"),
            ("Encodign", "unknown"),
        ] {
            let actual = match named(name) {
                Named::Known(_) => "known",
                Named::Refused(_) => "refused",
                Named::Outside => "outside",
                Named::Unknown => "unknown",
            };
            assert_eq!(actual, found, "{name}");
        }
    }
}
