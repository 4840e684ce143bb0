//! Certificates of a deployed service: the entities that policies name, and the authorities that the service trusts.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p12::PFX;
use serde_json::Value as Json;

use super::{ENTITY_INVALID, Reader, Resource};
use crate::dotnet::Certificate;
use crate::gateway::{Certificates, HeldCertificate, PrivateKey};

impl Reader<'_> {
    pub(super) fn certificates(&mut self, service: &Resource) -> Certificates {
        let held = self.each(&service.id, "certificates", |reader, one| {
            let certificate = reader.certificate(one)?;
            Some((one.id.name().to_owned(), certificate))
        });
        let listed = service.secret.get("certificates").and_then(Json::as_array).into_iter().flatten();
        let mut authorities = Vec::new();
        for one in listed {
            let text = |name: &str| one.get(name).and_then(Json::as_str).unwrap_or_default();
            match read(text("encodedCertificate"), text("certificatePassword")) {
                Ok(held) => authorities.push(Certificate::clone(&held.certificate)),
                Err(why) => {
                    let _: Option<()> =
                        self.refuse(&ENTITY_INVALID, service, format!("an authority of it: {why}"));
                }
            }
        }
        Certificates { held: held.into_iter().collect(), authorities }
    }

    /// `data` and `password`, or a secret of a key vault, which has no password.
    fn certificate(&mut self, one: &Resource) -> Option<HeldCertificate> {
        let stored = |name: &str| {
            let secret = one.secret.get(name).and_then(Json::as_str);
            secret.or_else(|| one.text(&format!("/properties/{name}"))).map(str::to_owned)
        };
        let data = match stored("data") {
            Some(data) => data,
            None => {
                let id = one.text("/properties/keyVault/secretIdentifier").unwrap_or_default().to_owned();
                match self.vault_secret(&id) {
                    Some(data) => data,
                    None => {
                        let why = "it has neither `data` nor a secret of a key vault that is deployed";
                        return self.refuse(&ENTITY_INVALID, one, why);
                    }
                }
            }
        };
        match read(&data, &stored("password").unwrap_or_default()) {
            Ok(certificate) => Some(certificate),
            Err(why) => self.refuse(&ENTITY_INVALID, one, why),
        }
    }
}

/// Base64 of a PFX file with one certificate and its key, or of a certificate alone.
///
/// # Errors
/// A sentence saying what is wrong with it.
pub(in crate::sandbox) fn read(data: &str, password: &str) -> Result<HeldCertificate, String> {
    let compact: String = data.split_whitespace().collect();
    let bytes = STANDARD.decode(compact).map_err(|_| "the certificate is not Base64".to_owned())?;
    if let Ok(certificate) = Certificate::read(&bytes) {
        return Ok(HeldCertificate { certificate: Arc::new(certificate), key: None });
    }
    let pfx = PFX::parse(&bytes).map_err(|_| "it is neither a certificate nor a PFX file".to_owned())?;
    if !pfx.verify_mac(password) {
        return Err("the password does not open the PFX file, or it is encrypted in a newer way".to_owned());
    }
    let unread = |_| "the PFX file is encrypted in a way that is not read".to_owned();
    let (certificates, keys) =
        (pfx.cert_bags(password).map_err(unread)?, pfx.key_bags(password).map_err(unread)?);
    let first = certificates.first().ok_or("the PFX file holds no certificate")?;
    let key = keys.into_iter().next().map(|key| PrivateKey(key.into()));
    Ok(HeldCertificate { certificate: Arc::new(Certificate::read(first)?), key })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> (Vec<u8>, rcgen::KeyPair) {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate =
            rcgen::CertificateParams::new(["a.b".to_owned()]).unwrap().self_signed(&key).unwrap();
        (certificate.der().to_vec(), key)
    }

    #[test]
    fn a_pfx_file_and_a_bare_certificate_are_read() {
        let (der, key) = made();
        let pfx = PFX::new(&der, key.serialized_der(), None, "word", "n").unwrap().to_der();
        let held = read(&STANDARD.encode(&pfx), "word").unwrap();
        assert_eq!(held.certificate.der, der);
        assert_eq!(held.key, Some(PrivateKey(key.serialized_der().into())));
        assert!(
            !format!("{held:?}").contains(&format!("{:?}", &key.serialized_der()[..8])),
            "a key is not shown"
        );
        let bare = read(&STANDARD.encode(&der), "").unwrap();
        assert_eq!((&bare.certificate.der, bare.key), (&der, None));
        assert_eq!(bare.certificate.dns_names, ["a.b"]);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let (der, key) = made();
        let pfx = PFX::new(&der, key.serialized_der(), None, "word", "n").unwrap().to_der();
        for (data, password, says) in [
            ("*".to_owned(), "", "the certificate is not Base64"),
            (STANDARD.encode(b"nonsense"), "", "it is neither a certificate nor a PFX file"),
            (
                STANDARD.encode(&pfx),
                "other",
                "the password does not open the PFX file, or it is encrypted in a newer way",
            ),
        ] {
            assert_eq!(read(&data, password).err().as_deref(), Some(says));
        }
    }
}
