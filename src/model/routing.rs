//! Who comes first where not everybody can.

/// Two classes of requests, of which the low one gives way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priority {
    pub low: LowClass,
    /// The share that is kept for the others, in thousandths.
    pub reserve_thousandths: u32,
    pub known_by: KnownBy,
    pub retry_after_seconds: u32,
}

/// How the gateway knows what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownBy {
    /// It counts what it lets through, of each model deployment.
    Counting { tokens_per_minute: u32, requests_per_minute: Option<u32> },
    /// It remembers what the accounts say.
    Accounts,
}

/// Which requests are of the low class: those of which any of these holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LowClass {
    pub header: Option<String>,
    pub query: Option<String>,
    /// The value of the header or the query.
    pub value: String,
    /// Ids of products, contracts among them, and of subscriptions.
    pub products: Vec<String>,
    pub subscriptions: Vec<String>,
}

/// How the accounts of a pool are ordered, within each of its priorities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountOrder {
    /// The fastest first.
    BySpeed { forget_after_seconds: u32 },
    /// By chance, as their weights say.
    ByChance,
}

impl AccountOrder {
    /// Whether the gateway measures how long the accounts take.
    pub fn measures(self) -> bool {
        matches!(self, Self::BySpeed { .. })
    }
}
