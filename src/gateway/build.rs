//! From a configuration to a gateway: every policy is read, composed and compiled once. What is wrong is said here,
//! naming the document and the place, as the service says it when a policy is deployed.

use std::sync::Arc;

use indexmap::IndexMap;

use super::cache::Cache;
use super::compile::Compiler;
use super::pipeline::Pipeline;
use super::policies::cross_domain_file;
use super::{
    AllCounters, Api, BackendKind, Backends, Config, Gateway, Operation, PipelineKey, Pool, Routes, codes,
    json_schema, secrets,
};
use crate::diag::{DiagResult, Diagnostic, finish};
use crate::policy::{self, Body, DEFAULT_GLOBAL_POLICY, Policy, Scope};
use crate::text::{Source, Span};

impl Gateway {
    /// Builds a gateway, with the warnings found.
    ///
    /// # Errors
    /// Every finding of every policy: text that does not parse, elements that are not run, names that are not there.
    pub fn build(config: Config) -> DiagResult<(Self, Vec<Diagnostic>)> {
        let mut building = Building { config: &config, found: Vec::new() };
        building.check_pools();
        let policies = building.load();
        let pipelines = building.pipelines(&policies);
        let (global, _) =
            policy::compose(&[(Scope::Global, Arc::clone(&policies.global))], &policies.fragments);
        let cross_domain = cross_domain_file(&global.inbound);
        building.check_unreached(&policies);
        let found = unique(building.found);
        let gateway = Self {
            mcp_sessions: super::mcp::Sessions::default(),
            service_name: config.service_name.clone(),
            region: config.region.clone(),
            tier: config.tier,
            routes: Routes::new(&config),
            pipelines,
            backends: Backends::new(&config.backends, &config.named_values),
            counters: AllCounters::default(),
            openid: Default::default(),
            semantic_cache: Default::default(),
            schemas: config.schemas.clone(),
            certificates: config.certificates.clone(),
            cache: Cache::default(),
            cross_domain,
            secrets: Arc::new(secrets::of_service(&config)),
        };
        finish(gateway, found)
    }
}

struct Building<'a> {
    config: &'a Config,
    found: Vec<Diagnostic>,
}

/// All policies of a configuration after lowering.
struct Policies {
    global: Arc<Policy>,
    workspaces: IndexMap<String, Arc<Policy>>,
    products: IndexMap<String, Arc<Policy>>,
    apis: IndexMap<String, Arc<Policy>>,
    /// By API and operation.
    operations: IndexMap<(String, String), Arc<Policy>>,
    fragments: IndexMap<String, Arc<Policy>>,
}

/// Which of the two roots a text must have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Root {
    Policies,
    Fragment,
}

