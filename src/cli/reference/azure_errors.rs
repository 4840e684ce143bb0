//! docs/reference/azure-errors.md: every refusal of Azure that is explained.

use std::fmt::Write as _;

use crate::catalog::arm_errors;

/// The page without the line that says that it is generated.
pub(super) fn page() -> String {
    let mut page = "# Errors of Azure\n\nWhat `genai-lz deploy` says when Azure refuses, and `genai-lz explain CODE` prints. A \
         code with several parts is explained by what else the message holds. Codes that are not here are shown in Azure's own \
         words. The day is that on which the entry was made.\n"
        .to_owned();
    let mut codes: Vec<&str> = arm_errors::all().iter().map(|entry| entry.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    for code in codes {
        let _ = write!(page, "\n## {code}\n");
        for entry in arm_errors::of_code(code) {
            if !entry.contains.is_empty() {
                let _ = write!(page, "\nWhere the message holds `{}`:\n", entry.contains);
            }
            let _ = write!(page, "\n{}.\n\nWhat to do: {}.\n", capital(&entry.meaning), entry.action);
            let _ = write!(page, "\n```text\n{}\n```\n\n<{}>", entry.example, entry.link);
            if !entry.wording.is_empty() {
                let _ = write!(page, "; the message as in <{}>", entry.wording);
            }
            let _ = writeln!(page, " ({})", entry.seen);
        }
    }
    page
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
