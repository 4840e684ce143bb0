//! Filters of texts and dates.

use super::super::value::Value;
use super::fits;
use crate::csharp::{self, Environment, Form};
use crate::gateway::url;

type Out = Result<Value, String>;

fn text(text: impl AsRef<str>) -> Out {
    Ok(Value::text(text))
}

pub(super) fn append(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    text(input.print() + &arguments[0].print())
}

pub(super) fn prepend(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    text(arguments[0].print() + &input.print())
}

/// The first letter of every word, as DotLiquid does it.
pub(super) fn capitalize(input: &Value, _: &[Value], _: &dyn Environment) -> Out {
    let mut capitalized = String::new();
    let mut begins = true;
    for c in input.print().chars() {
        if begins {
            capitalized.extend(c.to_uppercase());
        } else {
            capitalized.push(c);
        }
        begins = c.is_whitespace();
    }
    text(capitalized)
}

pub(super) fn downcase(input: &Value, _: &[Value], _: &dyn Environment) -> Out {
    text(input.print().to_lowercase())
}

pub(super) fn upcase(input: &Value, _: &[Value], _: &dyn Environment) -> Out {
    text(input.print().to_uppercase())
}

/// As .NET's `WebUtility.HtmlEncode`.
pub(super) fn escape(input: &Value, _: &[Value], _: &dyn Environment) -> Out {
    let mut escaped = String::new();
    for c in input.print().chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{a0}'..='\u{ff}' => escaped.push_str(&format!("&#{};", u32::from(c))),
            c => escaped.push(c),
        }
    }
    text(escaped)
}

pub(super) fn lstrip(input: &Value, _: &[Value], _: &dyn Environment) -> Out {
    text(input.print().trim_start())
}

pub(super) fn rstrip(input: &Value, _: &[Value], _: &dyn Environment) -> Out {
    text(input.print().trim_end())
}

pub(super) fn strip(input: &Value, _: &[Value], _: &dyn Environment) -> Out {
    text(input.print().trim())
}

pub(super) fn strip_newlines(input: &Value, _: &[Value], _: &dyn Environment) -> Out {
    text(input.print().replace(['\r', '\n'], ""))
}

pub(super) fn newline_to_br(input: &Value, _: &[Value], _: &dyn Environment) -> Out {
    let broken = input.print().replace('\n', "<br />\n");
    text(broken.replace("\r<br />\n", "<br />\r\n"))
}

/// Everything between `<` and `>` goes.
pub(super) fn strip_html(input: &Value, _: &[Value], _: &dyn Environment) -> Out {
    let mut stripped = String::new();
    let printed = input.print();
    let mut rest = printed.as_str();
    while let Some((before, tag)) = rest.split_once('<') {
        stripped.push_str(before);
        let Some((_, behind)) = tag.split_once('>') else {
            stripped.push('<');
            rest = tag;
            continue;
        };
        rest = behind;
    }
    text(stripped + rest)
}

pub(super) fn remove(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    replaced(input, &arguments[0], "", usize::MAX)
}

pub(super) fn remove_first(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    replaced(input, &arguments[0], "", 1)
}

pub(super) fn replace(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    replaced(input, &arguments[0], &arguments.get(1).map(Value::print).unwrap_or_default(), usize::MAX)
}

pub(super) fn replace_first(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    replaced(input, &arguments[0], &arguments.get(1).map(Value::print).unwrap_or_default(), 1)
}

/// Replaces a text at most so many times. An empty one is found nowhere.
fn replaced(input: &Value, from: &Value, to: &str, most: usize) -> Out {
    let (printed, from) = (input.print(), from.print());
    if from.is_empty() {
        return text(printed);
    }
    let n_found = printed.matches(from.as_str()).take(most).count();
    fits(n_found.saturating_mul(to.len()).saturating_add(printed.len()))?;
    text(printed.replacen(from.as_str(), to, most))
}

/// So many characters from a place, which counts from the end where it is negative.
pub(super) fn slice(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    let whole = |at: usize, default: i64| match arguments.get(at) {
        None => Ok(default),
        Some(value) => value.integer().ok_or_else(|| format!("`{}` is no whole number", value.print())),
    };
    let (start, length) = (whole(0, 0)?, whole(1, 1)?);
    let characters: Vec<char> = input.print().chars().collect();
    let n = i64::try_from(characters.len()).unwrap_or(i64::MAX);
    let start = if start < 0 { (start + n).max(0) } else { start };
    let (start, length) =
        (usize::try_from(start).unwrap_or_default(), usize::try_from(length).unwrap_or_default());
    text(characters.into_iter().skip(start).take(length).collect::<String>())
}

/// To so many characters, those of the ending included.
pub(super) fn truncate(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    let most = arguments.first().and_then(Value::integer).unwrap_or(50);
    let ending = arguments.get(1).map_or_else(|| "...".to_owned(), Value::print);
    let most = usize::try_from(most).unwrap_or_default();
    let printed = input.print();
    if printed.chars().count() <= most {
        return text(printed);
    }
    let kept = most.saturating_sub(ending.chars().count());
    text(printed.chars().take(kept).collect::<String>() + &ending)
}

pub(super) fn truncate_words(input: &Value, arguments: &[Value], _: &dyn Environment) -> Out {
    let most = arguments.first().and_then(Value::integer).unwrap_or(15).max(1);
    let ending = arguments.get(1).map_or_else(|| "...".to_owned(), Value::print);
    let printed = input.print();
    let words: Vec<&str> = printed.split(' ').collect();
    let most = usize::try_from(most).unwrap_or_default();
    if words.len() <= most {
        return text(printed);
    }
    text(words[..most].join(" ") + &ending)
}

pub(super) fn url_encode(input: &Value, _: &[Value], _: &dyn Environment) -> Out {
    let mut encoded = String::new();
    for byte in input.print().bytes() {
        match byte {
            b' ' => encoded.push('+'),
            _ if byte.is_ascii_alphanumeric() || b"-_.!*()".contains(&byte) => encoded.push(byte as char),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    text(encoded)
}

pub(super) fn url_decode(input: &Value, _: &[Value], _: &dyn Environment) -> Out {
    text(url::decode(&input.print()))
}

/// By a .NET format. A text that is no date, and anything without a format, stays as it is.
pub(super) fn date(input: &Value, arguments: &[Value], environment: &dyn Environment) -> Out {
    let format = arguments[0].print();
    let moment = match input {
        Value::Date(moment) => moment.round_trip(),
        Value::Text(text) if text.eq_ignore_ascii_case("now") => String::new(),
        other => other.print(),
    };
    if format.is_empty() {
        return text(moment);
    }
    let program = if moment.is_empty() { "DateTime.UtcNow" } else { PARSES_DATE };
    let program =
        csharp::parse(program, Form::Expression).map_err(|_| "dates are not understood".to_owned())?;
    match csharp::evaluate(&program, csharp::Value::string(&moment), environment) {
        Ok(csharp::Value::Object(date)) => text(date.format(&format).map_err(|thrown| thrown.message)?),
        _ => text(moment),
    }
}

/// The evaluator keeps its dates to itself; what is parsed is what `context` holds.
const PARSES_DATE: &str = "DateTime.Parse(context)";
