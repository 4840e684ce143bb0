//! `<llm-content-safety backend-id="…" shield-prompt="true"><categories output-type="EightSeverityLevels"><category
//! name="Hate" threshold="4"/></categories><blocklists><id>…</id></blocklists></llm-content-safety>`: what is asked, and
//! with `enforce-on-completions` what is answered, goes to Azure AI Content Safety first; what that finds is refused
//! with 403. Learn, llm-content-safety (2025-02-06, changes of 2026-03-23): a severity at the threshold or above is
//! refused; a prompt is sent in windows of 10,000 characters, a completion whole or in windows of `window-size`;
//! a stream that is found out just ends, without a 403. In outbound the policy checks the answer alone.
//!
//! Requests are those of the service's REST API, `text:analyze` and `text:shieldPrompt` of 2024-09-01.
//!
//! Decisions, where the page is silent:
//! - A request without a text passes. A body of no known shape is not let through unread: all texts of its JSON are
//!   checked, or the whole of it where it is no JSON; one of more than ten windows is refused with 403. A completion without `window-size` beyond 10,000 characters is refused with
//!   403, as the page says of text that is longer than the service takes.
//! - Where the service cannot be asked, the request ends with 500, a stream breaks off.
//! - The caller reads `Request failed content safety check.`; what was found is in `context.LastError.Message`, under
//!   the reason `ContentSafetyViolation`. Neither is documented.
//! - The events of a stream are held back until the window they are in has passed; without `window-size` to the end.
//!   A caller who hangs up takes what is held along.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::Executor;
use crate::gateway::Headers;
use crate::gateway::compile::Compiler;
use crate::gateway::content_guard::{GuardedStream, Verdict, Windows};
use crate::gateway::fault::Fault;
use crate::gateway::live::{Live, LiveBody};
use crate::gateway::llm::{completion_text, prompt, unread};
use crate::gateway::pipeline::{Flow, Run, StepPlace};
use crate::gateway::service_call::{self, ServiceCall};
use crate::gateway::setting::{Setting, get_or};
use crate::gateway::tokens::Meter;
use crate::policy::{Placed, Section};

pub(super) static EXECUTOR: Executor = Executor { element: "llm-content-safety", compile };

const API_VERSION: (&str, &str) = ("api-version", "2024-09-01");

/// The most that the service takes at once (Learn, content safety overview, input requirements).
const MAX_TEXT_CHARACTERS: usize = 10_000;

/// A body that has the shape of no request to a model may be anything, such as a file; each window is a call.
const MAX_UNREAD_WINDOWS: usize = 10;

struct ContentSafety {
    is_outbound: bool,
    /// Where answers are checked that inbound asks to have checked.
    review_place: StepPlace,
    backend: Setting<String>,
    shields: Option<Setting<bool>>,
    enforces: Option<Setting<bool>>,
    window: Option<Setting<i64>>,
    overlap: Option<Setting<i64>>,
    output_type: Option<Setting<String>>,
    categories: Vec<(Setting<String>, Setting<i64>)>,
    blocklists: Vec<Setting<String>>,
}

/// What one request is checked for, with everything evaluated.
#[derive(Clone, Debug)]
pub(super) struct Check {
    backend: String,
    output_type: String,
    /// Name and threshold.
    categories: Vec<(String, i64)>,
    blocklists: Vec<String>,
    /// Of completions; 0 for all at once.
    window: usize,
    overlap: usize,
}

