//! The catalogue: every element of the policy language, where it may stand, its attributes and its content. Static
//! tables, one file per family; `lower` checks texts against them and docs/reference/policies.md is printed from them.
//!
//! Sources, gathered 2026-11-22: the policy pages on Learn (MicrosoftDocs/azure-docs; each element names the date of
//! its page), the schemas of the API Management extension for VS Code (microsoft/vscode-apimanagement 2450924, last
//! changed 2025-02-25) and the policy toolkit (Azure/azure-api-management-policy-toolkit 54f9b1a). Where they disagree
//! the entry says so with [`Presence::Disputed`], [`Expressions::Disputed`] or `tolerated`, and a finding is a warning.

mod authentication;
mod caching;
mod control;
mod cosmos;
mod cross_domain;
mod dapr;
mod describe;
mod graphql;
mod integration;
mod limits;
mod llm;
mod logging;
mod routing;
mod terms;
mod tokens;
mod transformation;
mod validation;

use super::compose::Scope;
use super::surroundings::Tier;
use super::typed::Section;

pub use describe::holds_policies;
pub use logging::{DEFAULT_DIMENSIONS, MAX_CUSTOM_DIMENSIONS};

/// An element of the policy language.
#[derive(Clone, Copy, Debug)]
pub struct ElementDef {
    pub name: &'static str,
    /// Where its page lets it stand; empty for elements that only occur inside another.
    pub sections: &'static [Section],
    /// Where only another source than its page lets it stand, such as a deployed sample.
    pub tolerated: &'static [Section],
    pub scopes: &'static [Scope],
    /// The gateways that run it.
    pub tiers: &'static [Tier],
    pub attributes: &'static [AttributeDef],
    /// What the attributes and children demand of each other.
    pub demands: &'static [Demand],
    pub content: Content,
    pub repeats: Repeats,
    pub source: SourceOf,
    /// Limits, and what the sources do not agree about. Whole sentences.
    pub notes: &'static [&'static str],
}

/// Who says that an element exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceOf {
    /// A page of Learn, by its date (year-month-day), and the schema.
    PageAndSchema { page: &'static str, dated: &'static str },
    /// A page of Learn; the schema does not have it.
    Page { page: &'static str, dated: &'static str },
    /// The schema alone: not documented, perhaps internal.
    Schema,
    /// The toolkit alone.
    Toolkit,
    /// Occurs inside another element, which says where it is from.
    Parent,
}

/// How often an element may stand in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    Freely,
    OncePerSection,
    OncePerDocument,
}

/// What may stand between the tags.
#[derive(Clone, Copy, Debug)]
pub enum Content {
    Empty,
    /// Text or one expression.
    Text,
    /// Text, one expression, or markup that is passed on as it is.
    Markup,
    /// Another language, attributes included: nothing of it is checked.
    Foreign,
    /// Any policy of the section around it.
    Policies,
    Children(Order, &'static [ChildDef]),
    TextOrChildren(Order, &'static [ChildDef]),
}

/// Whether the order of children matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As they are listed.
    Sequence,
    /// Any.
    Free,
}

/// An element that may stand inside another.
#[derive(Clone, Copy, Debug)]
pub struct ChildDef {
    pub element: &'static ElementDef,
    pub min: usize,
    /// `usize::MAX` where there is no bound.
    pub max: usize,
}

/// An attribute that an element may have. Every policy takes an `id` besides, which `context.LastError.PolicyId`
/// shows (Learn, error handling).
#[derive(Clone, Copy, Debug)]
pub struct AttributeDef {
    pub name: &'static str,
    pub kind: Kind,
    pub presence: Presence,
    pub expressions: Expressions,
    /// What holds where it is not written; empty where that is nothing, or not known.
    pub default: &'static str,
    pub origin: Origin,
}

/// Whether an attribute has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Optional,
    Required,
    /// The page asks for it, the schema does not.
    Disputed,
}

