//! What Azure Resource Manager and the providers answer when they refuse, and what to do about it
//! (`data/arm_errors/*.toml`, a file for each part of Azure).
//!
//! The first row whose `code` is the error's and whose `contains` occurs in its message explains it, so of one code a
//! row with `contains` stands before the one without. Codes that only wrap others (`DeploymentFailed`,
//! `InvalidTemplateDeployment`) have no row: what lies below them is explained instead.

use std::sync::LazyLock;

use serde::Deserialize;
use time::Date;

use super::source::day;

/// Explains an error by its code and message. Called for the deepest error first, it finds the most specific row.
pub fn explain(code: &str, message: &str) -> Option<&'static Entry> {
    let message = message.to_lowercase();
    all().iter().find(|entry| {
        entry.code.eq_ignore_ascii_case(code) && message.contains(&entry.contains.to_lowercase())
    })
}

/// Every row of a code, compared without case; the more specific come first.
pub fn of_code(code: &str) -> impl Iterator<Item = &'static Entry> {
    all().iter().filter(move |entry| entry.code.eq_ignore_ascii_case(code))
}

/// Every known refusal; of two rows of one code the more specific comes first.
pub fn all() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
        let read = |text: &&str| -> Vec<Entry> {
            let table: Table = toml::from_str(text).expect("a test reads the embedded error tables");
            table.error
        };
        TABLES.iter().flat_map(read).collect()
    });
    &ENTRIES
}

const TABLES: &[&str] = &[
    include_str!("data/arm_errors/access.toml"),
    include_str!("data/arm_errors/capacity.toml"),
    include_str!("data/arm_errors/models.toml"),
    include_str!("data/arm_errors/gateway.toml"),
    include_str!("data/arm_errors/services.toml"),
    include_str!("data/arm_errors/networks.toml"),
    include_str!("data/arm_errors/deployments.toml"),
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    error: Vec<Entry>,
}

/// One kind of refusal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// ARM's code, at whatever depth of the answer.
    pub code: String,
    /// Text that the message must hold, without regard to case; empty where the code tells enough.
    #[serde(default)]
    pub contains: String,
    /// What it means, for somebody who has just run `genai-lz deploy`; lower case, no full stop.
    pub meaning: String,
    /// What to do, as an instruction.
    pub action: String,
    /// Where Microsoft says more.
    pub link: String,
    /// A message that this row explains, names and ids made up.
    pub example: String,
    /// The public report that quotes the message; empty where the example follows the linked page, or the code alone is
    /// documented and the words are ours.
    #[serde(default)]
    pub wording: String,
    /// The day the row was made.
    #[serde(deserialize_with = "day")]
    pub seen: Date,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_explains_its_own_example_so_none_is_hidden_by_an_earlier_one() {
        for entry in all() {
            assert_eq!(explain(&entry.code, &entry.example), Some(entry));
        }
    }

    #[test]
    fn every_row_says_what_it_means_what_to_do_and_where_to_read_on() {
        assert!(all().len() >= 60, "{} rows", all().len());
        for entry in all() {
            assert!(entry.link.starts_with("https://"), "{}", entry.code);
            assert!(entry.wording.is_empty() || entry.wording.starts_with("https://"), "{}", entry.code);
            for text in [&entry.meaning, &entry.action] {
                assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text}", entry.code);
            }
        }
    }

    #[test]
    fn the_text_of_the_message_chooses_between_rows_of_one_code() {
        let role =
            explain("AuthorizationFailed", "… action 'Microsoft.Authorization/roleAssignments/write' …");
        let other = explain("authorizationfailed", "… action 'Microsoft.Resources/deployments/write' …");
        assert!(role.unwrap().action.contains("Role Based Access Control Administrator"));
        assert!(other.unwrap().action.contains("Contributor"));
    }

    #[test]
    fn wrappers_and_unknown_codes_have_no_explanation() {
        assert_eq!(explain("DeploymentFailed", "At least one resource deployment operation failed."), None);
        assert_eq!(explain("Teapot", ""), None);
    }
}