fn compile(compiler: &mut Compiler<'_>, placed: &Placed) -> Option<Box<dyn Run>> {
    let element = &placed.element;
    compiler.check_backend(element, "backend-id");
    let list = |name| element.children.iter().find(|child| child.name == name);
    let categories = list("categories");
    let category = |child: &Arc<crate::policy::PolicyElement>| {
        Some((compiler.setting(child, "name")?, compiler.setting(child, "threshold")?))
    };
    let ids = list("blocklists").into_iter().flat_map(|list| &list.children);
    Some(Box::new(ContentSafety {
        is_outbound: placed.section == Section::Outbound,
        review_place: StepPlace { section: Section::Outbound, ..compiler.place(placed) },
        backend: compiler.setting(element, "backend-id")?,
        shields: compiler.setting(element, "shield-prompt"),
        enforces: compiler.setting(element, "enforce-on-completions"),
        window: compiler.setting(element, "window-size"),
        overlap: compiler.setting(element, "window-overlap-size"),
        output_type: categories.and_then(|list| compiler.setting(list, "output-type")),
        categories: categories.into_iter().flat_map(|list| &list.children).filter_map(category).collect(),
        blocklists: ids.filter_map(|id| compiler.text(id)).collect(),
    }))
}

impl Run for ContentSafety {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let check = self.check(live)?;
        if self.is_outbound {
            check.review(live)?;
            return Ok(Flow::Next);
        }
        let (text, is_read) = prompt_text(live);
        let shields = get_or(self.shields.as_ref(), false, live)?;
        let windows = Windows::new(MAX_TEXT_CHARACTERS, 0).cut(&text);
        if !is_read && windows.len() > MAX_UNREAD_WINDOWS {
            return Verdict::Found("more than it takes of a request of no known shape".to_owned())
                .refuse()
                .map(|()| Flow::Next);
        }
        for window in windows {
            if shields {
                check.shield(live, &window).map_err(broken)?.refuse()?;
            }
            check.analyze(live, &window).map_err(broken)?.refuse()?;
        }
        if get_or(self.enforces.as_ref(), false, live)? {
            let place = self.review_place.clone();
            live.state().meters.push(Arc::new(Review { check, place }));
        }
        Ok(Flow::Next)
    }
}

impl ContentSafety {
    fn check(&self, live: &Arc<Live>) -> Result<Check, Fault> {
        let size = |setting: Option<&Setting<i64>>| -> Result<usize, Fault> {
            Ok(usize::try_from(get_or(setting, 0, live)?).unwrap_or_default())
        };
        let (mut categories, mut blocklists) = (Vec::new(), Vec::new());
        for (name, threshold) in &self.categories {
            categories.push((name.get(live)?, threshold.get(live)?));
        }
        for id in &self.blocklists {
            blocklists.push(id.get(live)?.trim().to_owned());
        }
        Ok(Check {
            backend: self.backend.get(live)?,
            output_type: get_or(self.output_type.as_ref(), "FourSeverityLevels".to_owned(), live)?,
            categories,
            blocklists,
            window: size(self.window.as_ref())?.min(MAX_TEXT_CHARACTERS),
            overlap: size(self.overlap.as_ref())?,
        })
    }
}

impl Check {
    /// Asks whether a text attacks the model.
    fn shield(&self, live: &Live, text: &str) -> Result<Verdict, String> {
        let body = json!({"userPrompt": text, "documents": []});
        let answer = self.post(live, "contentsafety/text:shieldPrompt", &body)?;
        let attacks = answer.pointer("/userPromptAnalysis/attackDetected").and_then(Json::as_bool);
        match attacks {
            Some(true) => Ok(Verdict::Found("an attack on the model".to_owned())),
            Some(false) => Ok(Verdict::Clean),
            None => Err(format!("`{}` answered without `userPromptAnalysis`", self.backend)),
        }
    }

