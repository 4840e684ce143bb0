//! An Azure OpenAI account as a pure state machine: what a request is answered, with which headers, and how long that
//! takes. Time and one random number per request come in, a [`Reply`] comes out; sockets, credentials and the record
//! of what was asked belong to whoever calls. The sandbox serves it over HTTP, scenarios ask it in virtual time.
//!
//! ```text
//! Account::serve(now, Call, random) -> fault script -> path, api-version, deployment -> answer -> limits -> Reply
//! ```
//!
//! Facts: Azure OpenAI REST reference, api-version 2024-10-21 (learn.microsoft.com/azure/ai-services/openai), and the
//! pages that each file names. No model runs: answers depend on the request alone.

mod account;
mod answers;
mod deployment;
mod faults;
mod images;
mod latency;
mod limits;
mod native;
mod provider;
mod provisioned;
mod realtime;
mod reply;
mod responses;
mod script;
mod tokens;

pub use account::{Account, Call};
pub use answers::{Answer, AnswerBody, Moment, Operation, answer};
pub use deployment::{Deployment, Offer};
pub use faults::Fault;
pub use latency::Latency;
pub use provider::Provider;
pub use realtime::Session;
pub use reply::{Piece, Reply, ReplyBody};
pub use script::{Disturbance, Effect};
pub use tokens::Encoding;
