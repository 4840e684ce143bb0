//! `<emit-metric name="x" value="1" namespace="y"><dimension …/></emit-metric>`: sends one number to the metric
//! store. Learn, emit-metric.

use std::sync::Arc;

use super::Executor;
use super::emit_token_metric::{DEFAULT_NAMESPACE, Dimension, dimensions, evaluate, resolve};
use crate::gateway::Metric;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};

pub(super) static EXECUTOR: Executor = Executor {
    element: "emit-metric",
    compile: |compiler, placed| {
        let element = &placed.element;
        compiler.refuse_attributes(element, &["default-dimensions"]);
        Some(Box::new(EmitMetric {
            name: compiler.setting(element, "name")?,
            namespace: compiler.setting(element, "namespace"),
            value: compiler.setting(element, "value"),
            dimensions: dimensions(compiler, placed),
        }))
    },
};

struct EmitMetric {
    name: Setting<String>,
    namespace: Option<Setting<String>>,
    value: Option<Setting<f64>>,
    dimensions: Vec<Dimension>,
}

impl Run for EmitMetric {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let metric = Metric {
            namespace: get_or(self.namespace.as_ref(), DEFAULT_NAMESPACE.to_owned(), live)?.into(),
            name: self.name.get(live)?.into(),
            value: get_or(self.value.as_ref(), 1.0, live)?,
            dimensions: Arc::new(resolve(&evaluate(&self.dimensions, live)?, live)),
        };
        live.host.emit_metric(metric);
        Ok(Flow::Next)
    }
}
