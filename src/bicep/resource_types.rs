//! What the compiler asks about resource types: the spelling of their names, and what kind of value a property is.

/// The kind of value that a template knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    String,
    Int,
    Bool,
    Object,
    Array,
}

impl Kind {
    /// The name of the kind in a template.
    pub fn name(self) -> &'static str {
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
pub enum Step<'s> {
    Property(&'s str),
    /// The items of an array.
    Items,
    /// The further properties of an object.
    Additional,
    /// An item of a tuple.
    Index(usize),
}

/// Knows the types of resources by the name with version, `Microsoft.KeyVault/vaults@2024-11-01`.
pub trait ResourceTypes {
    /// The kind of what lies behind `path` in the body of the type; none where it is not known or may be anything.
    fn kind(&self, name: &str, path: &[Step<'_>]) -> Option<Kind>;
}

/// The official spelling of a type's name; as it is written where the type is not known.
pub(super) fn spelled(name: &str) -> &str {
    name
}
