//! Secrets that are recognised by what they are called or how they look: `client_secret=…`, `"access_token": "…"`,
//! `Bearer …`, JSON Web Tokens. For those that nobody told us of, such as a token that an answer brings.

use std::borrow::Cow;

use super::HIDDEN;

/// Names without `-`, `_`, `.` and case.
const WHOLE: [&str; 9] = [
    "authorization",
    "proxyauthorization",
    "cookie",
    "setcookie",
    "pwd",
    "sig",
    "aegsaskey",
    "xfunctionskey",
    "xmsclientprincipal",
];
/// What such names end with, as `x-ms-token-aad-access-token` and `aoai-api-key` do.
const ENDS: [&str; 13] = [
    "token",
    "secret",
    "password",
    "passwd",
    "apikey",
    "subscriptionkey",
    "functionskey",
    "saskey",
    "accesskey",
    "accountkey",
    "connectionstring",
    "assertion",
    "credential",
];
/// The longest name that is looked at.
const MAX_NAME: usize = 64;
/// Shorter words behind `Bearer` and `Basic` are words of a sentence.
const SHORTEST_CREDENTIAL: usize = 8;

/// Whether what is called so is a secret: a header, a variable, a member.
pub(in crate::gateway) fn is_secret_name(name: &str) -> bool {
    let mut plain = [0; MAX_NAME];
    let mut n = 0;
    for byte in name.bytes().filter(u8::is_ascii_alphanumeric) {
        if n == MAX_NAME {
            return false;
        }
        plain[n] = byte.to_ascii_lowercase();
        n += 1;
    }
    let plain = &plain[..n];
    WHOLE.iter().any(|name| plain == name.as_bytes())
        || ENDS.iter().any(|end| plain.ends_with(end.as_bytes()))
}

/// Whether a query parameter is a secret that is none elsewhere: `code` opens an Azure function, and is a status in JSON.
pub(super) fn is_secret_parameter(name: &str) -> bool {
    name.eq_ignore_ascii_case("code")
}

/// Returns the text without what is recognised.
pub(super) fn hide(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    // Up to where the text is in `shown`.
    let mut copied = 0;
    let mut at = 0;
    while at < text.len() {
        let word = word(&text[at..]);
        if word.is_empty() {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let end = at + word.len();
        let hidden = if is_jwt(word) { Some((at, end)) } else { value_of(text, at, end) };
        match hidden {
            Some((from, to)) => {
                shown.push_str(&text[copied..from]);
                shown.push_str(HIDDEN);
                (copied, at) = (to, to);
            }
            None => at = end,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[copied..]);
    Cow::Owned(shown)
}

/// The name or token that a text begins with.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(text.len());
    &text[..end]
}

/// Three parts of base64, of which the first is the beginning of a JSON object.
fn is_jwt(word: &str) -> bool {
    word.starts_with("eyJ") && word.contains('.') && word.len() > 20
}

/// The place of the secret that the word at `start..end` announces.
fn value_of(text: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    let word = &text[start..end];
    if is_scheme(word) {
        let from = end + text[end..].strip_prefix(' ').map(|_| 1)?;
        let length = unquoted(&text[from..]);
        return is_credential(&text[from..from + length]).then_some((from, from + length));
    }
    let before = text[..start].chars().next_back();
    let in_query = before.is_some_and(|c| c == '?' || c == '&');
    let is_secret = is_secret_name(word) || in_query && is_secret_parameter(word);
    if !is_secret {
        return None;
    }
    let quote = text[end..].chars().next().filter(|c| (*c == '"' || *c == '\'') && before == Some(*c));
    let after_name = end + quote.map_or(0, char::len_utf8);
    let rest = text[after_name..].trim_start();
    let separator = rest.chars().next()?;
    // In a sentence a colon follows many a word.
    let announces = separator == '=' || separator == ':' && (quote.is_some() || is_field(word));
    if !announces || is_scheme(word) {
        return None;
    }
    let value = rest[1..].trim_start();
    let mut from = text.len() - value.len();
    if let Some(quote) = value.chars().next().filter(|c| *c == '"' || *c == '\'') {
        from += 1;
        let to = text[from..].find(quote).map_or(text.len(), |at| from + at);
        return found(text, from, to);
    }
    if let Some((scheme, rest)) = value.split_once(' ').filter(|(scheme, _)| is_scheme(scheme)) {
        from += scheme.len() + 1;
        return found(text, from, from + unquoted(rest));
    }
    found(text, from, from + unquoted(value))
}

fn found(text: &str, from: usize, to: usize) -> Option<(usize, usize)> {
    let value = &text[from..to];
    (!value.is_empty() && value != HIDDEN && value != "null").then_some((from, to))
}

fn is_field(word: &str) -> bool {
    ["authorization", "proxy-authorization", "cookie", "set-cookie", "api-key", "ocp-apim-subscription-key"]
        .iter()
        .any(|name| word.eq_ignore_ascii_case(name))
}

fn is_scheme(word: &str) -> bool {
    ["Bearer", "Basic", "SharedKey", "SharedAccessSignature"]
        .iter()
        .any(|name| word.eq_ignore_ascii_case(name))
}

/// What no sentence has behind `Bearer`.
fn is_credential(word: &str) -> bool {
    word.len() >= SHORTEST_CREDENTIAL
        && word != HIDDEN
        && word.bytes().skip(1).any(|byte| !byte.is_ascii_lowercase())
}

/// How long a value without quotes is.
fn unquoted(text: &str) -> usize {
    // A masked value has brackets.
    if text.starts_with(HIDDEN) {
        return HIDDEN.len();
    }
    text.find(|c: char| c.is_whitespace() || "&\"'`,;<>(){}[]".contains(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets() {
        for name in
            ["Authorization", "api-key", "x-api-key", "client_secret", "accessToken", "Set-Cookie", "sig"]
        {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["x-tokens", "counter-key", "remaining-tokens", "content-type", "", "keyword", "code"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn values_are_hidden_by_what_announces_them() {
        for (text, shown) in [
            (
                "POST /a?api-version=1&subscription-key=abc&b=c",
                "POST /a?api-version=1&subscription-key=(hidden)&b=c",
            ),
            ("https://f/x?code=abc/def==", "https://f/x?code=(hidden)"),
            ("code=7, code: 7", "code=7, code: 7"),
            (
                r#"{"access_token": "abc", "expires_in": 1}"#,
                r#"{"access_token": "(hidden)", "expires_in": 1}"#,
            ),
            (r#"{"token":null,"id_token":"x"}"#, r#"{"token":null,"id_token":"(hidden)"}"#),
            ("Authorization: Bearer a.b", "Authorization: Bearer (hidden)"),
            ("client_secret=a%20b&x=y", "client_secret=(hidden)&x=y"),
            ("sent Bearer abcdefgh-1 to it", "sent Bearer (hidden) to it"),
            (
                "a Bearer token is missing; Basic authentication",
                "a Bearer token is missing; Basic authentication",
            ),
            ("eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.sig", "(hidden)"),
            ("invalid token: it has expired", "invalid token: it has expired"),
            ("subscription-key=(hidden)", "subscription-key=(hidden)"),
            ("schöne password=ä, x", "schöne password=(hidden), x"),
        ] {
            assert_eq!(hide(text), shown, "{text}");
        }
    }
}
