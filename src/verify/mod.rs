//! What a deployed gateway has to do, told by the spec: requests to send, what is expected of each, and what to look at
//! where it is otherwise. Sending them is left to `deploy`.

mod advice;
pub mod calls;
mod judge;

use serde_json::Value as Json;

pub use judge::{judge, may_go_on};

use crate::model::{Api, LandingZone, Product, ServedModel};
use crate::render::key_header;
use calls::LimitProbe;

/// A key that no subscription has.
pub const WRONG_KEY: &str = "00000000000000000000000000000000";

/// One thing to ask of the gateway.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// A sentence: what the gateway does where all is well.
    pub title: String,
    pub ask: Ask,
    pub expect: Expect,
}

/// A request.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// Below the gateway's URL, with its query.
    pub path: String,
    pub key: Key,
    /// The header that the key goes in.
    pub key_header: &'static str,
    pub body: Json,
    /// How often it is sent, until what is expected comes.
    pub times: u32,
    /// How long an answer may take.
    pub timeout_s: u32,
    /// About how many tokens of a model one such request may use.
    pub tokens: u32,
}

/// Which key goes along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    None,
    /// One that no subscription has.
    Wrong,
    /// That of a subscription of the spec.
    Of(String),
}

/// What has to come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// 401.
    Refused,
    /// 200 with an answer of the model, and these headers with a number in each.
    Answered { headers: Vec<String> },
    /// 200 as an event stream, piece by piece.
    Streamed,
    /// 429 with Retry-After.
    Limited,
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its beginning.
    pub body: String,
    /// In how many pieces the body arrived.
    pub pieces: usize,
    /// From the request to the end of the body.
    pub took_ms: u64,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub title: String,
    pub verdict: Verdict,
    /// What was seen, or why nothing was asked.
    pub seen: String,
    /// What to look at, where it failed.
    pub look: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Passed,
    Failed,
    NotAsked,
}

impl Verdict {
    /// The word that machines read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotAsked => "notAsked",
        }
    }
}

impl Verified {
    pub fn not_asked(title: impl Into<String>, why: impl Into<String>) -> Self {
        Self { title: title.into(), verdict: Verdict::NotAsked, seen: why.into(), look: None }
    }
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What is asked, and what is not, with the reason.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    pub checks: Vec<Check>,
    pub not_asked: Vec<Verified>,
}

impl Program {
    /// Requests that reach a model at most.
    pub fn requests(&self) -> u32 {
        self.checks.iter().filter(|check| check.expect != Expect::Refused).map(|check| check.ask.times).sum()
    }

    /// About how many tokens they may use.
    pub fn tokens(&self) -> u64 {
        let of_model = self.checks.iter().filter(|check| check.expect != Expect::Refused);
        of_model.map(|check| u64::from(check.ask.times) * u64::from(check.ask.tokens)).sum()
    }

    /// The subscriptions whose keys are needed, each once.
    pub fn subscriptions(&self) -> Vec<&str> {
        let mut all = Vec::new();
        for check in &self.checks {
            if let Key::Of(id) = &check.ask.key
                && !all.contains(&id.as_str())
            {
                all.push(id.as_str());
            }
        }
        all
    }
}

/// Makes the program of a landing zone. `spend` adds what uses up token limits.
pub fn program(zone: &LandingZone, spend: bool) -> Program {
    let mut program = Program::default();
    for api in &zone.apis {
        match calls::model(api, None) {
            Some(model) => of_api(zone, api, model, spend, &mut program),
            None => program
                .not_asked
                .push(Verified::not_asked(format!("API {} answers", api.id), "it has no model to ask for")),
        }
    }
    for api in &zone.services {
        program.not_asked.push(Verified::not_asked(
            format!("API {} answers", api.id),
            "what the service behind it answers is not known; a scenario of the spec can say it",
        ));
    }
    program
}

