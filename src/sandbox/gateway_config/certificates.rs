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
        let listed = service.at("/properties/certificates").and_then(Json::as_array).into_iter().flatten();
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
fn read(data: &str, password: &str) -> Result<HeldCertificate, String> {
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
