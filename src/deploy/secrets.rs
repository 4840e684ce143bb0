//! Secrets that are made or converted when deploying: the gateway's certificate as the base64 PFX that
//! Application Gateway reads from a key vault secret. Reading the file, the password and the clock is left to `cli`.
//!
//! A self-signed certificate has an ECDSA P-256 key: ring makes no RSA keys, and Application Gateway v2 takes EC
//! certificates (its predefined policies from 20170401S on hold the TLS_ECDHE_ECDSA suites, which need one;
//! learn.microsoft.com, application-gateway-ssl-policy-overview).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use p12::PFX;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
};
use ring::digest;
use time::{Duration, OffsetDateTime};

use super::SecretString;

/// A PFX with a chain is a few kilobytes; key vault takes secrets of 25 kB (its documented limit).
const PFX_BYTES_MAX: usize = 25 * 1024;
/// Ten years: longer than anyone should keep a self-signed certificate, and refused by many clients anyway.
const VALIDITY_MONTHS_MAX: u32 = 120;
/// Rounds of hashing before the password is known to be right. OpenSSL and Windows use about 2,000.
const MAC_ITERATIONS_MAX: u32 = 1_000_000;
/// Clocks differ; a certificate made now is valid for a server that is a little behind.
const CLOCK_SKEW: Duration = Duration::hours(1);

/// Tells one key from the next without giving it away: eight bytes of its SHA-256, in hex. Keys of providers are random and
/// long, so nobody finds one by its hash.
pub fn fingerprint(key: &str) -> String {
    let hash = digest::digest(&digest::SHA256, key.as_bytes());
    hash.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Why there is no certificate. No variant holds key material or a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    #[error("`{0}` is not a host name that a certificate can be made for")]
    BadName(String),
    #[error("a certificate is valid for 1 to {VALIDITY_MONTHS_MAX} months, not {0}")]
    BadValidity(u32),
    #[error("the file is no PFX (PKCS #12) file")]
    NotPfx,
    #[error("the file is larger than a key vault secret may be (25 kB)")]
    TooLarge,
    #[error("the password does not open the PFX file")]
    WrongPassword,
    #[error(
        "the PFX file is encrypted in a way that is not supported: export it with `-legacy` (3DES, SHA-1)"
    )]
    UnsupportedEncryption,
    #[error(
        "the PFX file holds {certificates} certificates and {keys} private keys; one key and its certificate are needed"
    )]
    WrongContent { certificates: usize, keys: usize },
    #[error("the certificate could not be made: {0}")]
    Crypto(String),
}

/// Makes a self-signed server certificate for `fqdn`, valid from `now`, as base64 PFX without password.
///
/// # Errors
/// `BadName`, `BadValidity`.
pub fn self_signed_certificate(
    fqdn: &str,
    validity_months: u32,
    now: OffsetDateTime,
) -> Result<SecretString, CertificateError> {
    if !(1..=VALIDITY_MONTHS_MAX).contains(&validity_months) {
        return Err(CertificateError::BadValidity(validity_months));
    }
    if !is_host_name(fqdn) {
        return Err(CertificateError::BadName(fqdn.to_owned()));
    }
    let crypto = |error: rcgen::Error| CertificateError::Crypto(error.to_string());
    let mut params = CertificateParams::new([fqdn.to_owned()]).map_err(crypto)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, fqdn);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.not_before = now - CLOCK_SKEW;
    // 30.44 days are the mean month.
    params.not_after = now + Duration::hours(i64::from(validity_months) * 3044 * 24 / 100);
    let key = KeyPair::generate().map_err(crypto)?;
    let certificate = params.self_signed(&key).map_err(crypto)?;
    pack(certificate.der(), key.serialized_der(), &[])
}

/// Re-encodes a PFX file as base64 PFX without password. Beside it the SHA-256 of the certificate, which everybody sees who
/// connects; the encrypted bytes differ each time.
///
/// # Errors
/// `NotPfx`, `TooLarge`, `WrongPassword`, `UnsupportedEncryption`, `WrongContent`.
pub fn reencode_pfx(
    file: &[u8],
    password: Option<&SecretString>,
) -> Result<(SecretString, String), CertificateError> {
    if file.len() > PFX_BYTES_MAX {
        return Err(CertificateError::TooLarge);
    }
    let password = password.map_or("", SecretString::expose);
    let pfx = PFX::parse(file).map_err(|_| CertificateError::NotPfx)?;
    if !is_readable(&pfx) {
        return Err(CertificateError::UnsupportedEncryption);
    }
    if !pfx.verify_mac(password) {
        return Err(CertificateError::WrongPassword);
    }
    let unsupported = |_| CertificateError::UnsupportedEncryption;
    let certificates = pfx.cert_bags(password).map_err(unsupported)?;
    let keys = pfx.key_bags(password).map_err(unsupported)?;
    let ([key], [certificate, chain @ ..]) = (keys.as_slice(), certificates.as_slice()) else {
        return Err(CertificateError::WrongContent { certificates: certificates.len(), keys: keys.len() });
    };
    let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    let mut hash = digest::Context::new(&digest::SHA256);
    [certificate.as_slice()].iter().chain(&chain).for_each(|part| hash.update(part));
    let digits: String = hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((pack(certificate, key, &chain)?, format!("certificate with SHA-256 {digits}")))
}

