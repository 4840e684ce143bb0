//! One API Management service as a folder keeps it, or one workspace of it: which documents are attached where, and
//! what else there is. A kind of which the folder keeps nothing is a kind of which nothing is known.

use indexmap::{IndexMap, IndexSet};

use super::File;
use super::info::{Fact, Info};
use super::layout::{Attached, Place, What};
use crate::policy::{ApiFacts, BackendEntity, Body};

/// A service, or a workspace.
#[derive(Clone, Debug, Default)]
pub struct Service {
    /// The folder; empty for the one that paths are relative to.
    pub root: String,
    /// Policy documents: where each is attached, and its index among the files.
    pub documents: IndexMap<Attached, usize>,
    /// Fragments whose id is certain: the index among the files.
    pub fragments: IndexMap<String, usize>,
    pub named_values: IndexMap<String, Option<String>>,
    pub backends: IndexMap<String, BackendEntity>,
    pub loggers: IndexSet<String>,
    pub products: IndexSet<String>,
    pub apis: IndexMap<String, ApiFacts>,
    /// The method of each operation that is known, by API and operation.
    pub operations: IndexMap<(String, String), String>,
    /// Which APIs each product holds, where that is known.
    pub links: IndexMap<String, IndexSet<String>>,
    /// The indices among the information files.
    pub infos: Vec<usize>,
    /// One file describes everything, so fragments beside it are named by file.
    is_bundle: bool,
}

/// Puts files and information files together by the folders they lie in. Places that turn out to say nothing are
/// taken from the files.
pub(super) fn assemble(files: &mut [File], infos: &[Info]) -> IndexMap<String, Service> {
    let mut services: IndexMap<String, Service> = IndexMap::new();
    for (index, info) in infos.iter().enumerate() {
        let Some(place) = &info.place else { continue };
        let service = of(&mut services, &place.root);
        service.infos.push(index);
        service.is_bundle |= place.what == What::Bundle;
        info.facts.iter().for_each(|fact| service.learn(fact));
    }
    for place in files.iter().filter_map(|file| file.place.as_ref()) {
        if matches!(place.what, What::Policy(_) | What::Fragment { is_id: true, .. } | What::Resolver) {
            of(&mut services, &place.root);
        }
    }
    for (index, file) in files.iter_mut().enumerate() {
        file.place = file.place.take().and_then(|place| settled(place, &services));
        let Some(place) = &file.place else { continue };
        let service = of(&mut services, &place.root);
        let is_fragment = matches!(file.policy.body, Body::Fragment(_));
        match &place.what {
            What::Policy(attached) if !is_fragment => service.attach(attached, index),
            What::Fragment { id, is_id: true } if is_fragment => {
                service.fragments.entry(id.clone()).or_insert(index);
            }
            _ => {}
        }
    }
    services.sort_keys();
    services
}

fn of<'a>(services: &'a mut IndexMap<String, Service>, root: &str) -> &'a mut Service {
    let new = || Service { root: root.to_owned(), ..Service::default() };
    services.entry(root.to_owned()).or_insert_with(new)
}

/// Decides what needs the other files: `policy.xml` is that of the service only where there is a service around it.
pub(super) fn settled(place: Place, services: &IndexMap<String, Service>) -> Option<Place> {
    let service = services.get(&place.root);
    match place.what {
        What::OutermostPolicy => {
            service?;
            let is_workspace = super::layout::service_of_workspace(&place.root).is_some();
            let attached = if is_workspace { Attached::Workspace } else { Attached::Global };
            Some(Place { what: What::Policy(attached), ..place })
        }
        What::Fragment { id, is_id } => {
            let is_id = is_id || service.is_some_and(|service| service.is_bundle);
            Some(Place { what: What::Fragment { id, is_id }, ..place })
        }
        What::Policy(_) | What::Resolver | What::Info(_) | What::Bundle => Some(place),
    }
}

impl Service {
    fn attach(&mut self, attached: &Attached, index: usize) {
        self.documents.entry(attached.clone()).or_insert(index);
    }

    fn learn(&mut self, fact: &Fact) {
        match fact {
            Fact::NamedValue { name, value } => {
                self.named_values.entry(name.clone()).or_insert_with(|| value.clone());
            }
            Fact::Backend { id, entity } => {
                self.backends.entry(id.clone()).or_insert_with(|| entity.clone());
            }
            Fact::Logger { id } => {
                self.loggers.insert(id.clone());
            }
            Fact::Product { id } => {
                self.products.insert(id.clone());
            }
            Fact::Api { id, facts } => {
                self.apis.entry(id.clone()).or_insert_with(|| facts.clone());
            }
            Fact::Operation { api, id, method } => {
                self.operations.insert((api.clone(), id.clone()), method.clone());
            }
            Fact::Link { product, api } => {
                self.links.entry(product.clone()).or_default().insert(api.clone());
            }
        }
    }

    /// Every API that the folder knows of, by description or by policy.
    pub fn api_ids(&self) -> IndexSet<&str> {
        let described = self.apis.keys().map(String::as_str);
        described.chain(self.documents.keys().filter_map(Attached::api)).collect()
    }

    /// Every product that the folder knows of, by description or by policy.
    pub fn product_ids(&self) -> IndexSet<&str> {
        let attached = self.documents.keys().filter_map(|attached| match attached {
            Attached::Product(id) => Some(id.as_str()),
            _ => None,
        });
        self.products.iter().map(String::as_str).chain(attached).collect()
    }

    /// Every operation of an API that the folder knows of.
    pub fn operation_ids(&self, api: &str) -> IndexSet<&str> {
        let described = self.operations.keys().filter(|(of, _)| of == api).map(|(_, id)| id.as_str());
        let attached = self.documents.keys().filter_map(|attached| match attached {
            Attached::Operation { api: of, operation } if of == api => Some(operation.as_str()),
            _ => None,
        });
        described.chain(attached).collect()
    }

    /// The only product that holds an API; None where there are several or the folder does not say.
    pub fn sole_product(&self, api: &str) -> Option<&str> {
        let mut holding = self.links.iter().filter(|(_, apis)| apis.contains(api));
        let (product, _) = holding.next()?;
        if holding.next().is_some() { None } else { Some(product) }
    }

    /// What is known of the API or operation that a document is attached to.
    pub fn facts(&self, attached: &Attached) -> ApiFacts {
        let facts = attached.api().and_then(|api| self.apis.get(api)).cloned().unwrap_or_default();
        let Attached::Operation { api, operation } = attached else { return facts };
        let method = self.operations.get(&(api.clone(), operation.clone()));
        ApiFacts { method: method.cloned(), ..facts }
    }
}
