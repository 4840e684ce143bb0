//! Scenarios are files or texts, not both, and texts have names of their own.

use std::collections::BTreeSet;

use super::Checks;
use crate::spec::codes;
use crate::spec::types::Spec;

/// Scenarios of a spec; each brings its cases.
const SCENARIOS_MAX: usize = 100;

pub(super) fn check(spec: &Spec, cx: &mut Checks<'_>) {
    let scenarios = &spec.scenarios;
    if scenarios.len() > SCENARIOS_MAX {
        let message = format!("{} scenarios; a spec has at most {SCENARIOS_MAX}", scenarios.len());
        let found = cx.diagnostic(&codes::OUT_OF_RANGE, scenarios.span, message);
        cx.push(found.help("put several cases into one file"));
    }
    let mut names = BTreeSet::new();
    for scenario in scenarios.iter() {
        let wrong = match (&scenario.file, &scenario.name, &scenario.text) {
            (Some(_), None, None) => continue,
            (None, Some(name), Some(_)) if names.insert(name.as_str()) => continue,
            (None, Some(name), Some(_)) => format!("two scenarios have the name `{}`", name.as_str()),
            (None, None, Some(_)) => "a scenario that is written here has no `name`".to_owned(),
            (None, _, None) => "a scenario without `file` and `text`".to_owned(),
            (Some(_), _, _) => "a scenario is a `file`, or a `name` and a `text`, not both".to_owned(),
        };
        let found = cx.diagnostic(&codes::SCENARIO, scenario.span, wrong);
        cx.push(found.help("write `file: PATH`, or `name` and `text`"));
    }
}
