//! What the catalogue knows of regions, gathered for `genai-lz regions`: gateway tiers, zones, and models.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::catalog::models::{Lifecycle, Model};
use crate::catalog::regions::Region;
use crate::catalog::{Catalog, Fact};
use crate::diag::{DiagResult, Diagnostic, Diagnostics};

use super::codes::UNKNOWN_REGION;

/// The answer to `genai-lz regions [REGION...]`.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionSurvey {
    pub rows: Vec<RegionRow>,
    /// Whether regions were asked for by name, so that the models are worth listing.
    pub detailed: bool,
    /// What the rows rest on.
    pub facts: Vec<Fact>,
}

/// One region.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionRow {
    pub region: Region,
    /// Deployment SKU to the models that are not retired, in alphabetical order. Every SKU is there.
    pub models: IndexMap<String, Vec<String>>,
    /// Models among them that are deprecated, or past the day on which they were to retire.
    pub fading: BTreeSet<String>,
}

/// Gathers the regions called `names`, or all where none is named.
///
/// # Errors
/// One `unknown-region` for each name that is none.
pub fn survey(catalog: &Catalog, names: &[String]) -> DiagResult<RegionSurvey> {
    let mut regions: Vec<&Region> = Vec::new();
    let mut found = Vec::new();
    for name in names {
        match catalog.regions.find(name) {
            Some(region) if regions.contains(&region) => {}
            Some(region) => regions.push(region),
            None => found.push(unknown(name, catalog)),
        }
    }
    if !found.is_empty() {
        return Err(Diagnostics(found));
    }
    if names.is_empty() {
        regions.extend(catalog.regions.iter());
    }
    let mut facts = Vec::new();
    for region in &regions {
        for fact in
            [catalog.regions.fact(region), catalog.regions.apim_fact(region), catalog.models.matrix_fact()]
        {
            if !facts.contains(&fact) {
                facts.push(fact);
            }
        }
    }
    let rows = regions.into_iter().map(|region| row(region, catalog)).collect();
    Ok(RegionSurvey { rows, detailed: !names.is_empty(), facts })
}

fn row(region: &Region, catalog: &Catalog) -> RegionRow {
    let offered =
        |sku: &str| catalog.models.offered(sku, &region.name).into_iter().map(str::to_owned).collect();
    let models: IndexMap<String, Vec<String>> =
        catalog.models.skus().map(|sku| (sku.name.clone(), offered(&sku.name))).collect();
    let is_fading = |model: &Model| {
        model.lifecycle == Some(Lifecycle::Deprecated)
            || catalog.today.zip(model.retires).is_some_and(|(today, day)| day <= today)
    };
    // A model with a version that stays does not fade.
    let stays: BTreeSet<&str> = catalog
        .models
        .iter()
        .filter(|model| !model.is_retired() && !is_fading(model))
        .map(|model| model.name.as_str())
        .collect();
    let fading = models.values().flatten().filter(|name: &&String| !stays.contains(name.as_str())).cloned();
    RegionRow { region: region.clone(), fading: fading.collect(), models }
}

fn unknown(name: &str, catalog: &Catalog) -> Diagnostic {
    let found = Diagnostic::new(&UNKNOWN_REGION, format!("`{name}` is no public Azure region"));
    match catalog.regions.suggest(name) {
        Some(near) => found.help(format!("did you mean `{}`?", near.name)),
        None => found.help("run `genai-lz regions` to see all regions"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_name_is_reported_at_once() {
        let names = ["westus3", "westsu3", "Atlantis"].map(str::to_owned);
        let Diagnostics(found) = survey(&Catalog::embedded(), &names).unwrap_err();
        let help: Vec<&str> = found.iter().flat_map(|one| &one.help).map(String::as_str).collect();
        assert_eq!(help, ["did you mean `westus3`?", "run `genai-lz regions` to see all regions"]);
    }

    #[test]
    fn a_region_named_twice_is_listed_once() {
        let names = ["West US 3", "westus3"].map(str::to_owned);
        let survey = survey(&Catalog::embedded(), &names).unwrap();
        assert_eq!(survey.rows.len(), 1);
        assert!(survey.rows[0].models["GlobalStandard"].contains(&"gpt-5-mini".to_owned()));
        assert!(!survey.rows[0].models["GlobalStandard"].contains(&"gpt-5-chat".to_owned()), "it is retired");
    }

    #[test]
    fn without_names_all_regions_are_listed() {
        let catalog = Catalog::embedded();
        let survey = survey(&catalog, &[]).unwrap();
        assert_eq!(survey.rows.len(), catalog.regions.iter().count());
        assert!(!survey.detailed);
    }
}
