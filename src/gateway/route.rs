//! Which API, operation, subscription and product a request is for.
//!
//! The key stays in the request and reaches the upstream unless a policy removes it, as at the service (Learn,
//! api-management-subscriptions, the note of 2023 on passing keys to the backend).

use std::sync::Arc;

use indexmap::IndexMap;

use super::fault::Fault;
use super::url::{self, Url};
use super::{Api, Config, Operation, Product, Request, Subscription, SubscriptionScope, SubscriptionState};

/// What a request was matched to.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub api: Arc<Api>,
    pub operation: Arc<Operation>,
    pub subscription: Option<Arc<Subscription>>,
    pub product: Option<Arc<Product>>,
    /// What follows the API's path; begins with `/`.
    pub path: String,
    /// Values of the `{names}` of the operation's template.
    pub parameters: Arc<IndexMap<String, String>>,
}

/// The configuration's entities, shared with the requests that use them.
#[derive(Debug)]
pub(super) struct Routes {
    apis: Vec<Arc<Api>>,
    /// By API id.
    operations: IndexMap<String, Vec<Arc<Operation>>>,
    products: Vec<Arc<Product>>,
    subscriptions: Vec<Arc<Subscription>>,
}

pub(super) const DEFAULT_KEY_HEADER: &str = "Ocp-Apim-Subscription-Key";
pub(super) const DEFAULT_KEY_QUERY: &str = "subscription-key";

const MISSING_KEY: &str = "Access denied due to missing subscription key. Make sure to include subscription key when \
                           making requests to an API.";
const INVALID_KEY: &str = "Access denied due to invalid subscription key. Make sure to provide a valid key for an \
                           active subscription.";

impl Routes {
    pub(super) fn new(config: &Config) -> Self {
        let operations = |api: &Api| api.operations.iter().cloned().map(Arc::new).collect();
        Self {
            apis: config.apis.iter().cloned().map(Arc::new).collect(),
            operations: config.apis.iter().map(|api| (api.id.clone(), operations(api))).collect(),
            products: config.products.iter().cloned().map(Arc::new).collect(),
            subscriptions: config.subscriptions.iter().cloned().map(Arc::new).collect(),
        }
    }

    /// An operation by the ids of its API and its own.
    pub(super) fn operation(&self, api: &str, operation: &str) -> Option<Arc<Operation>> {
        self.operations.get(api)?.iter().find(|one| one.id.eq_ignore_ascii_case(operation)).cloned()
    }

    /// The path of an API.
    pub(super) fn path_of(&self, api: &str) -> Option<String> {
        self.apis.iter().find(|one| one.id == api).map(|one| one.path.trim_matches('/').to_owned())
    }

