//! Azure AI Language by script: which texts are personal. REST API, `:analyze-text` of 2024-11-01, kind
//! `PiiEntityRecognition` (learn.microsoft.com/rest/api/language); limits: learn.microsoft.com/azure/ai-services/language-service/
//! concepts/data-limits. Both read 2026-12-01.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Answer, Ask};

/// Documents of one request.
const MAX_DOCUMENTS: usize = 5;
/// Characters of one document.
const MAX_CHARACTERS: usize = 5_120;

/// What the service finds. Everything else is nobody's.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Language {
    pub personal: Vec<Personal>,
    /// Answers this status instead.
    pub status: Option<u16>,
}

/// A text that is personal wherever it stands.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Personal {
    pub text: String,
    /// The service's name, such as `Email`.
    pub category: String,
}

impl Language {
    /// Answers a request; credentials were looked at before.
    pub fn serve(&self, ask: &Ask<'_>) -> Answer {
        if let Some(status) = self.status {
            return refusal(status, "InternalServerError", "The script answers so.");
        }
        if ask.method != "POST" || ask.path != "/language/:analyze-text" {
            return refusal(404, "NotFound", "The requested operation is not simulated.");
        }
        let Ok(request) = serde_json::from_slice::<Json>(ask.body) else {
            return refusal(400, "InvalidRequest", "The request body is not valid JSON.");
        };
        if request["kind"] != "PiiEntityRecognition" {
            return refusal(400, "InvalidArgument", "This kind of task is not simulated.");
        }
        let documents = request["analysisInput"]["documents"].as_array().cloned().unwrap_or_default();
        if documents.is_empty() || documents.len() > MAX_DOCUMENTS {
            let message = format!("A request has 1 to {MAX_DOCUMENTS} documents.");
            return refusal(400, "InvalidRequest", &message);
        }
        let asked = request["parameters"]["piiCategories"].as_array();
        let is_asked = |category: &str| asked.is_none_or(|all| all.iter().any(|one| one == category));
        let (mut read, mut errors) = (Vec::new(), Vec::new());
        for document in &documents {
            let text = document["text"].as_str().unwrap_or_default();
            if text.trim().is_empty() || text.chars().count() > MAX_CHARACTERS {
                let error = json!({"code": "InvalidArgument", "message": "Invalid document in request."});
                errors.push(json!({"id": document["id"], "error": error}));
                continue;
            }
            let wanted = self.personal.iter().filter(|one| is_asked(&one.category));
            let entities: Vec<Json> = wanted.flat_map(|one| places(text, one)).collect();
            read.push(json!({"id": document["id"], "entities": entities, "warnings": []}));
        }
        let results = json!({"documents": read, "errors": errors, "modelVersion": "2025-02-01"});
        Answer::ok(json!({"kind": "PiiEntityRecognitionResults", "results": results}))
    }
}

/// Offsets and lengths in UTF-16 code units, as `stringIndexType` asks for.
fn places<'a>(text: &'a str, one: &'a Personal) -> impl Iterator<Item = Json> + 'a {
    let units = |text: &str| text.encode_utf16().count();
    let found = text.match_indices(&one.text).filter(|(_, found)| !found.is_empty());
    found.map(move |(at, found)| {
        let (offset, length) = (units(text.get(..at).unwrap_or_default()), units(found));
        json!({"text": found, "category": one.category, "offset": offset, "length": length, "confidenceScore": 0.9})
    })
}

fn refusal(status: u16, code: &str, message: &str) -> Answer {
    Answer { status, body: json!({"error": {"code": code, "message": message}}) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(body: &Json) -> Answer {
        let service: Language =
            serde_json::from_value(json!({"personal": [{"text": "Zoë", "category": "Person"}]})).unwrap();
        let body = body.to_string();
        service.serve(&Ask {
            method: "POST",
            host: "words.example",
            path: "/language/:analyze-text",
            body: body.as_bytes(),
        })
    }

    fn of(categories: &[&str], texts: &[&str]) -> Json {
        let documents: Vec<Json> = texts.iter().map(|text| json!({"id": "1", "text": text})).collect();
        json!({
            "kind": "PiiEntityRecognition",
            "parameters": {"piiCategories": categories},
            "analysisInput": {"documents": documents},
        })
    }

    #[test]
    fn places_are_counted_in_utf_16() {
        let answer = asked(&of(&["Person"], &["😀 Zoë and Zoë"]));
        let entities = answer.body["results"]["documents"][0]["entities"].as_array().unwrap().clone();
        let places: Vec<(u64, u64)> = entities
            .iter()
            .map(|one| (one["offset"].as_u64().unwrap(), one["length"].as_u64().unwrap()))
            .collect();
        assert_eq!(places, [(3, 3), (11, 3)]);
        let others = asked(&of(&["Email"], &["Zoë"]));
        assert_eq!(others.body["results"]["documents"][0]["entities"], json!([]));
    }

    #[test]
    fn what_the_service_does_not_take_is_refused() {
        assert_eq!(asked(&json!({"kind": "SentimentAnalysis"})).status, 400);
        assert_eq!(asked(&of(&["Person"], &["a"; 6])).status, 400);
        let long = asked(&of(&["Person"], &["a".repeat(5_121).as_str(), "b"]));
        assert_eq!(long.body["results"]["errors"].as_array().map(Vec::len), Some(1));
        assert_eq!(long.body["results"]["documents"].as_array().map(Vec::len), Some(1));
    }
}
