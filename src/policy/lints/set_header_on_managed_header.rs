//! Headers that the gateway keeps to itself.

use crate::diag::{Code, Diagnostic, Fix};

use super::look::{fixed, whole_lines};
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "set-header-on-managed-header",
    "`set-header` names a header that the gateway sets itself",
    "Looks for `set-header` on `Connection`, `Content-Length`, `Keep-Alive` and `Transfer-Encoding`.",
)
.why(
    "These headers belong to the connection or follow from the body, so the gateway writes them and the policy has no \
     effect. After `set-body` the right `Content-Length` is sent without any help.",
)
.example(
    "<set-header name=\"Content-Length\" exists-action=\"override\">\n    <value>0</value>\n</set-header>",
    "<set-body>@(\"\")</set-body>",
)
.with_url("https://learn.microsoft.com/azure/api-management/set-header-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

const MANAGED: &[&str] = &["connection", "content-length", "keep-alive", "transfer-encoding"];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for header in steps(unit.policy).named(&["set-header"]).map(|step| step.element) {
        let Some(name) = fixed(header, "name") else { continue };
        if !MANAGED.contains(&name.to_ascii_lowercase().as_str()) {
            continue;
        }
        let place = header.value("name").map_or(header.name_span, |value| value.span);
        let message = format!("the gateway sets `{name}` itself; this has no effect");
        let diagnostic = Diagnostic::new(&CODE, message).at(&header.source, place);
        let fix = Fix::unsafely("remove the `set-header`", &header.source, whole_lines(header), "");
        found.push(diagnostic.help("remove the `set-header`").fix(fix));
    }
}
