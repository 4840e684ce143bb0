//! The semantic cache: where answers are kept, and what makes prompts comparable.

/// The Azure Managed Redis that answers are kept in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redis {
    pub name: String,
    pub location: String,
    /// Such as `Balanced_B0`.
    pub sku: &'static str,
    pub high_availability: bool,
    /// The name of its private endpoint.
    pub private_endpoint: String,
}

/// A deployment of an embeddings model that the gateway asks itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embeddings {
    /// The backend entity. No account of the spec has a name with a dot.
    pub backend: String,
    /// The Azure name of the account.
    pub account: String,
    /// Where embeddings are asked for.
    pub url: String,
}

/// Which answers of an API are given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SemanticCache {
    /// [`Embeddings::backend`].
    pub embeddings: String,
    /// Thousandths of the distance, from 0 to 1000.
    pub score_threshold_thousandths: u32,
    pub ttl_seconds: u32,
    pub by_subscription: bool,
    pub by_product: bool,
    pub by_model: bool,
}