impl Building<'_> {
    fn load(&mut self) -> Policies {
        let config = self.config;
        let global = config.global_policy.as_deref().unwrap_or(DEFAULT_GLOBAL_POLICY);
        let global = self.policy("global policy", global, Root::Policies);
        let (mut products, mut apis, mut workspaces) = (IndexMap::new(), IndexMap::new(), IndexMap::new());
        let (mut operations, mut fragments) = (IndexMap::new(), IndexMap::new());
        for (id, text) in &config.fragments {
            fragments.insert(id.clone(), self.policy(&format!("fragment {id}"), text, Root::Fragment));
        }
        for (id, text) in &config.workspaces {
            workspaces.insert(id.clone(), self.policy(&format!("workspace {id}"), text, Root::Policies));
        }
        for product in &config.products {
            let Some(text) = &product.policy else { continue };
            let policy = self.policy(&format!("product {}", product.id), text, Root::Policies);
            products.insert(product.id.clone(), policy);
        }
        for api in &config.apis {
            if let Some(text) = &api.policy {
                apis.insert(api.id.clone(), self.policy(&format!("api {}", api.id), text, Root::Policies));
            }
            for operation in &api.operations {
                let Some(text) = &operation.policy else { continue };
                let name = format!("operation {}/{}", api.id, operation.id);
                operations
                    .insert((api.id.clone(), operation.id.clone()), self.policy(&name, text, Root::Policies));
            }
        }
        Policies { global, workspaces, products, apis, operations, fragments }
    }

    fn policy(&mut self, name: &str, text: &str, root: Root) -> Arc<Policy> {
        let source = Source::new(name, text);
        let (policy, found) = policy::load(&source, Some(&self.config.named_values));
        let is_readable = !found.iter().any(Diagnostic::is_error);
        self.found.extend(found);
        let is_fragment = matches!(policy.body, Body::Fragment(_));
        if is_readable && is_fragment != (root == Root::Fragment) {
            let wanted = if root == Root::Fragment { "<fragment>" } else { "<policies>" };
            let diagnostic =
                Diagnostic::new(&policy::codes::UNKNOWN_ROOT, format!("expected a `{wanted}` element here"));
            self.found.push(diagnostic.at(&source, Span::at(0)));
        }
        Arc::new(policy)
    }

    /// One pipeline for each way to reach an operation: through each product that holds its API, and without one.
    fn pipelines(&mut self, policies: &Policies) -> IndexMap<PipelineKey, Arc<Pipeline>> {
        let config = self.config;
        let mut compiler = Compiler::new(config);
        let mut pipelines = IndexMap::new();
        // Where no operation matches there is on-error of the API, or of the service, alone.
        for api in config.apis.iter().chain([&Api::default()]) {
            let scopes = policies.scopes(api, &Operation::default(), None);
            let (effective, found) = policy::compose(&scopes, &policies.fragments);
            self.found.extend(found);
            let key = PipelineKey { api: api.id.clone(), operation: String::new(), product: None };
            pipelines.insert(key, Arc::new(compiler.pipeline(&effective)));
        }
        for api in &config.apis {
            let products = config.products.iter().filter(|product| product.apis.contains(&api.id));
            let ways: Vec<Option<String>> =
                std::iter::once(None).chain(products.map(|product| Some(product.id.clone()))).collect();
            for operation in &api.operations {
                for product in &ways {
                    let scopes = policies.scopes(api, operation, product.as_deref());
                    let (effective, found) = policy::compose(&scopes, &policies.fragments);
                    self.found.extend(found);
                    let (api, operation) = (api.id.clone(), operation.id.clone());
                    let key = PipelineKey { api, operation, product: product.clone() };
                    pipelines.insert(key, Arc::new(compiler.pipeline(&effective)));
                }
            }
        }
        if compiler.uses_schemas {
            self.check_schemas();
        }
        self.found.extend(compiler.found);
        pipelines
    }

    /// Refuses schemas that would be checked in part only.
    fn check_schemas(&mut self) {
        for api in &self.config.apis {
            for (id, document) in &api.schemas {
                let Some(keyword) = json_schema::unsupported(document) else { continue };
                let message = format!(
                    "the sandbox does not check `{keyword}` of the schema `{id}` of the API `{}`",
                    api.id
                );
                self.found.push(Diagnostic::new(&codes::NOT_EMULATED, message));
            }
        }
    }

    /// Checks what no operation reaches yet: the service refuses it all the same.
    fn check_unreached(&mut self, policies: &Policies) {
        let mut compiler = Compiler::new(self.config);
        for fragment in policies.fragments.values() {
            compiler.steps(&policy::place_fragment(fragment));
        }
        let products = policies.products.values().map(|policy| (Scope::Product, policy));
        for (scope, policy) in products.chain(policies.apis.values().map(|policy| (Scope::Api, policy))) {
            let scopes = [(Scope::Global, Arc::clone(&policies.global)), (scope, Arc::clone(policy))];
            let (effective, found) = policy::compose(&scopes, &policies.fragments);
            self.found.extend(found);
            compiler.pipeline(&effective);
        }
        self.found.extend(compiler.found);
    }

    fn check_pools(&mut self) {
        for backend in &self.config.backends {
            let BackendKind::Pool(Pool { members, .. }) = &backend.kind else { continue };
            if members.is_empty() {
                let message = format!("the backend pool `{}` has no members", backend.id);
                self.found.push(Diagnostic::new(&codes::EMPTY_POOL, message));
            }
            for member in members {
                let known = self.config.backends.iter().find(|one| one.id == member.backend);
                let problem = match known.map(|one| &one.kind) {
                    Some(BackendKind::Single { .. }) => continue,
                    Some(BackendKind::Pool(_)) => "is a pool itself",
                    None => "does not exist",
                };
                let message = format!(
                    "the pool `{}` names the backend `{}`, which {problem}",
                    backend.id, member.backend
                );
                let singles =
                    self.config.backends.iter().filter(|one| matches!(one.kind, BackendKind::Single { .. }));
                let diagnostic = Diagnostic::new(&codes::UNKNOWN_BACKEND, message);
                self.found.push(diagnostic.did_you_mean(&member.backend, singles.map(|one| one.id.as_str())));
            }
        }
    }
}

