//! The semantic cache: values for semantic-lookup.xml and semantic-store.xml, and what the modules need.

use minijinja::{Value, context};

use super::literal::{Literal, object};
use crate::model::{Embeddings, LandingZone, SemanticCache};

/// For semantic-lookup.xml and semantic-store.xml.
pub(super) fn values(cache: &SemanticCache) -> Value {
    let vary_by = [
        (cache.by_subscription, "@(context.Subscription.Id)"),
        (cache.by_product, "@(context.Product != null ? context.Product.Id : \"none\")"),
        (cache.by_model, "@(context.Variables.GetValueOrDefault<string>(\"requested-model\", \"none\"))"),
    ];
    context! {
        backend => cache.embeddings.as_str(),
        threshold => distance(cache.score_threshold_thousandths),
        ttl_seconds => cache.ttl_seconds,
        vary_by => vary_by.iter().filter(|(is_wanted, _)| *is_wanted).map(|(_, text)| *text).collect::<Vec<_>>(),
    }
}

/// Thousandths as a decimal number, `0.05`.
fn distance(thousandths: u32) -> String {
    let digits = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// All fields are there even where there is no Redis, so that the module may name them.
pub(super) fn redis(zone: &LandingZone) -> Literal {
    let redis = zone.redis.as_ref();
    object([
        ("enabled", redis.is_some().into()),
        ("name", redis.map_or("", |redis| &redis.name).into()),
        ("location", redis.map_or("", |redis| &redis.location).into()),
        ("sku", redis.map_or("", |redis| redis.sku).into()),
        ("highAvailability", redis.is_some_and(|redis| redis.high_availability).into()),
        ("privateEndpoint", redis.map_or("", |redis| &redis.private_endpoint).into()),
    ])
}

/// The accounts that the service's own identity asks for embeddings, each once.
pub(super) fn embeddings_accounts(zone: &LandingZone) -> Literal {
    let mut accounts: Vec<&str> = zone.embeddings.iter().map(|it| it.account.as_str()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    Literal::List(accounts.into_iter().map(Literal::from).collect())
}

/// The backend entity of an embeddings deployment. The policy signs in.
pub(super) fn backend(embeddings: &Embeddings) -> Literal {
    object([
        ("name", (&embeddings.backend).into()),
        ("url", (&embeddings.url).into()),
        ("identityResource", "".into()),
        ("headers", object([])),
        ("breaker", object([])),
    ])
}