    /// The API with the longest path that the URL begins with, and what follows it.
    fn api<'a>(&self, path: &'a str) -> Option<(&Arc<Api>, &'a str)> {
        let below = self.apis.iter().filter_map(|api| Some((api, below(&api.path, path)?)));
        below.max_by_key(|(api, _)| api.path.trim_matches('/').len())
    }

    /// What a request that matches no operation comes nearest to: its API, or one without a name, and an operation
    /// without a name.
    pub(super) fn nearest(&self, url: &Url) -> Route {
        let (api, rest) = match self.api(&url.path) {
            Some((api, rest)) => (Arc::clone(api), rest),
            None => (Arc::default(), url.path.as_str()),
        };
        let path = format!("/{}", rest.trim_start_matches('/'));
        let (operation, parameters) = (Arc::default(), Arc::default());
        Route { api, operation, subscription: None, product: None, path, parameters }
    }

    /// Finds the API with the longest path that the URL begins with, and its operation.
    pub(super) fn find(&self, method: &str, url: &Url) -> Option<Route> {
        let (api, rest) = self.api(&url.path)?;
        let (operation, matched) = self
            .operations
            .get(&api.id)?
            .iter()
            .filter(|operation| operation.method.eq_ignore_ascii_case(method) || operation.method == "*")
            .filter_map(|operation| Some((operation, match_template(&operation.url_template, rest)?)))
            .min_by_key(|(_, matched)| matched.len())?;
        let mut parameters: IndexMap<String, String> =
            matched.into_iter().map(|(name, segment)| (name.to_owned(), url::decode(segment))).collect();
        parameters.extend(match_query(&operation.url_template, &url.query));
        let path = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
        Some(Route {
            api: Arc::clone(api),
            operation: Arc::clone(operation),
            subscription: None,
            product: None,
            path,
            parameters: Arc::new(parameters),
        })
    }

    /// Finds the subscription that the request's key belongs to, and with it the product: Learn,
    /// api-management-subscriptions, "How API Management handles requests with or without subscription keys" (2023-08-02).
    /// A key that is given has to be good, also where none is needed; whether a product is published does not matter.
    ///
    /// # Errors
    /// The service's 401 where a key is needed and missing, or does not open this API.
    pub(super) fn authorize(&self, route: &mut Route, request: &Request, url: &Url) -> Result<(), Fault> {
        let api = Arc::clone(&route.api);
        let Some(key) = key(&api, request, url) else {
            let of_api = |product: &&Arc<Product>| product.apis.contains(&api.id);
            route.product =
                self.products.iter().filter(of_api).find(|product| !product.subscription_required).cloned();
            if route.product.is_some() || !api.subscription_required {
                return Ok(());
            }
            return Err(refusal(&api, url, "SubscriptionKeyNotFound", MISSING_KEY));
        };
        let holder = self.subscriptions.iter().find(|one| one.primary_key == key || one.secondary_key == key);
        let holder = holder.filter(|one| one.state == SubscriptionState::Active);
        let opened = holder.and_then(|subscription| Some((subscription, self.opens(subscription, &api)?)));
        match opened {
            Some((subscription, product)) => {
                route.subscription = Some(Arc::clone(subscription));
                route.product = product;
                Ok(())
            }
            None => Err(refusal(&api, url, "SubscriptionKeyInvalid", INVALID_KEY)),
        }
    }

    /// The product through which `subscription` opens `api`: None where it does not, Some(None) without a product.
    fn opens(&self, subscription: &Subscription, api: &Api) -> Option<Option<Arc<Product>>> {
        match &subscription.scope {
            SubscriptionScope::AllApis => Some(None),
            SubscriptionScope::Api(id) => (*id == api.id).then_some(None),
            SubscriptionScope::Product(id) => {
                let product = self.products.iter().find(|product| product.id == *id)?;
                product.apis.contains(&api.id).then(|| Some(Arc::clone(product)))
            }
        }
    }
}

/// Returns the name of the header that holds the key.
pub(super) fn key_header(api: &Api) -> &str {
    if api.subscription_key_header.is_empty() { DEFAULT_KEY_HEADER } else { &api.subscription_key_header }
}

/// Returns the name of the query parameter that may hold the key instead.
pub(super) fn key_query(api: &Api) -> &str {
    if api.subscription_key_query.is_empty() { DEFAULT_KEY_QUERY } else { &api.subscription_key_query }
}

fn key(api: &Api, request: &Request, url: &Url) -> Option<String> {
    let query_name = key_query(api);
    let in_query = || {
        let mut query = url.query.iter();
        query.find(|(name, _)| name.eq_ignore_ascii_case(query_name)).map(|(_, value)| value.clone())
    };
    request.headers.get(key_header(api)).or_else(in_query).filter(|key| !key.is_empty())
}