/// Whether the value may be an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expressions {
    Allowed,
    Forbidden,
    /// One source allows it, another does not.
    Disputed,
    /// No source says.
    Unknown,
}

/// Which sources know an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The schema, and the page where there is one.
    Schema,
    /// A page or the toolkit; newer than the schema.
    Newer,
}

/// What a literal value has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Bool,
    /// Seconds, bytes, calls: the note of the element says which.
    Integer {
        min: i64,
        max: i64,
    },
    Number,
    OneOf(&'static [&'static str]),
    /// An expression or nothing else, such as `condition`; a Boolean literal passes.
    Condition,
}

/// What attributes and children demand of each other.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    pub rule: Rule,
    /// The service refuses; otherwise the page alone asks for it.
    pub is_sure: bool,
}

/// The kinds of demand.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// At least one of these attributes.
    AnyOf(&'static [&'static str]),
    /// At most one of these attributes.
    AtMostOne(&'static [&'static str]),
    /// The first attribute needs the second.
    Needs(&'static str, &'static str),
    /// At least one child, whichever.
    AnyChild,
    /// At most one of these children.
    OneChildOf(&'static [&'static str]),
    /// These children, unless the attribute has that value.
    ChildrenUnless { attribute: &'static str, is: &'static str, children: &'static [&'static str] },
    /// These attributes are refused at global and product scope and in fragments.
    ApiOnly(&'static [&'static str]),
    /// `<dimension>` children: few enough, and with a value unless the name has one by default.
    Dimensions,
}

/// Returns the element of that name which may stand in a section, or is the root of a resolver.
pub fn find(name: &str) -> Option<&'static ElementDef> {
    ALL.binary_search_by(|element| element.name.cmp(name)).ok().map(|at| ALL[at])
}

/// Every name that may stand in a section.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|element| element.name)
}