    /// Asks for categories and blocklists. Without either there is nothing to ask.
    pub(super) fn analyze(&self, live: &Live, text: &str) -> Result<Verdict, String> {
        if (self.categories.is_empty() && self.blocklists.is_empty()) || text.is_empty() {
            return Ok(Verdict::Clean);
        }
        let mut body = json!({"text": text});
        if !self.categories.is_empty() {
            let names: Vec<&str> = self.categories.iter().map(|(name, _)| name.as_str()).collect();
            body["categories"] = json!(names);
            body["outputType"] = json!(self.output_type);
        }
        if !self.blocklists.is_empty() {
            body["blocklistNames"] = json!(self.blocklists);
            body["haltOnBlocklistHit"] = json!(false);
        }
        let answer = self.post(live, "contentsafety/text:analyze", &body)?;
        let list = |name: &str| answer.get(name).and_then(Json::as_array);
        if let Some(hit) = list("blocklistsMatch").and_then(|hits| hits.first()) {
            let name = hit.get("blocklistName").and_then(Json::as_str).unwrap_or_default();
            return Ok(Verdict::Found(format!("an item of the blocklist `{name}`")));
        }
        let Some(analysis) = list("categoriesAnalysis") else {
            return Err(format!("`{}` answered without `categoriesAnalysis`", self.backend));
        };
        for (name, threshold) in &self.categories {
            let of_name = |one: &&Json| one.get("category").and_then(Json::as_str) == Some(name);
            let severity = analysis.iter().find(of_name).and_then(|one| one.get("severity")?.as_i64());
            if let Some(severity) = severity.filter(|severity| severity >= threshold) {
                return Ok(Verdict::Found(format!("`{name}` of severity {severity}")));
            }
        }
        Ok(Verdict::Clean)
    }

    fn post(&self, live: &Live, path: &str, body: &Json) -> Result<Json, String> {
        let call = ServiceCall {
            backend: &self.backend,
            path,
            query: API_VERSION,
            headers: Headers::default(),
            body,
        };
        service_call::post(live, &call)
    }

    /// Checks the answer that is there, or has its stream checked as it passes.
    fn review(&self, live: &Arc<Live>) -> Result<(), Fault> {
        let windows = Windows::new(self.window, self.overlap);
        let text = {
            let mut state = live.state();
            let Some(response) = &mut state.response else { return Ok(()) };
            match std::mem::replace(&mut response.body, LiveBody::Read) {
                LiveBody::Stream(inner) => {
                    let (check, live) = (self.clone(), Arc::clone(live));
                    let ask = Box::new(move |text: &str| check.analyze_within_limit(&live, text));
                    response.body = LiveBody::Stream(Box::new(GuardedStream::new(inner, windows, ask)));
                    return Ok(());
                }
                body => response.body = body,
            }
            response.body.bytes().map(completion_text).unwrap_or_default()
        };
        for window in windows.cut(&text) {
            self.analyze_within_limit(live, &window).map_err(broken)?.refuse()?;
        }
        Ok(())
    }

    fn analyze_within_limit(&self, live: &Live, text: &str) -> Result<Verdict, String> {
        if text.chars().count() > MAX_TEXT_CHARACTERS {
            return Ok(Verdict::Found("more text than Content Safety takes at once".to_owned()));
        }
        self.analyze(live, text)
    }
}

/// Checks the answer once it is there, before outbound.
struct Review {
    check: Check,
    place: StepPlace,
}

impl Meter for Review {
    fn inspect(&self, live: &Arc<Live>) -> Result<(), Fault> {
        let step = live.begin_step(&self.place);
        self.check.review(live).map_err(|mut fault| {
            self.place.fill(&mut fault);
            live.note_at(step, fault.error.message.clone());
            fault
        })
    }
}

/// All text of the request, one message after the other, and whether it has a shape that is known.
fn prompt_text(live: &Live) -> (String, bool) {
    let state = live.state();
    let Some(body) = state.request.body.bytes() else { return (String::new(), true) };
    match prompt(body) {
        Some(read) => {
            let texts = read.messages.into_iter().map(|(_, text)| text);
            (texts.collect::<Vec<String>>().join("\n"), true)
        }
        None => (unread(body), false),
    }
}

impl Verdict {
    fn refuse(self) -> Result<(), Fault> {
        let Self::Found(what) = self else { return Ok(()) };
        let message = format!("Content Safety found {what}.");
        Err(Fault::refusal(403, "ContentSafetyViolation", message)
            .saying("Request failed content safety check."))
    }
}

fn broken(why: String) -> Fault {
    Fault::broken("ContentSafetyFailure", why)
}