impl Policies {
    fn scopes(&self, api: &Api, operation: &Operation, product: Option<&str>) -> Vec<(Scope, Arc<Policy>)> {
        let operation = (api.id.clone(), operation.id.clone());
        [
            (Scope::Global, Some(&self.global)),
            (Scope::Workspace, api.workspace.as_ref().and_then(|id| self.workspaces.get(id))),
            (Scope::Product, product.and_then(|id| self.products.get(id))),
            (Scope::Api, self.apis.get(&api.id)),
            (Scope::Operation, self.operations.get(&operation)),
        ]
        .into_iter()
        .filter_map(|(scope, policy)| Some((scope, Arc::clone(policy?))))
        .collect()
    }
}

/// The same document is compiled for many operations; each finding is told once.
fn unique(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::new();
    for diagnostic in found {
        if !kept.contains(&diagnostic) {
            kept.push(diagnostic);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::sim_host::SimHost;
    use super::super::{Headers, Product, Request};
    use super::*;

    #[test]
    fn the_policy_of_an_api_without_operations_is_checked() {
        for (policy, code) in [
            (
                "<policies><inbound><set-backend-service backend-id=\"nowhere\"/></inbound></policies>",
                "gateway-unknown-backend",
            ),
            (
                "<policies><inbound><include-fragment fragment-id=\"nowhere\"/></inbound></policies>",
                "policy-unknown-fragment",
            ),
        ] {
            let api = Api { id: "a".into(), policy: Some(policy.into()), ..Api::default() };
            let product = Product { id: "p".into(), policy: Some(policy.into()), ..Product::default() };
            for config in [
                Config { apis: vec![api], ..Config::default() },
                Config { products: vec![product], ..Config::default() },
            ] {
                let found = Gateway::build(config).err().expect("it names what is not there");
                assert_eq!(found.0.iter().map(|one| one.code.id).collect::<Vec<_>>(), [code]);
            }
        }
    }

    /// The deepest policy that can be read is also composed, compiled and run on the stack of one thread.
    #[test]
    fn the_deepest_policy_runs() {
        let n_choices = (policy::MAX_DEPTH - 3) / 2;
        let open = "<choose><when condition=\"@(true)\">".repeat(n_choices);
        let close = "</when></choose>".repeat(n_choices);
        let inside = "<return-response><set-status code=\"201\"/></return-response>";
        let text = format!("<policies><inbound>{open}{inside}{close}</inbound></policies>");
        let operation = Operation {
            id: "o".into(),
            method: "GET".into(),
            url_template: "/".into(),
            ..Operation::default()
        };
        let api = Api {
            id: "a".into(),
            path: "a".into(),
            operations: vec![operation],
            policy: Some(text),
            ..Api::default()
        };
        let (gateway, found) = Gateway::build(Config { apis: vec![api], ..Config::default() }).unwrap();
        assert_eq!(found, []);
        let request = Request {
            method: "GET".into(),
            url: "https://g/a".into(),
            headers: Headers::default(),
            body: Vec::new(),
            client_ip: String::new(),
            client_certificate: None,
        };
        let exchange = Arc::new(gateway).handle(request, Arc::new(SimHost::new(1)));
        assert_eq!(exchange.response.status, 201);
        assert_eq!(exchange.trace.steps.len(), n_choices + 1);
    }
}
