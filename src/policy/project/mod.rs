//! Many policy texts as one: which belong together, what each refers to, and what is missing. Pure: `cli` reads the
//! files and shares the work out among threads.
//!
//! ```text
//! *.xml ──────────────────────> read ──────> File ┐                  ┌─> check(file), each file by itself
//!                                                 ├─> Project::with ─┼─> check_together, once
//! other files that is_relevant > read_info > Info ┘                  └─> deployment_order, effective
//! ```
//!
//! What a folder does not say is not known, and nothing is said about it: docs/POLICIES.md.

pub mod codes;
mod counters;
mod info;
mod layout;
mod order;
mod references;
mod service;
mod together;
mod unknown;

use std::borrow::Cow;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use super::codes as policy_codes;
use super::lints::{self, Unit};
use super::{ApiFacts, BackendEntity, Body, Document, Policy, Scope, Surroundings, Tier};
use crate::diag::Diagnostic;
use crate::text::{Source, parent};

pub use info::{Fact, Info, is_relevant, read_info};
pub use layout::{Attached, Entity, Place, What, place};
pub use order::{Need, Step, StepKind};
pub use references::{Kind, Reference};
pub use service::Service;

/// What the caller says of all texts, on the command line or from a spec. It holds beside what the folder says, and
/// `scope` in its place.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub scope: Option<Scope>,
    pub tier: Option<Tier>,
    /// By name; the text where it is known and no secret.
    pub named_values: Option<IndexMap<String, Option<String>>>,
    pub fragments: Option<IndexMap<String, Arc<Policy>>>,
    pub backends: Option<IndexMap<String, BackendEntity>>,
    pub loggers: Option<IndexSet<String>>,
    pub products: Option<IndexSet<String>>,
    /// What holds for the API of each text, where the folder does not say.
    pub api: ApiFacts,
}

/// One text, read by itself.
#[derive(Clone, Debug)]
pub struct File {
    pub source: Arc<Source>,
    pub document: Document,
    pub policy: Arc<Policy>,
    /// What its path says; once in a project, only what the project bears out.
    pub place: Option<Place>,
    /// What it names outside itself.
    pub references: Vec<Reference>,
    /// What reading it found.
    pub found: Vec<Diagnostic>,
    /// What it takes from the project is in it.
    is_settled: bool,
}

/// Texts that are checked together.
#[derive(Clone, Debug)]
pub struct Project {
    pub files: Vec<File>,
    pub infos: Vec<Info>,
    /// By root folder.
    pub services: IndexMap<String, Service>,
    given: Given,
    /// Fragments that are only named by file: by what file name and id have in common, their indices.
    loose_fragments: IndexMap<String, Vec<usize>>,
    /// Folders in which some text includes such a fragment, so that file names are known to be ids there.
    named_by_file: IndexSet<String>,
}

/// Reads one text.
pub fn read(source: Arc<Source>, given: &Given) -> File {
    let place = place(source.path());
    let (document, policy, found) = load(&source, given.named_values.as_ref());
    let references = references::references(&document, &policy);
    File { source, document, policy: Arc::new(policy), place, references, found, is_settled: false }
}

/// Named values that are not there are found in [`unknown`], which also knows those without a text.
fn load(
    source: &Arc<Source>,
    values: Option<&IndexMap<String, Option<String>>>,
) -> (Document, Policy, Vec<Diagnostic>) {
    let known: Option<IndexMap<String, String>> = values.map(|values| {
        let known = values.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?)));
        known.collect()
    });
    let (document, policy, mut found) = super::load_with_document(source, known.as_ref());
    found.retain(|diagnostic| diagnostic.code != &policy_codes::UNKNOWN_NAMED_VALUE);
    (document, policy, found)
}

impl Project {
    /// Puts texts together that were read with the same `given`.
    pub fn new(files: Vec<File>, given: Given) -> Self {
        Self::with(files, Vec::new(), given)
    }

    /// Puts texts together with the files that say what else there is.
    pub fn with(mut files: Vec<File>, infos: Vec<Info>, given: Given) -> Self {
        let services = service::assemble(&mut files, &infos);
        let mut loose_fragments: IndexMap<String, Vec<usize>> = IndexMap::new();
        for (index, file) in files.iter().enumerate() {
            if file.is_fragment() && !file.is_certain_fragment() {
                let key = layout::fragment_key(file.source.path());
                loose_fragments.entry(key).or_default().push(index);
            }
        }
        let mut project =
            Self { files, infos, services, given, loose_fragments, named_by_file: IndexSet::new() };
        let mut files = std::mem::take(&mut project.files);
        files.iter_mut().for_each(|file| project.settle(file));
        project.files = files;
        let named_by_file = project.files.iter().filter(|file| {
            let mut ids = file.fragment_ids();
            ids.any(|id| project.loose_fragments.contains_key(&layout::fragment_key(id)))
        });
        project.named_by_file = named_by_file.map(|file| parent(file.source.path()).to_owned()).collect();
        project
    }