/// The service's 401. The realm is the URL of the API, as in the answer that learn.microsoft.com shows under
/// "Unauthorized errors (401) while invoking APIs" (read 2026-11-22).
fn refusal(api: &Api, url: &Url, reason: &str, message: &str) -> Fault {
    let name = key_header(api);
    let Url { scheme, authority, .. } = url;
    let realm = format!("{scheme}://{authority}/{}", api.path.trim_matches('/'));
    let challenge = format!("AzureApiManagementKey realm=\"{realm}\",name=\"{name}\",type=\"header\"");
    Fault::refusal(401, reason, message).source("authorization").header("WWW-Authenticate", challenge)
}

/// Returns what follows `prefix` in `path`, whole segments only.
fn below<'a>(prefix: &str, path: &'a str) -> Option<&'a str> {
    let prefix = prefix.trim_matches('/');
    let path = path.trim_start_matches('/');
    if prefix.is_empty() {
        return Some(path);
    }
    let begins = path.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let rest = if begins { &path[prefix.len()..] } else { return None };
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// Matches `/a/{b}/*` against a path, segment by segment; literal segments compare without case. Gives names and what
/// stands for them, as it was written.
fn match_template<'a>(template: &'a str, path: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let template = template.split('?').next().unwrap_or_default();
    let mut parameters = Vec::new();
    let mut given = path.split('/').filter(|segment| !segment.is_empty());
    for expected in template.split('/').filter(|segment| !segment.is_empty()) {
        if expected == "*" {
            return Some(parameters);
        }
        let segment = given.next()?;
        match variable(expected) {
            Some((before, name, after)) => parameters.push((name, between(before, segment, after)?)),
            None if expected.eq_ignore_ascii_case(segment) => {}
            None => return None,
        }
    }
    given.next().is_none().then_some(parameters)
}

/// The name in a segment of a template such as `{model}:analyze`, and what stands around it.
fn variable(segment: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = segment.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// What stands between the fixed ends of a segment, which compare without case; something has to.
fn between<'a>(before: &str, segment: &'a str, after: &str) -> Option<&'a str> {
    let end = segment.len().checked_sub(after.len())?;
    let middle = segment.get(before.len()..end).filter(|middle| !middle.is_empty())?;
    let fits = segment.get(..before.len())?.eq_ignore_ascii_case(before)
        && segment.get(end..)?.eq_ignore_ascii_case(after);
    fits.then_some(middle)
}

/// The values of the `{names}` in the query of a template such as `/get?a={b}`.
fn match_query(template: &str, query: &[(String, String)]) -> Vec<(String, String)> {
    let expected = url::parse_query(template.split_once('?').map_or("", |(_, query)| query));
    let value = |(name, slot): (String, String)| {
        let parameter = slot.strip_prefix('{')?.strip_suffix('}')?.to_owned();
        let (_, value) = query.iter().find(|(given, _)| given.eq_ignore_ascii_case(&name))?;
        Some((parameter, value.clone()))
    };
    expected.into_iter().filter_map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_match_whole_paths() {
        let parameters = |template, path| {
            match_template(template, path)
                .map(|found| found.into_iter().map(|(_, segment)| segment).collect::<Vec<_>>())
        };
        assert_eq!(parameters("/deployments/{id}/chat", "/deployments/a%20b/chat"), Some(vec!["a%20b"]));
        assert_eq!(parameters("/deployments/{id}/chat", "/deployments/a/chat/x"), None);
        assert_eq!(parameters("/models/{id}:analyze", "/models/a:Analyze"), Some(vec!["a"]));
        assert_eq!(parameters("/models/{id}:analyze", "/models/:analyze"), None);
        assert_eq!(parameters("/models/{id}:analyze", "/models/a"), None);
        assert_eq!(parameters("/indexes('{id}')/docs", "/indexes('é')/docs"), Some(vec!["é"]));
        assert_eq!(parameters("/*", "/any/thing"), Some(vec![]));
        assert_eq!(parameters("/", ""), Some(vec![]));
        assert_eq!(below("openai", "/openai/x"), Some("/x"));
        assert_eq!(below("openai", "/openaix"), None);
        assert_eq!(below("", "/x"), Some("x"));
    }
}
