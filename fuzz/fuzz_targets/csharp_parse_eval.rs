//! Any text as an expression: parsed, checked and evaluated with nothing around it.

#![no_main]

use genai_lz::csharp::{self, Environment, Form, Value};
use libfuzzer_sys::fuzz_target;

/// Time stands still and chance is no chance.
struct Still;

impl Environment for Still {
    fn now_unix_ms(&self) -> i64 {
        1_773_500_966_535
    }

    fn random_u64(&self) -> u64 {
        4
    }
}

fuzz_target!(|text: &str| {
    let _ = csharp::scan_balanced(text, 0);
    for form in [Form::Expression, Form::Block] {
        let Ok(program) = csharp::parse(text, form) else { continue };
        csharp::check(&program);
        let _ = csharp::evaluate(&program, Value::Null, &Still);
    }
});
