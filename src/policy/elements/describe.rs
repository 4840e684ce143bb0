//! What an entry says, in words.

use super::{AttributeDef, Content, ElementDef, Kind, SourceOf, find};

/// True where what stands inside the element of that name are policies of the section around it, such as in `when`;
/// false where they are its parts, such as `set-body` in `return-response`.
pub fn holds_policies(name: &str) -> bool {
    match find(name) {
        Some(def) => {
            matches!(def.content, Content::Policies) || matches!(name, "choose" | "cache-value" | "wait")
        }
        // `when`, `otherwise` and their like.
        None => true,
    }
}

impl ElementDef {
    /// Returns the attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&'static AttributeDef> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// Returns the address of its page; None where there is none.
    pub fn url(&self) -> Option<String> {
        match self.source {
            SourceOf::PageAndSchema { page, .. } | SourceOf::Page { page, .. } => {
                Some(format!("https://learn.microsoft.com/azure/api-management/{page}"))
            }
            SourceOf::Schema | SourceOf::Toolkit | SourceOf::Parent => None,
        }
    }

    /// True where no page documents it.
    pub fn is_undocumented(&self) -> bool {
        matches!(self.source, SourceOf::Schema | SourceOf::Toolkit)
    }
}

impl Kind {
    /// What a value has to be: "a whole number from 1 to 50".
    pub fn describe(self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Bool | Self::Condition => "`true` or `false`".to_owned(),
            // A bound that only says how large the type is helps nobody.
            Self::Integer { min, max } if max >= i64::from(i32::MAX) => format!("a whole number from {min}"),
            Self::Integer { min, max } => format!("a whole number from {min} to {max}"),
            Self::Number => "a number".to_owned(),
            Self::OneOf([word]) => format!("`{word}`"),
            Self::OneOf(words) => {
                let listed: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                format!("one of {}", listed.join(", "))
            }
        }
    }

    /// Whether a literal is such a value.
    pub fn takes(self, literal: &str) -> bool {
        let literal = literal.trim();
        match self {
            Self::Text => true,
            Self::Bool | Self::Condition => matches!(literal, "true" | "false" | "True" | "False"),
            Self::Integer { min, max } => {
                literal.parse::<i64>().is_ok_and(|number| (min..=max).contains(&number))
            }
            Self::Number => literal.parse::<f64>().is_ok_and(f64::is_finite),
            Self::OneOf(words) => words.contains(&literal),
        }
    }
}
