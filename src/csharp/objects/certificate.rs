//! `X509Certificate2`, and the RSA keys that it gives. Signatures are made and checked with `ring`, which has PKCS #1 with
//! SHA-256, -384 and -512 for both, and PSS and SHA-1 for checking; signatures of hashes and encryption are not there.

use std::any::Any;
use std::sync::Arc;

use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::{self, RsaEncoding, RsaPublicKeyComponents};

use super::{DateTime, DateTimeKind};
use crate::csharp::convert::bytes_of;
use crate::csharp::exception::Exception;
use crate::csharp::value::{Object, Value};
use crate::dotnet::{Certificate, Name};

/// A certificate as an expression sees it.
pub(in crate::csharp) struct X509 {
    certificate: Arc<Certificate>,
    /// PKCS #8, where the service holds it.
    key: Option<Arc<[u8]>>,
    /// What `Verify()` gives.
    is_trusted: bool,
}

impl X509 {
    pub(in crate::csharp) fn new(
        certificate: Arc<Certificate>,
        key: Option<Arc<[u8]>>,
        is_trusted: bool,
    ) -> Self {
        Self { certificate, key, is_trusted }
    }

    fn date(unix_ms: i64) -> Value {
        // Of the machine's clock, which shows universal time.
        Value::object(DateTime { kind: DateTimeKind::Local, ..DateTime::from_unix_ms(unix_ms) })
    }

    /// `GetNameInfo(X509NameType.DnsName, forIssuer)`; empty where there is none.
    fn name_info(&self, kind: &str, of_issuer: bool) -> String {
        let one = &self.certificate;
        let name = if of_issuer { &one.issuer } else { &one.subject };
        let first = |list: &[String]| list.first().filter(|_| !of_issuer).cloned();
        let found = match kind {
            "SimpleName" => name.simple().map(str::to_owned).or_else(|| first(&one.dns_names)),
            "DnsName" | "DnsFromAlternativeName" => {
                first(&one.dns_names).or_else(|| name.common_name().map(str::to_owned))
            }
            "EmailName" => first(&one.emails).or_else(|| name.email().map(str::to_owned)),
            "UrlName" => first(&one.uris),
            _ => None,
        };
        found.unwrap_or_default()
    }
}

