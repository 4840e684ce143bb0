//! Keys and passwords in the text of a policy.

use crate::diag::{Code, Confidence, Diagnostic};
use crate::policy::{PolicyElement, Value};

use super::{Lint, Unit, expressions, walk};

pub(super) static CODE: Code = Code::warning(
    "secret-in-policy",
    "a key, a password or a token is written into the policy",
    "Looks for literal values of headers and query parameters that carry credentials, for literal passwords of \
     `authentication-basic`, and for string literals in expressions that are shaped like a secret.",
)
.why(
    "Everybody who may read the policy, its repository or an export of the service has the key, and changing it means \
     changing the policy.",
)
.example(
    "<set-header name=\"api-key\" exists-action=\"override\">\n    <value>3f1c9a7be5d84c2f</value>\n</set-header>",
    "<set-header name=\"api-key\" exists-action=\"override\">\n    <value>{{openai-key}}</value>\n</set-header>",
)
.with_url("https://learn.microsoft.com/azure/api-management/api-management-howto-properties");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

/// Headers and query parameters that carry nothing but a credential.
const CREDENTIALS: &[&str] = &[
    "api-key",
    "x-api-key",
    "apikey",
    "authorization",
    "ocp-apim-subscription-key",
    "subscription-key",
    "x-functions-key",
    "proxy-authorization",
];

/// How secrets of known services begin, or what stands in front of them.
const SHAPES: &[&str] = &[
    "AccountKey=",
    "SharedAccessKey=",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN RSA PRIVATE KEY-----",
    "Basic ",
    "Bearer ey",
    "sk-",
    "ghp_",
];

/// A shape alone, such as `Basic ` in front of a computed text, is no secret.
const MIN_SECRET: usize = 12;

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    walk(unit.policy, &mut |place| {
        let element = place.element;
        match element.name.as_str() {
            "set-header" | "set-query-parameter" => found.extend(credential(element)),
            "authentication-basic" => {
                let password = element.value("password").filter(|value| is_literal(element, value));
                found.extend(password.map(|value| report(element, value, "the password is")));
            }
            _ => {}
        }
    });
    expressions(unit.policy, &mut |_, written| {
        for used in written.uses.strings.iter().filter(|used| is_secret(&used.text)) {
            let place = written.expression.place(used.span);
            if written.element.source.slice(place).contains("{{") {
                continue;
            }
            let diagnostic = Diagnostic::new(&CODE, "this string is shaped like a secret")
                .at(&written.element.source, place);
            found.push(advise(diagnostic).confidence(Confidence::Medium));
        }
    });
}

/// A header or parameter for a credential whose value is written out.
fn credential(element: &PolicyElement) -> Option<Diagnostic> {
    let name = element.literal("name")?;
    if !CREDENTIALS.iter().any(|known| name.eq_ignore_ascii_case(known)) {
        return None;
    }
    let mut values =
        element.children.iter().filter(|child| child.name == "value").filter_map(|child| child.text.as_ref());
    values
        .find(|value| is_literal(element, value))
        .map(|value| report(element, value, &format!("the value of `{name}` is")))
}

/// Written out, and not by a named value, a placeholder or the name of a scheme alone.
fn is_literal(element: &PolicyElement, value: &Value) -> bool {
    let written = element.source.slice(value.span).trim();
    let has_hole = written.contains(['{', '<', '$', '#', '[']) || written.to_lowercase().contains("your");
    let secret = value
        .literal()
        .map(|text| text.trim().trim_start_matches("Bearer").trim_start_matches("Basic").trim());
    !has_hole
        && secret.is_some_and(|secret| {
            !secret.is_empty() && secret.chars().any(|c| c != 'x' && c != '*' && c != '.')
        })
}

fn is_secret(text: &str) -> bool {
    SHAPES.iter().any(|shape| {
        text.strip_prefix(shape)
            .or_else(|| text.split_once(shape).filter(|_| shape.len() > 8).map(|(_, rest)| rest))
            .is_some_and(looks_random)
    })
}

/// One word with digits among letters.
fn looks_random(rest: &str) -> bool {
    let word = rest.split(|c: char| c.is_whitespace() || c == ';').next().unwrap_or_default();
    word.len() >= MIN_SECRET
        && word.contains(|c: char| c.is_ascii_digit())
        && word.contains(|c: char| c.is_ascii_alphabetic())
}

fn report(element: &PolicyElement, value: &Value, what: &str) -> Diagnostic {
    advise(Diagnostic::new(&CODE, format!("{what} written into the policy")).at(&element.source, value.span))
}

fn advise(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.help("put it into a named value that is a secret or comes from a key vault, or sign in by managed identity")
}
