//! The commented specs that `genai-lz init` writes, each with scenarios that show what it is for.

/// A commented spec to start from.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// What `init --template` calls it.
    pub name: &'static str,
    /// The spec. It is right as it stands, and its scenarios pass.
    pub text: &'static str,
}

/// One provisioned and one pay-as-you-go account behind a gateway in a network, with an Application Gateway.
pub const QUICKSTART: Template =
    Template { name: "quickstart", text: include_str!("templates/quickstart.yaml") };

/// An API for each way of sharing load, limiting and tracking.
pub const TOOLKIT: Template = Template { name: "toolkit", text: include_str!("templates/toolkit.yaml") };

/// A platform for many teams: contracts, models by name, usage, costs and alerts.
pub const HUB: Template = Template { name: "hub", text: include_str!("templates/hub.yaml") };

/// A gateway in several regions.
pub const MULTI_REGION: Template =
    Template { name: "multi-region", text: include_str!("templates/multi-region.yaml") };

/// All of them.
pub const TEMPLATES: [Template; 4] = [QUICKSTART, TOOLKIT, HUB, MULTI_REGION];

/// The spec that `genai-lz init` writes where no template is named.
pub fn starter() -> &'static str {
    QUICKSTART.text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec;
    use crate::text::Source;

    #[test]
    fn templates_and_the_example_are_valid_without_a_warning() {
        let example = ("example", include_str!("../../examples/quickstart.yaml"));
        for (name, text) in TEMPLATES.iter().map(|it| (it.name, it.text)).chain([example]) {
            let found = spec::parse(&Source::new(name, text), &|_| None).map(|(_, warnings)| warnings);
            assert_eq!(found, Ok(Vec::new()), "{name}");
        }
    }

    /// Keys that only a deployment needs stand in variables, so a text without them can be validated.
    #[test]
    fn templates_show_what_passes_through_them() {
        for template in TEMPLATES {
            assert!(template.text.contains("\nscenarios:"), "{}", template.name);
        }
    }
}
