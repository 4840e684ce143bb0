//! What only all files of a folder together show: names that are there twice or for nobody, two documents for one
//! scope, fragments that stand where they may not once they are included.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::info::{Fact, Info};
use super::layout::{Place, What};
use super::references::Kind;
use super::service::Service;
use super::{File, Project, codes, counters};
use crate::diag::{Confidence, Diagnostic};
use crate::policy::elements::holds_policies;
use crate::policy::lower::check_section;
use crate::policy::{Body, PolicyElement, Section};
use crate::text::{Source, Span};

/// API Management puts the keys of loggers into named values of this name by itself, and shows no use of them.
const MADE_FOR_LOGGERS: &str = "Logger-Credentials-";

/// Everything that no file shows by itself; by file and place.
pub(super) fn check(project: &Project) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = project.infos.iter().flat_map(|info| info.found.clone()).collect();
    let uses = uses(project);
    for service in project.services.values() {
        named_values(project, service, &uses, &mut found);
        unused_fragments(project, service, &uses, &mut found);
        members_and_links(project, service, &mut found);
        counters::check(project, service, &mut found);
    }
    places(project, &mut found);
    included_fragments(project, &mut found);
    if let Err(cycles) = project.deployment_order() {
        found.extend(cycles);
    }
    found.sort_by(|left, right| place(left).cmp(&place(right)));
    found
}

fn place(diagnostic: &Diagnostic) -> Option<(&str, Span)> {
    diagnostic.primary.as_ref().map(|label| (label.source.path(), label.span))
}

/// Names of named values: whether they can be, are there twice, or are used by nobody.
fn named_values(project: &Project, service: &Service, uses: &Uses<'_>, found: &mut Vec<Diagnostic>) {
    let is_used = |name: &str| uses.contains(&(service.root.as_str(), Kind::NamedValue, name.to_owned()));
    let mut seen: IndexMap<String, (&Info, &str)> = IndexMap::new();
    for info in service.infos.iter().map(|index| &project.infos[*index]) {
        for name in info.facts.iter().filter_map(named_value) {
            let at = |diagnostic: Diagnostic| diagnostic.at(&info.source, span_of(&info.source, name));
            let is_char = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
            if name.is_empty() || name.len() > 256 || !name.chars().all(is_char) {
                let message = format!("`{name}` cannot be the name of a named value");
                let help = "use letters, digits, `-`, `.` and `_`";
                found.push(at(Diagnostic::new(&codes::BAD_ID, message)).help(help));
            }
            let key = name.to_ascii_lowercase();
            if let Some((first, other)) = seen.get(&key) {
                let message = format!("there are two named values `{name}`");
                let place = span_of(&first.source, other);
                let diagnostic = at(Diagnostic::new(&codes::DUPLICATE_ID, message));
                let diagnostic = diagnostic.related(&first.source, place, "the other one");
                found.push(diagnostic.help("rename one of them"));
            } else if !is_used(&key) && !name.starts_with(MADE_FOR_LOGGERS) && has_documents(service) {
                let message = format!("nothing here uses the named value `{name}`");
                let diagnostic = at(Diagnostic::new(&codes::UNUSED_NAMED_VALUE, message));
                found.push(diagnostic.confidence(Confidence::Medium));
            }
            seen.entry(key).or_insert((info, name));
        }
    }
}

fn named_value(fact: &Fact) -> Option<&str> {
    match fact {
        Fact::NamedValue { name, .. } => Some(name),
        _ => None,
    }
}

/// Where an information file writes a name; its beginning where the name is that of the folder.
fn span_of(source: &Source, name: &str) -> Span {
    // Pools name their members by the end of a resource id.
    let ended = format!("{name}\"");
    let starts = source.text().match_indices(&ended).map(|(at, _)| at);
    let mut whole = starts.filter(|at| source.text()[..*at].ends_with(['"', '/']));
    whole.next().map_or(Span::at(0), |at| Span::new(at, at + name.len()))
}

/// Whether policies of the service are here at all, so that a use could be seen.
fn has_documents(service: &Service) -> bool {
    !service.documents.is_empty()
}

/// What each service and its workspaces use: by root, kind and name in lower case.
type Uses<'a> = HashSet<(&'a str, Kind, String)>;

fn uses(project: &Project) -> Uses<'_> {
    let mut uses = HashSet::new();
    let mut used = |place: &'_ Option<Place>, kind: Kind, name: &str| {
        let Some(root) = place.as_ref().and_then(|place| project.services.get_key_value(&place.root)) else {
            return;
        };
        let around = super::layout::service_of_workspace(root.0);
        let around = around.and_then(|root| project.services.get_key_value(root));
        for (root, _) in std::iter::once(root).chain(around) {
            uses.insert((root.as_str(), kind, name.to_ascii_lowercase()));
        }
    };
    for file in &project.files {
        file.references.iter().for_each(|it| used(&file.place, it.kind, &it.name));
    }
    for info in &project.infos {
        info.named_values.iter().for_each(|name| used(&info.place, Kind::NamedValue, name));
    }
    uses
}

fn unused_fragments(project: &Project, service: &Service, uses: &Uses<'_>, found: &mut Vec<Diagnostic>) {
    if !has_documents(service) {
        return;
    }
    for (id, index) in &service.fragments {
        if !uses.contains(&(service.root.as_str(), Kind::Fragment, id.to_ascii_lowercase())) {
            let message = format!("no policy here includes the fragment `{id}`");
            let diagnostic = Diagnostic::new(&codes::UNUSED_FRAGMENT, message);
            let diagnostic = diagnostic.at(&project.files[*index].source, root_span(&project.files[*index]));
            found.push(diagnostic.confidence(Confidence::Medium));
        }
    }
}

