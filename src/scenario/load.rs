//! Load: which requests are sent, and phases of so many users, or of so many requests a second, for so long.
//!
//! ```toml
//! [[request]]
//! name = "chat"
//! path = "/openai/deployments/gpt/chat/completions?api-version=2024-10-21"
//! subscriptions = ["one", "two"]
//! max-tokens = [5, 20]
//!
//! [[phase]]
//! users = 6
//! for = "3 min"
//! think = "1 s"
//! ```

use indexmap::IndexMap;
use serde::Deserialize;

use super::arrivals::Rate;
use super::values::{Ms, Range};
use crate::gateway::sim_host::tasks::MAX_TASKS;

/// `toml load`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Load {
    #[serde(rename = "request")]
    pub requests: Vec<LoadRequest>,
    #[serde(rename = "phase")]
    pub phases: Vec<Phase>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct LoadRequest {
    pub name: String,
    #[serde(default = "post")]
    pub method: String,
    pub path: String,
    /// Whose keys are sent, in turn by chance; all of the case where none is named.
    #[serde(default)]
    pub subscriptions: Vec<String>,
    #[serde(default)]
    pub headers: IndexMap<String, String>,
    #[serde(default = "twenty")]
    pub prompt_tokens: Range<u64>,
    #[serde(default = "fifty")]
    pub max_tokens: Range<u64>,
    /// The share of requests that ask for a stream, 0 to 1.
    #[serde(default)]
    pub stream: f64,
    /// In place of a body that is made up.
    pub body: Option<String>,
    /// How long a caller waits for the whole answer before it leaves.
    pub patience: Option<Ms>,
    /// How often beside the others.
    #[serde(default = "one")]
    pub share: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Phase {
    #[serde(default)]
    pub name: String,
    pub users: Option<usize>,
    /// Requests a second, in place of users; two numbers are those at the beginning and at the end.
    pub rate: Option<Range<f64>>,
    /// How the requests of a rate are spread.
    #[serde(default)]
    pub arrivals: Arrivals,
    #[serde(rename = "for")]
    pub lasts: Ms,
    /// Between an answer and the next request of a user.
    pub think: Option<Range<Ms>>,
    /// Which requests, by name; all where none is named.
    #[serde(default)]
    pub requests: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Arrivals {
    /// In even steps.
    #[default]
    Even,
    /// Each by chance.
    Random,
}

/// Who sends the requests of a phase.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Senders {
    /// So many, each of whom waits for its answer and thinks for so long.
    Users(usize, Range<Ms>),
    /// Whoever comes, whether others still wait or not.
    Rate(Rate),
}

impl Phase {
    /// Who sends its requests.
    ///
    /// # Errors
    /// What does not go together.
    pub(super) fn senders(&self) -> Result<Senders, String> {
        match (self.users, self.rate, self.think) {
            (Some(users), None, think) => {
                if users == 0 || users > MAX_TASKS {
                    return Err(format!("a phase has 1 to {MAX_TASKS} users, not {users}"));
                }
                let think = think.unwrap_or_else(a_second);
                if think.most_ms() == 0 {
                    return Err("`think` is at least `1 ms`, or time would stand still".to_owned());
                }
                Ok(Senders::Users(users, think))
            }
            (None, Some(_), Some(_)) => Err("nobody thinks where requests come at a rate".to_owned()),
            (None, Some(rate), None) => {
                let (from, to) = match rate {
                    Range::One(rate) => (rate, rate),
                    Range::Between(from, to) => (from, to),
                };
                let is_rate = |rate: f64| (0.0..=MAX_RATE).contains(&rate);
                if !is_rate(from) || !is_rate(to) || from.max(to) == 0.0 {
                    return Err(format!(
                        "a rate is a number of requests a second, more than 0 and at most {MAX_RATE}"
                    ));
                }
                Ok(Senders::Rate(Rate { from, to }))
            }
            _ => Err("a phase has one of `users` and `rate`".to_owned()),
        }
    }
}

fn post() -> String {
    "POST".to_owned()
}

fn twenty() -> Range<u64> {
    Range::One(20)
}

fn fifty() -> Range<u64> {
    Range::One(50)
}

fn one() -> u32 {
    1
}

fn a_second() -> Range<Ms> {
    Range::One(Ms(1000))
}

/// Requests a second: a thousand times what a busy gateway sees.
const MAX_RATE: f64 = 10_000.0;
/// The longest prompt that is made up: a context of today's largest models.
const MAX_PROMPT_TOKENS: u64 = 1_000_000;

impl Load {
    /// Says what does not go together.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.requests.is_empty() || self.phases.is_empty() {
            return Err("a load has at least one `[[request]]` and one `[[phase]]`".to_owned());
        }
        for request in &self.requests {
            if !request.path.starts_with('/') {
                return Err(format!("the path `{}` does not begin with `/`", request.path));
            }
            if !(0.0..=1.0).contains(&request.stream) {
                return Err(format!("`stream` is a share from 0 to 1, not {}", request.stream));
            }
            if matches!(request.prompt_tokens, Range::One(n) | Range::Between(_, n) if n > MAX_PROMPT_TOKENS)
            {
                return Err(format!("a prompt has at most {MAX_PROMPT_TOKENS} tokens"));
            }
            if request.patience == Some(Ms(0)) {
                return Err("`patience` is at least `1 ms`".to_owned());
            }
            if request.body.is_none() && Kind::of(&request.path).is_none() {
                return Err(format!(
                    "`{}` needs a `body`: only chat completions, completions and embeddings have one made up",
                    request.name
                ));
            }
        }
        for phase in &self.phases {
            phase.senders()?;
            if let Some(name) = phase.requests.iter().find(|name| self.request(name).is_none()) {
                return Err(format!("a phase names the request `{name}`, which is not there"));
            }
            if self.of_phase(phase).map(|request| u64::from(request.share)).sum::<u64>() == 0 {
                return Err("the shares of a phase's requests are all 0".to_owned());
            }
        }
        Ok(())
    }

    fn request(&self, name: &str) -> Option<&LoadRequest> {
        self.requests.iter().find(|request| request.name == name)
    }

    /// The requests that a phase sends.
    pub(super) fn of_phase<'a>(&'a self, phase: &'a Phase) -> impl Iterator<Item = &'a LoadRequest> {
        self.requests.iter().filter(|one| phase.requests.is_empty() || phase.requests.contains(&one.name))
    }
}

