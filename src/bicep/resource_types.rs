//! What the compiler asks about resource types: the spelling of their names, and what kind of value a property is.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::catalog::azure_types::{AzureTypes, Type};

/// The kind of value that a template knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    Int,
    Bool,
    Object,
    Array,
}

impl Kind {
    /// The name of the kind in a template.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Int => "int",
            Self::Bool => "bool",
            Self::Object => "object",
            Self::Array => "array",
        }
    }
}

/// One step into a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step<'s> {
    Property(&'s str),
    /// The items of an array.
    Items,
    /// The further properties of an object.
    Additional,
    /// An item of a tuple.
    Index(usize),
}

/// Properties that any resource may have at the top, for types that do not say so themselves
/// (src/Bicep.Core/TypeSystem/Providers/Az/AzResourceTypeProvider.cs, 2026-08-21).
pub(super) const COMMON: [(&str, Kind); 14] = [
    ("asserts", Kind::Object),
    ("eTag", Kind::String),
    ("extendedLocation", Kind::Object),
    ("identity", Kind::Object),
    ("kind", Kind::String),
    ("location", Kind::String),
    ("managedBy", Kind::String),
    ("managedByExtended", Kind::Array),
    ("plan", Kind::Object),
    ("properties", Kind::Object),
    ("scale", Kind::Object),
    ("sku", Kind::Object),
    ("tags", Kind::Object),
    ("zones", Kind::Array),
];

/// The kind of what lies behind `path` in the body of the type `name`, as far as `types` or the rules for all resources
/// tell; none where it may be anything.
pub(super) fn kind(types: Option<&dyn AzureTypes>, name: &str, path: &[Step<'_>]) -> Option<Kind> {
    match (types.and_then(|types| published(types, name, path)), path) {
        (Some(kind), _) => Some(kind),
        (None, []) => Some(Kind::Object),
        (None, [Step::Property(property)]) => {
            COMMON.iter().find(|(known, _)| known == property).map(|(_, kind)| *kind)
        }
        (None, _) => None,
    }
}

fn published(types: &dyn AzureTypes, name: &str, path: &[Step<'_>]) -> Option<Kind> {
    let (name, version) = name.split_once('@')?;
    // Where types cannot be read the check of resources says so.
    let mut ty = Type::Object(types.find(name, version).ok().flatten()?.body()?);
    for step in path {
        let next = match (step, ty) {
            (Step::Property(name), Type::Object(object)) => {
                object.property(name).map(|property| property.ty).or_else(|| object.additional())
            }
            (Step::Items, Type::Array { items, .. }) => Some(items),
            (Step::Additional, Type::Object(object)) => object.additional(),
            _ => None,
        };
        ty = next?.read();
    }
    kind_of(&ty)
}

fn kind_of(ty: &Type<'_>) -> Option<Kind> {
    Some(match ty {
        Type::Any => return None,
        Type::Bool => Kind::Bool,
        Type::Int(_) => Kind::Int,
        Type::String { .. } | Type::Literal(_) => Kind::String,
        Type::Array { .. } => Kind::Array,
        Type::Object(_) => Kind::Object,
        Type::Union(members) => {
            let mut kinds = members.iter().map(|member| kind_of(&member.read()));
            let first = kinds.next()??;
            return kinds.all(|kind| kind == Some(first)).then_some(first);
        }
    })
}

/// Spellings by namespace, see the file.
const SPELLINGS: &str = include_str!("data/resource_types.txt");

struct Spelling {
    usual: String,
    /// In these versions only.
    others: Vec<(&'static str, String)>,
}

/// The official spelling of a type's name; as it is written where the type is not known.
pub(super) fn spelled(name: &str, version: &str) -> String {
    static KNOWN: LazyLock<HashMap<String, Spelling>> = LazyLock::new(|| read(SPELLINGS));
    let Some(spelling) = KNOWN.get(&name.to_ascii_lowercase()) else { return name.to_owned() };
    let other =
        spelling.others.iter().find(|(versions, _)| versions.split(',').any(|known| known == version));
    other.map_or(&spelling.usual, |(_, spelled)| spelled).clone()
}

fn read(text: &'static str) -> HashMap<String, Spelling> {
    let mut all: HashMap<String, Spelling> = HashMap::new();
    let mut namespace = "";
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some(ty) = line.strip_prefix(' ') else {
            namespace = line;
            continue;
        };
        let (ty, versions) = ty.split_once('@').map_or((ty, None), |(ty, versions)| (ty, Some(versions)));
        let name = format!("{namespace}/{ty}");
        let entry = all
            .entry(name.to_ascii_lowercase())
            .or_insert_with(|| Spelling { usual: name.clone(), others: Vec::new() });
        match versions {
            Some(versions) => entry.others.push((versions, name)),
            None => entry.usual = name,
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_types_are_spelled_as_azure_does() {
        for (name, version, expected) in [
            ("microsoft.keyvault/VAULTS/secrets", "2024-11-01", "Microsoft.KeyVault/vaults/secrets"),
            ("Microsoft.Unheard/of", "2024-11-01", "Microsoft.Unheard/of"),
            ("Microsoft.Insights/workbooks", "2023-06-01", "Microsoft.Insights/workbooks"),
            ("Microsoft.Insights/workbooks", "2018-06-17-preview", "microsoft.insights/workbooks"),
        ] {
            assert_eq!(spelled(name, version), expected, "{name}@{version}");
        }
    }
}
