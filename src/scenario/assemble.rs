//! From the blocks of a case to the configuration of its gateway.

use std::sync::Arc;

use indexmap::IndexMap;

use super::expect::{Scope, Subject};
use super::steps::{Step, StepKind};
use super::tokens::names_in;
use super::{Case, Landing, Specs, codes, config};
use crate::diag::{DiagResult, Diagnostic, finish};
use crate::gateway::{Config, SubscriptionScope};
use crate::openai::Account;
use crate::text::{Source, Span};

/// A case before anything runs.
pub(super) struct Assembled {
    pub config: Config,
    pub accounts: Vec<(String, Account)>,
    /// The documents that the gateway names in traces, and where in the file they stand.
    pub documents: IndexMap<String, Span>,
}

/// Puts a configuration together and checks what later blocks name.
///
/// # Errors
/// What does not fit, with its place.
pub(super) fn assemble(source: &Arc<Source>, case: &Case, specs: &dyn Specs) -> DiagResult<Assembled> {
    let mut found = Vec::new();
    let mut assembled =
        Assembled { config: Config::default(), accounts: Vec::new(), documents: IndexMap::new() };
    if let Some(path) = &case.spec
        && let Err(diagnostics) = deploy(source, path, "", case.span, &mut assembled, specs)
    {
        found.extend(diagnostics);
    }
    for step in &case.steps {
        if let Err(diagnostic) = add(source, step, &mut assembled, specs) {
            found.extend(diagnostic);
        }
    }
    check_references(source, case, &assembled.config, &mut found);
    finish(assembled, found).map(|(assembled, _)| assembled)
}

/// Takes the landing zone of the spec at `path`, as the file `from` writes it.
fn deploy(
    source: &Arc<Source>,
    path: &str,
    from: &str,
    place: Span,
    assembled: &mut Assembled,
    specs: &dyn Specs,
) -> Result<(), Vec<Diagnostic>> {
    let landing = specs.landing(path, from).map_err(|found| {
        let message = format!("the spec `{path}` does not come to a gateway");
        let own = Diagnostic::new(&codes::SPEC, message).at(source, place);
        found.0.into_iter().chain([own]).collect::<Vec<_>>()
    })?;
    let Landing { config, accounts } = landing;
    (assembled.config, assembled.accounts) = (config, accounts);
    Ok(())
}

fn add(
    source: &Arc<Source>,
    step: &Step,
    assembled: &mut Assembled,
    specs: &dyn Specs,
) -> Result<(), Vec<Diagnostic>> {
    let block = &step.block;
    let config = &mut assembled.config;
    match &step.kind {
        StepKind::Spec(path) => {
            deploy(source, path, source.path(), block.span, assembled, specs)?;
        }
        StepKind::Config(short) => short
            .as_ref()
            .clone()
            .add_to(config)
            .map_err(|why| vec![Diagnostic::new(&codes::VALUE, why).at(source, block.span)])?,
        StepKind::Policy(words) => {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            config::set_policy(config, &words, &block.text).map_err(|missing| {
                let message = format!("there is no {} `{}`", missing.what, missing.name);
                let diagnostic = Diagnostic::new(&codes::NAME, message).at(source, block.info_span);
                let known = missing.known.iter().map(String::as_str);
                vec![diagnostic.did_you_mean(&missing.name, known).help(
                    "write `xml policy global`, `xml policy workspace ID`, `xml policy api [ID]`, `xml policy product ID` \
                     or `xml policy operation [API/]ID`",
                )]
            })?;
            assembled.documents.insert(document_of(config, &words), block.span);
        }
        StepKind::Fragment(id) => {
            config.fragments.insert(id.clone(), block.text.clone());
            assembled.documents.insert(format!("fragment {id}"), block.span);
        }
        _ => {}
    }
    Ok(())
}

