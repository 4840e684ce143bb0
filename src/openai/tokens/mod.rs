//! How many tokens a text is: counted as tiktoken counts, by the tables that OpenAI publishes. What a chat adds around its
//! messages follows OpenAI's cookbook, "How to count tokens with tiktoken" (github.com/openai/openai-cookbook, read
//! 2026-11-30): three tokens a message, one for a name beside the name itself, and three that begin the answer. It calls the
//! outcome an estimate, and tells nothing of tools and images; tools are not counted here.
//!
//! The tables are read when the first text is counted, in some tens of milliseconds, and never where none is.

mod bpe;
mod split;

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::Value as Json;

use bpe::Ranks;
use split::Splitter;

/// Tokens around a message.
const PER_MESSAGE: u64 = 3;
/// Beside the name.
const PER_NAME: u64 = 1;
/// The beginning of the answer.
const PRIMING: u64 = 3;

/// Texts whose counts are remembered: load sends the same few again and again.
const MAX_REMEMBERED: usize = 4_096;
/// Longer ones are not remembered.
const MAX_REMEMBERED_BYTES: usize = 16 << 10;

/// A vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// gpt-3.5-turbo, gpt-4 and gpt-4-turbo, the embeddings.
    Cl100k,
    /// gpt-4o and all that came after it.
    O200k,
}

/// Names of models with [`Encoding::Cl100k`], and what begins with one and a `-` (tiktoken, model.py, read 2026-11-30).
/// Azure writes gpt-35-turbo. Any other model is one of the newer ones.
const CL100K: [&str; 9] = [
    "gpt-4",
    "gpt-3.5",
    "gpt-35",
    "gpt-3.5-turbo",
    "gpt-35-turbo",
    "text-embedding",
    "davinci-002",
    "babbage-002",
    "ada-002",
];

impl Encoding {
    /// The one of a model, by the name that a deployment gives it.
    pub fn of_model(model: &str) -> Self {
        let is = |name: &str| {
            model.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        if CL100K.iter().any(|name| is(name)) { Self::Cl100k } else { Self::O200k }
    }

    /// Counts the tokens of a text. Marks such as `<|endoftext|>` are text like any other.
    pub fn count(self, text: &str) -> u64 {
        if text.is_empty() {
            return 0;
        }
        if text.len() > MAX_REMEMBERED_BYTES {
            return self.count_anew(text);
        }
        static REMEMBERED: LazyLock<Mutex<HashMap<(Encoding, String), u64>>> = LazyLock::new(Mutex::default);
        let lock = || REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (self, text.to_owned());
        if let Some(known) = lock().get(&key) {
            return *known;
        }
        let count = self.count_anew(text);
        let mut remembered = lock();
        if remembered.len() >= MAX_REMEMBERED {
            remembered.clear();
        }
        remembered.insert(key, count);
        count
    }

    fn count_anew(self, text: &str) -> u64 {
        static O200K: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary {
            ranks: Ranks::of(include_bytes!("data/o200k_base.bin"), bpe::O200K_TOKENS),
            splitter: Splitter::o200k(),
        });
        static CL100K: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary {
            ranks: Ranks::of(include_bytes!("data/cl100k_base.bin"), bpe::CL100K_TOKENS),
            splitter: Splitter::cl100k(),
        });
        let vocabulary = match self {
            Self::O200k => &O200K,
            Self::Cl100k => &CL100K,
        };
        vocabulary.splitter.pieces(text).map(|piece| vocabulary.ranks.count(piece.as_bytes())).sum()
    }

    /// Counts the messages of a chat: `text` finds the text in a message's content.
    pub fn count_messages(self, messages: &[Json], text: impl Fn(&Json) -> String) -> u64 {
        let of_member =
            |message: &Json, name: &str| message[name].as_str().map_or(0, |text| self.count(text));
        let of_message = |message: &Json| {
            let name = message["name"].as_str().map_or(0, |name| self.count(name) + PER_NAME);
            PER_MESSAGE + of_member(message, "role") + self.count(&text(&message["content"])) + name
        };
        messages.iter().map(of_message).sum::<u64>() + PRIMING
    }
}

