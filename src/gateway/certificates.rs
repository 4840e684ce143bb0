//! The certificates of a service: those that it holds, some with their keys, and the authorities that it trusts. A caller
//! shows one of its own.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::csharp::Value;
use crate::dotnet::Certificate;

/// A certificate that the service holds.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldCertificate {
    pub certificate: Arc<Certificate>,
    pub key: Option<PrivateKey>,
}

/// A private key as PKCS #8, which `Debug` never shows.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey(pub Arc<[u8]>);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey")
    }
}

/// What a service knows of certificates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Certificates {
    /// By the id of the entity.
    pub held: IndexMap<String, HeldCertificate>,
    /// Roots and others that issue certificates.
    pub authorities: Vec<Certificate>,
}

impl Certificates {
    /// Whether an authority that the service trusts issued it, and its dates are right. Decision: nobody is asked
    /// whether it was revoked, and there are no other authorities, such as those of an operating system.
    pub(super) fn trusts(&self, certificate: &Certificate, unix_ms: i64) -> bool {
        certificate.is_trusted(&self.authorities, unix_ms)
    }

    /// The certificate that issued one, where the service holds it or trusts it.
    pub(super) fn issuer_of(&self, certificate: &Certificate) -> Option<&Certificate> {
        let held = self.held.values().map(|held| &*held.certificate);
        self.authorities.iter().chain(held).find(|known| certificate.is_issued_by(known))
    }

    /// `context.Deployment.Certificates`
    pub(super) fn to_value(&self, unix_ms: i64) -> Value {
        Value::dictionary(self.held.iter().map(|(id, held)| {
            let key = held.key.as_ref().map(|key| Arc::clone(&key.0));
            let is_trusted = self.trusts(&held.certificate, unix_ms);
            (id.as_str(), Value::certificate(Arc::clone(&held.certificate), key, is_trusted))
        }))
    }
}
