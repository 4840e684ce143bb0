//! Cookies for everybody.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::{PolicyElement, Value};

use super::look::{child, flag};
use super::steps::steps;
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "cors-any-origin-with-credentials",
    "`cors` allows credentials for any origin",
    "Looks for `cors` with `allow-credentials=\"true\"` and the origin `*`.",
)
.why(
    "Browsers refuse credentials where the answer names the origin `*`; where a gateway echoes the caller's origin \
     instead, any web site may call the API with the cookies of whoever visits it.",
)
.example(
    "<cors allow-credentials=\"true\">\n    <allowed-origins>\n        <origin>*</origin>\n    </allowed-origins>\n</cors>",
    "<cors allow-credentials=\"true\">\n    <allowed-origins>\n        <origin>https://app.example.com</origin>\n    </allowed-origins>\n</cors>",
)
.references(&["Fetch standard, CORS protocol and credentials"])
.with_url("https://learn.microsoft.com/azure/api-management/cors-policy");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    for cors in steps(unit.policy).named(&["cors"]).map(|step| step.element) {
        if flag(cors, "allow-credentials", false) != Some(true) {
            continue;
        }
        let Some(origin) = any_origin(cors) else { continue };
        let diagnostic = Diagnostic::new(&CODE, "credentials are allowed for the origin `*`")
            .at(&origin.source, origin.span)
            .confidence(Confidence::Medium);
        found.push(diagnostic.help("name the origins, or leave `allow-credentials` out"));
    }
}

fn any_origin(cors: &PolicyElement) -> Option<&PolicyElement> {
    let is_any = |origin: &&PolicyElement| {
        origin.text.as_ref().and_then(Value::literal).is_some_and(|origin| origin.trim() == "*")
    };
    child(cors, "allowed-origins")?.children.iter().map(|origin| &**origin).find(is_any)
}
