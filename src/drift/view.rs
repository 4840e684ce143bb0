//! A drift as a page to read and as a document for machines.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::{Changed, Drift, Listed, PropertyChange, Value, Wanted};
use crate::text::{plural, visible};

/// The page: what is missing, what is otherwise, what is there besides.
pub fn human(drift: &Drift) -> String {
    let mut out = String::new();
    if !drift.missing.is_empty() {
        out.push_str("missing: the spec deploys it, and it is not there\n");
    }
    for missing in &drift.missing {
        let _ = writeln!(out, "  - {}", of_wanted(missing));
    }
    if !drift.changed.is_empty() {
        gap(&mut out);
        out.push_str("changed: `-` is what runs, `+` what the spec renders\n");
    }
    for changed in &drift.changed {
        let _ = writeln!(out, "  ~ {}", of_wanted(&changed.wanted));
        changed.properties.iter().for_each(|change| property(&mut out, change));
        // The names of the files say nothing here.
        for line in changed.policy.iter().flat_map(|diff| diff.lines().skip(2)) {
            let _ = writeln!(out, "      {}", visible(line));
        }
    }
    list(&mut out, "not known to the spec:", '+', &drift.extra);
    list(&mut out, "comes with the service, not counted:", ' ', &drift.service_made);
    if !drift.not_compared.is_empty() {
        gap(&mut out);
        out.push_str("not compared:\n");
    }
    for (what, why) in &drift.not_compared {
        let _ = writeln!(out, "    {}: {}", visible(what), visible(why));
    }
    gap(&mut out);
    let _ = writeln!(out, "{}", summary(drift));
    out
}

/// `drift: 1 missing, 2 changed, 1 not known to the spec; 93 resources compared`.
pub fn summary(drift: &Drift) -> String {
    let compared = plural(drift.n_compared, "resource");
    if drift.is_none() {
        return format!("no drift: {compared} compared, all as the spec renders them");
    }
    let counts = [
        (drift.missing.len(), "missing"),
        (drift.changed.len(), "changed"),
        (drift.extra.len(), "not known to the spec"),
    ];
    let told: Vec<String> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    format!("drift: {}; {compared} compared", told.join(", "))
}

/// The fields of the document.
pub fn document(drift: &Drift) -> Json {
    let listed =
        |listed: &Listed| json!({"id": listed.id, "type": listed.resource_type, "name": listed.name});
    let wanted = |wanted: &Wanted| json!({"stage": wanted.stage, "id": wanted.id, "type": wanted.resource_type, "name": wanted.name});
    let changed = |changed: &Changed| {
        let mut entry = wanted(&changed.wanted);
        let properties = changed.properties.iter().map(|change| {
            let mut entry = json!({"path": change.path});
            for (name, value) in [("spec", &change.wanted), ("running", &change.found)] {
                match value {
                    Value::Known(value) => entry[name] = value.clone(),
                    Value::None => {}
                    Value::Hidden => entry["hidden"] = true.into(),
                }
            }
            entry
        });
        entry["properties"] = properties.collect();
        entry["policyDiff"] = changed.policy.clone().into();
        entry
    };
    let open = |(what, why): &(String, String)| json!({"what": what, "why": why});
    json!({
        "drifted": !drift.is_none(),
        "compared": drift.n_compared,
        "missing": drift.missing.iter().map(wanted).collect::<Vec<_>>(),
        "changed": drift.changed.iter().map(changed).collect::<Vec<_>>(),
        "unknown": drift.extra.iter().map(listed).collect::<Vec<_>>(),
        "serviceMade": drift.service_made.iter().map(listed).collect::<Vec<_>>(),
        "notCompared": drift.not_compared.iter().map(open).collect::<Vec<_>>(),
    })
}

fn of_wanted(wanted: &Wanted) -> String {
    format!("{} {} (stage {})", wanted.resource_type, wanted.name, wanted.stage)
}

fn property(out: &mut String, change: &PropertyChange) {
    let _ = writeln!(out, "      {}", visible(&change.path));
    for (mark, value) in [('-', &change.found), ('+', &change.wanted)] {
        let _ = match value {
            Value::Known(value) => writeln!(out, "      {mark} {}", visible(&value.to_string())),
            Value::Hidden => writeln!(out, "      {mark} (not shown)"),
            Value::None => writeln!(out, "      {mark} (nothing)"),
        };
    }
}

fn list(out: &mut String, heading: &str, mark: char, listed: &[Listed]) {
    if listed.is_empty() {
        return;
    }
    gap(out);
    let _ = writeln!(out, "{heading}");
    for one in listed {
        let _ = writeln!(out, "  {mark} {} {}", visible(&one.resource_type), visible(&one.name));
    }
}

fn gap(out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
}
