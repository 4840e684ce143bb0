//! Azure OpenAI models: lifecycle, the regions of each deployment SKU, and what a SKU means (`data/models.toml`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::Deserialize;
use time::Date;

use super::regions::normalize;
use super::source::{Fact, Source, optional_day};
use crate::text;

/// Every model version and deployment SKU that is known.
pub fn all() -> &'static Models {
    static MODELS: LazyLock<Models> = LazyLock::new(|| {
        toml::from_str(include_str!("data/models.toml")).expect("a test reads the embedded model table")
    });
    &MODELS
}

/// The model table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    sources: BTreeMap<String, Source>,
    #[serde(rename = "sku")]
    skus: Vec<Sku>,
    throughput: Vec<Throughput>,
    #[serde(rename = "model")]
    models: Vec<Model>,
}

/// What a provisioned throughput unit of a model works off.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throughput {
    pub model: String,
    /// Prompt tokens in a minute.
    pub tokens_per_minute: u64,
    /// How many prompt tokens a token of the answer counts for.
    pub output_weight: u64,
    source: String,
}

/// One version of a model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    pub name: String,
    pub version: String,
    /// What it is called for: `chat`, `embeddings`, `audio`, `images` or `video`.
    pub kind: String,
    /// None where no schedule lists the model.
    pub lifecycle: Option<Lifecycle>,
    /// The day it retires or retired; such days are moved in both directions.
    #[serde(default, deserialize_with = "optional_day")]
    pub retires: Option<Date>,
    pub replacement: Option<String>,
    /// Deployment SKU to the regions that offer it; None where no matrix holds the model.
    pub regions: Option<IndexMap<String, Vec<String>>>,
    source: String,
}

/// How far a model version is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lifecycle {
    Preview,
    Ga,
    /// Closed to subscriptions that do not use it yet.
    Deprecated,
    /// No longer answers.
    Retired,
}

/// What a deployment SKU of a model means.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sku {
    pub name: String,
    pub billing: Billing,
    pub processing: Processing,
    /// What one unit of capacity is, in words that follow a number: `thousand tokens per minute`.
    pub unit: String,
    usage: String,
    source: String,
}

/// What is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Billing {
    /// Tokens, up to a limit per minute.
    PayAsYouGo,
    /// Reserved capacity, counted in provisioned throughput units.
    Provisioned,
    /// Tokens of queued jobs.
    Batch,
}

/// Where a request may be processed, whatever the region of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Processing {
    Global,
    DataZone,
    Region,
}

impl Sku {
    /// True where reserved capacity is paid for, used or not.
    pub fn is_provisioned(&self) -> bool {
        self.billing == Billing::Provisioned
    }

    /// The name of the quota that a deployment of `model` draws from. Tokens per minute are counted per model,
    /// provisioned units for all models together.
    pub fn usage_name(&self, model: &str) -> String {
        self.usage.replace("{model}", model)
    }
}

impl Model {
    /// Returns the regions that offer `sku`; None where nothing is known of the model's regions.
    pub fn regions_of(&self, sku: &str) -> Option<&[String]> {
        let regions = self.regions.as_ref()?;
        Some(regions.get(sku).map_or(&[], Vec::as_slice))
    }

    /// Returns whether `sku` of this model is offered in `location`, a normalized name.
    pub fn is_offered(&self, sku: &str, location: &str) -> bool {
        self.regions_of(sku).is_some_and(|regions| regions.iter().any(|region| region == location))
    }

    /// True where the model no longer answers.
    pub fn is_retired(&self) -> bool {
        self.lifecycle == Some(Lifecycle::Retired)
    }
}

