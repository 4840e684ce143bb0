//! ARM's answer to `whatIf` as data. The form: the OpenAPI file of Microsoft.Resources (deployments, 2025-04-01);
//! `delta` is a tree in which arrays have their indices as paths. Unknown words are kept as "cannot tell".

use serde_json::Value as Json;

use super::{Difference, Kind, Predicted, Warning, WhatIf, below};
use crate::text::shortened;

/// How deep a tree of differences may be; past it the whole of what is there counts as one.
const DEPTH_MAX: usize = 100;
/// Differences of one answer that are read; a landing zone has some hundred resources.
const DIFFERENCES_MAX: usize = 100_000;

/// Reads the body of the answer.
///
/// # Errors
/// What is wrong with it.
pub fn read(body: &Json) -> Result<WhatIf, String> {
    let properties = body.get("properties").unwrap_or(body);
    let changes = properties.get("changes").and_then(Json::as_array);
    let changes = changes.ok_or("the prediction has no list of changes")?;
    let potential = properties.get("potentialChanges").and_then(Json::as_array).into_iter().flatten();
    let mut left = DIFFERENCES_MAX;
    let mut all = Vec::new();
    let both = changes.iter().map(|one| (one, false)).chain(potential.map(|one| (one, true)));
    for (change, is_potential) in both {
        all.extend(predicted(change, is_potential, &mut left));
        if left == 0 {
            return Err(format!("the prediction has more than {DIFFERENCES_MAX} differences"));
        }
    }
    let warnings = properties.get("diagnostics").and_then(Json::as_array).into_iter().flatten();
    Ok(WhatIf { changes: all, warnings: warnings.map(warning).collect() })
}

fn predicted(change: &Json, is_potential: bool, left: &mut usize) -> Option<Predicted> {
    let text = |pointer: &str| change.pointer(pointer).and_then(Json::as_str);
    // A resource that only an extension knows has no id; it is told by what ARM calls it.
    let id = text("/resourceId").or_else(|| text("/symbolicName"))?.to_owned();
    let kind = match text("/changeType").unwrap_or_default().to_ascii_lowercase().as_str() {
        "create" => Kind::Create,
        "modify" => Kind::Modify,
        "delete" => Kind::Delete,
        "nochange" => Kind::NoChange,
        "ignore" => Kind::Ignore,
        "deploy" => Kind::Deploy,
        _ => Kind::Unsupported,
    };
    let mut differences = Vec::new();
    if kind == Kind::Modify {
        for delta in change.get("delta").and_then(Json::as_array).into_iter().flatten() {
            collect(delta, "", false, 0, left, &mut differences);
        }
    }
    let either = |name: &str| text(&format!("/after/{name}")).or_else(|| text(&format!("/before/{name}")));
    Some(Predicted {
        id,
        kind,
        why: text("/unsupportedReason").map(|why| shortened(why.to_owned())),
        is_potential,
        api_version: either("apiVersion").map(str::to_owned),
        location: either("location").map(str::to_owned),
        is_open: ["/after/properties/secret", "/before/properties/secret"]
            .iter()
            .find_map(|pointer| change.pointer(pointer))
            == Some(&Json::Bool(false)),
        differences,
    })
}

/// Goes down to the leaves. `of_array`: the path is an index.
fn collect(
    delta: &Json,
    around: &str,
    of_array: bool,
    depth: usize,
    left: &mut usize,
    found: &mut Vec<Difference>,
) {
    let Some(own) = delta.get("path").and_then(Json::as_str) else { return };
    let is_index = of_array && !own.is_empty() && own.bytes().all(|byte| byte.is_ascii_digit());
    let path = if is_index { format!("{around}[{own}]") } else { below(around, own) };
    let kind = delta.get("propertyChangeType").and_then(Json::as_str).unwrap_or_default();
    let is = |word: &str| kind.eq_ignore_ascii_case(word);
    let children = delta.get("children").and_then(Json::as_array).filter(|children| !children.is_empty());
    if let Some(children) = children.filter(|_| depth < DEPTH_MAX) {
        for child in children {
            collect(child, &path, is("array"), depth + 1, left, found);
        }
        return;
    }
    let side = |name: &str| delta.get(name).cloned();
    let known = |value: Option<Json>| value.filter(|value| !value.is_null());
    let (before, after) = match () {
        () if is("create") => (None, side("after")),
        () if is("delete") => (side("before"), None),
        () => (known(side("before")), known(side("after"))),
    };
    let mut push = |difference| {
        if *left > 0 {
            *left -= 1;
            found.push(difference);
        }
    };
    match (before, after) {
        (Some(before), Some(after)) => leaves(&path, before, after, depth, &mut push),
        (before, after) => {
            push(Difference { path, is_without_effect: is("noeffect"), before, after });
        }
    }
}