/// OpenSSL 3 and newer check with SHA-256 unless told `-legacy`; p12 knows SHA-1 only.
fn is_readable(pfx: &PFX) -> bool {
    let has_known_mac = pfx.mac_data.as_ref().is_some_and(|mac| {
        mac.mac.digest_algorithm == p12::AlgorithmIdentifier::Sha1 && mac.iterations <= MAC_ITERATIONS_MAX
    });
    has_known_mac && matches!(pfx.auth_safe, p12::ContentInfo::Data(_))
}

fn pack(certificate: &[u8], key: &[u8], chain: &[&[u8]]) -> Result<SecretString, CertificateError> {
    let pfx = PFX::new_with_cas(certificate, key, chain, "", "genai-lz")
        .ok_or_else(|| CertificateError::Crypto("no random numbers".to_owned()))?;
    Ok(SecretString::new(BASE64.encode(pfx.to_der())))
}

/// Labels of letters, digits and hyphens with at least one dot; a leading `*` label is allowed.
fn is_host_name(name: &str) -> bool {
    let labels: Vec<&str> = name.strip_prefix("*.").unwrap_or(name).split('.').collect();
    let is_label = |label: &&str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    labels.len() >= 2 && name.len() <= 253 && labels.iter().all(is_label)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn open(secret: &SecretString) -> PFX {
        PFX::parse(&BASE64.decode(secret.expose()).unwrap()).unwrap()
    }

    #[test]
    fn a_self_signed_certificate_is_a_pfx_with_an_empty_password() {
        let secret = self_signed_certificate("gw.contoso.com", 12, datetime!(2026-11-22 0:00 UTC)).unwrap();
        let pfx = open(&secret);
        assert!(pfx.verify_mac("") && !pfx.verify_mac("x"));
        let (certificates, keys) = (pfx.cert_bags("").unwrap(), pfx.key_bags("").unwrap());
        assert_eq!((certificates.len(), keys.len()), (1, 1));
        assert!(certificates[0].windows(14).any(|window| window == b"gw.contoso.com"));
        assert_eq!(format!("{secret:?}"), "***");
    }

    #[test]
    fn a_pfx_with_password_becomes_one_without() {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(["a.b".to_owned()]).unwrap().self_signed(&key).unwrap();
        let file =
            PFX::new_with_cas(certificate.der(), key.serialized_der(), &[b"\x30\x00"], "pässword", "n")
                .unwrap();
        let password = SecretString::new("pässword");
        let (secret, identity) = reencode_pfx(&file.to_der(), Some(&password)).unwrap();
        let again = reencode_pfx(&file.to_der(), Some(&password)).unwrap();
        assert!(again.1 == identity && identity.starts_with("certificate with SHA-256 "), "{identity}");
        assert_eq!(open(&secret).key_bags("").unwrap(), [key.serialized_der()]);
        assert_eq!(open(&secret).cert_bags("").unwrap(), [certificate.der().to_vec(), b"\x30\x00".to_vec()]);

        let wrong = reencode_pfx(&file.to_der(), Some(&SecretString::new("other")));
        assert_eq!(wrong, Err(CertificateError::WrongPassword));
        assert_eq!(reencode_pfx(&file.to_der(), None), Err(CertificateError::WrongPassword));
    }

    #[test]
    fn what_is_no_certificate_is_refused_with_a_reason() {
        let now = datetime!(2026-11-22 0:00 UTC);
        for name in ["", "nodots", "a..b", "-a.b", "a b.c", "a.b\n", &"x".repeat(300)] {
            assert_eq!(
                self_signed_certificate(name, 12, now),
                Err(CertificateError::BadName(name.to_owned()))
            );
        }
        assert_eq!(self_signed_certificate("a.b", 0, now), Err(CertificateError::BadValidity(0)));
        for file in [b"".as_slice(), b"nonsense", b"\x30\x80\x02\x01\x03", &[0xff; 100]] {
            assert_eq!(reencode_pfx(file, None), Err(CertificateError::NotPfx), "{file:?}");
        }
        assert_eq!(reencode_pfx(&vec![0; PFX_BYTES_MAX + 1], None), Err(CertificateError::TooLarge));
    }
}
