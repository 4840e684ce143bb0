//! What the place of a file says: which service it belongs to and what of that service it describes. Knows the folders
//! of the APIOps extractor and publisher, the bundle that `genai-lz render` writes, and one file per entity below
//! `apis/`, `products/` and `fragments/`. Looks at paths alone.
//!
//! ```text
//! policy.xml                                        the whole service
//! apis/chat/policy.xml                              apis/chat.xml
//! apis/chat/operations/complete/policy.xml
//! products/gold/policy.xml                          products/gold.xml
//! policy fragments/sign-in/policy.xml               fragments/sign-in.xml
//! named values/region/namedValueInformation.json    parameters/genai.parameters.json
//! workspaces/team-a/…                               all of the above once more
//! ```
//!
//! Source of the names: Azure/apiops c248e0b (SampleArtifacts and the resources of `common`), which writes some
//! folders with a blank in their names; tools beside it write the same ones without.

use crate::policy::Scope;

/// What a file describes, and of which service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The folder that holds the service, or the workspace, without a slash at its end.
    pub root: String,
    pub what: What,
}

/// What a file describes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Policy(Attached),
    /// A policy of the service or the workspace, if other files say that `root` is one.
    OutermostPolicy,
    Fragment {
        id: String,
        /// The folder keeps ids in its names; otherwise a file's name only hints at the id.
        is_id: bool,
    },
    /// A policy of a GraphQL resolver, which is a document of another kind.
    Resolver,
    Info(Entity),
    /// The parameters of the stage `genai` in the bundle of `genai-lz render`: all entities in one file.
    Bundle,
}

/// Where a policy document is attached.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Attached {
    Global,
    Workspace,
    Product(String),
    Api(String),
    Operation { api: String, operation: String },
}

/// What an information file is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entity {
    NamedValue(String),
    Backend(String),
    Logger(String),
    Product(String),
    Api(String),
    /// The list of the APIs of a product.
    ProductApis(String),
    /// One API of a product.
    ProductApi {
        product: String,
        api: String,
    },
}

impl Attached {
    /// The scope of a document that is attached there.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Global => Scope::Global,
            Self::Workspace => Scope::Workspace,
            Self::Product(_) => Scope::Product,
            Self::Api(_) => Scope::Api,
            Self::Operation { .. } => Scope::Operation,
        }
    }

    /// The API that it belongs to.
    pub fn api(&self) -> Option<&str> {
        match self {
            Self::Api(api) | Self::Operation { api, .. } => Some(api),
            Self::Global | Self::Workspace | Self::Product(_) => None,
        }
    }

    /// A name for people: `api chat`, `operation chat/complete`.
    pub fn name(&self) -> String {
        match self {
            Self::Global => "the whole service".to_owned(),
            Self::Workspace => "the workspace".to_owned(),
            Self::Product(id) => format!("product {id}"),
            Self::Api(id) => format!("api {id}"),
            Self::Operation { api, operation } => format!("operation {api}/{operation}"),
        }
    }
}

/// Returns what the place of a file says, None where it says nothing. `path` may use either slash.
pub fn place(path: &str) -> Option<Place> {
    let parts: Vec<&str> = path.split(['/', '\\']).filter(|part| *part != ".").collect();
    let (file, folders) = parts.split_last()?;
    let file = file.to_ascii_lowercase();
    let known = if file.ends_with(".json") { info(folders, &file) } else { policy(folders, parts.last()?) };
    let (n_root, what) = known?;
    let root = &folders[..n_root];
    // The bundle keeps its policies one folder deeper than its parameters.
    let root = if what == What::Bundle { [root, &["policies"]].concat() } else { root.to_vec() };
    Some(Place { root: root.join("/"), what })
}

/// Returns the service that holds the workspace of this root; None where the root is a service.
pub(super) fn service_of_workspace(root: &str) -> Option<&str> {
    let (folders, _workspace) = root.rsplit_once('/').unwrap_or(("", root));
    match folders.rsplit_once('/') {
        Some((service, "workspaces")) => Some(service),
        None if folders == "workspaces" => Some(""),
        Some(_) | None => None,
    }
}

/// The number of folders that make the root, and what the policy is of.
fn policy(folders: &[&str], file: &str) -> Option<(usize, What)> {
    let n = folders.len();
    let stem = stem(file)?;
    let is_named_policy = stem.eq_ignore_ascii_case("policy");
    let folder = |back: usize| n.checked_sub(back).map(|at| folders[at]);
    let is = |back: usize, name: &str| folder(back).is_some_and(|folder| folder.eq_ignore_ascii_case(name));
    if is_named_policy {
        let id = || folder(1).map(str::to_owned);
        return Some(match () {
            () if is(2, "operations") && is(4, "apis") => {
                let attached = Attached::Operation { api: folder(3)?.to_owned(), operation: id()? };
                (n - 4, What::Policy(attached))
            }
            () if is(2, "resolvers") && is(4, "apis") => (n - 4, What::Resolver),
            () if is(2, "apis") => (n - 2, What::Policy(Attached::Api(id()?))),
            () if is(2, "products") => (n - 2, What::Policy(Attached::Product(id()?))),
            () if folder(2).is_some_and(holds_fragments) => {
                (n - 2, What::Fragment { id: id()?, is_id: true })
            }
            () => (n, What::OutermostPolicy),
        });
    }
    let id = stem.to_owned();
    match () {
        () if is(1, "apis") => Some((n - 1, What::Policy(Attached::Api(id)))),
        () if is(1, "products") => Some((n - 1, What::Policy(Attached::Product(id)))),
        () if is(2, "operations") => {
            Some((n - 2, What::Policy(Attached::Operation { api: folder(1)?.to_owned(), operation: id })))
        }
        () if folder(1).is_some_and(holds_fragments) => Some((n - 1, What::Fragment { id, is_id: false })),
        () if stem.eq_ignore_ascii_case("global") => Some((n, What::OutermostPolicy)),
        () => None,
    }
}