/// All of them, by name.
pub const ALL: &[&ElementDef] = &[
    &authentication::AUTHENTICATION_BASIC,
    &authentication::AUTHENTICATION_CERTIFICATE,
    &authentication::AUTHENTICATION_MANAGED_IDENTITY,
    &authentication::AUTHENTICATION_TOKEN,
    &authentication::AUTHENTICATION_TOKEN_STORE,
    &llm::AZURE_OPENAI_EMIT_TOKEN_METRIC,
    &llm::AZURE_OPENAI_SEMANTIC_CACHE_LOOKUP,
    &llm::AZURE_OPENAI_SEMANTIC_CACHE_STORE,
    &llm::AZURE_OPENAI_TOKEN_LIMIT,
    &control::BASE,
    &control::BLOCK,
    &caching::CACHE_LOOKUP,
    &caching::CACHE_LOOKUP_VALUE,
    &caching::CACHE_REMOVE_VALUE,
    &caching::CACHE_STORE,
    &caching::CACHE_STORE_VALUE,
    &caching::CACHE_VALUE,
    &authentication::CHECK_HEADER,
    &control::CHOOSE,
    &cross_domain::CORS,
    &cosmos::COSMOSDB_DATA_SOURCE,
    &cross_domain::CROSS_DOMAIN,
    &logging::EMIT_METRIC,
    &transformation::FIND_AND_REPLACE,
    &routing::FORWARD_REQUEST,
    &authentication::GET_AUTHORIZATION_CONTEXT,
    &graphql::GRAPHQL_DATA_SOURCE,
    &graphql::HTTP_DATA_SOURCE,
    &control::INCLUDE_FRAGMENT,
    &dapr::INVOKE_DAPR_BINDING,
    &integration::INVOKE_REQUEST,
    &authentication::IP_FILTER,
    &transformation::JSON_TO_XML,
    &cross_domain::JSONP,
    &control::LIMIT_CONCURRENCY,
    &llm::LLM_CONTENT_SAFETY,
    &llm::LLM_EMIT_TOKEN_METRIC,
    &llm::LLM_SEMANTIC_CACHE_LOOKUP,
    &llm::LLM_SEMANTIC_CACHE_STORE,
    &llm::LLM_TOKEN_LIMIT,
    &logging::LOG_TO_EVENTHUB,
    &control::MOCK_RESPONSE,
    &routing::PROXY,
    &graphql::PUBLISH_EVENT,
    &dapr::PUBLISH_TO_DAPR,
    &limits::QUOTA,
    &limits::QUOTA_BY_KEY,
    &limits::RATE_LIMIT,
    &limits::RATE_LIMIT_BY_KEY,
    &transformation::REDIRECT_CONTENT_URLS,
    &control::RETRY,
    &control::RETURN_RESPONSE,
    &routing::REWRITE_URI,
    &integration::SEND_ONE_WAY_REQUEST,
    &integration::SEND_REQUEST,
    &integration::SEND_SERVICE_BUS_MESSAGE,
    &routing::SET_BACKEND_SERVICE,
    &transformation::SET_BODY,
    &transformation::SET_HEADER,
    &transformation::SET_METHOD,
    &transformation::SET_QUERY_PARAMETER,
    &logging::SET_REQUEST_METRIC_DIMENSION_VALUE,
    &transformation::SET_STATUS,
    &control::SET_VARIABLE,
    &graphql::SQL_DATA_SOURCE,
    &logging::TRACE,
    &tokens::VALIDATE_AZURE_AD_TOKEN,
    &tokens::VALIDATE_CLIENT_CERTIFICATE,
    &validation::VALIDATE_CONTENT,
    &validation::VALIDATE_GRAPHQL_REQUEST,
    &validation::VALIDATE_HEADERS,
    &tokens::VALIDATE_JWT,
    &validation::VALIDATE_ODATA_REQUEST,
    &validation::VALIDATE_PARAMETERS,
    &validation::VALIDATE_STATUS_CODE,
    &control::WAIT,
    &transformation::XML_TO_JSON,
    &transformation::XSL_TRANSFORM,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_sorted_and_complete() {
        let known: Vec<_> = ALL.iter().map(|element| element.name).collect();
        assert!(known.is_sorted_by(|left, right| left < right), "{known:?}");
        assert_eq!(known.len(), 78);
        assert!(known.iter().all(|name| find(name).is_some_and(|element| element.name == *name)));
    }

    #[test]
    fn rules_name_attributes_and_children_that_are_there() {
        fn check(element: &ElementDef, depth: usize) {
            let names: Vec<&str> = element.attributes.iter().map(|attribute| attribute.name).collect();
            let children = match element.content {
                Content::Children(_, children) | Content::TextOrChildren(_, children) => children,
                _ => &[],
            };
            let child_names: Vec<&str> = children.iter().map(|child| child.element.name).collect();
            for demand in element.demands {
                let (attributes, inside): (Vec<&str>, &[&str]) = match demand.rule {
                    Rule::AnyOf(names) | Rule::AtMostOne(names) | Rule::ApiOnly(names) => {
                        (names.to_vec(), &[])
                    }
                    Rule::Needs(one, other) => (vec![one, other], &[]),
                    Rule::OneChildOf(names) => (Vec::new(), names),
                    Rule::ChildrenUnless { attribute, children, .. } => (vec![attribute], children),
                    Rule::AnyChild | Rule::Dimensions => (Vec::new(), &[]),
                };
                assert!(attributes.iter().all(|name| names.contains(name)), "{}: {demand:?}", element.name);
                assert!(inside.iter().all(|name| child_names.contains(name)), "{}: {demand:?}", element.name);
            }
            // Policies stand inside others, so the table is a graph; three levels reach every part.
            if depth < 3 {
                children.iter().for_each(|child| check(child.element, depth + 1));
            }
        }
        ALL.iter().for_each(|element| check(element, 0));
    }
}
