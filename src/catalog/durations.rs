//! How long Azure takes to make what takes long (`data/durations.toml`).

use std::sync::LazyLock;

use serde::Deserialize;
use time::Date;

use super::source::day;

/// What the documentation says of one type.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    #[serde(rename = "type")]
    pub resource_type: String,
    #[serde(default)]
    pub tiers: Vec<String>,
    /// Completes "usually …".
    pub usually: String,
    pub source: String,
    /// The day it was read.
    #[serde(deserialize_with = "day")]
    pub seen: Date,
}

/// How long a resource of that type and tier usually takes, where that is worth knowing.
pub fn expected(resource_type: &str, tier: &str) -> Option<&'static Expected> {
    all().iter().find(|row| {
        row.resource_type.eq_ignore_ascii_case(resource_type)
            && (row.tiers.is_empty() || row.tiers.iter().any(|known| known.eq_ignore_ascii_case(tier)))
    })
}

fn all() -> &'static [Expected] {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Table {
        duration: Vec<Expected>,
    }
    static ROWS: LazyLock<Vec<Expected>> = LazyLock::new(|| {
        let table: Table =
            toml::from_str(include_str!("data/durations.toml")).expect("a test reads the embedded table");
        table.duration
    });
    &ROWS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_source_and_is_found_by_its_tiers() {
        for row in all() {
            assert!(
                row.source.starts_with("https://learn.microsoft.com/") && !row.usually.is_empty(),
                "{row:?}"
            );
            for tier in &row.tiers {
                assert_eq!(expected(&row.resource_type, &tier.to_uppercase()), Some(row));
            }
        }
        assert_eq!(expected("Microsoft.ApiManagement/service", "Consumption"), None);
        assert_eq!(expected("Microsoft.KeyVault/vaults", "Developer"), None);
    }
}
