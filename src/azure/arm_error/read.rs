//! Reads the tree of an error out of the shapes that ARM and the providers give it:
//!
//! ```text
//! {"error": {"code", "message", "details": [...], "innererror": {...}}}     ARM's own
//! {"Code": "NotFound", "Message": "..."}                                    older providers
//! {"code": "Conflict", "message": "{\"error\": {...}}"}                     the next level as JSON in a string
//! {"code": "X", "message": "... Response: '{\"error\": {...}}'."}           the same behind some words
//! {"message": "<Error><Code>401</Code><Detail>...</Detail></Error>"}        the same as XML
//! ```

use serde_json::{Map, Value as Json};

use super::{ArmError, clean};

/// Details of one level that are read. A deployment reports one for each failed resource, of which a stage has some
/// hundred; the rest of an answer of megabytes would not be read by anybody.
const DETAILS_MAX: usize = 500;
/// Places of a message where JSON might begin that are tried.
const STARTS_MAX: usize = 16;

/// An error body, or a string that holds one.
pub(super) fn body(value: &Json, depth: usize) -> Option<ArmError> {
    match value {
        Json::Object(object) => of_object(object, depth),
        Json::String(text) if depth > 0 => packed(text, depth - 1).map(|(_, inner)| inner),
        _ => None,
    }
}

fn of_object(object: &Map<String, Json>, depth: usize) -> Option<ArmError> {
    if let Some(inner) =
        field(object, "error").filter(|inner| inner.is_object() || text_of(object, "message").is_empty())
        && let Some(error) = body(inner, depth)
    {
        return Some(error);
    }
    let (code, message) = (text_of(object, "code"), text_of(object, "message"));
    if code.is_empty() && message.is_empty() {
        return None;
    }
    let mut error = ArmError::new(clean(code), "");
    error.target = Some(clean(text_of(object, "target"))).filter(|target| !target.is_empty());
    error.additional_info =
        field(object, "additionalInfo").and_then(Json::as_array).cloned().unwrap_or_default();
    if depth > 0 {
        error.details = details(object, depth - 1);
        if let Some((words, inner)) = packed(message, depth - 1) {
            error.message = if words.is_empty() { inner.message.clone() } else { clean(words) };
            error.details.insert(0, inner);
            inherit(&mut error);
            return Some(error);
        }
    }
    error.message = clean(message);
    inherit(&mut error);
    Some(error)
}

/// What lies below: `details`, a list or a single one, and `innererror`.
fn details(object: &Map<String, Json>, depth: usize) -> Vec<ArmError> {
    let listed = match field(object, "details") {
        Some(Json::Array(items)) => items.as_slice(),
        Some(single) => std::slice::from_ref(single),
        None => &[],
    };
    let inner = field(object, "innererror").into_iter();
    listed.iter().take(DETAILS_MAX).chain(inner).filter_map(|detail| body(detail, depth)).collect()
}

/// What a level leaves out is that of the level above: `{"code": "ForbiddenByRbac"}` below a message, or a message
/// below a code. A level that then says nothing new is none.
fn inherit(error: &mut ArmError) {
    let (code, message) = (error.code.clone(), error.message.clone());
    for detail in &mut error.details {
        if detail.code.is_empty() {
            detail.code.clone_from(&code);
        }
        if detail.message.is_empty() && detail.details.is_empty() {
            detail.message.clone_from(&message);
        }
    }
    error.details.retain(|detail| {
        let is_new = detail.code != code || detail.message != message || detail.target.is_some();
        is_new || !detail.details.is_empty()
    });
}

/// Providers do not agree on how names are spelled: `innererror`, `innerError`, `Code`.
fn field<'a>(object: &'a Map<String, Json>, name: &str) -> Option<&'a Json> {
    object
        .get(name)
        .or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

fn text_of<'a>(object: &'a Map<String, Json>, name: &str) -> &'a str {
    field(object, name).and_then(Json::as_str).unwrap_or_default()
}

