//! Streams whose usage nobody asks for.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::Body;

use super::look::{holds, is_token_limit, is_token_metric, says, says_anywhere};
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::note(
    "streaming-usage-not-included",
    "tokens of streamed answers are counted, but the usage is not asked for",
    "Looks for token limits and token metrics in a text that deals with `\"stream\"` requests and never sets \
     `stream_options.include_usage`.",
)
.why(
    "Most models report usage in a stream only where the request says `\"stream_options\": {\"include_usage\": true}`. \
     Without it the gateway estimates, and metrics and chargeback drift from the bill.",
)
.example(
    "<inbound>\n    <llm-emit-token-metric namespace=\"llm\" />\n    <set-variable name=\"streams\" value=\"@((bool?)context.Request.Body.As&lt;JObject&gt;(preserveContent: true)[&quot;stream&quot;] ?? false)\" />\n</inbound>",
    "<inbound>\n    <llm-emit-token-metric namespace=\"llm\" />\n    <set-body>@{\n        var body = context.Request.Body.As&lt;JObject&gt;();\n        body[\"stream_options\"] = new JObject(new JProperty(\"include_usage\", true));\n        return body.ToString();\n    }</set-body>\n</inbound>",
)
.with_url("https://learn.microsoft.com/azure/api-management/llm-emit-token-metric-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    if !says_anywhere(unit.policy, &["\"stream\""]) {
        return;
    }
    let asks = |element: &_| says(element, &["include_usage"]);
    let sections: Vec<&[_]> = match &unit.policy.body {
        Body::Document(sections) => sections.iter().map(|(_, elements)| &**elements).collect(),
        Body::Fragment(elements) => vec![elements],
    };
    if sections.iter().any(|elements| holds(elements, unit.around, &asks) != Some(false)) {
        return;
    }
    let steps = steps(unit.policy);
    let counts = |element: &_| is_token_limit(element) || is_token_metric(element);
    let Some(counter) = steps.iter().map(|step| step.element).find(|element| counts(element)) else { return };
    let message = "requests may stream, and nothing asks for the usage in the stream: tokens are estimated";
    let diagnostic =
        Diagnostic::new(&CODE, message).at(&counter.source, counter.name_span).confidence(Confidence::Low);
    found.push(
        diagnostic.help("set `stream_options.include_usage` in the request body where `stream` is true"),
    );
}