/// A difference that ARM tells as a whole is taken apart as far as both sides have the same shape.
fn leaves(path: &str, before: Json, after: Json, depth: usize, push: &mut impl FnMut(Difference)) {
    match (before, after) {
        (before, after) if before == after => {}
        (Json::Object(mut before), Json::Object(after)) if depth < DEPTH_MAX => {
            for (name, after) in after {
                let path = below(path, &name);
                match before.remove(&name) {
                    Some(before) => leaves(&path, before, after, depth + 1, push),
                    None => push(one_sided(path, None, Some(after))),
                }
            }
            for (name, before) in before {
                push(one_sided(below(path, &name), Some(before), None));
            }
        }
        (Json::Array(before), Json::Array(after)) if depth < DEPTH_MAX => {
            let (n_before, n_after) = (before.len(), after.len());
            let mut after: Vec<Option<Json>> = after.into_iter().map(Some).collect();
            for (index, before) in before.into_iter().enumerate() {
                let path = format!("{path}[{index}]");
                match after.get_mut(index).and_then(Option::take) {
                    Some(after) => leaves(&path, before, after, depth + 1, push),
                    None => push(one_sided(path, Some(before), None)),
                }
            }
            for (index, after) in after.into_iter().enumerate().skip(n_before.min(n_after)) {
                push(one_sided(format!("{path}[{index}]"), None, after));
            }
        }
        (before, after) => push(one_sided(path.to_owned(), Some(before), Some(after))),
    }
}

fn one_sided(path: String, before: Option<Json>, after: Option<Json>) -> Difference {
    Difference { path, is_without_effect: false, before, after }
}

fn warning(item: &Json) -> Warning {
    let text = |name: &str| item.get(name).and_then(Json::as_str).unwrap_or_default();
    let deployment = text("target").rsplit('/').next().filter(|name| !name.is_empty());
    Warning {
        code: shortened(text("code").to_owned()),
        message: shortened(text("message").to_owned()),
        deployment: deployment.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// `path before -> after` of each.
    fn told(delta: Json) -> Vec<String> {
        let body = json!({"properties": {"changes": [
            {"resourceId": "/a", "changeType": "Modify", "delta": delta},
        ]}});
        let side = |value: &Option<Json>| value.as_ref().map_or("none".to_owned(), Json::to_string);
        let found = read(&body).unwrap();
        let differences = found.changes[0].differences.iter();
        differences.map(|one| format!("{} {} -> {}", one.path, side(&one.before), side(&one.after))).collect()
    }

    #[test]
    fn differences_are_read_down_to_their_leaves() {
        let array = json!([{"path": "properties.subnets", "propertyChangeType": "Array", "children": [
            {"path": "0", "propertyChangeType": "Modify", "children": [
                {"path": "properties.prefix", "propertyChangeType": "Modify", "before": "a", "after": "b"}]},
            {"path": "1", "propertyChangeType": "Delete", "before": {"name": "x"}},
        ]}]);
        assert_eq!(
            told(array),
            [
                r#"properties.subnets[0].properties.prefix "a" -> "b""#,
                r#"properties.subnets[1] {"name":"x"} -> none"#
            ]
        );
        // Without children ARM leaves the comparison to us.
        let whole = json!([{"path": "tags", "propertyChangeType": "Modify",
            "before": {"a": "1", "b": "2", "same": 1}, "after": {"a": "3", "c": [1], "same": 1}}]);
        assert_eq!(told(whole), [r#"tags.a "1" -> "3""#, "tags.c none -> [1]", r#"tags.b "2" -> none"#]);
        let list = json!([{"path": "zones", "propertyChangeType": "Array", "before": ["1", "2"], "after": ["1", "3", "4"]}]);
        assert_eq!(told(list), [r#"zones[1] "2" -> "3""#, r#"zones[2] none -> "4""#]);
    }

    #[test]
    fn an_answer_that_is_none_says_why() {
        assert_eq!(
            read(&json!({"status": "Succeeded"})).unwrap_err(),
            "the prediction has no list of changes"
        );
        let odd = json!({"properties": {"changes": [{"resourceId": "/a", "changeType": "Ponder"}, {"x": 1}], "diagnostics": [
            {"code": "C", "message": "m", "target": "/subscriptions/s/providers/Microsoft.Resources/deployments/inner"}]}});
        let found = read(&odd).unwrap();
        assert_eq!((found.changes.len(), found.changes[0].kind), (1, Kind::Unsupported));
        assert_eq!(found.warnings[0].deployment.as_deref(), Some("inner"));
    }
}
