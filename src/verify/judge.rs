//! Whether an answer is what was expected.

use serde_json::Value as Json;

use super::advice::advice;
use super::calls::is_limit_refusal;
use super::{Check, Expect, Seen, Verdict, Verified};
use crate::text::visible;

/// Of a refusal's body so much is told.
const BODY_SHOWN: usize = 300;

/// A model that writes for so long makes many events, which come one by one where nothing holds them back. What is there
/// sooner may be one packet.
const STREAM_TELLS_MS: u64 = 500;

/// Judges the last answer to a check, the `sent`-th.
pub fn judge(check: &Check, seen: &Seen, sent: u32) -> Verified {
    let wrong = match &check.expect {
        Expect::Refused => (seen.status != 401).then(|| told(seen)),
        Expect::Limited => {
            let is_so = is_limit_refusal(seen.status, seen.header("retry-after"), &seen.body);
            (!is_so).then(|| format!("{} after {sent} requests", told(seen)))
        }
        Expect::Answered { headers } => not_answered(seen).or_else(|| no_number(seen, headers)),
        Expect::Streamed => not_streamed(seen),
    };
    let verdict = if wrong.is_none() { Verdict::Passed } else { Verdict::Failed };
    let look = wrong.is_some().then(|| advice(check, seen).to_owned());
    let seen = wrong.unwrap_or_else(|| passed(check, seen, sent));
    Verified { title: check.title.clone(), verdict, seen, look }
}

/// Whether asking again may still bring what is expected: a limit that is not reached yet.
pub fn may_go_on(check: &Check, seen: &Seen) -> bool {
    check.expect == Expect::Limited && seen.status == 200
}

fn passed(check: &Check, seen: &Seen, sent: u32) -> String {
    match &check.expect {
        Expect::Refused => "401".to_owned(),
        Expect::Answered { headers } => {
            let headers = headers.iter().filter_map(|name| Some(format!(", {name}: {}", seen.header(name)?)));
            format!("200{}", headers.collect::<String>())
        }
        Expect::Streamed if seen.pieces < 2 => {
            format!(
                "200, all events at once after {} ms: too quick to tell whether they were held back",
                seen.took_ms
            )
        }
        Expect::Streamed => format!("200, {} pieces", seen.pieces),
        Expect::Limited => {
            format!("request {sent}: 429, Retry-After: {}", seen.header("retry-after").unwrap_or_default())
        }
    }
}

fn not_answered(seen: &Seen) -> Option<String> {
    let answer: Json = serde_json::from_str(&seen.body).unwrap_or_default();
    let has_answer = !answer["choices"][0]["message"].is_null() || !answer["data"][0]["embedding"].is_null();
    (seen.status != 200 || !has_answer).then(|| told(seen))
}

fn no_number(seen: &Seen, headers: &[String]) -> Option<String> {
    let is_number =
        |name: &&String| seen.header(name).is_some_and(|value| value.trim().parse::<i64>().is_ok());
    let missing: Vec<&str> = headers.iter().filter(|name| !is_number(name)).map(String::as_str).collect();
    (!missing.is_empty()).then(|| format!("200 without a number in {}", missing.join(" and ")))
}

fn not_streamed(seen: &Seen) -> Option<String> {
    let kind = seen.header("content-type").unwrap_or_default();
    if seen.status != 200 || !kind.starts_with("text/event-stream") {
        return Some(told(seen));
    }
    if !seen.body.contains("data: [DONE]") {
        return Some("200, a stream that ends without `[DONE]`".to_owned());
    }
    (seen.pieces < 2 && seen.took_ms >= STREAM_TELLS_MS)
        .then(|| "200, all events in one piece: something holds the stream back".to_owned())
}

/// The status and the beginning of the body, as it may be shown.
fn told(seen: &Seen) -> String {
    let body = seen.body.trim();
    let shown: String = body.chars().take(BODY_SHOWN).collect();
    let rest = if shown.len() < body.len() { " …" } else { "" };
    if shown.is_empty() {
        seen.status.to_string()
    } else {
        format!("{}, {}{rest}", seen.status, visible(&shown))
    }
}
