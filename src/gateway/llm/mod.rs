//! What requests to language models and their answers say, and what is kept of them: texts of prompts and
//! completions, and the semantic cache.

mod semantic_cache;
mod texts;

pub(super) use semantic_cache::{CachedAnswer, Lookup, SemanticCache};
pub(super) use texts::{completion_text, event_text, prompt, unread};
