//! The semantic cache, resolved.

use super::Resolver;
use crate::model::{Account, Embeddings, Redis, SemanticCache, naming};
use crate::spec::{self, BackendRef, Spec, VaryBy};

impl Resolver<'_> {
    pub(super) fn redis(&mut self, redis: &spec::At<spec::Redis>) -> Redis {
        if let Some(location) = &redis.location {
            self.known_region(&location.value, location.span);
        }
        let (own, of_gateway) = (self.own, self.stem.location.clone());
        Redis {
            name: self.name(own.redis.as_ref(), &naming::REDIS, "redis", redis.span),
            location: redis.location.as_ref().map_or(of_gateway, |location| location.normalized()),
            sku: redis.sku.word(),
            high_availability: redis.high_availability.value,
            private_endpoint: self.name(
                own.private_endpoint_redis.as_ref(),
                &naming::PRIVATE_ENDPOINT,
                "pe-redis",
                redis.span,
            ),
        }
    }
}

pub(super) fn policy(cache: &spec::SemanticCache) -> SemanticCache {
    let by = |what: VaryBy| cache.vary_by.iter().any(|it| it.value == what);
    SemanticCache {
        embeddings: spec::embeddings_backend(&cache.embeddings),
        score_threshold_thousandths: cache.score_threshold.thousandths,
        ttl_seconds: cache.ttl_seconds.0,
        by_subscription: by(VaryBy::Subscription),
        by_product: by(VaryBy::Product),
        by_model: by(VaryBy::Model),
    }
}

/// Of a product: its answers are for nobody else, whatever they are kept apart by besides.
pub(super) fn policy_of_product(cache: &spec::SemanticCache) -> SemanticCache {
    SemanticCache { by_product: true, ..policy(cache) }
}

/// The deployments that caches name, each once; one of an account that is not made was reported by the checks.
pub(super) fn embeddings(spec: &Spec, accounts: &[Account]) -> Vec<Embeddings> {
    let mut all: Vec<Embeddings> = Vec::new();
    for cache in spec.semantic_caches() {
        let named: &BackendRef = &cache.embeddings.value;
        let account = accounts.iter().find(|account| account.id == named.account());
        let backend = spec::embeddings_backend(named);
        let (Some(account), Some(deployment)) = (account, named.deployment()) else { continue };
        if !all.iter().any(|known| known.backend == backend) {
            all.push(Embeddings {
                backend,
                account: account.name.clone(),
                // The URL that the page on semantic caching gives such a backend
                // (learn.microsoft.com/azure/api-management/azure-openai-enable-semantic-caching, read 2026-12-01).
                url: format!(
                    "https://{}.openai.azure.com/openai/deployments/{deployment}/embeddings",
                    account.name
                ),
            });
        }
    }
    all
}
