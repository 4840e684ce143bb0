//! Backends that are called in the clear.

use crate::diag::{Code, Confidence, Diagnostic, Fix};
use crate::policy::{PolicyElement, Value};
use crate::text::Span;

use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "backend-over-http",
    "a backend is called without TLS",
    "Looks for `http://` in `set-backend-service base-url` and in `set-url`, other than for this machine.",
)
.why(
    "Keys, tokens and prompts go over the network for anybody on the way to read and change. Inside a virtual network \
     that is still everybody who runs something there.",
)
.example(
    "<set-backend-service base-url=\"http://models.example.com\" />",
    "<set-backend-service base-url=\"https://models.example.com\" />",
)
.with_url("https://learn.microsoft.com/azure/api-management/set-backend-service-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

const PLAIN: &str = "http://";
const LOCAL: &[&str] = &["localhost", "127.0.0.1", "[::1]"];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for element in steps(unit.policy).iter().map(|step| step.element) {
        let Some(url) = called(element) else { continue };
        let Some(host) = url.literal().and_then(|url| url.trim().strip_prefix(PLAIN)) else { continue };
        if LOCAL.iter().any(|local| host.starts_with(local)) {
            continue;
        }
        let written = element.source.slice(url.span);
        let Some(at) = written.find(PLAIN) else { continue };
        let start = url.span.start as usize + at;
        let scheme = Span::new(start, start + PLAIN.len());
        let diagnostic = Diagnostic::new(&CODE, "the call goes over plain HTTP")
            .at(&element.source, scheme)
            .confidence(Confidence::Medium);
        let fix = Fix::unsafely("write `https://`", &element.source, scheme, "https://");
        found.push(diagnostic.help("call it over HTTPS").fix(fix));
    }
}

fn called(element: &PolicyElement) -> Option<&Value> {
    match element.name.as_str() {
        "set-backend-service" => element.value("base-url"),
        "set-url" => element.text.as_ref(),
        _ => None,
    }
}
