//! `format`: what the common formats look like. The page of validate-content (2022-12-05) does not name the library that
//! checks schemas; these are the formats that Newtonsoft.Json.Schema and NJsonSchema both check
//! (newtonsoft.com/jsonschema/help, "JSchema.Format"; RicoSuter/NJsonSchema, JsonFormatStrings; seen 2026-11-30). Others
//! are notes to the reader, as the standard has it.

use std::net::{Ipv4Addr, Ipv6Addr};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Whether a text is of a format; true for formats that are not checked.
pub(super) fn fits(format: &str, text: &str) -> bool {
    match format {
        "date-time" => OffsetDateTime::parse(text, &Rfc3339).is_ok(),
        "date" => OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &Rfc3339).is_ok(),
        "time" => is_time(text),
        "uuid" | "guid" => uuid::Uuid::parse_str(text).is_ok(),
        "ipv4" | "ip-address" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        "hostname" | "host-name" => is_host_name(text),
        "email" => {
            text.split_once('@').is_some_and(|(local, host)| is_local_part(local) && is_host_name(host))
        }
        "uri" => is_uri(text),
        _ => true,
    }
}

/// A time of the day, with or without a zone: Newtonsoft wants none, RFC 3339 one.
fn is_time(text: &str) -> bool {
    let dated = format!("2000-01-01T{text}");
    OffsetDateTime::parse(&dated, &Rfc3339).is_ok() || OffsetDateTime::parse(&(dated + "Z"), &Rfc3339).is_ok()
}

fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(fits)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

fn is_local_part(text: &str) -> bool {
    let fits =
        |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '@' | '<' | '>' | '(' | ')' | ',');
    !text.is_empty() && text.chars().all(fits) && !text.starts_with('.') && !text.ends_with('.')
}

/// An absolute URI: a scheme, and nothing that has to be escaped.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let in_scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let unsafe_byte = |byte: u8| byte.is_ascii_control() || matches!(byte, b' ' | b'<' | b'>' | b'"' | b'\\');
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(in_scheme)
        && !rest.is_empty()
        && !rest.bytes().any(unsafe_byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_take_what_they_mean() {
        for (format, good, bad) in [
            ("date-time", "2026-01-02T03:04:05Z", "2026-01-02"),
            ("date", "2026-02-28", "2026-02-29"),
            ("time", "23:59:59", "24:00:01"),
            ("time", "23:59:59+01:00", "noon"),
            ("uuid", "00112233-4455-6677-8899-aabbccddeeff", "00112233"),
            ("ipv4", "10.0.0.1", "10.0.0.256"),
            ("ipv6", "::1", "10.0.0.1"),
            ("hostname", "a-b.example", "-a.example"),
            ("email", "a.b+c@example.com", "a b@example.com"),
            ("email", "a@b", "a@b@c"),
            ("uri", "https://example.com/a?b#c", "/a"),
            ("uri", "urn:isbn:1", "1a:b"),
        ] {
            assert!(fits(format, good), "{format} {good}");
            assert!(!fits(format, bad), "{format} {bad}");
        }
        assert!(fits("color", "anything"));
    }
}
