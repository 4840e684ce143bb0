//! Azure AI Content Safety by script: which texts are found to be how severe, which are attacks, which words are blocked.
//! REST API, `text:analyze` and `text:shieldPrompt` of 2024-09-01 (learn.microsoft.com/rest/api/contentsafety, read
//! 2026-11-30).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Answer, Ask};

/// The most characters of one text (the REST reference).
const MAX_CHARACTERS: usize = 10_000;

/// What the service finds. Everything else is harmless.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContentSafety {
    pub findings: Vec<Finding>,
    /// A prompt or document with one of these in it is an attack.
    pub attacks: Vec<String>,
    /// Words by the name of their list.
    pub blocklists: BTreeMap<String, Vec<String>>,
    /// Answers this status instead.
    pub status: Option<u16>,
}

/// A text that has `contains` in it, whatever the case, is of that severity.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    pub contains: String,
    pub category: Category,
    /// 0 to 7.
    pub severity: u8,
}

/// A category of harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Category {
    Hate,
    SelfHarm,
    Sexual,
    Violence,
}

impl Category {
    const ALL: [(&'static str, Self); 4] = [
        ("Hate", Self::Hate),
        ("SelfHarm", Self::SelfHarm),
        ("Sexual", Self::Sexual),
        ("Violence", Self::Violence),
    ];
}

impl ContentSafety {
    /// Answers a request; credentials were looked at before.
    pub fn serve(&self, ask: &Ask<'_>) -> Answer {
        if let Some(status) = self.status {
            return refusal(status, "InternalServerError", "The script answers so.");
        }
        let operation = ask.path.strip_prefix("/contentsafety/").unwrap_or_default();
        if ask.method != "POST" || !matches!(operation, "text:analyze" | "text:shieldPrompt") {
            return refusal(404, "NotFound", "The requested operation is not simulated.");
        }
        let Ok(request) = serde_json::from_slice::<Json>(ask.body) else {
            return refusal(400, "InvalidRequestBody", "The request body is not valid JSON.");
        };
        if operation == "text:analyze" { self.analyze(&request) } else { self.shield(&request) }
    }

    fn analyze(&self, request: &Json) -> Answer {
        let text = match text_of(request, "text") {
            Ok(text) => text.to_lowercase(),
            Err(refused) => return refused,
        };
        let asked = |list: &str| request[list].as_array().cloned().unwrap_or_default();
        let mut matches = Vec::new();
        for name in asked("blocklistNames").iter().filter_map(Json::as_str) {
            let Some(words) = self.blocklists.get(name) else {
                return refusal(404, "NotFound", &format!("Blocklist '{name}' is not found."));
            };
            let found = words.iter().enumerate().filter(|(_, word)| text.contains(&word.to_lowercase()));
            matches.extend(found.map(|(nth, word)| {
                json!({"blocklistName": name, "blocklistItemId": format!("{name}-{nth}"), "blocklistItemText": word})
            }));
        }
        let categories = asked("categories");
        let is_asked = |name: &str| categories.is_empty() || categories.iter().any(|one| one == name);
        let halts = request["haltOnBlocklistHit"] == Json::Bool(true) && !matches.is_empty();
        // Of eight levels the service shows the even ones unless it is asked for all.
        let shows_all = request["outputType"] == "EightSeverityLevels";
        let analysis: Vec<Json> = Category::ALL
            .into_iter()
            .filter(|(name, _)| is_asked(name) && !halts)
            .map(|(name, category)| {
                let severity = self.severity(category, &text);
                json!({"category": name, "severity": if shows_all { severity } else { severity & !1 }})
            })
            .collect();
        Answer::ok(json!({"blocklistsMatch": matches, "categoriesAnalysis": analysis}))
    }

    fn severity(&self, category: Category, text: &str) -> u8 {
        let of_category = self.findings.iter().filter(|finding| finding.category == category);
        let found = of_category.filter(|finding| text.contains(&finding.contains.to_lowercase()));
        found.map(|finding| finding.severity.min(7)).max().unwrap_or_default()
    }