/// The name that the gateway gives a policy document.
fn document_of(config: &Config, words: &[&str]) -> String {
    let first_api = config.apis.first().map_or("", |api| api.id.as_str());
    match *words {
        ["global"] => "global policy".to_owned(),
        ["api"] => format!("api {first_api}"),
        ["operation", id] if !id.contains('/') => format!("operation {first_api}/{id}"),
        _ => words.join(" "),
    }
}

/// Names in loads, expectations and the configuration itself that nothing has.
fn check_references(source: &Arc<Source>, case: &Case, config: &Config, found: &mut Vec<Diagnostic>) {
    let subscriptions: Vec<&str> =
        config.subscriptions.iter().flat_map(|one| [one.id.as_str(), one.display_name.as_str()]).collect();
    let backends: Vec<&str> = config.backends.iter().map(|one| one.id.as_str()).collect();
    let (mut requests, mut phases) = (Vec::new(), Vec::new());
    for step in &case.steps {
        let StepKind::Load(load) = &step.kind else { continue };
        requests.extend(load.requests.iter().map(|one| one.name.as_str()));
        phases.extend(load.phases.iter().map(|one| one.name.as_str()));
        for name in load.requests.iter().flat_map(|one| &one.subscriptions) {
            found.extend(
                missing("subscription", name, &subscriptions).map(|it| it.at(source, step.block.span)),
            );
        }
    }
    for subscription in &config.subscriptions {
        let (what, name, known): (_, _, Vec<&str>) = match &subscription.scope {
            SubscriptionScope::AllApis => continue,
            SubscriptionScope::Product(name) => {
                ("product", name, config.products.iter().map(|one| one.id.as_str()).collect())
            }
            SubscriptionScope::Api(name) => {
                ("API", name, config.apis.iter().map(|one| one.id.as_str()).collect())
            }
        };
        let block = case.steps.iter().find(|step| matches!(step.kind, StepKind::Config(_)));
        let place = block.map_or(case.span, |step| step.block.span);
        found.extend(missing(what, name, &known).map(|it| it.at(source, place)));
    }
    let tokens: Vec<&str> = case
        .steps
        .iter()
        .filter_map(|step| match &step.kind {
            StepKind::Tokens(written) => Some(written.keys().map(String::as_str)),
            _ => None,
        })
        .flatten()
        .collect();
    for step in &case.steps {
        let values: Vec<&String> = match &step.kind {
            StepKind::Request(request) => request.headers.0.iter().map(|(_, value)| value).collect(),
            StepKind::Load(load) => load.requests.iter().flat_map(|one| one.headers.values()).collect(),
            _ => continue,
        };
        for name in values.into_iter().flat_map(|value| names_in(value)) {
            found.extend(missing("token", name, &tokens).map(|it| it.at(source, step.block.span)));
        }
    }
    for step in &case.steps {
        let StepKind::Expect(lines) = &step.kind else { continue };
        for line in lines {
            let Scope { request, phase, subscription, backend } = &line.scope;
            let of_subject = match &line.subject {
                Subject::CallsTo(name) | Subject::ShareOf(name) | Subject::ShareOfAnswersFrom(name) => {
                    Some(name)
                }
                _ => None,
            };
            let wrong = [
                request.as_ref().and_then(|name| missing("request", name, &requests)),
                phase.as_ref().and_then(|name| missing("phase", name, &phases)),
                subscription.as_ref().and_then(|name| missing("subscription", name, &subscriptions)),
                backend.as_ref().and_then(|name| missing("backend", name, &backends)),
                of_subject
                    .filter(|name| !name.contains('.'))
                    .and_then(|name| missing("backend", name, &backends)),
            ];
            found.extend(wrong.into_iter().flatten().map(|diagnostic| diagnostic.at(source, line.span)));
        }
    }
}

fn missing(what: &str, name: &str, known: &[&str]) -> Option<Diagnostic> {
    if known.contains(&name) {
        return None;
    }
    let diagnostic = Diagnostic::new(&codes::NAME, format!("there is no {what} `{name}`"));
    Some(diagnostic.did_you_mean(name, known.iter().copied()))
}
