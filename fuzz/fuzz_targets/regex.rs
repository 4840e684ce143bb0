//! A .NET pattern in the first line, and the text it is looked for in.

#![no_main]

use genai_lz::csharp::TextPattern;
use libfuzzer_sys::fuzz_target;

/// Fewer steps than an expression has, so that a run is short.
const STEPS: u64 = 1_000_000;

fuzz_target!(|text: &str| {
    let (pattern, text) = text.split_once('\n').unwrap_or((text, ""));
    if let Ok(pattern) = TextPattern::new(pattern) {
        let _ = pattern.is_in(text, &mut STEPS.clone());
    }
});
