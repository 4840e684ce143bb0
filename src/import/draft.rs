//! The spec in the making: its values, and what is told beside them.

use serde_json::{Map, Value as Json, json};

use super::yaml;
use crate::diag::{Code, Diagnostic};
use crate::text::{is_unshowable, visible};

/// Comments end before this many findings; the list that the command prints has all of them.
const COMMENTS_MAX: usize = 200;

#[derive(Default)]
pub(super) struct Draft {
    pub(super) metadata: Map<String, Json>,
    pub(super) azure: Map<String, Json>,
    pub(super) baseline: Map<String, Json>,
    pub(super) models: Vec<Json>,
    pub(super) pools: Vec<Json>,
    pub(super) apis: Vec<Json>,
    pub(super) products: Vec<Json>,
    pub(super) findings: Vec<Diagnostic>,
    /// The breaker of each backend, as the spec writes it.
    pub(super) breakers: Vec<(String, Json)>,
}

impl Draft {
    pub(super) fn tell(&mut self, code: &'static Code, message: impl Into<String>) {
        self.findings.push(Diagnostic::new(code, message.into()));
    }

    /// The spec as text, with the findings as comments.
    pub(super) fn spec(&self, findings: &[Diagnostic]) -> String {
        let mut out =
            String::from("# A spec that was started by `genai-lz import` from a service that runs.\n");
        if !findings.is_empty() {
            out.push_str("# It does not say everything that runs:\n");
        }
        for finding in findings.iter().take(COMMENTS_MAX) {
            out.push_str(&format!("#   {}: {}\n", finding.code.id, visible(&finding.message)));
        }
        if findings.len() > COMMENTS_MAX {
            out.push_str(&format!("#   and {} more\n", findings.len() - COMMENTS_MAX));
        }
        debug_assert!(!out.replace('\n', "").contains(is_unshowable), "a comment is one line");
        out.push('\n');
        let whole = json!({
            "apiVersion": "genai-lz/v1", "kind": "GatewayLandingZone",
            "metadata": self.metadata, "azure": self.azure, "baseline": self.baseline, "models": self.models,
            "pools": self.pools, "apis": self.apis, "products": self.products,
        });
        out.push_str(&yaml::document(&whole));
        out
    }
}