impl Object for X509 {
    fn type_name(&self) -> &str {
        "X509Certificate2"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        let one = &self.certificate;
        Ok(match name {
            "FriendlyName" => "".into(),
            "HasPrivateKey" => Value::Bool(self.key.is_some()),
            "Issuer" => one.issuer.to_string().into(),
            "IssuerName" => Value::object(X500(one.issuer.clone())),
            "NotAfter" => Self::date(one.not_after_unix_ms),
            "NotBefore" => Self::date(one.not_before_unix_ms),
            "RawData" => Value::bytes(one.der.clone()),
            "SerialNumber" => one.serial_number().into(),
            "SignatureAlgorithm" => Value::object(Oid(one.signature_oid.clone())),
            "Subject" => one.subject.to_string().into(),
            "SubjectName" => Value::object(X500(one.subject.clone())),
            "Thumbprint" => one.thumbprint().into(),
            "Version" => Value::Int(one.version),
            _ => return Err(Exception::missing_member(self.type_name(), name)),
        })
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        let one = &self.certificate;
        Ok(match (name, args) {
            ("Verify" | "VerifyNoRevocation", []) => Value::Bool(self.is_trusted),
            ("GetCertHashString", []) => one.thumbprint().into(),
            ("GetSerialNumberString", []) => one.serial_number().into(),
            ("GetExpirationDateString", []) => Self::date(one.not_after_unix_ms).display().into(),
            ("GetEffectiveDateString", []) => Self::date(one.not_before_unix_ms).display().into(),
            ("GetRawCertData", []) => Value::bytes(one.der.clone()),
            ("GetNameInfo", [kind, Value::Bool(of_issuer)]) if kind.type_name() == "X509NameType" => {
                self.name_info(&kind.display(), *of_issuer).into()
            }
            ("GetRSAPublicKey", []) if one.rsa.is_none() => Value::Null,
            ("GetRSAPublicKey", []) => Value::object(Rsa { public: one.rsa.clone(), key: None }),
            ("GetRSAPrivateKey", []) => match &self.key {
                Some(key) if one.rsa.is_some() => {
                    let pair = KeyPair::from_pkcs8(key).map_err(|error| {
                        Exception::new(
                            CRYPTOGRAPHIC,
                            format!("The private key cannot be used here: {error}."),
                        )
                    })?;
                    Value::object(Rsa { public: one.rsa.clone(), key: Some(Arc::new(pair)) })
                }
                _ => Value::Null,
            },
            _ => return Err(Exception::missing_overload(self.type_name(), name, args)),
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

const CRYPTOGRAPHIC: &str = "CryptographicException";

/// `X500DistinguishedName`
struct X500(Name);

impl Object for X500 {
    fn type_name(&self) -> &str {
        "X500DistinguishedName"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Name" => Ok(self.0.to_string().into()),
            _ => Err(Exception::missing_member(self.type_name(), name)),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `Oid`
struct Oid(String);

impl Object for Oid {
    fn type_name(&self) -> &str {
        "Oid"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        let friendly = match self.0.as_str() {
            "1.2.840.113549.1.1.5" => "sha1RSA",
            "1.2.840.113549.1.1.11" => "sha256RSA",
            "1.2.840.113549.1.1.12" => "sha384RSA",
            "1.2.840.113549.1.1.13" => "sha512RSA",
            "1.2.840.10045.4.3.2" => "sha256ECDSA",
            "1.2.840.10045.4.3.3" => "sha384ECDSA",
            _ => "",
        };
        match name {
            "Value" => Ok(self.0.as_str().into()),
            "FriendlyName" => Ok(Some(friendly).filter(|name| !name.is_empty()).into()),
            _ => Err(Exception::missing_member(self.type_name(), name)),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `RSA`, with its private key or without.
struct Rsa {
    public: Option<(Vec<u8>, Vec<u8>)>,
    key: Option<Arc<KeyPair>>,
}

impl Rsa {
    fn sign(&self, data: &[u8], hash: &str, padding: &str) -> Result<Value, Exception> {
        let key = self.key.as_ref().ok_or_else(|| Exception::new(CRYPTOGRAPHIC, "Key does not exist."))?;
        let algorithm: &'static dyn RsaEncoding = match (hash, padding) {
            ("SHA256", "Pkcs1") => &signature::RSA_PKCS1_SHA256,
            ("SHA384", "Pkcs1") => &signature::RSA_PKCS1_SHA384,
            ("SHA512", "Pkcs1") => &signature::RSA_PKCS1_SHA512,
            // PSS is salted by chance, and what the gateway does depends on nothing but its seed.
            _ => return Err(Exception::not_run(&format!("an RSA signature with {hash} and {padding}"))),
        };
        let mut made = vec![0; key.public().modulus_len()];
        // The chance is for blinding; it does not show in the signature.
        key.sign(algorithm, &SystemRandom::new(), data, &mut made)
            .map_err(|_| Exception::new(CRYPTOGRAPHIC, "The data cannot be signed with this key."))?;
        Ok(Value::bytes(made))
    }

    fn verify(&self, data: &[u8], given: &[u8], hash: &str, padding: &str) -> Result<Value, Exception> {
        let algorithm = match (hash, padding) {
            ("SHA1", "Pkcs1") => &signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            ("SHA256", "Pkcs1") => &signature::RSA_PKCS1_2048_8192_SHA256,
            ("SHA384", "Pkcs1") => &signature::RSA_PKCS1_2048_8192_SHA384,
            ("SHA512", "Pkcs1") => &signature::RSA_PKCS1_2048_8192_SHA512,
            ("SHA256", "Pss") => &signature::RSA_PSS_2048_8192_SHA256,
            ("SHA384", "Pss") => &signature::RSA_PSS_2048_8192_SHA384,
            ("SHA512", "Pss") => &signature::RSA_PSS_2048_8192_SHA512,
            _ => return Err(Exception::not_run(&format!("an RSA signature with {hash} and {padding}"))),
        };
        let key = self.public.as_ref().map(|(n, e)| RsaPublicKeyComponents { n, e });
        Ok(Value::Bool(key.is_some_and(|key| key.verify(algorithm, data, given).is_ok())))
    }
}

impl Object for Rsa {
    fn type_name(&self) -> &str {
        "RSA"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match (name, &self.public) {
            ("KeySize", Some((n, _))) => Ok(Value::Int(i32::try_from(n.len() * 8).unwrap_or(i32::MAX))),
            _ => Err(Exception::missing_member("RSA", name)),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        let is = |value: &Value, wanted: &str| value.type_name() == wanted;
        let (hash, padding) = match args {
            [.., hash, padding] if is(hash, "HashAlgorithmName") && is(padding, "RSASignaturePadding") => {
                (hash.display(), padding.display())
            }
            _ => (String::new(), String::new()),
        };
        match (name, args) {
            ("Dispose" | "Clear", []) => Ok(Value::Null),
            ("SignData", [data, _, _]) if !hash.is_empty() => {
                let data = bytes_of(data).ok_or_else(|| Exception::argument_null("data"))?;
                self.sign(&data, &hash, &padding)
            }
            ("VerifyData", [data, given, _, _]) if !hash.is_empty() => {
                let data = bytes_of(data).ok_or_else(|| Exception::argument_null("data"))?;
                let given = bytes_of(given).ok_or_else(|| Exception::argument_null("signature"))?;
                self.verify(&data, &given, &hash, &padding)
            }
            ("SignHash" | "VerifyHash" | "Encrypt" | "Decrypt", _) => {
                Err(Exception::not_run(&format!("`RSA.{name}`")))
            }
            _ => Err(Exception::missing_overload("RSA", name, args)),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
