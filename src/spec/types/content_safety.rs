//! Content Safety: the account, and what of a prompt or an answer it has to find for it to be refused.

use super::{BlocklistName, Region};
use crate::spec::decode::{At, Int, choice, record};

record! {
    /// The Azure AI Content Safety account that policies ask.
    pub struct ContentSafetyAccount {
        /// The account's region. Left out, the gateway's.
        "location" location: Region = optional;
    }
    refused { "create": "leave `contentSafety` out to have none", "existing": "the account is made" }
}

record! {
    /// What Content Safety looks at before a prompt reaches a model. What it finds is refused with 403.
    pub struct ContentSafety {
        /// Whether prompts that try to talk the model out of its rules are refused.
        "shieldPrompt" shield_prompt: bool = default(true);
        /// Whether answers are checked too. Streams are held back until they are, and end where something is found.
        "completions" completions: bool = default(false);
        /// How finely harm is told: in four severities (0, 2, 4, 6) or in eight (0 to 7).
        "severity" severity: SeverityLevels = default("four");
        /// From which severity on each kind of harm is refused. A kind that is left out is let through.
        "thresholds" thresholds: HarmThresholds = default({ "Hate": 4, "SelfHarm": 4, "Sexual": 4, "Violence": 4 });
        /// The ids of blocklists of the account, whose entries are refused.
        "blocklists" blocklists: Vec<At<BlocklistName>> = default([]);
        /// How many characters of an answer are checked at a time; up to ten thousand are at once.
        "windowSize" window_size: Int<100, 10000> = optional;
        /// How many characters a window has in common with the one before.
        "windowOverlap" window_overlap: Int<0, 9999> = optional;
    }
}

choice! {
    /// How finely harm is told.
    pub enum SeverityLevels {
        /// 0, 2, 4 and 6.
        Four = "four",
        /// 0 to 7.
        Eight = "eight",
    }
}

record! {
    /// From which severity on each kind of harm is refused.
    pub struct HarmThresholds {
        /// Attacks on people for what they are.
        "Hate" hate: Int<0, 7> = optional;
        /// Harm to oneself.
        "SelfHarm" self_harm: Int<0, 7> = optional;
        /// Sexual content.
        "Sexual" sexual: Int<0, 7> = optional;
        /// Violence.
        "Violence" violence: Int<0, 7> = optional;
    }
}