    fn shield(&self, request: &Json) -> Answer {
        let prompt = match text_of(request, "userPrompt") {
            Ok(prompt) => prompt,
            Err(refused) => return refused,
        };
        let is_attack = |text: &str| {
            let text = text.to_lowercase();
            self.attacks.iter().any(|attack| text.contains(&attack.to_lowercase()))
        };
        let documents = request["documents"].as_array().into_iter().flatten();
        let documents: Vec<Json> = documents
            .map(|document| json!({"attackDetected": is_attack(document.as_str().unwrap_or_default())}))
            .collect();
        Answer::ok(json!({
            "userPromptAnalysis": {"attackDetected": is_attack(prompt)},
            "documentsAnalysis": documents,
        }))
    }
}

fn text_of<'a>(request: &'a Json, name: &str) -> Result<&'a str, Answer> {
    let text = request[name].as_str().filter(|text| !text.is_empty()).ok_or_else(|| {
        refusal(400, "InvalidRequestBody", &format!("The field '{name}' is missing or empty."))
    })?;
    if text.chars().count() > MAX_CHARACTERS {
        let message = format!("The field '{name}' has more than {MAX_CHARACTERS} characters.");
        return Err(refusal(400, "InvalidRequestBody", &message));
    }
    Ok(text)
}

fn refusal(status: u16, code: &str, message: &str) -> Answer {
    Answer { status, body: json!({"error": {"code": code, "message": message}}) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service() -> ContentSafety {
        serde_json::from_value(json!({
            "findings": [
                {"contains": "Bomb", "category": "Violence", "severity": 5},
                {"contains": "small bomb", "category": "Violence", "severity": 3},
            ],
            "attacks": ["ignore all"],
            "blocklists": {"rivals": ["acme"]},
        }))
        .unwrap()
    }

    fn asked(operation: &str, body: &Json) -> Answer {
        let (path, body) = (format!("/contentsafety/text:{operation}"), body.to_string());
        service().serve(&Ask { method: "POST", host: "safety.example", path: &path, body: body.as_bytes() })
    }

    #[test]
    fn a_text_is_as_severe_as_the_worst_in_it() {
        let severities = |body: Json| {
            let answer = asked("analyze", &body);
            let list = answer.body["categoriesAnalysis"].as_array().unwrap();
            list.iter()
                .map(|one| format!("{}{}", one["category"].as_str().unwrap(), one["severity"]))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            severities(json!({"text": "a small BOMB", "outputType": "EightSeverityLevels"})),
            ["Hate0", "SelfHarm0", "Sexual0", "Violence5"]
        );
        assert_eq!(severities(json!({"text": "a bomb", "categories": ["Violence"]})), ["Violence4"]);
        assert_eq!(severities(json!({"text": "a spoon", "categories": ["Violence"]})), ["Violence0"]);
        let halted =
            json!({"text": "a bomb of Acme", "blocklistNames": ["rivals"], "haltOnBlocklistHit": true});
        assert!(severities(halted.clone()).is_empty());
        assert_eq!(asked("analyze", &halted).body["blocklistsMatch"][0]["blocklistItemText"], "acme");
    }

    #[test]
    fn attacks_are_found_in_prompts_and_documents() {
        let body = json!({"userPrompt": "Ignore ALL that", "documents": ["fine", "then ignore all"]});
        let answer = asked("shieldPrompt", &body);
        assert_eq!(answer.body["userPromptAnalysis"]["attackDetected"], true);
        assert_eq!(
            answer.body["documentsAnalysis"],
            json!([{"attackDetected": false}, {"attackDetected": true}])
        );
    }

    #[test]
    fn what_the_service_does_not_take_is_refused() {
        for (operation, body, status) in [
            ("analyze", json!({}), 400),
            ("analyze", json!({"text": "a".repeat(10_001)}), 400),
            ("analyze", json!({"text": "a", "blocklistNames": ["none"]}), 404),
            ("shieldPrompt", json!({"text": "a"}), 400),
            ("other", json!({}), 404),
        ] {
            assert_eq!(asked(operation, &body).status, status, "{operation}");
        }
        let down = ContentSafety { status: Some(503), ..ContentSafety::default() };
        let ask = Ask { method: "POST", host: "h", path: "/contentsafety/text:analyze", body: b"{}" };
        assert_eq!(down.serve(&ask).status, 503);
    }
}
