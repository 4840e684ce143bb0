//! The templates inside the binary and the engine that fills them. Delimiters are brackets, because `{{name}}` is a
//! named value in a policy. There is no escaping by default: a text that is printed without a filter of ours is an
//! error, so none can be forgotten.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};

use super::codes;
use super::escape::{csharp_string, xml_attr};
use crate::diag::{DiagResult, Diagnostic};

/// Name to text.
pub(super) const TEMPLATES: &[(&str, &str)] = &[
    ("account-measured.xml", include_str!("../../templates/policies/account-measured.xml.jinja")),
    ("account-order.xml", include_str!("../../templates/policies/account-order.xml.jinja")),
    ("api.xml", include_str!("../../templates/policies/api.xml.jinja")),
    ("content_safety.xml", include_str!("../../templates/policies/content_safety.xml.jinja")),
    ("cors.xml", include_str!("../../templates/policies/cors.xml.jinja")),
    ("debug-exhausted.xml", include_str!("../../templates/policies/debug-exhausted.xml.jinja")),
    ("debug.xml", include_str!("../../templates/policies/debug.xml.jinja")),
    ("entra.xml", include_str!("../../templates/policies/entra.xml.jinja")),
    ("ip_filter.xml", include_str!("../../templates/policies/ip_filter.xml.jinja")),
    ("limit-headers.xml", include_str!("../../templates/policies/limit-headers.xml.jinja")),
    ("mcp.xml", include_str!("../../templates/policies/mcp.xml.jinja")),
    ("next-account.xml", include_str!("../../templates/policies/next-account.xml.jinja")),
    ("priority-heard.xml", include_str!("../../templates/policies/priority-heard.xml.jinja")),
    ("pii.xml", include_str!("../../templates/policies/pii.xml.jinja")),
    ("priority.xml", include_str!("../../templates/policies/priority.xml.jinja")),
    ("product.xml", include_str!("../../templates/policies/product.xml.jinja")),
    ("realtime.xml", include_str!("../../templates/policies/realtime.xml.jinja")),
    ("request-limit.xml", include_str!("../../templates/policies/request-limit.xml.jinja")),
    ("response-made.xml", include_str!("../../templates/policies/response-made.xml.jinja")),
    ("response-owner.xml", include_str!("../../templates/policies/response-owner.xml.jinja")),
    ("rest.xml", include_str!("../../templates/policies/rest.xml.jinja")),
    ("routes.xml", include_str!("../../templates/policies/routes.xml.jinja")),
    ("semantic-lookup.xml", include_str!("../../templates/policies/semantic-lookup.xml.jinja")),
    ("semantic-store.xml", include_str!("../../templates/policies/semantic-store.xml.jinja")),
    ("targets.xml", include_str!("../../templates/policies/targets.xml.jinja")),
];

/// Makes the engine with all templates.
///
/// # Errors
/// `template-failed` where a template does not parse.
pub(super) fn environment() -> DiagResult<Environment<'static>> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .block_delimiters("[%", "%]")
        .variable_delimiters("[[", "]]")
        .comment_delimiters("[#", "#]")
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
        .map_err(|error| failed(&error))?;
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_formatter(|out, _, value| {
        match value.kind() {
            ValueKind::Number => return write!(out, "{value}").map_err(Error::from),
            ValueKind::Bool => return write!(out, "{}", value.is_true()).map_err(Error::from),
            _ if value.is_safe() => return write!(out, "{value}").map_err(Error::from),
            _ => {}
        }
        let message = format!("`{value}` is printed without a filter");
        Err(Error::new(ErrorKind::InvalidOperation, message))
    });
    environment.add_filter("xml_attr", |text: &str| Value::from_safe_string(xml_attr(text)));
    environment.add_filter("csharp_string", |text: &str| Value::from_safe_string(csharp_string(text)));
    // Expressions of ours, put together in Rust: rawxml takes them as they are.
    environment.add_filter("xml_expression", |text: &str| Value::from_safe_string(text.to_owned()));
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).map_err(|error| failed(&error))?;
    }
    Ok(environment)
}

/// Fills the template `name`.
///
/// # Errors
/// `template-failed`.
pub(super) fn fill(environment: &Environment<'_>, name: &str, values: Value) -> DiagResult<String> {
    environment
        .get_template(name)
        .and_then(|template| template.render(values))
        .map_err(|error| failed(&error).into())
}

fn failed(error: &Error) -> Diagnostic {
    let place = match (error.name(), error.line()) {
        (Some(name), Some(line)) => format!("template `{name}`, line {line}: "),
        _ => String::new(),
    };
    Diagnostic::new(&codes::TEMPLATE, format!("{place}{}", error.to_string().replace('\n', " ")))
        .help("report this as a bug in genai-lz")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_without_a_filter_is_an_error() {
        let mut environment = environment().unwrap();
        for (text, expected) in [
            ("[[ x | xml_attr ]]", Ok("&lt;")),
            ("[[ x | csharp_string ]]", Ok("\"\\u003c\"")),
            ("[[ 1 ]] [[ true ]] {{named}}", Ok("1 true {{named}}")),
            ("[[ x ]]", Err("template-failed")),
            ("[[ y ]]", Err("template-failed")),
        ] {
            environment.add_template_owned("case", text.to_owned()).unwrap();
            let filled = fill(&environment, "case", minijinja::context! { x => "<" });
            assert_eq!(filled.as_deref().map_err(|refused| refused.0[0].code.id), expected, "{text}");
        }
    }
}
