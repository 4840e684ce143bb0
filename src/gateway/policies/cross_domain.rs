//! `<cross-domain><cross-domain-policy>…</cross-domain-policy></cross-domain>`: the file that clients of Adobe Flash ask
//! for before they call. Learn, cross-domain (2022-11-18), at global scope.
//!
//! Decision: the page does not say where the file is; the specification of the format says `/crossdomain.xml` at the
//! root of the host. The gateway answers a GET of it unless an API lies there; the policy does nothing to other requests.

use std::sync::Arc;

use super::Executor;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::xml::{Element, Node};
use crate::policy::{Placed, PolicyElement, Value};

pub(super) static EXECUTOR: Executor =
    Executor { element: "cross-domain", compile: |_, _| Some(Box::new(CrossDomain)) };

struct CrossDomain;

impl Run for CrossDomain {
    fn run(&self, _: &Arc<Live>) -> Result<Flow, Fault> {
        Ok(Flow::Next)
    }
}

/// The file that a section brings; None where it has no such policy.
pub(in crate::gateway) fn file(inbound: &[Placed]) -> Option<String> {
    let policy = inbound.iter().find_map(|placed| match placed.element.name.as_str() {
        "cross-domain" => placed.element.children.first(),
        _ => None,
    })?;
    let mut text = "<?xml version=\"1.0\"?>\n".to_owned();
    element(policy).write(&mut text);
    Some(text)
}

fn element(policy: &PolicyElement) -> Element {
    let attributes = policy
        .attributes
        .iter()
        .map(|attribute| (attribute.name.clone(), attribute.value.literal().unwrap_or_default().to_owned()));
    let text = policy.text.as_ref().and_then(Value::literal).map(str::to_owned);
    Element {
        name: policy.name.clone(),
        attributes: attributes.collect(),
        children: policy
            .children
            .iter()
            .map(|child| Node::Element(element(child)))
            .chain(text.map(Node::Text))
            .collect(),
    }
}
