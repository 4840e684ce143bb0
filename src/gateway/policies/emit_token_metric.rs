//! `<llm-emit-token-metric namespace="x"><dimension name="Subscription ID"/></llm-emit-token-metric>`, by its older
//! name `azure-openai-emit-token-metric`: sends Total, Prompt and Completion Tokens of each answer to the metric
//! store. Learn, llm-emit-token-metric (2026-05-27).
//!
//! The numbers come from `usage`; of a streamed answer they come at its end, estimated where there is no usage
//! chunk. An answer that says nothing about tokens emits nothing.

use std::sync::Arc;

use indexmap::IndexMap;

use super::Executor;
use crate::gateway::Metric;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::Setting;
use crate::gateway::tokens::{Meter, StreamUsage, Usage};
use crate::policy::Placed;

pub(super) static LLM: Executor = Executor { element: "llm-emit-token-metric", compile };
pub(super) static AZURE_OPENAI: Executor = Executor { element: "azure-openai-emit-token-metric", compile };

/// Where no `namespace` is written.
pub(super) const DEFAULT_NAMESPACE: &str = "API Management";

/// A dimension with its value, or one whose value the gateway knows.
pub(super) struct Dimension {
    name: Arc<str>,
    value: Option<Setting<String>>,
}

struct EmitTokenMetric {
    namespace: Arc<str>,
    dimensions: Vec<Dimension>,
}

/// A dimension with the value that an expression gave.
pub(super) type Evaluated = (Arc<str>, Option<String>);

/// Waits for the answer with the dimensions as they were when the request came.
struct Emitter {
    namespace: Arc<str>,
    dimensions: Vec<Evaluated>,
}

fn compile(compiler: &mut Compiler<'_>, placed: &Placed) -> Option<Box<dyn Run>> {
    let element = &placed.element;
    compiler.refuse_attributes(element, &["name", "value-type", "ignore-prompt", "value"]);
    let namespace = element.literal("namespace").unwrap_or(DEFAULT_NAMESPACE).into();
    Some(Box::new(EmitTokenMetric { namespace, dimensions: dimensions(compiler, placed) }))
}

/// Reads the `<dimension>` elements; that those without a value have a default was checked where the policy was read.
pub(super) fn dimensions(compiler: &mut Compiler<'_>, placed: &Placed) -> Vec<Dimension> {
    let element = &placed.element;
    let mut dimensions = Vec::new();
    for child in &element.children {
        let name = child.literal("name").unwrap_or_default().into();
        let value = compiler.setting(child, "value");
        dimensions.push(Dimension { name, value });
    }
    dimensions
}

/// Evaluates the values that are written.
///
/// # Errors
/// The fault of an expression.
pub(super) fn evaluate(dimensions: &[Dimension], live: &Arc<Live>) -> Result<Vec<Evaluated>, Fault> {
    let value = |dimension: &Dimension| dimension.value.as_ref().map(|value| value.get(live)).transpose();
    dimensions.iter().map(|dimension| Ok((Arc::clone(&dimension.name), value(dimension)?))).collect()
}

/// Fills in the defaults.
pub(super) fn resolve(dimensions: &[Evaluated], live: &Live) -> IndexMap<Arc<str>, String> {
    let value = |(name, value): &Evaluated| {
        (Arc::clone(name), value.clone().unwrap_or_else(|| default_value(name, live)))
    };
    dimensions.iter().map(value).collect()
}

fn default_value(name: &str, live: &Live) -> String {
    let route = &live.route;
    match name {
        "API ID" => route.api.id.clone(),
        "Operation ID" => route.operation.id.clone(),
        "Product ID" => route.product.as_ref().map(|product| product.id.clone()).unwrap_or_default(),
        "Subscription ID" => route.subscription.as_ref().map(|one| one.id.clone()).unwrap_or_default(),
        "Location" => live.gateway.region().to_owned(),
        "Gateway ID" => "managed".to_owned(),
        "Backend ID" => live.answered_by(),
        _ => String::new(),
    }
}

impl Run for EmitTokenMetric {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let dimensions = evaluate(&self.dimensions, live)?;
        live.state().meters.push(Arc::new(Emitter { namespace: Arc::clone(&self.namespace), dimensions }));
        Ok(Flow::Next)
    }
}

impl Emitter {
    fn emit(&self, live: &Live, usage: &Usage) {
        let dimensions = Arc::new(resolve(&self.dimensions, live));
        for (name, tokens) in [
            ("Total Tokens", usage.total),
            ("Prompt Tokens", usage.prompt),
            ("Completion Tokens", usage.completion),
        ] {
            // A count of tokens is far below 2^32; more is not a count.
            let value = f64::from(u32::try_from(tokens).unwrap_or(u32::MAX));
            let (namespace, dimensions) = (Arc::clone(&self.namespace), Arc::clone(&dimensions));
            live.host.emit_metric(Metric { namespace, name: name.into(), value, dimensions });
        }
    }
}

impl Meter for Emitter {
    fn answered(&self, live: &Arc<Live>, usage: Option<&Usage>) {
        if let Some(usage) = usage {
            self.emit(live, usage);
        }
    }

    fn streamed(&self, live: &Arc<Live>, usage: &StreamUsage) {
        self.emit(live, &usage.best());
    }
}
