//! Content Safety, resolved.

use crate::model::ContentSafety;
use crate::spec;

pub(super) fn policy(policy: &spec::ContentSafety) -> ContentSafety {
    let given = &policy.thresholds;
    let kinds = [
        ("Hate", &given.hate),
        ("SelfHarm", &given.self_harm),
        ("Sexual", &given.sexual),
        ("Violence", &given.violence),
    ];
    ContentSafety {
        shield_prompt: policy.shield_prompt.value,
        completions: policy.completions.value,
        eight_levels: policy.severity.value == spec::SeverityLevels::Eight,
        thresholds: kinds
            .into_iter()
            .filter_map(|(kind, threshold)| Some((kind, threshold.as_ref()?.0)))
            .collect(),
        blocklists: policy.blocklists.iter().map(|name| name.value.0.clone()).collect(),
        window_size: policy.window_size.as_ref().map(|size| size.0),
        window_overlap: policy.window_overlap.as_ref().map(|size| size.0),
    }
}
