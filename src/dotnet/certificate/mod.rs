//! X.509 certificates (RFC 5280) with what `X509Certificate2` shows of them: names, numbers, dates, thumbprint, and whether
//! an authority that is trusted issued one. Nobody is asked whether a certificate was revoked.

mod der;
mod name;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::{digest, signature};

use super::calendar::{TICKS_PER_DAY, UNIX_EPOCH, days_from_civil};
use der::{BIT_STRING, Der, INTEGER, Item, OCTET_STRING, SEQUENCE};
pub use name::Name;

/// The largest certificate that is read; real ones have two kilobytes.
const MAX_BYTES: usize = 64 * 1024;
/// The longest way from a certificate to an authority.
const MAX_CHAIN: usize = 8;

/// Days from the first day of the calendar to 1970-01-01.
const UNIX_DAYS: i64 = UNIX_EPOCH / TICKS_PER_DAY;

/// A certificate that has been read. It holds no private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    pub der: Vec<u8>,
    pub version: i32,
    /// The bytes as they stand there.
    serial: Vec<u8>,
    pub issuer: Name,
    pub subject: Name,
    pub not_before_unix_ms: i64,
    pub not_after_unix_ms: i64,
    /// The object identifier of the algorithm that signed it.
    pub signature_oid: String,
    pub dns_names: Vec<String>,
    pub emails: Vec<String>,
    pub uris: Vec<String>,
    /// The key, where it is an RSA one: modulus and exponent, big-endian.
    pub rsa: Option<(Vec<u8>, Vec<u8>)>,
    /// The key's bits, whatever it is.
    key: Vec<u8>,
    /// What is signed, and the signature.
    signed: Vec<u8>,
    signature: Vec<u8>,
}

impl Certificate {
    /// Reads DER, or PEM with one certificate first.
    ///
    /// # Errors
    /// A sentence saying that it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > MAX_BYTES {
            return Err(format!("a certificate has more than {MAX_BYTES} bytes"));
        }
        let text = std::str::from_utf8(bytes).ok().filter(|text| text.contains("-----BEGIN"));
        let der = match text {
            Some(text) => from_pem(text, "CERTIFICATE").ok_or("the PEM text holds no certificate")?,
            None => bytes.to_vec(),
        };
        Self::parse(&der).ok_or_else(|| "this is no X.509 certificate".to_owned())
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let whole = Der::new(bytes).expect(SEQUENCE)?;
        let mut outer = whole.inside();
        let signed = outer.expect(SEQUENCE)?;
        let signature_oid = outer.expect(SEQUENCE)?.inside().next()?.oid()?;
        let signature = outer.expect(BIT_STRING)?.bits()?.to_vec();

        let mut inner = signed.inside();
        let version = match inner.optional(0xa0) {
            Some(version) => i32::from(*version.inside().expect(INTEGER)?.body.first()?) + 1,
            None => 1,
        };
        let serial = inner.expect(INTEGER)?.body.to_vec();
        inner.expect(SEQUENCE)?;
        let issuer = Name::read(inner.expect(SEQUENCE)?)?;
        let mut validity = inner.expect(SEQUENCE)?.inside();
        let (not_before, not_after) = (time(validity.next()?)?, time(validity.next()?)?);
        let subject = Name::read(inner.expect(SEQUENCE)?)?;
        let mut key_info = inner.expect(SEQUENCE)?.inside();
        let key_oid = key_info.expect(SEQUENCE)?.inside().next()?.oid()?;
        let key = key_info.expect(BIT_STRING)?.bits()?;
        let rsa = if key_oid == "1.2.840.113549.1.1.1" { Some(rsa_key(key)?) } else { None };

        let mut certificate = Self {
            der: whole.whole.to_vec(),
            version,
            serial,
            issuer,
            subject,
            not_before_unix_ms: not_before,
            not_after_unix_ms: not_after,
            signature_oid,
            dns_names: Vec::new(),
            emails: Vec::new(),
            uris: Vec::new(),
            rsa,
            key: key.to_vec(),
            signed: signed.whole.to_vec(),
            signature,
        };
        while !inner.is_empty() {
            let item = inner.next()?;
            if item.tag == 0xa3 {
                certificate.extensions(item)?;
            }
        }
        Some(certificate)
    }

    fn extensions(&mut self, list: Item<'_>) -> Option<()> {
        let mut list = list.inside().expect(SEQUENCE)?.inside();
        while !list.is_empty() {
            let mut one = list.expect(SEQUENCE)?.inside();
            let oid = one.next()?.oid()?;
            let mut value = one.next()?;
            // Between them may stand whether the extension is critical.
            if value.tag != OCTET_STRING {
                value = one.next()?;
            }
            if oid != "2.5.29.17" {
                continue;
            }
            let mut names = value.inside().expect(SEQUENCE)?.inside();
            while !names.is_empty() {
                let name = names.next()?;
                let into = match name.tag {
                    0x81 => &mut self.emails,
                    0x82 => &mut self.dns_names,
                    0x86 => &mut self.uris,
                    _ => continue,
                };
                into.push(String::from_utf8_lossy(name.body).into_owned());
            }
        }
        Some(())
    }

    /// `Thumbprint`: the SHA-1 of the certificate in capital hexadecimals.
    pub fn thumbprint(&self) -> String {
        hex(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.der).as_ref())
    }

    /// `SerialNumber`.
    pub fn serial_number(&self) -> String {
        hex(&self.serial)
    }

    /// Whether a moment lies within its dates.
    pub fn is_valid_at(&self, unix_ms: i64) -> bool {
        (self.not_before_unix_ms..=self.not_after_unix_ms).contains(&unix_ms)
    }

    /// Whether it is one of `authorities`, or issued by one of them, or by one that one of them issued, and all of them
    /// are valid at that moment.
    pub fn is_trusted(&self, authorities: &[Self], unix_ms: i64) -> bool {
        let mut here = self;
        for _ in 0..MAX_CHAIN {
            if !here.is_valid_at(unix_ms) {
                return false;
            }
            if authorities.iter().any(|authority| authority.der == here.der && authority.is_root()) {
                return true;
            }
            match authorities.iter().find(|authority| here.is_issued_by(authority)) {
                Some(authority) => here = authority,
                None => return false,
            }
        }
        false
    }

    /// Whether another one issued it: its name, and its signature.
    pub fn is_issued_by(&self, other: &Self) -> bool {
        other.subject == self.issuer && self.is_signed_by(other)
    }

    /// The point of a key on an elliptic curve, as `04 | x | y`; None for other kinds of keys.
    pub fn curve_point(&self) -> Option<&[u8]> {
        (self.rsa.is_none() && self.key.first() == Some(&4)).then_some(&self.key[..])
    }

    fn is_root(&self) -> bool {
        self.subject == self.issuer
    }

    fn is_signed_by(&self, authority: &Self) -> bool {
        let (message, given) = (&self.signed[..], &self.signature[..]);
        let by_rsa = |algorithm: &'static signature::RsaParameters| {
            let key = authority.rsa.as_ref().map(|(n, e)| signature::RsaPublicKeyComponents { n, e });
            key.is_some_and(|key| key.verify(algorithm, message, given).is_ok())
        };
        let by_curve = |algorithms: &[&'static dyn signature::VerificationAlgorithm]| {
            algorithms.iter().any(|algorithm| {
                signature::UnparsedPublicKey::new(*algorithm, &authority.key).verify(message, given).is_ok()
            })
        };
        match self.signature_oid.as_str() {
            "1.2.840.113549.1.1.5" => by_rsa(&signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY),
            "1.2.840.113549.1.1.11" => by_rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
            "1.2.840.113549.1.1.12" => by_rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
            "1.2.840.113549.1.1.13" => by_rsa(&signature::RSA_PKCS1_2048_8192_SHA512),
            "1.2.840.10045.4.3.2" => {
                by_curve(&[&signature::ECDSA_P256_SHA256_ASN1, &signature::ECDSA_P384_SHA256_ASN1])
            }
            "1.2.840.10045.4.3.3" => {
                by_curve(&[&signature::ECDSA_P384_SHA384_ASN1, &signature::ECDSA_P256_SHA384_ASN1])
            }
            "1.3.101.112" => by_curve(&[&signature::ED25519]),
            _ => false,
        }
    }
}

