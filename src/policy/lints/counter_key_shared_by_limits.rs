//! Two limits on one counter that do not agree.

use indexmap::IndexMap;

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::{Expression, PolicyElement, Tier, Value};

use super::look::{code, expression, is_token_limit};
use super::steps::{MAX_COMPARED, Step, Steps, steps};
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "counter-key-shared-by-limits",
    "two token limits count on one key but allow different rates",
    "Looks for token limits with the same `counter-key` and different `tokens-per-minute`, in a document and those \
     around it.",
)
.why(
    "There is one counter per key and gateway, whoever uses it: tokens that one limit counts are gone for the other. On \
     v2 tiers the counter is a bucket that is filled at the rate of whichever limit comes, and the page calls the \
     result unpredictable.",
)
.example(
    "<inbound>\n    <llm-token-limit counter-key=\"@(context.Subscription.Id)\" tokens-per-minute=\"1000\" estimate-prompt-tokens=\"true\" />\n    <llm-token-limit counter-key=\"@(context.Subscription.Id)\" tokens-per-minute=\"200\" estimate-prompt-tokens=\"true\" />\n</inbound>",
    "<inbound>\n    <llm-token-limit counter-key=\"@(context.Product.Id)\" tokens-per-minute=\"1000\" estimate-prompt-tokens=\"true\" />\n    <llm-token-limit counter-key=\"@(context.Subscription.Id)\" tokens-per-minute=\"200\" estimate-prompt-tokens=\"true\" />\n</inbound>",
)
.references(&["Learn, include rate-limit-key-scope and rate-limit-implementation-v2 (2025-11)"])
.with_url("https://learn.microsoft.com/azure/api-management/llm-token-limit-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let own = steps(unit.policy);
    let outer: Vec<Steps<'_>> = unit.around.outer.iter().map(|(_, policy)| steps(policy)).collect();
    let mut first: IndexMap<String, Counted<'_>> = IndexMap::new();
    for limit in outer.iter().flat_map(Steps::iter).filter_map(|step| Counted::of(step, false)) {
        first.entry(limit.key.clone()).or_insert(limit);
    }
    for limit in own.iter().filter_map(|step| Counted::of(step, true)).take(MAX_COMPARED) {
        let Some(known) = first.get(&limit.key) else {
            first.insert(limit.key.clone(), limit);
            continue;
        };
        let is_exclusive = known.is_own && own.excludes(&known.step, &limit.step);
        if is_exclusive && is_decided_by_key(&own, &limit) {
            continue;
        }
        // With a sliding window, branches of which one runs may well allow different rates on one key.
        if known.rate != limit.rate && !(is_exclusive && unit.around.tier == Some(Tier::Classic)) {
            found.push(differ(unit, known, &limit, is_exclusive));
        }
    }
}

/// A token limit with a rate.
struct Counted<'a> {
    step: Step<'a>,
    key: String,
    rate: String,
    is_own: bool,
}

impl<'a> Counted<'a> {
    fn of(step: &Step<'a>, is_own: bool) -> Option<Self> {
        let element = Some(step.element).filter(|element| is_token_limit(element))?;
        let (key, rate) = (element.value("counter-key")?, element.value("tokens-per-minute")?);
        // A named value that is not known may be the same number.
        let is_known = |value: &Value| value.literal().is_none_or(|literal| !literal.contains("{{"));
        let limit = Self { step: *step, key: plain(key), rate: plain(rate), is_own };
        Some(limit).filter(|_| is_known(key) && is_known(rate))
    }

    fn element(&self) -> &'a PolicyElement {
        self.step.element
    }
}

/// A value without its blanks, so that the same expression is the same key.
fn plain(value: &Value) -> String {
    let text = code(value).or_else(|| value.literal()).unwrap_or_default();
    text.split_whitespace().collect()
}

/// True where what the key is made of is what the branches are chosen by, so that each branch has keys of its own.
fn is_decided_by_key(own: &Steps<'_>, limit: &Counted<'_>) -> bool {
    let key = limit.element().value("counter-key").and_then(expression);
    let Some(uses) = key.map(Expression::uses) else { return false };
    let variables = uses.variables.iter().filter_map(|used| used.name.as_deref());
    let parts: Vec<&str> = variables.chain(uses.members.iter().map(|used| used.path.as_str())).collect();
    let chooses = own.around(&limit.step).filter(|outer| outer.name() == "choose");
    let mut conditions =
        chooses.flat_map(|choose| &choose.element.children).filter_map(|when| when.value("condition"));
    conditions
        .any(|condition| code(condition).is_some_and(|code| parts.iter().any(|part| code.contains(part))))
}

fn differ(unit: &Unit<'_>, known: &Counted<'_>, limit: &Counted<'_>, is_exclusive: bool) -> Diagnostic {
    let element = limit.element();
    let place = element.value("counter-key").map_or(element.name_span, |value| value.span);
    let confidence = match unit.around.tier {
        Some(Tier::V2) => Confidence::High,
        _ if is_exclusive => Confidence::Low,
        _ => Confidence::Medium,
    };
    let message = "another limit with a different `tokens-per-minute` counts on the same `counter-key`";
    Diagnostic::new(&CODE, message)
        .at(&element.source, place)
        .related(&known.element().source, known.element().name_span, "the other limit")
        .confidence(confidence)
        .help("give each limit a key of its own, such as a prefix that says whose limit it is")
}
