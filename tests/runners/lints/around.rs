//! The `toml around` of a case: what is known around the text. What is not written is not known.
//!
//! ```toml
//! scope = "api"                       # global, product, api, operation
//! tier = "v2"
//! named-values = { limit = "500" }
//! secrets = ["key"]                   # named values whose text is not known
//! fragments = { auth = "<fragment />" }
//! loggers = ["hub"]
//! products = ["basic"]
//! api = { subscription-required = true, is-websocket = false, method = "GET" }
//! outer = [{ scope = "product", xml = "<policies />" }]     # outermost first
//!
//! [backends.pool]
//! has-breaker = true
//! members = [{ backend = "one", priority = 1, weight = 1 }]
//! ```

use std::sync::Arc;

use genai_lz::policy::project::{self, Given};
use genai_lz::policy::{ApiFacts, BackendEntity, Policy, PoolMember, Scope, Surroundings, Tier};
use genai_lz::text::Source;
use indexmap::{IndexMap, IndexSet};
use serde::Deserialize;

use crate::runners::markdown::Case;

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::runners) struct Around {
    scope: Option<String>,
    tier: Option<String>,
    named_values: Option<IndexMap<String, String>>,
    secrets: Vec<String>,
    fragments: Option<IndexMap<String, String>>,
    backends: Option<IndexMap<String, Backend>>,
    loggers: Option<IndexSet<String>>,
    products: Option<IndexSet<String>>,
    api: Api,
    outer: Vec<Outer>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Backend {
    members: Vec<Member>,
    has_breaker: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Member {
    backend: String,
    #[serde(default = "one")]
    priority: u32,
    #[serde(default = "one")]
    weight: u32,
}

fn one() -> u32 {
    1
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Api {
    subscription_required: Option<bool>,
    is_websocket: Option<bool>,
    method: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Outer {
    scope: String,
    xml: String,
}

impl Around {
    /// What a case says, or else what its file says before the first heading.
    pub(in crate::runners) fn of(case: &Case) -> Self {
        case.block("toml around").map(|block| toml::from_str(&block.text).unwrap()).unwrap_or_default()
    }

    /// What the file of a case says before the first heading.
    pub(in crate::runners) fn of_file(case: &Case) -> Self {
        let common = case.common().iter().find(|block| block.info == "toml around");
        common.map(|block| toml::from_str(&block.text).unwrap()).unwrap_or_default()
    }

    pub(in crate::runners) fn surroundings(&self) -> Surroundings {
        Surroundings {
            scope: self.scope.as_deref().map(scope),
            tier: self.tier.as_deref().map(tier),
            named_values: self.named_values(),
            fragments: self.fragments.as_ref().map(|fragments| {
                fragments.iter().map(|(id, xml)| (id.clone(), read(&format!("{id}.xml"), xml))).collect()
            }),
            backends: self.backends.as_ref().map(|backends| {
                backends.iter().map(|(id, backend)| (id.clone(), backend.entity())).collect()
            }),
            loggers: self.loggers.clone(),
            products: self.products.clone(),
            api: ApiFacts {
                subscription_required: self.api.subscription_required,
                is_websocket: self.api.is_websocket,
                method: self.api.method.clone(),
            },
            outer: self
                .outer
                .iter()
                .map(|outer| (scope(&outer.scope), read("outer.xml", &outer.xml)))
                .collect(),
        }
    }

    fn named_values(&self) -> Option<IndexMap<String, Option<String>>> {
        if self.named_values.is_none() && self.secrets.is_empty() {
            return None;
        }
        let known = self.named_values.iter().flatten().map(|(name, text)| (name.clone(), Some(text.clone())));
        Some(known.chain(self.secrets.iter().map(|name| (name.clone(), None))).collect())
    }
}

impl Backend {
    fn entity(&self) -> BackendEntity {
        let member = |member: &Member| PoolMember {
            backend: member.backend.clone(),
            priority: member.priority,
            weight: member.weight,
        };
        BackendEntity {
            members: self.members.iter().map(member).collect(),
            has_breaker: self.has_breaker,
            ..BackendEntity::default()
        }
    }
}

fn read(path: &str, xml: &str) -> Arc<Policy> {
    project::read(Source::new(path, xml), &Given::default()).policy
}

fn scope(word: &str) -> Scope {
    let all = [Scope::Global, Scope::Product, Scope::Api, Scope::Operation];
    all.into_iter().find(|scope| scope.name() == word).unwrap_or_else(|| panic!("no scope `{word}`"))
}

fn tier(word: &str) -> Tier {
    Tier::ALL.into_iter().find(|tier| tier.name() == word).unwrap_or_else(|| panic!("no tier `{word}`"))
}