/// The members of pools and the APIs of products, as far as the folder says which there are.
fn members_and_links(project: &Project, service: &Service, found: &mut Vec<Diagnostic>) {
    let apis: IndexSet<&str> = service.apis.keys().map(String::as_str).collect();
    let backends: IndexSet<&str> = service.backends.keys().map(String::as_str).collect();
    for info in service.infos.iter().map(|index| &project.infos[*index]) {
        for fact in &info.facts {
            match fact {
                Fact::Backend { id, entity } => {
                    for member in entity.members.iter().map(|member| member.backend.as_str()) {
                        if is_among(&backends, member) {
                            continue;
                        }
                        let message =
                            format!("the pool `{id}` names a backend `{member}`, which does not exist");
                        let diagnostic = Diagnostic::new(&codes::UNKNOWN_BACKEND, message);
                        let diagnostic = diagnostic.at(&info.source, span_of(&info.source, member));
                        found.push(diagnostic.did_you_mean(member, backends.iter().copied()));
                    }
                }
                Fact::Link { product, api } if !apis.is_empty() && !is_among(&apis, api) => {
                    let message = format!("the product `{product}` lists an API `{api}`, which is not here");
                    let diagnostic = Diagnostic::new(&codes::UNKNOWN_API, message)
                        .at(&info.source, span_of(&info.source, api))
                        .confidence(Confidence::Medium);
                    found.push(diagnostic.did_you_mean(api, apis.iter().copied()));
                }
                _ => {}
            }
        }
    }
}

fn is_among(names: &IndexSet<&str>, name: &str) -> bool {
    names.contains(name) || names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// What lies in places: fragments and documents in the right ones, each place taken once, ids that can be.
fn places(project: &Project, found: &mut Vec<Diagnostic>) {
    let mut taken: IndexMap<(&str, String), &File> = IndexMap::new();
    for file in &project.files {
        let Some(place) = &file.place else { continue };
        let name = match &place.what {
            What::Policy(attached) => {
                if file.is_fragment() {
                    found.push(wrong_root(file, &format!("the policy of {}", attached.name()), "policies"));
                    continue;
                }
                attached.name()
            }
            What::Fragment { id, is_id: true } => {
                if !file.is_fragment() && !has_no_root(file) {
                    found.push(wrong_root(file, &format!("the fragment {id}"), "fragment"));
                    continue;
                }
                found.extend(bad_fragment_id(file, id));
                format!("fragment {id}")
            }
            _ => continue,
        };
        match taken.get(&(place.root.as_str(), name.to_ascii_lowercase())) {
            Some(first) => found.push(twice(file, first, &place.what, &name)),
            None => {
                taken.insert((place.root.as_str(), name.to_ascii_lowercase()), file);
            }
        }
    }
}

/// True where reading already said that there is neither of the two roots.
fn has_no_root(file: &File) -> bool {
    file.document.elements().all(|root| root.name != "policies")
}

fn wrong_root(file: &File, what: &str, root: &str) -> Diagnostic {
    let message = format!("this is the place of {what}, whose root is `<{root}>`");
    Diagnostic::new(&codes::WRONG_ROOT, message).at(&file.source, root_span(file))
}

fn root_span(file: &File) -> Span {
    file.document.elements().next().map_or(Span::at(0), |root| root.name_span)
}

/// The pattern of the service: `(^[\w]+$)|(^[\w][\w\-]+[\w]$)`, at most 80 characters.
fn bad_fragment_id(file: &File, id: &str) -> Option<Diagnostic> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let is_good = id.chars().count() <= 80
        && id.starts_with(is_word)
        && id.ends_with(is_word)
        && id.chars().all(|c| is_word(c) || c == '-');
    let message = || format!("`{id}` cannot be the id of a policy fragment");
    (!is_good).then(|| {
        let diagnostic = Diagnostic::new(&codes::BAD_ID, message()).at(&file.source, root_span(file));
        diagnostic.help("name the folder with letters, digits, `_` and `-`")
    })
}

fn twice(file: &File, first: &File, what: &What, name: &str) -> Diagnostic {
    let (code, message) = match what {
        What::Fragment { .. } => (&codes::DUPLICATE_ID, format!("there are two of {name}")),
        _ => (&codes::TWO_POLICIES, format!("two files hold the policy of {name}")),
    };
    let diagnostic = Diagnostic::new(code, message).at(&file.source, root_span(file));
    diagnostic.related(&first.source, root_span(first), "the other one").help("join the two, or remove one")
}

/// The policies of fragments, looked at in the sections that include them.
fn included_fragments(project: &Project, found: &mut Vec<Diagnostic>) {
    let mut includes: IndexMap<(usize, Section), (Arc<Source>, Span)> = IndexMap::new();
    for file in project.files.iter().filter(|file| !file.is_fragment()) {
        for reference in file.of_kind(Kind::Fragment) {
            let fragment = project.fragment_index(file, &reference.name);
            if let (Some(index), Some(section)) = (fragment, reference.section) {
                let include = || (Arc::clone(&file.source), reference.span);
                includes.entry((index, section)).or_insert_with(include);
            }
        }
    }
    for ((index, section), (source, span)) in &includes {
        let Body::Fragment(elements) = &project.files[*index].policy.body else { continue };
        for element in elements {
            misplaced(element, *section, &mut |wrong: Diagnostic| {
                found.push(wrong.related(source, *span, "included here"));
            });
        }
    }
}

fn misplaced(element: &PolicyElement, section: Section, report: &mut dyn FnMut(Diagnostic)) {
    if let Some(wrong) = check_section(element, section) {
        report(wrong);
    }
    if holds_policies(&element.name) {
        element.children.iter().for_each(|child| misplaced(child, section, report));
    }
}