/// Finds an error inside a message: the words before it, empty where the message is nothing else, and the error.
fn packed(message: &str, depth: usize) -> Option<(&str, ArmError)> {
    let trimmed = message.trim();
    if trimmed.starts_with('<') {
        return xml(trimmed).map(|error| ("", error));
    }
    if let Ok(whole @ (Json::Object(_) | Json::String(_))) = serde_json::from_str(trimmed) {
        return body(&whole, depth).map(|error| ("", error));
    }
    let starts = trimmed.match_indices('{').map(|(start, _)| start).take(STARTS_MAX);
    for start in starts {
        let mut documents = serde_json::Deserializer::from_str(&trimmed[start..]).into_iter::<Json>();
        // In the midst of a sentence only what names a code is an error; other JSON is part of the sentence.
        if let Some(Ok(value)) = documents.next()
            && let Some(inner) =
                body(&value, depth).filter(|inner| !inner.code.is_empty() && !inner.message.is_empty())
        {
            return Some((trimmed[..start].trim_end_matches(['\'', '"', ' ', '\r', '\n']), inner));
        }
    }
    None
}

/// `<error><code>X</code><message>Y</message></error>`, as data planes answer; `Detail` is Service Bus' word.
fn xml(text: &str) -> Option<ArmError> {
    let code = element(text, "code")?;
    let message = element(text, "message").or_else(|| element(text, "detail"))?;
    Some(ArmError::new(clean(&code), clean(&message)))
}

/// The text of the first element of that name, compared without case.
fn element(text: &str, name: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let start = lower.find(&format!("<{name}>")).map(|at| at + name.len() + 2).or_else(|| {
        let tag = lower.find(&format!("<{name} "))?;
        Some(tag + lower[tag..].find('>')? + 1)
    })?;
    let end = start + lower[start..].find(&format!("</{name}>"))?;
    let inside = &text[start..end];
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]
        .iter()
        .fold(inside.to_owned(), |text, (entity, character)| text.replace(entity, character));
    Some(plain).filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn causes(value: &Json) -> Vec<String> {
        let error = body(value, 12).expect("an error");
        error.causes().iter().map(|way| way.last().expect("a way has an end").to_string()).collect()
    }

    #[test]
    fn an_inner_error_that_is_only_a_code_has_the_words_above_it() {
        let value = json!({"error": {"code": "Forbidden", "message": "no", "innerError": {"code": "ForbiddenByRbac"}}});
        assert_eq!(causes(&value), ["ForbiddenByRbac: no"]);
    }

    #[test]
    fn json_behind_words_is_the_next_level_and_other_json_is_part_of_the_words() {
        let value =
            json!({"code": "A", "message": "it failed: '{\"error\":{\"code\":\"B\",\"message\":\"why\"}}'."});
        assert_eq!(causes(&value), ["B: why"]);
        assert_eq!(body(&value, 12).unwrap().to_string(), "A: it failed:");
        let sentence = "denied by '[{\"policyAssignment\":{\"name\":\"tags\"}}]'.";
        assert_eq!(causes(&json!({"code": "A", "message": sentence})), [format!("A: {sentence}")]);
    }

    #[test]
    fn old_spellings_nulls_and_xml_are_read() {
        let old = json!({"Code": "NotFound", "Message": "gone", "Target": null, "Details": [
            {"Message": "gone"}, {"Code": "NotFound"}, {"ErrorEntity": {"ExtendedCode": "51004"}}]});
        assert_eq!(causes(&old), ["NotFound: gone"]);
        let xml = json!("<?xml version=\"1.0\"?><Error><Code>401</Code><Detail>a &amp; b</Detail></Error>");
        assert_eq!(causes(&xml), ["401: a & b"]);
        assert_eq!(body(&json!("<html><body>sorry</body></html>"), 12), None);
    }

    #[test]
    fn several_causes_come_in_order_and_each_once() {
        let detail = |code: &str, message: &str| json!({"code": code, "message": message});
        let value = json!({"error": {"code": "DeploymentFailed", "message": "see below", "details": [
            detail("A", "one"), detail("B", "two"), detail("A", "one"), detail("a", "one")]}});
        assert_eq!(causes(&value), ["A: one", "B: two"]);
    }
}
