//! Reads a plan file: it has to be one of ours, of a version that we know, and whole.

use serde_json::{Value as Json, json};

use super::{FORMAT_VERSION, KIND, Record, hash};
use crate::diag::Diagnostic;
use crate::plan::codes;

/// Whether a file on the command line is a plan rather than a spec: it is JSON and no spec.
pub fn is_plan_file(text: &[u8]) -> bool {
    let begins = text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let is_spec = |text: &str| text.contains("\"apiVersion\"") && !text.contains(KIND);
    begins && !std::str::from_utf8(text).is_ok_and(is_spec)
}

/// Reads the text of a plan file; `shown` is its path as messages show it.
///
/// # Errors
/// One finding: not ours, of a newer version, or damaged.
#[expect(clippy::result_large_err, reason = "once a file, and every caller keeps the diagnostic as it is")]
pub fn read(shown: &str, text: &[u8]) -> Result<Record, Diagnostic> {
    let damaged = |why: String| {
        Diagnostic::new(&codes::PLAN_FILE_DAMAGED, format!("`{shown}` is damaged: {why}")).help(AGAIN)
    };
    let file: Json = match serde_json::from_slice(text) {
        Ok(file) => file,
        Err(error) if String::from_utf8_lossy(text).contains(KIND) => {
            return Err(damaged(format!("it is no JSON, {error}")));
        }
        Err(_) => return Err(foreign(shown)),
    };
    if file.get("kind").and_then(Json::as_str) != Some(KIND) {
        return Err(foreign(shown));
    }
    match file.get("formatVersion").and_then(Json::as_u64) {
        Some(FORMAT_VERSION) => {}
        Some(newer) if newer > FORMAT_VERSION => {
            let message = format!("`{shown}` has version {newer}, and this binary reads {FORMAT_VERSION}");
            return Err(Diagnostic::new(&codes::PLAN_FILE_NEWER, message)
                .help("deploy it with the version of genai-lz that made it"));
        }
        _ => return Err(damaged("it does not say its version".to_owned())),
    }
    let body = json!({ "record": file.get("record"), "plan": file.get("plan") });
    if file.get("digest").and_then(Json::as_str) != Some(&hash(&body)) {
        return Err(damaged("its content is not what its digest says".to_owned()));
    }
    let record = file.get("record").cloned().unwrap_or_default();
    serde_json::from_value(record).map_err(|error| damaged(error.to_string()))
}

pub(super) const AGAIN: &str = "make it again with `genai-lz plan SPEC --online --out FILE`";

fn foreign(shown: &str) -> Diagnostic {
    let message = format!("`{shown}` is neither a spec nor a plan of genai-lz");
    Diagnostic::new(&codes::PLAN_FILE_FOREIGN, message).help(AGAIN)
}
