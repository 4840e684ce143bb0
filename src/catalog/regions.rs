//! Azure regions: names, zones, and the gateway tiers documented in each (`data/regions.toml`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::source::{Fact, Source};
use crate::text;

/// Every public region that is known, in alphabetical order of its name.
pub fn all() -> &'static Regions {
    static REGIONS: LazyLock<Regions> = LazyLock::new(|| {
        toml::from_str(include_str!("data/regions.toml")).expect("a test reads the embedded region table")
    });
    &REGIONS
}

/// Returns the zones that a deployment in `location` may name; none where the region has no zones or is unknown.
pub fn zones(location: &str) -> Vec<String> {
    all().find(location).map_or_else(Vec::new, |region| region.zones.clone())
}

/// Returns the name that ARM compares: `West US 3` and `westus3` are the same place.
pub fn normalize(location: &str) -> String {
    location.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// The region table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regions {
    sources: BTreeMap<String, Source>,
    #[serde(rename = "region")]
    regions: Vec<Region>,
}

/// One public region.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// The name that ARM compares, such as `westus3`.
    pub name: String,
    #[serde(rename = "display")]
    pub display_name: String,
    pub geography: String,
    pub continent: String,
    /// The logical zones, `1` to `3`; empty where the region has none.
    pub zones: Vec<String>,
    /// Open only to subscriptions that asked Microsoft for access.
    #[serde(default)]
    pub restricted: bool,
    /// `us` or `eu`: where DataZone model deployments of this region are processed.
    pub data_zone: Option<String>,
    /// API Management v2 tiers that the documentation lists here; None where it does not list the region.
    pub apim_v2: Option<Vec<String>>,
    /// Tiers of `apim_v2` that take no new instance for lack of capacity.
    #[serde(default)]
    pub apim_v2_paused: Vec<String>,
    source: String,
    apim_source: Option<String>,
}

impl Regions {
    /// Returns the regions in alphabetical order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Region> {
        self.regions.iter()
    }

    /// Finds a region by its name or its display name, however it is capitalised.
    pub fn find(&self, location: &str) -> Option<&Region> {
        let name = normalize(location);
        self.regions.iter().find(|region| region.name == name)
    }

    /// Returns the known region nearest to a name that is none.
    pub fn suggest(&self, wrong: &str) -> Option<&Region> {
        let wrong = normalize(wrong);
        let near = text::suggest(&wrong, self.regions.iter().map(|region| region.name.as_str()))?;
        self.find(near)
    }

    /// Where the region itself and its zones are documented.
    pub fn fact(&self, region: &Region) -> Fact {
        Fact::from(&self.sources[&region.source])
    }

    /// The source that says a name is no region.
    pub fn list_fact(&self) -> Fact {
        Fact::from(&self.sources["regions"])
    }

    /// Where the gateway tiers of `region` are documented; for a region that is not listed, the list itself.
    pub fn apim_fact(&self, region: &Region) -> Fact {
        Fact::from(&self.sources[region.apim_source.as_deref().unwrap_or("apim-v2")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_source_with_a_date_and_a_page() {
        let table = all();
        assert!(table.regions.len() > 50, "{} regions", table.regions.len());
        for region in table.iter() {
            let facts = [table.fact(region), table.apim_fact(region)];
            assert!(facts.iter().all(|fact| fact.url.starts_with("https://")), "{region:?}");
            assert_eq!(region.apim_v2.is_some(), region.apim_source.is_some(), "{region:?}");
        }
        for source in table.sources.values() {
            assert!(source.dated.is_none_or(|dated| dated <= source.seen), "{source:?}");
        }
    }

    #[test]
    fn rows_are_sorted_unique_and_named_after_their_display_name() {
        let names: Vec<&str> = all().iter().map(|region| region.name.as_str()).collect();
        assert!(names.is_sorted() && names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
        for region in all().iter() {
            assert_eq!(normalize(&region.display_name), region.name);
            let listed = region.apim_v2.as_deref().unwrap_or_default();
            assert!(region.apim_v2_paused.iter().all(|tier| listed.contains(tier)), "{region:?}");
        }
    }

    #[test]
    fn a_region_is_found_by_any_spelling_and_a_wrong_one_gets_a_suggestion() {
        assert_eq!(normalize(" West US 3"), "westus3");
        assert_eq!(all().find("West US 3").map(|region| region.name.as_str()), Some("westus3"));
        assert_eq!(all().find("westus4"), None);
        assert_eq!(all().suggest("swedncentral").map(|region| region.name.as_str()), Some("swedencentral"));
        assert_eq!(all().suggest("mars"), None);
    }

    #[test]
    fn zones_are_those_of_the_region_and_none_elsewhere() {
        assert_eq!(zones("westus3"), ["1", "2", "3"]);
        // D-22: the three regions of the upstream list that have no zones.
        for location in ["australiacentral", "australiasoutheast", "ukwest", "nowhere"] {
            assert_eq!(zones(location), Vec::<String>::new(), "{location}");
        }
    }
}