fn of_api(zone: &LandingZone, api: &Api, model: &ServedModel, spend: bool, program: &mut Program) {
    let id = &api.id;
    let ask_for = |model: &ServedModel, key: Key, text: &str, stream: bool| Ask {
        path: calls::path(api, model),
        key,
        key_header: key_header(api.surface),
        body: calls::body(api, model, text, stream),
        times: 1,
        timeout_s: api.timeout_seconds,
        tokens: SMALL_TOKENS,
    };
    let ask = |key: Key, text: &str, stream: bool| ask_for(model, key, text, stream);
    let mut add = |title: String, ask: Ask, expect: Expect| program.checks.push(Check { title, ask, expect });
    add(format!("API {id} without a key answers 401"), ask(Key::None, SHORT, false), Expect::Refused);
    add(format!("API {id} with a wrong key answers 401"), ask(Key::Wrong, SHORT, false), Expect::Refused);
    let (open, closed): (Vec<&Product>, Vec<&Product>) =
        zone.products.iter().partition(|product| product.apis.contains(id));
    let key_of = |product: &Product| product.subscriptions.first().map(|id| Key::Of(id.clone()));
    if let Some((product, key)) = closed.iter().find_map(|product| Some((product, key_of(product)?))) {
        let title =
            format!("API {id} with a key of product {}, which does not hold it, answers 401", product.id);
        add(title, ask(key, SHORT, false), Expect::Refused);
    }
    let mut first = None;
    for product in &open {
        let Some(key) = key_of(product) else {
            let title = format!("product {} opens API {id}", product.id);
            program.not_asked.push(Verified::not_asked(title, "the product has no subscription of the spec"));
            continue;
        };
        let Some(model) = calls::model(api, Some(product)) else {
            let title = format!("product {} opens API {id}", product.id);
            program.not_asked.push(Verified::not_asked(title, "the product allows none of its models"));
            continue;
        };
        first.get_or_insert_with(|| (key.clone(), model));
        let limit = api.token_limit.as_ref();
        let headers = limit.into_iter().flat_map(|limit| [&limit.headers.remaining, &limit.headers.consumed]);
        let headers: Vec<String> = headers.flatten().cloned().collect();
        let with =
            if headers.is_empty() { String::new() } else { format!(", with {}", headers.join(" and ")) };
        let title = format!("product {} opens API {id}: a model answers{with}", product.id);
        program.checks.push(Check {
            title,
            ask: ask_for(model, key, SHORT, false),
            expect: Expect::Answered { headers },
        });
    }
    let Some((key, model)) = first else { return };
    let title = format!("API {id} streams event by event");
    if !api.streaming || !calls::can_stream(api, model) {
        let why =
            if api.streaming { "its model does not stream" } else { "the spec does not have it stream" };
        program.not_asked.push(Verified::not_asked(title, why));
    } else {
        let ask = Ask { tokens: STREAM_TOKENS, ..ask_for(model, key.clone(), LONG, true) };
        program.checks.push(Check { title, ask, expect: Expect::Streamed });
    }
    let mut limits =
        vec![(format!("API {id}"), api.token_limit.as_ref().map(|limit| limit.tokens_per_minute), Some(key))];
    limits.extend(open.iter().filter(|product| calls::model(api, Some(product)).is_some()).map(|product| {
        (format!("product {} on API {id}", product.id), product.tokens_per_minute, key_of(product))
    }));
    for (what, limit, key) in limits {
        let (Some(limit), Some(key)) = (limit, key) else { continue };
        let title = format!("{what} past {limit} tokens a minute answers 429 with Retry-After");
        match LimitProbe::of(limit) {
            _ if !spend => program.not_asked.push(Verified::not_asked(
                title,
                "it uses up the minute of a subscription, and tokens; add `--spend`",
            )),
            None => program.not_asked.push(Verified::not_asked(title, "that is more than a check sends")),
            Some(probe) => {
                let ask = Ask {
                    times: probe.requests_max,
                    tokens: probe.prompt_tokens,
                    ..ask_for(model, key, &probe.prompt(), false)
                };
                program.checks.push(Check { title, ask, expect: Expect::Limited });
            }
        }
    }
}

const SHORT: &str = "Answer with one word: yes.";
const LONG: &str = "Write the numbers from 1 to 40, separated by commas.";
/// Prompt and answer, with what a model thinks before it.
const SMALL_TOKENS: u32 = 200;
const STREAM_TOKENS: u32 = 500;

#[cfg(test)]
mod tests;
