//! Distinguished names as .NET writes them: `CN=gateway, O=Contoso, C=US`, the last part of the name first
//! (learn.microsoft.com/dotnet/api, X500DistinguishedName.Name and X500DistinguishedNameFlags, seen 2026-11-30).

use super::der::{Der, SEQUENCE, SET};

/// Parts of a name; real ones have fewer than ten.
const MAX_PARTS: usize = 64;

/// A distinguished name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// As it stands in the certificate, which tells issuers apart.
    pub(super) der: Vec<u8>,
    /// Sets of key and value, in the order of the certificate.
    parts: Vec<Vec<(String, String)>>,
}

impl Name {
    /// Reads the sequence of a name.
    pub(super) fn read(item: super::der::Item<'_>) -> Option<Self> {
        let mut parts = Vec::new();
        let mut sets = item.inside();
        while !sets.is_empty() {
            if parts.len() == MAX_PARTS {
                return None;
            }
            let mut values = Vec::new();
            let mut set: Der<'_> = sets.expect(SET)?.inside();
            while !set.is_empty() {
                let mut pair = set.expect(SEQUENCE)?.inside();
                values.push((pair.next()?.oid()?, pair.next()?.text()?));
            }
            parts.push(values);
        }
        Some(Self { der: item.whole.to_vec(), parts })
    }

    /// The value of the first part with this object identifier, from the end.
    pub(super) fn value(&self, oid: &str) -> Option<&str> {
        let all = self.parts.iter().rev().flatten();
        all.clone().find(|(known, _)| known == oid).map(|(_, value)| value.as_str())
    }

    /// What `X509NameType.SimpleName` shows: the first there is of `CN`, `OU`, `O` and `E`.
    pub fn simple(&self) -> Option<&str> {
        let organization = || self.value("2.5.4.11").or_else(|| self.value("2.5.4.10"));
        self.common_name().or_else(organization).or_else(|| self.email())
    }

    /// The `E`.
    pub fn email(&self) -> Option<&str> {
        self.value("1.2.840.113549.1.9.1")
    }

    /// The `CN`.
    pub fn common_name(&self) -> Option<&str> {
        self.value("2.5.4.3")
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (nth, part) in self.parts.iter().rev().enumerate() {
            if nth > 0 {
                f.write_str(", ")?;
            }
            for (nth, (oid, value)) in part.iter().enumerate() {
                if nth > 0 {
                    f.write_str(" + ")?;
                }
                match key(oid) {
                    Some(key) => write!(f, "{key}={}", quoted(value))?,
                    None => write!(f, "OID.{oid}={}", quoted(value))?,
                }
            }
        }
        Ok(())
    }
}

/// The keys that .NET writes.
fn key(oid: &str) -> Option<&'static str> {
    Some(match oid {
        "2.5.4.3" => "CN",
        "2.5.4.4" => "SN",
        "2.5.4.5" => "SERIALNUMBER",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "S",
        "2.5.4.9" => "STREET",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.12" => "T",
        "2.5.4.42" => "G",
        "2.5.4.43" => "I",
        "2.5.4.46" => "dnQualifier",
        "1.2.840.113549.1.9.1" => "E",
        "0.9.2342.19200300.100.1.25" => "DC",
        _ => return None,
    })
}

/// A value that holds what separates values is quoted, its quotes doubled.
fn quoted(value: &str) -> String {
    let is_special = |c: char| matches!(c, ',' | '+' | '=' | '"' | '\n' | '<' | '>' | '#' | ';');
    let needs =
        value.is_empty() || value.contains(is_special) || value.starts_with(' ') || value.ends_with(' ');
    if needs { format!("\"{}\"", value.replace('"', "\"\"")) } else { value.to_owned() }
}
