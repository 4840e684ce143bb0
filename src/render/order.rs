//! The order of a pool's accounts, where it is not the pool that chooses: values for account-order.xml and next-account.xml.

use minijinja::{Value, context};

use super::accounts::members;
use super::escape::csharp_string;
use crate::model::{AccountOrder, Api, LandingZone};

/// Digits of a number in a key that is sorted as text. Ten days in milliseconds have nine.
const DIGITS: usize = 9;

/// For account-order.xml and next-account.xml.
pub(super) fn values(zone: &LandingZone, api: &Api, order: AccountOrder) -> Value {
    let prefix = csharp_string(&format!("latency:{}:", api.id));
    let latency_key = |of: &str| {
        format!(
            "@({prefix} + context.Variables.GetValueOrDefault<string>(\"requested-model\", \"\") + \":\" + {of})"
        )
    };
    let measured = |forget_after_seconds: u32| {
        let lookups = members(zone, api).iter().enumerate().map(|(nth, member)| {
            context! { key => latency_key(&csharp_string(&member.backend)), variable => format!("latency-{nth}") }
        });
        context! {
            lookups => lookups.collect::<Vec<_>>(),
            key => latency_key("(string)context.Variables[\"account\"]"),
            forget_after_seconds,
        }
    };
    context! {
        ordered => ordered(zone, api, order),
        measured => match order {
            AccountOrder::BySpeed { forget_after_seconds } => Some(measured(forget_after_seconds)),
            AccountOrder::ByChance => None,
        },
    }
}

/// The ids of the accounts with commas between. Each stands in a text that begins with its priority and then with what
/// orders it, in so many digits that the texts sort as the numbers do.
///
/// By chance: of exponential times whose rates are the weights, the first is that of an account with a chance of its share.
fn ordered(zone: &LandingZone, api: &Api, order: AccountOrder) -> String {
    let texts: Vec<String> = members(zone, api)
        .iter()
        .enumerate()
        .map(|(nth, member)| {
            let rank = match order {
                AccountOrder::BySpeed { .. } => format!("((int)context.Variables[\"latency-{nth}\"] + 1)"),
                AccountOrder::ByChance => {
                    format!(
                        "((int)(-Math.Log(1.0 - random.NextDouble()) * 1000000.0 / {}.0))",
                        member.weight.max(1)
                    )
                }
            };
            let (before, after) = (
                csharp_string(&format!("{:03}|", member.priority)),
                csharp_string(&format!("|{nth:02}|{}", member.backend)),
            );
            format!("{before} + {rank}.ToString(\"D{DIGITS}\") + {after}")
        })
        .collect();
    let random =
        if order == AccountOrder::ByChance { "Random random = new Random();\n            " } else { "" };
    let ranked = texts.join(", ");
    let lines = [
        format!("{random}string[] ranked = new string[] {{ {ranked} }};"),
        "return string.Join(\",\", ranked.OrderBy(text => text).Select(text => text.Split('|')[3]));"
            .to_owned(),
    ];
    format!("@{{\n            {}\n        }}", lines.join("\n            "))
}
