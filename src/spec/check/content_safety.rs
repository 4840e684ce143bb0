//! What the policy `contentSafety` needs: an account, something to look for, and severities that there are.

use super::Checks;
use crate::spec::codes;
use crate::spec::decode::At;
use crate::spec::types::{ContentSafety, SeverityLevels, Spec};

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    let of_apis = spec.apis.iter().filter_map(|api| api.policies.content_safety.as_ref());
    let of_products = spec.products.iter().filter_map(|product| product.content_safety.as_ref());
    let of_contracts = spec.contracts.iter().filter_map(|contract| contract.content_safety.as_ref());
    let of_profiles = spec.policy_profiles.values().filter_map(|profile| profile.content_safety.as_ref());
    for policy in of_apis.chain(of_products).chain(of_contracts).chain(of_profiles) {
        if spec.baseline.content_safety.is_none() {
            let message = "there is no Content Safety account to ask";
            let found = cx.diagnostic(&codes::UNKNOWN_REFERENCE, policy.span, message);
            cx.push(found.help("add `baseline.contentSafety: {}`"));
        }
        thresholds(policy, cx);
        windows(policy, cx);
    }
}

fn thresholds(policy: &At<ContentSafety>, cx: &mut Checks<'_>) {
    let given = &policy.thresholds;
    let all = [&given.hate, &given.self_harm, &given.sexual, &given.violence];
    if all.iter().all(|it| it.is_none()) && policy.blocklists.is_empty() && !policy.shield_prompt.value {
        let found = cx
            .diagnostic(&codes::MISSING_FIELD, policy.span, "`contentSafety` looks for nothing")
            .help("add `thresholds` or `blocklists`, or leave `contentSafety` out");
        cx.push(found);
    }
    if policy.severity.value == SeverityLevels::Eight {
        return;
    }
    // Four severities are 0, 2, 4 and 6 (learn.microsoft.com/azure/ai-services/content-safety/concepts/harm-categories,
    // 2025-09).
    for threshold in all.into_iter().flatten().filter(|threshold| threshold.0 % 2 == 1) {
        let message = format!("four severities are 0, 2, 4 and 6; `{}` is none of them", threshold.0);
        let found = cx.diagnostic(&codes::OUT_OF_RANGE, threshold.span, message);
        cx.push(found.help("use one of them, or set `severity` to `eight`"));
    }
}

fn windows(policy: &At<ContentSafety>, cx: &mut Checks<'_>) {
    let size = policy.window_size.as_ref().map(|size| size.span);
    let of_window = size.or(policy.window_overlap.as_ref().map(|overlap| overlap.span));
    if let Some(span) = of_window.filter(|_| !policy.completions.value) {
        let found = cx
            .diagnostic(&codes::CONFLICT, span, "windows are of answers, which are not checked")
            .help("set `completions` to true, or leave the window out");
        cx.push(found);
    }
    match (&policy.window_size, &policy.window_overlap) {
        (None, Some(overlap)) => {
            let found =
                cx.diagnostic(&codes::MISSING_FIELD, overlap.span, "an overlap of windows without a size");
            cx.push(found.help("add `windowSize`"));
        }
        (Some(size), Some(overlap)) if overlap.0 >= size.0 => {
            let found = cx
                .diagnostic(&codes::OUT_OF_RANGE, overlap.span, "windows that overlap by their whole size")
                .related(cx.source, size.span, "the size")
                .help("set `windowOverlap` to less than `windowSize`");
            cx.push(found);
        }
        _ => {}
    }
}
