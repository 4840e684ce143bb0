//! The words in which the tables are written.

use super::{
    AttributeDef, ChildDef, Content, Demand, ElementDef, Expressions, Kind, Order, Origin, Presence, Repeats,
    Rule, SourceOf,
};
use crate::policy::compose::Scope::{self, Api, Global, GraphqlResolver, Operation, Product, Workspace};
use crate::policy::surroundings::Tier;
use crate::policy::typed::Section::{self, Backend, Inbound, OnError, Outbound};

pub(super) const EVERYWHERE: &[Section] = &[Inbound, Backend, Outbound, OnError];

/// The scopes of most policies.
pub(super) const ANY_SCOPE: &[Scope] = &[Global, Workspace, Product, Api, Operation];
/// Those of policies that use what only the whole service has, such as its identity.
pub(super) const NOT_IN_WORKSPACES: &[Scope] = &[Global, Product, Api, Operation];
pub(super) const RESOLVER: &[Scope] = &[GraphqlResolver];

/// The gateways that Microsoft runs, outside workspaces.
pub(super) const MANAGED: &[Tier] = &[Tier::Classic, Tier::V2, Tier::Consumption];
/// All gateways but those of workspaces.
pub(super) const SERVICE: &[Tier] = &[Tier::Classic, Tier::V2, Tier::Consumption, Tier::SelfHosted];
/// All gateways but Consumption, which keeps no counters.
pub(super) const COUNTING: &[Tier] = &[Tier::Classic, Tier::V2, Tier::SelfHosted, Tier::Workspace];

pub(super) const COUNT: Kind = Kind::Integer { min: 0, max: i32::MAX as i64 };
pub(super) const POSITIVE: Kind = Kind::Integer { min: 1, max: i32::MAX as i64 };
pub(super) const LONG: Kind = Kind::Integer { min: 0, max: i64::MAX };
/// Windows of rate limits, seconds: at most 300 (Learn, rate-limit).
pub(super) const RATE_WINDOW: Kind = Kind::Integer { min: 1, max: 300 };
pub(super) const STATUS_CODE: Kind = Kind::Integer { min: 100, max: 999 };
pub(super) const EXISTS_ACTION: Kind = Kind::OneOf(&["override", "append", "skip", "delete"]);
/// What the validation policies do with what they find.
pub(super) const ACTION: Kind = Kind::OneOf(&["ignore", "prevent", "detect"]);

/// A policy of a page with that date: everywhere, on every gateway, unless the entry says otherwise.
pub(super) const fn policy(name: &'static str, page: &'static str, dated: &'static str) -> ElementDef {
    ElementDef {
        name,
        sections: EVERYWHERE,
        tolerated: &[],
        scopes: ANY_SCOPE,
        tiers: &Tier::ALL,
        attributes: &[],
        demands: &[],
        content: Content::Empty,
        repeats: Repeats::Freely,
        source: SourceOf::PageAndSchema { page, dated },
        notes: &[],
    }
}

/// A policy that only the schema or the toolkit has.
pub(super) const fn undocumented(name: &'static str, source: SourceOf) -> ElementDef {
    ElementDef { source, ..policy(name, "", "") }
}

/// An element that only occurs inside another.
pub(super) const fn part(
    name: &'static str,
    attributes: &'static [AttributeDef],
    content: Content,
) -> ElementDef {
    ElementDef { sections: &[], attributes, content, source: SourceOf::Parent, ..policy(name, "", "") }
}

pub(super) const fn text(name: &'static str) -> AttributeDef {
    typed(name, Kind::Text)
}

pub(super) const fn boolean(name: &'static str) -> AttributeDef {
    typed(name, Kind::Bool)
}

pub(super) const fn typed(name: &'static str, kind: Kind) -> AttributeDef {
    AttributeDef {
        name,
        kind,
        presence: Presence::Optional,
        expressions: Expressions::Unknown,
        default: "",
        origin: Origin::Schema,
    }
}

impl AttributeDef {
    pub(super) const fn required(self) -> Self {
        Self { presence: Presence::Required, ..self }
    }

    /// The page asks for it, the schema does not.
    pub(super) const fn asked_for(self) -> Self {
        Self { presence: Presence::Disputed, ..self }
    }

    pub(super) const fn or_expression(self) -> Self {
        Self { expressions: Expressions::Allowed, ..self }
    }

    pub(super) const fn literal(self) -> Self {
        Self { expressions: Expressions::Forbidden, ..self }
    }

    /// One source allows expressions, another does not.
    pub(super) const fn perhaps_expression(self) -> Self {
        Self { expressions: Expressions::Disputed, ..self }
    }

    pub(super) const fn default(self, default: &'static str) -> Self {
        Self { default, ..self }
    }

    pub(super) const fn newer(self) -> Self {
        Self { origin: Origin::Newer, ..self }
    }
}

pub(super) const fn sequence(children: &'static [ChildDef]) -> Content {
    Content::Children(Order::Sequence, children)
}

pub(super) const fn any_order(children: &'static [ChildDef]) -> Content {
    Content::Children(Order::Free, children)
}

pub(super) const fn any_number_of(element: &'static ElementDef) -> ChildDef {
    ChildDef { element, min: 0, max: usize::MAX }
}

pub(super) const fn at_least_one(element: &'static ElementDef) -> ChildDef {
    ChildDef { element, min: 1, max: usize::MAX }
}

pub(super) const fn at_most_one(element: &'static ElementDef) -> ChildDef {
    ChildDef { element, min: 0, max: 1 }
}

pub(super) const fn exactly_one(element: &'static ElementDef) -> ChildDef {
    ChildDef { element, min: 1, max: 1 }
}

pub(super) const fn up_to(max: usize, element: &'static ElementDef) -> ChildDef {
    ChildDef { element, min: 0, max }
}

/// The service refuses what does not keep to `rule`.
pub(super) const fn must(rule: Rule) -> Demand {
    Demand { rule, is_sure: true }
}

/// The page asks for `rule`; what the service does is not known.
pub(super) const fn should(rule: Rule) -> Demand {
    Demand { rule, is_sure: false }
}

/// `<value>` with text: of headers, parameters and claims.
pub(super) static VALUE: ElementDef = part("value", &[], Content::Text);
