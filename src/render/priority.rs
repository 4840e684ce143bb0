//! Classes of requests, of which one gives way: values for priority.xml and priority-heard.xml.
//!
//! What a class is, what a request is taken for and what an account said of itself are C# expressions put together here;
//! every text of the spec in them is a C# literal.

use minijinja::{Value, context};

use super::accounts::hosts;
use super::escape::csharp_string;
use crate::model::{Api, KnownBy, LandingZone, LowClass, Priority};

/// For priority.xml and priority-heard.xml.
pub(super) fn values(zone: &LandingZone, api: &Api, priority: &Priority) -> Value {
    context! {
        is_low => is_low(&priority.low),
        retry_after => priority.retry_after_seconds,
        counting => counting(api, priority),
        heard => heard(zone, api, priority),
    }
}

fn is_low(low: &LowClass) -> String {
    let value = csharp_string(&low.value);
    let header = low.header.iter().map(|name| {
        format!("context.Request.Headers.GetValueOrDefault({}, \"\") == {value}", csharp_string(name))
    });
    let query = low.query.iter().map(|name| {
        format!(
            "context.Request.OriginalUrl.Query.GetValueOrDefault({}, \"\") == {value}",
            csharp_string(name)
        )
    });
    let products = low
        .products
        .iter()
        .map(|id| format!("(context.Product != null && context.Product.Id == {})", csharp_string(id)));
    let subscriptions =
        low.subscriptions.iter().map(|id| format!("context.Subscription.Id == {}", csharp_string(id)));
    let any: Vec<String> = header.chain(query).chain(products).chain(subscriptions).collect();
    if any.is_empty() { "false".to_owned() } else { any.join(" || ") }
}

/// What the gateway counts itself; none where the accounts say it.
fn counting(api: &Api, priority: &Priority) -> Option<Value> {
    let KnownBy::Counting { tokens_per_minute, requests_per_minute } = priority.known_by else { return None };
    let kept = |all: u32| u64::from(all) * u64::from(priority.reserve_thousandths) / 1000;
    let key = |what: &str| {
        let prefix = csharp_string(&format!("priority:{}:{what}:", api.id));
        format!("@({prefix} + context.Variables.GetValueOrDefault<string>(\"requested-model\", \"\"))")
    };
    Some(context! {
        tokens_key => key("tokens"),
        tokens_per_minute,
        kept_tokens => kept(tokens_per_minute),
        requests => requests_per_minute.map(|requests_per_minute| context! {
            key => key("requests"),
            per_minute => requests_per_minute,
            kept => kept(requests_per_minute),
        }),
    })
}

/// What the accounts last said, each under a key of its own; none where the gateway counts.
fn heard(zone: &LandingZone, api: &Api, priority: &Priority) -> Option<Value> {
    if priority.known_by != KnownBy::Accounts {
        return None;
    }
    let prefix = csharp_string(&format!("priority:{}:", api.id));
    let key = |of: &str| {
        format!(
            "@({prefix} + context.Variables.GetValueOrDefault<string>(\"requested-model\", \"\") + \":\" + {of})"
        )
    };
    let accounts: Vec<Value> = hosts(zone, api)
        .into_iter()
        .enumerate()
        .map(|(nth, (host, _))| {
            context! { key => key(&csharp_string(host)), variable => format!("priority-heard-{nth}") }
        })
        .collect();
    let variables =
        (0..accounts.len()).map(|nth| format!("(string)context.Variables[\"priority-heard-{nth}\"]"));
    Some(context! {
        all => variables.collect::<Vec<_>>().join(", "),
        accounts,
        store_key => key("context.Request.Url.Host"),
        asked_key => key("\"asked\""),
        kept_thousandths => priority.reserve_thousandths,
    })
}
