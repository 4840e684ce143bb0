//! `scenarios`: what `genai-lz test SPEC` puts through the gateway that a spec renders.

use super::{EntityId, ShortText};
use crate::spec::decode::{record, text};

record! {
    /// Scenarios, in a file of their own or written here.
    pub struct SpecScenario {
        /// The path of a scenario file, from the folder of the spec.
        "file" file: ShortText = optional;
        /// The name that messages give to a text.
        "name" name: EntityId = optional;
        /// Scenarios as a file has them: blocks such as `http request` and `expect` below headings.
        "text" text: ScenarioText = optional;
    }
    refused { "mode": "each text says what it sends" }
}

text! {
    /// A scenario in Markdown.
    pub struct ScenarioText,
    "at most 65536 characters",
    "^[\\s\\S]{0,65536}$",
    |text| text.chars().count() <= 65_536
}