/// The bytes of the first PEM block of a kind, such as `CERTIFICATE`.
pub fn from_pem(text: &str, kind: &str) -> Option<Vec<u8>> {
    let (_, after) = text.split_once(&format!("-----BEGIN {kind}-----"))?;
    let (inside, _) = after.split_once(&format!("-----END {kind}-----"))?;
    let compact: String = inside.split_whitespace().collect();
    STANDARD.decode(compact).ok()
}

fn rsa_key(bits: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut numbers = Der::new(bits).expect(SEQUENCE)?.inside();
    Some((numbers.next()?.unsigned()?, numbers.next()?.unsigned()?))
}

/// `UTCTime` and `GeneralizedTime` in milliseconds since 1970 (RFC 5280, 4.1.2.5: universal time, with seconds).
fn time(item: Item<'_>) -> Option<i64> {
    let text = std::str::from_utf8(item.body).ok()?.strip_suffix('Z')?;
    let digits = |from: usize, to: usize| {
        let part = text.get(from..to)?;
        if part.bytes().all(|byte| byte.is_ascii_digit()) { part.parse::<i64>().ok() } else { None }
    };
    let (year, rest) = match (item.tag, text.len()) {
        (0x17, 12) => {
            let year = digits(0, 2)?;
            (year + if year < 50 { 2000 } else { 1900 }, 2)
        }
        (0x18, 14) => (digits(0, 4)?, 4),
        _ => return None,
    };
    let part = |nth: usize| digits(rest + 2 * nth, rest + 2 * nth + 2);
    let (month, day) = (part(0)?, part(1)?);
    let is_date = (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    let days = if is_date { days_from_civil(year, month, day) - UNIX_DAYS } else { return None };
    Some((((days * 24 + part(2)?) * 60 + part(3)?) * 60 + part(4)?) * 1000)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

#[cfg(test)]
mod tests;
