//! What is known to differ, each with its reason: differences.toml. A line that is no longer needed fails, so that the list only
//! ever says what is so.

use std::cell::Cell;
use std::collections::BTreeSet;

use genai_lz::text::wildcard;
use serde::Deserialize;

use super::exchange::Difference;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Known {
    version: Vec<Version>,
    outside: Vec<Outside>,
    difference: Vec<Line>,
    #[serde(default)]
    replay: Vec<Replay>,
}

/// An api-version that is read against an older contract.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Version {
    contract: String,
    sent: String,
    reason: String,
}

/// A path that no contract has.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outside {
    path: String,
    reason: String,
    #[serde(skip)]
    used: Cell<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    operation: String,
    at: String,
    what: String,
    reason: String,
    #[serde(skip)]
    used: Cell<bool>,
}

/// A recorded request that the sandbox answers otherwise than the recording.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Replay {
    request: String,
    what: String,
    reason: String,
    #[serde(skip)]
    used: Cell<bool>,
}

impl Known {
    pub(super) fn read(text: &str) -> Self {
        toml::from_str(text).unwrap()
    }

    pub(super) fn versions(&self) -> BTreeSet<(String, String)> {
        self.version.iter().map(|line| (line.contract.clone(), line.sent.clone())).collect()
    }

    pub(super) fn is_outside(&self, path: &str) -> bool {
        let path = path.to_lowercase();
        used(
            self.outside
                .iter()
                .filter(|line| wildcard(&line.path.to_lowercase(), &path))
                .map(|line| &line.used),
        )
    }

    pub(super) fn has(&self, found: &Difference) -> bool {
        let is_meant = |line: &&Line| {
            wildcard(&line.operation, &found.operation)
                && wildcard(&line.at, &found.at)
                && wildcard(&line.what, &found.what)
        };
        used(self.difference.iter().filter(is_meant).map(|line| &line.used))
    }

    pub(super) fn has_replay(&self, request: &str, what: &str) -> bool {
        let is_meant = |line: &&Replay| wildcard(&line.request, request) && wildcard(&line.what, what);
        used(self.replay.iter().filter(is_meant).map(|line| &line.used))
    }

    /// Lines that nothing needed, and lines without a reason. `sent` are the versions that were seen.
    pub(super) fn unneeded(&self, sent: &BTreeSet<String>) -> Vec<String> {
        let versions =
            self.version.iter().filter(|line| !sent.contains(&line.sent) || line.reason.is_empty());
        let outside = self.outside.iter().filter(|line| !line.used.get() || line.reason.is_empty());
        let lines = self.difference.iter().filter(|line| !line.used.get() || line.reason.is_empty());
        versions
            .map(|line| format!("version {}", line.sent))
            .chain(outside.map(|line| format!("outside {}", line.path)))
            .chain(lines.map(|line| format!("{} {} {}", line.operation, line.at, line.what)))
            .collect()
    }

    pub(super) fn unneeded_replays(&self) -> Vec<String> {
        let lines = self.replay.iter().filter(|line| !line.used.get() || line.reason.is_empty());
        lines.map(|line| format!("{} {}", line.request, line.what)).collect()
    }
}

/// Marks all that fit.
fn used<'a>(fitting: impl Iterator<Item = &'a Cell<bool>>) -> bool {
    fitting.fold(false, |_, used| {
        used.set(true);
        true
    })
}
