//! Named values that break the C# string they are put into.

use crate::diag::{Code, Confidence, Diagnostic};

use super::texts::{strings, texts};
use super::{Lint, Unit};

pub(super) static CODE: Code = Code::warning(
    "named-value-in-string",
    "a named value with quotes is put into a C# string",
    "Looks for `{{name}}` in a string literal of an expression where the named value holds a quote, a backslash or a line \
     break, or where its text is not known and is parsed as JSON.",
)
.why(
    "Named values are put in as text before anything is parsed. A quote in one ends the string, and the service refuses \
     the policy with an error about C# that nobody has written.",
)
.example(
    "<set-variable name=\"routes\" value=\"@(JObject.Parse(\"{{routes}}\"))\" />",
    "<set-variable name=\"routes\" value=\"@(JObject.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(\"{{routes-base64}}\"))))\" />",
)
.references(&["fgheysels.github.io, JSON in APIM policies"])
.with_url("https://learn.microsoft.com/azure/api-management/api-management-howto-properties");

pub(super) const LINT: Lint = Lint { code: &CODE, check };

const JSON_READERS: &[&str] = &["Parse", "DeserializeObject"];

fn check(unit: &Unit<'_>, found: &mut Vec<Diagnostic>) {
    let source = &unit.document.source;
    for located in
        texts(unit.document).iter().filter(|located| source.slice(located.text.span).contains("{{"))
    {
        for (used, place) in strings(located.text, source).iter().filter(|(used, _)| !used.interpolated) {
            let Some(name) = reference(&used.text) else { continue };
            let known = unit.around.named_values.as_ref().and_then(|values| values.get(name)?.as_deref());
            let is_verbatim = source.slice(*place).starts_with('@');
            let is_json = used.argument_of.as_deref().is_some_and(|method| JSON_READERS.contains(&method));
            let (message, confidence) = match known {
                Some(text) if breaks(text, is_verbatim) => (
                    format!("the named value `{name}` holds what ends or changes this string"),
                    Confidence::High,
                ),
                None if is_json => (
                    format!("the quotes of JSON in the named value `{name}` end this string"),
                    Confidence::Low,
                ),
                _ => continue,
            };
            let help = "write the named value with single quotes, which the JSON reader takes, or encode it as base64";
            let diagnostic = Diagnostic::new(&CODE, message).at(source, *place).confidence(confidence);
            found.push(if is_json {
                diagnostic.help(help)
            } else {
                diagnostic.help("encode the named value as base64, and decode it here")
            });
        }
    }
}

/// The name of the first `{{name}}` in a string.
fn reference(text: &str) -> Option<&str> {
    let name = text.split_once("{{")?.1.split_once("}}")?.0;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (!name.is_empty() && name.chars().all(is_name)).then_some(name)
}

fn breaks(text: &str, is_verbatim: bool) -> bool {
    text.contains('"') || (!is_verbatim && text.contains(['\\', '\n', '\r']))
}
