//! URLs as the gateway needs them: split into parts, the query as a list that keeps its order.

use std::fmt;

/// An absolute or a relative URL, split. The path and the query stay encoded as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Url {
    pub scheme: String,
    /// Host name and, where written, port.
    pub authority: String,
    /// Begins with `/`, or is empty.
    pub path: String,
    /// Decoded names and values in order.
    pub query: Vec<(String, String)>,
}

impl Url {
    pub(super) fn parse(text: &str) -> Self {
        let text = text.split('#').next().unwrap_or_default();
        let (before, query) = text.split_once('?').unwrap_or((text, ""));
        let (scheme, rest) = before.split_once("://").unwrap_or(("", before));
        let (authority, path) =
            if scheme.is_empty() { ("", rest) } else { rest.split_at(rest.find('/').unwrap_or(rest.len())) };
        Self {
            scheme: scheme.to_owned(),
            authority: authority.to_owned(),
            path: path.to_owned(),
            query: parse_query(query),
        }
    }

    pub(super) fn host(&self) -> &str {
        self.authority.rsplit_once(':').map_or(self.authority.as_str(), |(host, _)| host)
    }

    pub(super) fn port(&self) -> u16 {
        let default = if self.scheme == "http" { 80 } else { 443 };
        self.authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or(default)
    }

    /// The query with its `?`; empty where there is none.
    pub(super) fn query_string(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.query {
            text.push(if text.is_empty() { '?' } else { '&' });
            encode_into(name, &mut text);
            text.push('=');
            encode_into(value, &mut text);
        }
        text
    }

    /// Appends `path` and `query` to this base URL.
    pub(super) fn join(&self, path: &str, query: &[(String, String)]) -> Self {
        let path = path.trim_start_matches('/');
        let base = self.path.trim_end_matches('/');
        let joined = if path.is_empty() { base.to_owned() } else { format!("{base}/{path}") };
        let query = self.query.iter().chain(query).cloned().collect();
        Self { path: joined, query, ..self.clone() }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.scheme.is_empty() {
            write!(f, "{}://{}", self.scheme, self.authority)?;
        }
        write!(f, "{}{}", self.path, self.query_string())
    }
}

/// Reads `a=1&b=2`, without the `?`.
pub(super) fn parse_query(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// Decodes `%41` and `+` as a query does; what is not an escape stays.
pub(super) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    if !bytes.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return text.to_owned();
    }
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, hex) {
            (b'%', Some(value)) => {
                decoded.push(value);
                at += 2;
            }
            (b'+', _) => decoded.push(b' '),
            _ => decoded.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Encodes everything but letters, digits and `-._~:/,@!*'()` as a query may hold them.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    encode_into(text, &mut encoded);
    encoded
}

fn encode_into(text: &str, encoded: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/,@!*'()".contains(&byte) {
            encoded.push(byte as char);
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_splits_and_prints_back() {
        let text = "https://h.example:8443/openai/deployments/a?api-version=2024-10-21&q=a%20b";
        let url = Url::parse(text);
        assert_eq!((url.host(), url.port(), url.path.as_str()), ("h.example", 8443, "/openai/deployments/a"));
        assert_eq!(url.query[1], ("q".to_owned(), "a b".to_owned()));
        assert_eq!(url.to_string(), text);
        assert_eq!(Url::parse("/a?b").to_string(), "/a?b=");
        assert_eq!(Url::parse("https://h").path, "");
    }

    #[test]
    fn a_base_url_takes_a_path_and_a_query() {
        let base = Url::parse("https://h/openai/?k=1");
        assert_eq!(
            base.join("/x/y", &[("a".to_owned(), "2".to_owned())]).to_string(),
            "https://h/openai/x/y?k=1&a=2"
        );
        assert_eq!(Url::parse("https://h").join("", &[]).to_string(), "https://h");
    }
}