impl Models {
    /// All model versions, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = &Model> {
        self.models.iter()
    }

    /// All deployment SKUs, in the order of the table.
    pub fn skus(&self) -> impl Iterator<Item = &Sku> {
        self.skus.iter()
    }

    /// Finds a deployment SKU; ARM compares these names without case.
    pub fn sku(&self, name: &str) -> Option<&Sku> {
        self.skus.iter().find(|sku| sku.name.eq_ignore_ascii_case(name))
    }

    /// Finds one version of a model; ARM compares names and versions without case.
    pub fn find(&self, name: &str, version: &str) -> Option<&Model> {
        self.models.iter().find(|model| {
            model.name.eq_ignore_ascii_case(name) && model.version.eq_ignore_ascii_case(version)
        })
    }

    /// Returns the versions of the model that are not retired.
    pub fn current_versions(&self, name: &str) -> Vec<&str> {
        self.models
            .iter()
            .filter(|model| model.name.eq_ignore_ascii_case(name) && !model.is_retired())
            .map(|model| model.version.as_str())
            .collect()
    }

    /// Returns the known model name nearest to one that is not known.
    pub fn suggest(&self, wrong: &str) -> Option<&str> {
        text::suggest(wrong, self.models.iter().map(|model| model.name.as_str()))
    }

    /// Returns the names of the models that are not retired and are offered in `location` under `sku`, each once.
    pub fn offered(&self, sku: &str, location: &str) -> Vec<&str> {
        let location = normalize(location);
        let names: BTreeSet<&str> = self
            .models
            .iter()
            .filter(|model| !model.is_retired() && model.is_offered(sku, &location))
            .map(|model| model.name.as_str())
            .collect();
        names.into_iter().collect()
    }

    /// What a provisioned throughput unit of the model works off; None where that is not documented.
    pub fn throughput(&self, model: &str) -> Option<&Throughput> {
        self.throughput.iter().find(|one| one.model.eq_ignore_ascii_case(model))
    }

    /// Where the throughput of a model is documented.
    pub fn throughput_fact(&self, throughput: &Throughput) -> Fact {
        Fact::from(&self.sources[&throughput.source])
    }

    /// Where lifecycle and retirement of `model` are documented.
    pub fn fact(&self, model: &Model) -> Fact {
        Fact::from(&self.sources[&model.source])
    }

    /// Where the regions of all models are documented.
    pub fn matrix_fact(&self) -> Fact {
        Fact::from(&self.sources["model-matrix"])
    }

    /// Where billing, processing and unit of `sku` are documented.
    pub fn sku_fact(&self, sku: &Sku) -> Fact {
        Fact::from(&self.sources[&sku.source])
    }
}

#[cfg(test)]
mod tests {
    use super::super::regions;
    use super::*;

    #[test]
    fn every_row_has_a_source_with_a_date_and_a_page() {
        let table = all();
        assert!(table.models.len() > 50, "{} models", table.models.len());
        let facts = table
            .iter()
            .map(|model| table.fact(model))
            .chain(table.skus().map(|sku| table.sku_fact(sku)))
            .chain(table.throughput.iter().map(|one| table.throughput_fact(one)))
            .chain([table.matrix_fact()]);
        for fact in facts {
            assert!(fact.url.starts_with("https://"), "{fact:?}");
            assert!(fact.dated.is_none_or(|dated| dated <= fact.seen), "{fact:?}");
        }
    }

    #[test]
    fn every_region_and_sku_of_a_row_is_known() {
        for model in all().iter() {
            for (sku, names) in model.regions.iter().flatten() {
                assert!(all().sku(sku).is_some(), "{} {sku}", model.name);
                assert!(names.is_sorted(), "{} {sku}", model.name);
                for name in names {
                    let region = regions::all().find(name).expect(name);
                    let is_data_zone = all().sku(sku).unwrap().processing == Processing::DataZone;
                    assert!(!is_data_zone || region.data_zone.is_some(), "{} {sku} {name}", model.name);
                }
            }
        }
    }

    #[test]
    fn a_model_and_version_occur_once() {
        let mut seen = BTreeSet::new();
        for model in all().iter() {
            assert!(seen.insert((&model.name, &model.version)), "{} {}", model.name, model.version);
            assert!(!model.is_retired() || model.retires.is_some(), "{} {}", model.name, model.version);
        }
    }

    #[test]
    fn a_sku_says_what_its_capacity_counts_and_which_quota_it_draws_from() {
        let ptu = all().sku("globalprovisionedmanaged").unwrap();
        assert!(ptu.is_provisioned());
        assert_eq!((ptu.unit.as_str(), ptu.processing), ("PTU", Processing::Global));
        assert_eq!(ptu.usage_name("gpt-5-mini"), "OpenAI.GlobalProvisionedManaged");
        let standard = all().sku("GlobalStandard").unwrap();
        assert!(!standard.is_provisioned());
        assert_eq!(standard.usage_name("gpt-5-mini"), "OpenAI.GlobalStandard.gpt-5-mini");
        assert_eq!(all().sku("ManagedCompute"), None);
    }

    #[test]
    fn a_model_has_one_throughput_and_is_known() {
        let names: BTreeSet<&str> = all().throughput.iter().map(|one| one.model.as_str()).collect();
        assert_eq!(names.len(), all().throughput.len());
        for name in names {
            assert!(all().iter().any(|model| model.name == name), "{name}");
        }
        let five = all().throughput("GPT-5").unwrap();
        assert_eq!((five.tokens_per_minute, five.output_weight), (4_750, 8));
    }

    #[test]
    fn spot_checks_against_the_matrix() {
        let mini = all().find("gpt-5-mini", "2025-08-07").unwrap();
        let case = |sku, location, expected| {
            assert_eq!(mini.is_offered(sku, location), expected, "{sku} {location}");
        };
        case("GlobalStandard", "westus3", true);
        case("GlobalStandard", "canadacentral", false);
        case("ProvisionedManaged", "westus3", true);
        case("ProvisionedManaged", "westeurope", false);
        case("Standard", "westus3", false);
        case("DataZoneStandard", "uksouth", false);
        // D-08: the model of the upstream workload.
        assert!(all().find("gpt-35-turbo", "0613").unwrap().is_retired());
    }
}
