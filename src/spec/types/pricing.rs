//! `pricing`: what tokens cost, as whoever pays for them has agreed. Nothing is guessed: without it everything is
//! reported in tokens.

use serde_json::{Value as Json, json};

use super::{ModelName, ShortText};
use crate::spec::codes;
use crate::spec::decode::{At, Decode, Decoder, FORM, record, text};
use crate::spec::yaml::{Kind, Node};

record! {
    /// A dated price table. There is none built in, because prices differ by agreement, region and month: take them from
    /// the pricing page of your cloud or from your price sheet. Several specs share one by `extends`.
    pub struct Pricing {
        /// The currency of all prices, as three letters.
        "currency" currency: Currency = required;
        /// The day of which the prices are.
        "asOf" as_of: Date = required;
        /// Where they come from, for whoever reads the report.
        "source" source: ShortText = required;
        /// The prices of models.
        "models" models: Vec<At<ModelPrice>> = required;
        /// What a provisioned throughput unit costs in an hour, used or not.
        "ptuPerHour" ptu_per_hour: Price = optional;
    }
    refused { "table": "write the prices into a file of their own and lay the spec over it with `extends`" }
}

record! {
    /// What a million tokens of a model cost where they are paid as they go.
    pub struct ModelPrice {
        /// The model, as its deployments name it.
        "model" model: ModelName = required;
        /// A million tokens of prompts.
        "inputPerMillion" input: Price = required;
        /// A million tokens of answers; 0 for embeddings.
        "outputPerMillion" output: Price = required;
    }
    refused { "cachedPerMillion": "the logs of the gateway do not tell cached tokens from others" }
}

text! {
    /// A currency.
    pub struct Currency,
    "a currency of three letters such as `EUR`",
    "^[A-Z]{3}$",
    |text| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

text! {
    /// A day.
    pub struct Date,
    "a day such as `2026-11-30`",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    is_day
}

text! {
    /// The first day of a month.
    pub struct MonthStart,
    "the first day of a month such as `2026-12-01`",
    "^[0-9]{4}-[0-9]{2}-01$",
    |text| is_day(text) && text.ends_with("-01")
}

fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let sizes = (year.len(), month.len(), day.len()) == (4, 2, 2);
    let is_number = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let (Ok(year), Ok(month), Ok(day)) = (year.parse(), month.parse::<u8>(), day.parse()) else {
        return false;
    };
    let month = time::Month::try_from(month).ok();
    sizes && is_number && month.is_some_and(|month| time::Date::from_calendar_date(year, month, day).is_ok())
}

/// Money, in millionths so that it compares exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price {
    pub millionths: u64,
}

impl Price {
    const MAX: u32 = 1_000_000;
}

impl Decode for Price {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        let Some(value) = node.as_number() else {
            cx.wrong_type(node, "a price such as `2.5`");
            return None;
        };
        let millionths = value * 1e6;
        // As everywhere else in a spec, a number with an exponent is a slip.
        let is_plain = matches!(&node.kind, Kind::Scalar { text, .. } if !text.contains(['e', 'E']));
        let in_range = (0.0..=f64::from(Self::MAX)).contains(&value);
        let fits = is_plain && in_range && (millionths - millionths.round()).abs() < 1e-3;
        if fits {
            #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "within its range")]
            return Some(Self { millionths: millionths.round() as u64 });
        }
        let shown = cx.shown(node);
        let message = format!("`{shown}` is not between 0 and {} in steps of 0.000001", Self::MAX);
        cx.report(&codes::OUT_OF_RANGE, node.span, message)
            .help
            .push("write a price such as `2.5`".to_owned());
        None
    }

    fn schema() -> Json {
        json!({
            "type": ["number", "string"], "minimum": 0, "maximum": Self::MAX, "pattern": crate::spec::decode::ENVIRONMENT,
            (FORM): "a price such as `2.5`",
        })
    }
}