/// The number of folders that make the root, and what the information file is about.
fn info(folders: &[&str], file: &str) -> Option<(usize, What)> {
    let n = folders.len();
    let folder = |back: usize| n.checked_sub(back).map(|at| folders[at]);
    let is = |back: usize, name: &str| folder(back).is_some_and(|folder| folder.eq_ignore_ascii_case(name));
    let id = || folder(1).map(str::to_owned);
    let entity = match file {
        "namedvalueinformation.json" if folder(2).is_some_and(holds_named_values) => {
            Entity::NamedValue(id()?)
        }
        "backendinformation.json" if is(2, "backends") => Entity::Backend(id()?),
        "loggerinformation.json" if is(2, "loggers") => Entity::Logger(id()?),
        "productinformation.json" if is(2, "products") => Entity::Product(id()?),
        "apis.json" if is(2, "products") => Entity::ProductApis(id()?),
        "apiinformation.json" if is(2, "apis") => Entity::Api(id()?),
        "productapiinformation.json" if is(2, "apis") && is(4, "products") => {
            let entity = Entity::ProductApi { product: folder(3)?.to_owned(), api: id()? };
            return Some((n - 4, What::Info(entity)));
        }
        "genai.parameters.json" if is(1, "parameters") => return Some((n - 1, What::Bundle)),
        _ => return None,
    };
    Some((n - 2, What::Info(entity)))
}

/// `policy fragments`, `policyFragments`, `policy-fragments`, `fragments`.
fn holds_fragments(folder: &str) -> bool {
    matches!(squeezed(folder).as_str(), "policyfragments" | "fragments")
}

/// `named values`, `namedValues`, `named-values`.
fn holds_named_values(folder: &str) -> bool {
    squeezed(folder) == "namedvalues"
}

fn squeezed(folder: &str) -> String {
    let letters = folder.chars().filter(|c| !matches!(c, ' ' | '-' | '_'));
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

/// The name of an XML file without its ending.
fn stem(file: &str) -> Option<&str> {
    let (stem, ending) = file.rsplit_once('.')?;
    ending.eq_ignore_ascii_case("xml").then_some(stem)
}

/// Returns what the name of a file and the id of a fragment have in common where people name files after fragments:
/// `frag-sign-in.xml`, `pf-sign-in.xml` and `sign-in.fragment.xml` all hold `sign-in`.
pub(super) fn fragment_key(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    let name = name.strip_suffix(".xml").unwrap_or(&name);
    let prefixes = ["policy-fragment-", "fragment-", "frag-", "pf-"];
    let suffixes = [".fragment", "-fragment", ".policy", "-policy"];
    let name = prefixes.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    suffixes.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_file_says_what_it_is() {
        let api = |id: &str| What::Policy(Attached::Api(id.to_owned()));
        let fragment = |id: &str, is_id| What::Fragment { id: id.to_owned(), is_id };
        let operation = Attached::Operation { api: "chat".to_owned(), operation: "complete".to_owned() };
        for (path, root, what) in [
            ("policy.xml", "", What::OutermostPolicy),
            ("./a/policy.xml", "a", What::OutermostPolicy),
            ("a/apis/chat/policy.xml", "a", api("chat")),
            (r"a\apis\chat;rev=2\policy.xml", "a", api("chat;rev=2")),
            ("apis/chat/operations/complete/policy.xml", "", What::Policy(operation.clone())),
            ("operations/chat/complete.xml", "", What::Policy(operation)),
            ("apis/graph/resolvers/r/policy.xml", "", What::Resolver),
            ("a/policies/apis/chat.xml", "a/policies", api("chat")),
            ("products/gold/policy.xml", "", What::Policy(Attached::Product("gold".to_owned()))),
            ("policy fragments/x/policy.xml", "", fragment("x", true)),
            ("policyFragments/x/policy.xml", "", fragment("x", true)),
            ("fragments/frag-x.xml", "", fragment("frag-x", false)),
            ("named values/n/namedValueInformation.json", "", What::Info(Entity::NamedValue("n".to_owned()))),
            (
                "workspaces/w/backends/b/backendInformation.json",
                "workspaces/w",
                What::Info(Entity::Backend("b".to_owned())),
            ),
            (
                "products/gold/apis/chat/productApiInformation.json",
                "",
                What::Info(Entity::ProductApi { product: "gold".to_owned(), api: "chat".to_owned() }),
            ),
            ("out/parameters/genai.parameters.json", "out/policies", What::Bundle),
        ] {
            assert_eq!(place(path), Some(Place { root: root.to_owned(), what }), "{path}");
        }
        for path in ["", "lab/my-policy.xml", "apis/chat/specification.json", "main.bicep", "apis/chat.json"]
        {
            assert_eq!(place(path), None, "{path}");
        }
    }

    #[test]
    fn a_workspace_lies_in_a_service() {
        assert_eq!(service_of_workspace("a/workspaces/w"), Some("a"));
        assert_eq!(service_of_workspace("workspaces/w"), Some(""));
        assert_eq!(service_of_workspace("a/b"), None);
        assert_eq!(service_of_workspace(""), None);
    }
}