struct Vocabulary {
    ranks: Ranks,
    splitter: Splitter,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_have_the_counts_that_openai_publishes() {
        // "How to count tokens with tiktoken", sections 3 and 5.
        for (text, cl100k, o200k) in [
            ("tiktoken is great!", 6, 6),
            ("antidisestablishmentarianism", 6, 6),
            ("2 + 2 = 4", 7, 7),
            ("お誕生日おめでとう", 9, 8),
            // What tiktoken-rs 0.12.1 counts.
            ("Hello, world! It's 12345 o'clock.", 12, 11),
            ("  indented\n\n\tcode() { return x?.y ?? 'z'; }  ", 17, 17),
            ("Straße ÄÖÜ naïve café 😀👨\u{200d}👩", 17, 14),
            ("Привет, как дела? 你好世界 مرحبا", 19, 11),
            ("HTTPServer2XMLParser I'LL you'RE", 10, 10),
            ("<|endoftext|> and \r\n\r\n  x", 11, 11),
            ("https://a.b/c?d=e&f=%20#g", 13, 13),
            ("   ", 1, 1),
            ("e\u{301}ẞ\u{2028}x", 7, 6),
            ("{\"a\": [1, 2.5e10, null]}", 15, 15),
        ] {
            assert_eq!(Encoding::Cl100k.count(text), cl100k, "{text}");
            assert_eq!(Encoding::O200k.count(text), o200k, "{text}");
        }
    }

    /// Section 6 of the same page: what the API counted for these messages.
    #[test]
    fn messages_have_the_count_that_openai_publishes() {
        let system = |name: &str, content: &str| json!({"role": "system", "name": name, "content": content});
        let messages = [
            json!({
                "role": "system",
                "content": "You are a helpful, pattern-following assistant that translates corporate jargon into plain English.",
            }),
            system("example_user", "New synergies will help drive top-line growth."),
            system("example_assistant", "Things working well together will increase revenue."),
            system(
                "example_user",
                "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
            ),
            system("example_assistant", "Let's talk later when we're less busy about how to do better."),
            json!({
                "role": "user",
                "content": "This late pivot means we don't have time to boil the ocean for the client deliverable.",
            }),
        ];
        let text = |content: &Json| content.as_str().unwrap_or_default().to_owned();
        assert_eq!(Encoding::of_model("gpt-4").count_messages(&messages, text), 129);
        assert_eq!(Encoding::of_model("gpt-4o").count_messages(&messages, text), 124);
    }

    #[test]
    fn models_have_their_encoding() {
        for model in [
            "gpt-4",
            "gpt-4-32k",
            "gpt-4-turbo",
            "gpt-35-turbo",
            "gpt-35-turbo-instruct",
            "text-embedding-3-small",
        ] {
            assert_eq!(Encoding::of_model(model), Encoding::Cl100k, "{model}");
        }
        for model in [
            "gpt-4o",
            "gpt-4o-mini",
            "gpt-4.1",
            "gpt-4.5-preview",
            "o1",
            "o3-mini",
            "gpt-5",
            "gpt-oss-120b",
            "model-router",
        ] {
            assert_eq!(Encoding::of_model(model), Encoding::O200k, "{model}");
        }
    }

    #[test]
    fn every_chat_model_of_the_catalogue_has_one_that_is_meant() {
        let old = ["gpt-4", "gpt-4-32k", "gpt-35-turbo", "gpt-35-turbo-16k", "gpt-35-turbo-instruct"];
        for model in crate::catalog::models::all().iter().filter(|model| model.kind == "chat") {
            let is_old = old.contains(&model.name.as_str()) || model.name.starts_with("gpt-4-turbo");
            let is_base = model.name.ends_with("-002");
            assert_eq!(
                Encoding::of_model(&model.name) == Encoding::Cl100k,
                is_old || is_base,
                "{}",
                model.name
            );
        }
    }
}
