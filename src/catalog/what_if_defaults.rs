//! Values that Azure fills in where a template is silent, and that `whatIf` reports all the same
//! (`data/what_if_defaults.toml`).

use std::sync::LazyLock;

use serde::Deserialize;
use time::Date;

use super::source::day;

/// Whether Azure itself puts `value` at `path` of a resource; `path` has `[*]` for every index.
pub fn is_filled_in(resource_type: &str, path: &str, value: &serde_json::Value) -> bool {
    all().iter().any(|row| {
        row.resource_type.eq_ignore_ascii_case(resource_type)
            && row.path == path
            && row.value.as_deref().is_none_or(|filled| value.as_str() == Some(filled))
    })
}

/// Every known property.
pub fn all() -> &'static [Row] {
    static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
        let table: Table = toml::from_str(TABLE).expect("a test reads the embedded table");
        table.property
    });
    &ROWS
}

const TABLE: &str = include_str!("data/what_if_defaults.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    property: Vec<Row>,
}

/// A property that is Azure's business.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    #[serde(rename = "type")]
    pub resource_type: String,
    pub path: String,
    /// What Azure fills in; None where it may be anything.
    #[serde(default)]
    pub value: Option<String>,
    /// The report that shows it, or the page that says who sets it.
    pub link: String,
    #[serde(deserialize_with = "day")]
    pub seen: Date,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_azure_does_not_fill_in_is_nobodys_default() {
        let of = "microsoft.insights/Components";
        assert!(is_filled_in(of, "properties.Flow_Type", &"Bluefield".into()));
        assert!(!is_filled_in(of, "properties.Flow_Type", &"Other".into()));
        assert!(!is_filled_in(of, "properties.Other", &"Bluefield".into()));
        assert!(is_filled_in("Microsoft.Network/privateEndpoints", "properties.customDnsConfigs", &1.into()));
        assert!(all().iter().all(|row| row.link.starts_with("https://") && row.path.len() > 2));
    }
}