/// What kind of body a path takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Chat,
    Completion,
    Embeddings,
}

impl Kind {
    fn of(path: &str) -> Option<Self> {
        let path = path.split('?').next().unwrap_or_default();
        [
            ("/chat/completions", Self::Chat),
            ("/completions", Self::Completion),
            ("/embeddings", Self::Embeddings),
        ]
        .into_iter()
        .find(|(end, _)| path.ends_with(end))
        .map(|(_, kind)| kind)
    }
}

/// A body with a prompt of so many tokens, by the vocabulary of every model and by the rule of four characters a token.
/// A chat adds what stands around its message.
pub(super) fn body(request: &LoadRequest, mut random: u64) -> Vec<u8> {
    use crate::text::{next_random, unit};
    if let Some(body) = &request.body {
        return body.clone().into_bytes();
    }
    let n_prompt = request.prompt_tokens.pick(next_random(&mut random));
    let max_tokens = request.max_tokens.pick(next_random(&mut random));
    let stream = if unit(next_random(&mut random)) < request.stream {
        ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"
    } else {
        ""
    };
    let prompt = " one".repeat(usize::try_from(n_prompt).unwrap_or_default());
    let prompt = prompt.trim_start();
    let text = match Kind::of(&request.path) {
        Some(Kind::Embeddings) => format!("{{\"input\":\"{prompt}\"}}"),
        Some(Kind::Completion) => format!("{{\"prompt\":\"{prompt}\",\"max_tokens\":{max_tokens}{stream}}}"),
        Some(Kind::Chat) | None => format!(
            "{{\"messages\":[{{\"role\":\"user\",\"content\":\"{prompt}\"}}],\"max_tokens\":{max_tokens}{stream}}}"
        ),
    };
    text.into_bytes()
}