    /// Makes of a text what the project sees in it: with the place that the other files bear out, and read again where
    /// it uses named values which only the folder knows.
    fn settle(&self, file: &mut File) {
        if file.is_settled {
            return;
        }
        file.is_settled = true;
        file.place = file.place.take().and_then(|place| service::settled(place, &self.services));
        let is_of_folder = self.services_of(file).any(|service| !service.named_values.is_empty());
        if is_of_folder && file.of_kind(Kind::NamedValue).next().is_some() {
            let (_, policy, found) = load(&file.source, self.named_values(file).as_ref());
            file.references = references::references(&file.document, &policy);
            (file.policy, file.found) = (Arc::new(policy), found);
        }
    }

    /// As [`Self::settle`], for a text that may not be one of the project.
    fn settled<'a>(&self, file: &'a File) -> Cow<'a, File> {
        let mut file = Cow::Borrowed(file);
        if !file.is_settled {
            self.settle(file.to_mut());
        }
        file
    }

    /// What is known around a file.
    pub fn surroundings(&self, file: &File) -> Surroundings {
        let attached = file.attached();
        let service = self.service(file);
        let facts = attached.and_then(|attached| Some(service?.facts(attached))).unwrap_or_default();
        Surroundings {
            scope: self.given.scope.or(attached.map(Attached::scope)),
            tier: self.given.tier,
            named_values: self.named_values(file),
            fragments: self.fragments(file),
            backends: self.known(file, &self.given.backends, |service| service.backends.clone()),
            loggers: self.known(file, &self.given.loggers, |service| service.loggers.clone()),
            products: self.known(file, &self.given.products, |service| service.products.clone()),
            api: ApiFacts {
                subscription_required: facts.subscription_required.or(self.given.api.subscription_required),
                is_websocket: facts.is_websocket.or(self.given.api.is_websocket),
                method: facts.method.or_else(|| self.given.api.method.clone()),
            },
            outer: attached.map_or_else(Vec::new, |attached| self.outer(file, attached)),
        }
    }

    /// Everything about one file: what reading it found, what it names and is not there, and what the rules say. The
    /// file may be one of the project's as it was read, or another text for the same path.
    pub fn check(&self, file: &File) -> Vec<Diagnostic> {
        let file = &*self.settled(file);
        if file.place.as_ref().is_some_and(|place| place.what == What::Resolver) {
            let message = "the policy of a resolver is not read: it is a document of another kind";
            let span = crate::text::Span::at(0);
            return vec![Diagnostic::new(&codes::RESOLVER_NOT_READ, message).at(&file.source, span)];
        }
        let around = self.surroundings(file);
        let unit = Unit { document: &file.document, policy: &file.policy, around: &around };
        let mut found = file.found.clone();
        found.extend(super::check_surroundings(&file.policy, &around));
        found.extend(unknown::check(self, file, &around));
        found.extend(lints::check(&unit));
        found.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span.start));
        found
    }

    /// What only all files together show, by file.
    pub fn check_together(&self) -> Vec<Diagnostic> {
        together::check(self)
    }

    /// The service or workspace that a file belongs to.
    pub fn service(&self, file: &File) -> Option<&Service> {
        self.services.get(&file.place.as_ref()?.root)
    }

    /// The workspace and the service that a file belongs to, the nearest first.
    fn services_of(&self, file: &File) -> impl Iterator<Item = &Service> {
        self.service(file).into_iter().flat_map(|service| self.with_outer_service(service))
    }

    /// A workspace and the service around it; a service alone.
    fn with_outer_service<'a>(&'a self, service: &'a Service) -> impl Iterator<Item = &'a Service> {
        let around = layout::service_of_workspace(&service.root).and_then(|root| self.services.get(root));
        std::iter::once(service).chain(around)
    }

    /// What the folder keeps and what is given, joined; None where neither has any.
    fn known<T, C>(&self, file: &File, given: &Option<C>, kept: impl Fn(&Service) -> C) -> Option<C>
    where
        C: IntoIterator<Item = T> + Extend<T> + Clone + Default,
    {
        let mut known: Option<C> = None;
        for service in self.services_of(file) {
            let mut items = kept(service).into_iter().peekable();
            if items.peek().is_some() {
                known.get_or_insert_default().extend(items);
            }
        }
        if let Some(given) = given {
            known.get_or_insert_default().extend(given.clone());
        }
        known
    }

    fn named_values(&self, file: &File) -> Option<IndexMap<String, Option<String>>> {
        self.known(file, &self.given.named_values, |service| service.named_values.clone())
    }

    /// The fragments that a text may include. Those that are only named by file are all of them only where they are
    /// all that the text asks for.
    fn fragments(&self, file: &File) -> Option<IndexMap<String, Arc<Policy>>> {
        let certain = self.known(file, &self.given.fragments, |service| {
            let policy = |index: usize| Arc::clone(&self.files[index].policy);
            service.fragments.iter().map(|(id, index)| (id.clone(), policy(*index))).collect()
        });
        if certain.is_some() {
            return certain;
        }
        let named = file.fragment_ids().map(|id| {
            let index = self.loose_fragment(file, id)?;
            Some((id.to_owned(), Arc::clone(&self.files[index].policy)))
        });
        named.collect::<Option<IndexMap<_, _>>>().filter(|named| !named.is_empty())
    }

    /// The fragment that a file is probably named after: of several the one that lies nearest.
    fn loose_fragment(&self, file: &File, id: &str) -> Option<usize> {
        let named = self.loose_fragments.get(&layout::fragment_key(id))?;
        let nearness = |index: &&usize| common_folders(file.source.path(), self.files[**index].source.path());
        named.iter().max_by_key(nearness).copied()
    }

    /// The fragment that `file` means by an id: by the folder's word, or by the names of files.
    pub(super) fn fragment_index(&self, file: &File, id: &str) -> Option<usize> {
        let certain = self.services_of(file).find_map(|service| service.fragments.get(id).copied());
        certain.or_else(|| self.loose_fragment(file, id))
    }

    /// The documents of the scopes outside one, outermost first, as far as the folder has them. A product's is among
    /// them where the API belongs to that product alone.
    fn outer(&self, file: &File, attached: &Attached) -> Vec<(Scope, Arc<Policy>)> {
        let Some(service) = self.service(file) else { return Vec::new() };
        let product = attached.api().and_then(|api| service.sole_product(api));
        let chain = self.chain(service, attached, product);
        let outside = chain.into_iter().filter(|(outer, _)| outer.scope() < attached.scope());
        outside.map(|(outer, index)| (outer.scope(), Arc::clone(&self.files[index].policy))).collect()
    }

    /// The documents that a request to `attached` passes, outermost first, and their indices among the files.
    pub(super) fn chain(
        &self,
        service: &Service,
        attached: &Attached,
        product: Option<&str>,
    ) -> Vec<(Attached, usize)> {
        let mut chain = vec![Attached::Global, Attached::Workspace];
        match attached {
            Attached::Global | Attached::Workspace => {}
            Attached::Product(_) => chain.push(attached.clone()),
            Attached::Api(api) | Attached::Operation { api, .. } => {
                chain.extend(product.map(|product| Attached::Product(product.to_owned())));
                chain.push(Attached::Api(api.clone()));
            }
        }
        if matches!(attached, Attached::Operation { .. }) {
            chain.push(attached.clone());
        }
        let document = |attached: Attached| {
            let mut services = self.with_outer_service(service);
            let index = *services.find_map(|service| service.documents.get(&attached))?;
            Some((attached, index))
        };
        chain.into_iter().filter_map(document).collect()
    }
}

/// How many folders two paths begin with in common.
fn common_folders(left: &str, right: &str) -> usize {
    let folders = |path| parent(path).split('/').map(str::to_owned).collect::<Vec<String>>();
    folders(left).iter().zip(&folders(right)).take_while(|(left, right)| left == right).count()
}

impl File {
    /// Where the document is attached, where its path says so.
    pub fn attached(&self) -> Option<&Attached> {
        match &self.place.as_ref()?.what {
            What::Policy(attached) if !self.is_fragment() => Some(attached),
            _ => None,
        }
    }

    /// Whether the text is a fragment.
    pub fn is_fragment(&self) -> bool {
        matches!(self.policy.body, Body::Fragment(_))
    }

    /// Whether the path says that it is a fragment, and its id.
    fn is_certain_fragment(&self) -> bool {
        self.place.as_ref().is_some_and(|place| matches!(place.what, What::Fragment { is_id: true, .. }))
    }

    /// The fragments that it includes, in the order of the text.
    fn fragment_ids(&self) -> impl Iterator<Item = &str> {
        self.of_kind(Kind::Fragment).map(|reference| reference.name.as_str())
    }

    /// What it names of one kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Reference> {
        self.references.iter().filter(move |reference| reference.kind == kind)
    }
}
