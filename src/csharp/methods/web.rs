//! Escaping for URLs and HTML, as `System.Uri` and `System.Net.WebUtility` do it.

use crate::csharp::exception::Exception;
use crate::csharp::limits::check_single;

/// `Uri.EscapeDataString`: all but the unreserved characters of RFC 3986.
pub(in crate::csharp) fn escape_data(text: &str) -> String {
    percent(text, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte), false)
}

/// What `Uri` does with characters that an address may not have; escapes and delimiters stay.
pub(in crate::csharp) fn escape_uri(text: &str) -> String {
    percent(text, |byte| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte), false)
}

/// `Uri.EscapeUriString`: as [`escape_uri`], and what looks like an escape is escaped again.
pub(in crate::csharp) fn escape_uri_string(text: &str) -> String {
    percent(text, |byte| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&byte), false)
}

/// What `Uri.ToString` does: escapes of what can be shown are taken back, those of delimiters stay.
pub(in crate::csharp) fn unescape_shown(text: &str) -> String {
    let keep = [
        "%25", "%2F", "%2f", "%3F", "%3f", "%23", "%40", "%3A", "%3a", "%26", "%3D", "%3d", "%2B", "%2b",
        "%5C", "%5c",
    ];
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        // A run of escapes is one text in UTF-8.
        let mut run = String::new();
        rest = &rest[at..];
        while let Some(escape) =
            rest.get(..3).filter(|escape| escape.starts_with('%') && !keep.contains(escape))
        {
            run.push_str(escape);
            rest = &rest[3..];
        }
        if run.is_empty() {
            let length = rest.char_indices().nth(1).map_or(rest.len(), |(at, _)| at);
            run.push_str(&rest[..length]);
            rest = &rest[length..];
            out.push_str(&run);
        } else {
            out.push_str(&url_decode(&run, false));
        }
    }
    out + rest
}

/// `WebUtility.UrlEncode`: a blank becomes `+`.
pub(in crate::csharp) fn url_encode(text: &str) -> String {
    percent(text, |byte| byte.is_ascii_alphanumeric() || b"-_.!*()".contains(&byte), true)
}

fn percent(text: &str, keep: impl Fn(u8) -> bool, plus: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' if plus => out.push('+'),
            byte if keep(byte) => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// `WebUtility.UrlDecode` (with `plus`) and `Uri.UnescapeDataString`; a `%` that starts no escape stays.
pub(in crate::csharp) fn url_decode(text: &str, plus: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = text.get(at + 1..at + 3).filter(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match (byte, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                at += 3;
                continue;
            }
            (b'+', _) if plus => out.push(b' '),
            _ => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// `WebUtility.HtmlEncode`.
pub(in crate::csharp) fn html_encode(text: &str) -> Result<String, Exception> {
    check_single(text.len().saturating_mul(2))?;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '\u{a0}'..='\u{ff}' | '\u{10000}'.. => out.push_str(&format!("&#{};", u32::from(c))),
            c => out.push(c),
        }
    }
    Ok(out)
}

/// `WebUtility.HtmlDecode` for numeric references and the five names of XML.
pub(in crate::csharp) fn html_decode(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let decoded = rest.find(';').and_then(|end| Some((reference(&rest[1..end])?, end)));
        match decoded {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

fn reference(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let value = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(value)
        }
    }
}
