//! The semantic cache: the Redis that answers are kept in, and which answers of an API it gives again.

use super::{BackendRef, Region, Spec};
use crate::spec::decode::{At, Fraction, Int, choice, record};

record! {
    /// The Azure Managed Redis with search that answers are kept in. It is made for `semanticCache` alone.
    pub struct Redis {
        /// Its size. Sizes with search are those that keep everything in memory.
        "sku" sku: RedisSku = default("Balanced_B0");
        /// Whether each part of it is there twice. Without, what is cached is lost when a node is renewed.
        "highAvailability" high_availability: bool = default(true);
        /// Its region. Left out, the gateway's.
        "location" location: Region = optional;
    }
    refused {
        "existing": "the cache is made",
        "search": "search can be chosen only when a cache is made, so it always has it",
    }
}

// The tiers with everything in memory have search, the ones on flash have it not
// (learn.microsoft.com/azure/redis/redis-modules, read 2026-12-01); sizes: the published type, 2025-07-01.
choice! {
    /// A size of Azure Managed Redis.
    pub enum RedisSku {
        /// Half a GB.
        B0 = "Balanced_B0",
        /// A GB.
        B1 = "Balanced_B1",
        /// 3 GB.
        B3 = "Balanced_B3",
        /// 6 GB.
        B5 = "Balanced_B5",
        /// 12 GB.
        B10 = "Balanced_B10",
        /// 24 GB.
        B20 = "Balanced_B20",
        /// 60 GB.
        B50 = "Balanced_B50",
        /// 120 GB.
        B100 = "Balanced_B100",
        /// 12 GB, for more memory than work.
        M10 = "MemoryOptimized_M10",
        /// 24 GB, for more memory than work.
        M20 = "MemoryOptimized_M20",
        /// 60 GB, for more memory than work.
        M50 = "MemoryOptimized_M50",
        /// 120 GB, for more memory than work.
        M100 = "MemoryOptimized_M100",
    }
    refused {
        "FlashOptimized_A250": "it has no search",
        "FlashOptimized_A500": "it has no search",
        "FlashOptimized_A700": "it has no search",
    }
}

record! {
    /// Answers that are given again where a prompt is like one before. Of chat completions alone; other operations pass by.
    pub struct SemanticCache {
        /// What makes prompts comparable: `ACCOUNT/DEPLOYMENT` of an embeddings model.
        "embeddings" embeddings: BackendRef = required;
        /// How far apart two prompts may be: the lower, the more alike. Above `0.2` answers may not fit what was asked.
        "scoreThreshold" score_threshold: Fraction = default(0.05);
        /// How long an answer is kept.
        "ttlSeconds" ttl_seconds: Int<1, 604800> = default(120);
        /// Whose answers are kept apart. Without `subscription`, callers see what others were answered.
        "varyBy" vary_by: Vec<At<VaryBy>> = default(["subscription", "model"]);
    }
}

choice! {
    /// What keeps answers apart.
    pub enum VaryBy {
        /// Each subscription has its own.
        Subscription = "subscription",
        /// Each product has its own.
        Product = "product",
        /// Each model that callers name has its own.
        Model = "model",
    }
}

impl Spec {
    /// Every cache that the spec names: of APIs, products, contracts and profiles.
    pub fn semantic_caches(&self) -> impl Iterator<Item = &At<SemanticCache>> {
        let of_apis = self.apis.iter().filter_map(|api| api.policies.semantic_cache.as_ref());
        let of_products = self.products.iter().filter_map(|product| product.semantic_cache.as_ref());
        let of_contracts = self.contracts.iter().filter_map(|contract| contract.semantic_cache.as_ref());
        let of_profiles = self.policy_profiles.values().filter_map(|profile| profile.semantic_cache.as_ref());
        of_apis.chain(of_products).chain(of_contracts).chain(of_profiles)
    }
}

/// The name of the backend entity of an embeddings deployment.
pub fn embeddings_backend(embeddings: &BackendRef) -> String {
    format!("embeddings.{}", embeddings.0.replace('/', "_"))
}
