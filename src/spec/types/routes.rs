//! Which model a request goes to where callers name it: `routes` of an API, and `aliases`.

use serde_json::{Value as Json, json};

use super::{DeploymentName, TargetRef};
use crate::spec::decode::{At, Decode, Decoder, Int, choice, one_of, record};
use crate::spec::yaml::{Kind, Node};

one_of! {
    /// Requests go to whatever has the model that they name.
    pub enum Routes {
        /// By the deployment in the path, which Azure OpenAI's paths have.
        "byDeployment" ByDeployment(RoutedNames),
        /// By `model` in the body.
        "byModel" ByModel(RoutedNames),
    }
}

impl Routes {
    /// The names that the API takes.
    pub fn names(&self) -> &At<RoutedNames> {
        match self {
            Self::ByDeployment(names) | Self::ByModel(names) => names,
        }
    }
}

/// Which names an API takes.
#[derive(Clone, Debug, PartialEq)]
pub enum RoutedNames {
    /// All that can be served on its surface.
    Auto,
    /// These.
    Listed(Vec<At<DeploymentName>>),
}

choice! {
    /// All names at once.
    pub enum AllNames {
        /// Every deployment and every alias that the surface can serve.
        Auto = "auto",
    }
}

impl Decode for RoutedNames {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        match &node.kind {
            Kind::List(_) => Vec::decode(node, cx).map(Self::Listed),
            _ => AllNames::decode(node, cx).map(|_| Self::Auto),
        }
    }

    fn schema() -> Json {
        json!({ "oneOf": [AllNames::schema(), Vec::<At<DeploymentName>>::schema()] })
    }
}

record! {
    /// A name that callers use for whatever serves it.
    pub struct Alias {
        /// The name, as callers write it.
        "name" name: DeploymentName = required;
        /// How one of the targets is chosen.
        "strategy" strategy: AliasStrategy = default("priority");
        /// What it leads to. The others are tried, in order, where the chosen one cannot answer and the answer has not begun.
        "targets" targets: Vec<At<AliasTarget>> = required;
    }
}

choice! {
    /// How one of the targets of an alias is chosen.
    pub enum AliasStrategy {
        /// The first that can answer.
        Priority = "priority",
        /// By chance, each as often as its weight says.
        Weighted = "weighted",
    }
    refused { "latency": "use `policies.latencyRouting`, which orders the members of a pool" }
}

/// What an alias leads to: written as the reference alone, or with a weight.
#[derive(Clone, Debug, PartialEq)]
pub struct AliasTarget {
    /// A pool, or a deployment of an account.
    pub to: At<TargetRef>,
    /// Its share; 1 where it is not given.
    pub weight: u32,
}

record! {
    /// A target with its share.
    pub struct WeightedTarget {
        /// A pool, or `ACCOUNT/DEPLOYMENT`.
        "to" to: TargetRef = required;
        /// Its share of the requests, where the strategy is `weighted`.
        "weight" weight: Int<1, 100> = default(1);
    }
}

impl Decode for AliasTarget {
    fn decode(node: &Node, cx: &mut Decoder<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Mapping(_) => {
                WeightedTarget::decode(node, cx).map(|it| Self { to: it.to, weight: it.weight.0 })
            }
            _ => At::decode(node, cx).map(|to| Self { to, weight: 1 }),
        }
    }

    fn schema() -> Json {
        json!({ "oneOf": [TargetRef::schema(), WeightedTarget::schema()] })
    }
}
