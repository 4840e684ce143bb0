//! An error of Azure Resource Manager as the catalogue has it: what it means, what to do, and where that is written.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::catalog::arm_errors::{self, Entry};

/// Every code that can be explained, each once for every row.
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    arm_errors::all().iter().map(|entry| entry.code.as_str())
}

/// What is known of a code; empty where it is none of Azure's.
pub(super) fn find(code: &str) -> Vec<&'static Entry> {
    arm_errors::of_code(code).collect()
}

pub(super) fn page(entries: &[&Entry]) -> String {
    let mut page = String::new();
    for entry in entries {
        if !page.is_empty() {
            page.push('\n');
        }
        let _ = writeln!(page, "{}, an error of Azure: {}", entry.code, entry.meaning);
        if !entry.contains.is_empty() {
            let _ = writeln!(page, "\nWhere the message holds `{}`.", entry.contains);
        }
        let _ = write!(
            page,
            "\nWhat to do: {}\n\nSuch as: {}\n\nSee {}\n",
            entry.action, entry.example, entry.link
        );
        if !entry.wording.is_empty() {
            let _ = writeln!(page, "Seen at {}, {}", entry.wording, entry.seen);
        }
    }
    page
}

pub(super) fn json(entries: &[&Entry]) -> Json {
    let row = |entry: &&Entry| {
        json!({
            "code": entry.code, "contains": entry.contains, "meaning": entry.meaning, "action": entry.action,
            "link": entry.link, "example": entry.example, "wording": entry.wording, "seen": entry.seen.to_string(),
        })
    };
    entries.iter().map(row).collect()
}
