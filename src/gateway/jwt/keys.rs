//! Keys that signatures are checked with: shared secrets, RSA and elliptic-curve keys, and how they are written (RFC
//! 7517, 7518).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use super::token::decode;
use crate::dotnet::Certificate;

/// A key, and the name that tokens may call it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub id: Option<String>,
    pub material: Material,
}

/// What a key is made of. `Debug` never shows a secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Material {
    Secret(Vec<u8>),
    /// Modulus and exponent, big-endian.
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// A point as `04 | x | y`.
    Ec {
        curve: Curve,
        point: Vec<u8>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
}

impl std::fmt::Debug for Material {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Secret(_) => "Secret",
            Self::Rsa { .. } => "Rsa",
            Self::Ec { .. } => "Ec",
        })
    }
}

impl Material {
    /// Reads a shared secret in Base64.
    pub(crate) fn from_base64(text: &str) -> Option<Self> {
        let compact: String = text.split_whitespace().collect();
        STANDARD.decode(&compact).ok().filter(|bytes| !bytes.is_empty()).map(Self::Secret)
    }

    /// The key of a certificate; None where it is of a kind that no algorithm here uses.
    pub(crate) fn of_certificate(certificate: &Certificate) -> Option<Self> {
        if let Some((n, e)) = &certificate.rsa {
            return Some(Self::Rsa { n: n.clone(), e: e.clone() });
        }
        let point = certificate.curve_point()?;
        let curve = match point.len() {
            65 => Curve::P256,
            97 => Curve::P384,
            _ => return None,
        };
        Some(Self::Ec { curve, point: point.to_vec() })
    }

    /// Reads a modulus and an exponent in Base64url.
    pub(crate) fn from_modulus(n: &str, e: &str) -> Option<Self> {
        Some(Self::Rsa { n: unsigned(&decode(n)?)?, e: unsigned(&decode(e)?)? })
    }
}

impl Key {
    /// Reads one key of a key set; None where it is of a kind that no supported algorithm uses, or not for signatures.
    pub(super) fn from_jwk(jwk: &Json) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Json::as_str);
        if text("use").is_some_and(|used| used != "sig") {
            return None;
        }
        let material = match text("kty")? {
            "RSA" => Material::from_modulus(text("n")?, text("e")?)?,
            "oct" => Material::Secret(decode(text("k")?)?),
            "EC" => {
                let (curve, length) = match text("crv")? {
                    "P-256" => (Curve::P256, 32),
                    "P-384" => (Curve::P384, 48),
                    _ => return None,
                };
                let (x, y) = (decode(text("x")?)?, decode(text("y")?)?);
                if x.len() != length || y.len() != length {
                    return None;
                }
                Material::Ec { curve, point: [&[4], &x[..], &y[..]].concat() }
            }
            _ => return None,
        };
        Some(Self { id: text("kid").map(str::to_owned), material })
    }
}

/// A number without leading zeros, as `ring` wants it.
fn unsigned(bytes: &[u8]) -> Option<Vec<u8>> {
    let first = bytes.iter().position(|byte| *byte != 0)?;
    Some(bytes[first..].to_vec())
}
