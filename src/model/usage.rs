//! What is known of usage: who calls, what a token costs, what is shown and watched. Queries and reports are made of it.

use super::{LandingZone, ModelDeployment};

/// A dated price table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pricing {
    /// Three letters.
    pub currency: String,
    /// `2026-11-30`.
    pub as_of: String,
    pub source: String,
    pub models: Vec<ModelPrice>,
    /// Of a provisioned throughput unit.
    pub ptu_per_hour: Option<Money>,
}

/// What a million tokens of a model cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelPrice {
    pub model: String,
    pub input_per_million: Money,
    pub output_per_million: Money,
}

/// An amount of the table's currency, in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Money {
    pub millionths: u64,
}

impl Money {
    /// So many percent of it, rounded up to a millionth.
    pub fn percent(self, percent: u32) -> Self {
        Self { millionths: (self.millionths * u64::from(percent)).div_ceil(100) }
    }

    /// As a decimal number with a point, such as `2.5` and `10.0`.
    pub fn decimal(self) -> String {
        let (whole, fraction) = (self.millionths / 1_000_000, self.millionths % 1_000_000);
        let fraction = format!("{fraction:06}");
        let fraction = fraction.trim_end_matches('0');
        format!("{whole}.{}", if fraction.is_empty() { "0" } else { fraction })
    }
}

/// A subscription, the product it opens, and the team it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller<'a> {
    pub subscription: &'a str,
    pub product: &'a str,
    /// The product where nothing says which team it is for.
    pub team: &'a str,
}

/// A rule that watches the gateway's logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    pub what: Watched,
    /// How long a time is looked at, ISO 8601.
    pub window: &'static str,
    /// 0, critical, to 4.
    pub severity: u32,
}

/// What an alert watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// A share of all requests met a limit.
    Throttling { percent: u32, min_requests: u32 },
    /// A number of requests of a subscription met a quota.
    QuotaExceeded { requests: u32 },
    /// A share of all requests failed.
    BackendFailures { percent: u32, min_requests: u32 },
    /// A share of all requests was turned away for want of a key or a token.
    Auth { percent: u32, min_requests: u32 },
    /// A number of requests of a subscription was turned away by Content Safety.
    ContentSafety { requests: u32 },
    /// The tokens of a contract cost a part of what they may cost in a day, by the price table. A rule looks at two days at most
    /// (learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule, 2026-11), so a month is none of its.
    ContractBudget { contract: String, team: String, per_day: Money, percent: u32 },
}

impl Watched {
    /// A word for names of files and resources.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Throttling { .. } => "throttling",
            Self::QuotaExceeded { .. } => "quota-exceeded",
            Self::BackendFailures { .. } => "backend-failures",
            Self::Auth { .. } => "auth",
            Self::ContentSafety { .. } => "content-safety",
            Self::ContractBudget { .. } => "budget",
        }
    }
}

/// Who is told of alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notify {
    pub emails: Vec<String>,
    /// Ids of action groups that are there already.
    pub action_groups: Vec<String>,
}

/// A monthly budget in Cost Management.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    pub amount: u32,
    /// The first day of its first month.
    pub from: String,
    pub contacts: Vec<String>,
    pub percents: Vec<u32>,
}

/// Where tokens are counted in a way that queries can ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenSource {
    /// ApiManagementGatewayLlmLog, a row for each call.
    Log,
    /// AppMetrics: sums by the dimensions that the spec chose.
    Metric,
}

impl LandingZone {
    /// The subscriptions of all products, in the order of the spec.
    pub fn callers(&self) -> Vec<Caller<'_>> {
        let of_product = self.products.iter().flat_map(|product| {
            product.subscriptions.iter().map(|subscription| Caller {
                subscription,
                product: &product.id,
                team: product.team.as_deref().unwrap_or(&product.id),
            })
        });
        of_product.collect()
    }

    /// Where tokens are counted; None where nothing counts them.
    pub fn token_source(&self) -> Option<TokenSource> {
        let has_metric = self.apis.iter().any(|api| api.usage_metric.is_some());
        match self.monitoring.llm_logs {
            "" | "none" => has_metric.then_some(TokenSource::Metric),
            _ => Some(TokenSource::Log),
        }
    }
}

impl ModelDeployment {
    /// Whether it is paid by the hour, used or not.
    pub fn is_provisioned(&self) -> bool {
        self.sku.contains("Provisioned")
    }
}
