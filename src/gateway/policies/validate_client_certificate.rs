//! `<validate-client-certificate validate-trust="true"><identities><identity thumbprint="…"/></identities>
//! </validate-client-certificate>`: the caller has to show a certificate that is good, and one of those that are named.
//! Learn, validate-client-certificate (2025-01-30).
//!
//! The reasons are those that tests against the service expect (ronaldbosma, demo of mTLS with API Management, seen
//! 2026-11-30): `ClientCertificateNotFound`, `-NotYetValid`, `-Expired`, `-NotTrusted`, `-IdentityNotMatched`, each with 401.
//!
//! Decisions, where the page is silent: the checks run in that order; an identity matches where all that it names fits,
//! hexadecimals and names compared without regard to case; trusted is what an authority of the service issued.
//! Not modelled: `validate-revocation`. No list is asked for, and no certificate counts as revoked.

use std::sync::Arc;

use super::Executor;
use super::token_check::child;
use crate::dotnet::Certificate;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::Setting;
use crate::policy::{Placed, PolicyElement};

pub(super) static EXECUTOR: Executor = Executor { element: "validate-client-certificate", compile };

struct ValidateClientCertificate {
    trust: bool,
    not_before: bool,
    not_after: bool,
    ignores_error: bool,
    revocation: bool,
    identities: Vec<Identity>,
}

/// What a certificate has to be, by the attributes that are written.
struct Identity {
    wanted: Vec<(&'static str, Setting<String>)>,
}

const ATTRIBUTES: [&str; 8] = [
    "thumbprint",
    "serial-number",
    "common-name",
    "subject",
    "dns-name",
    "issuer-subject",
    "issuer-thumbprint",
    "issuer-certificate-id",
];

fn compile(compiler: &mut Compiler<'_>, placed: &Placed) -> Option<Box<dyn Run>> {
    let element = &placed.element;
    let flag = |name: &str, default: bool| {
        element.literal(name).map_or(default, |text| text.trim().eq_ignore_ascii_case("true"))
    };
    let identities = child(element, "identities").into_iter().flat_map(|list| &list.children);
    Some(Box::new(ValidateClientCertificate {
        trust: flag("validate-trust", true),
        not_before: flag("validate-not-before", true),
        not_after: flag("validate-not-after", true),
        ignores_error: flag("ignore-error", false),
        revocation: flag("validate-revocation", true),
        identities: identities.map(|one| Identity::compile(compiler, one)).collect(),
    }))
}

impl Identity {
    fn compile(compiler: &mut Compiler<'_>, element: &PolicyElement) -> Self {
        if let Some(id) = element.literal("issuer-certificate-id")
            && !compiler.config.certificates.held.contains_key(id)
        {
            let span = element.value("issuer-certificate-id").map_or(element.name_span, |value| value.span);
            compiler.invalid(element, span, format!("there is no certificate `{id}` in the service"));
        }
        let wanted = ATTRIBUTES.iter().filter_map(|name| Some((*name, compiler.setting(element, name)?)));
        Self { wanted: wanted.collect() }
    }

    fn matches(&self, live: &Arc<Live>, shown: &Certificate) -> Result<bool, Fault> {
        let certificates = live.gateway.certificates();
        let issuer = certificates.issuer_of(shown);
        for (name, wanted) in &self.wanted {
            let wanted = wanted.get(live)?;
            let wanted = wanted.trim();
            let fits = match *name {
                "thumbprint" => wanted.eq_ignore_ascii_case(&shown.thumbprint()),
                "serial-number" => wanted.eq_ignore_ascii_case(&shown.serial_number()),
                "common-name" => {
                    shown.subject.common_name().is_some_and(|name| name.eq_ignore_ascii_case(wanted))
                }
                "subject" => wanted.eq_ignore_ascii_case(&shown.subject.to_string()),
                "dns-name" => shown.dns_names.iter().any(|name| name.eq_ignore_ascii_case(wanted)),
                "issuer-subject" => wanted.eq_ignore_ascii_case(&shown.issuer.to_string()),
                "issuer-thumbprint" => {
                    issuer.is_some_and(|issuer| wanted.eq_ignore_ascii_case(&issuer.thumbprint()))
                }
                _ => certificates.held.get(wanted).is_some_and(|held| shown.is_issued_by(&held.certificate)),
            };
            if !fits {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl ValidateClientCertificate {
    /// The reason and the message of a refusal; None for a certificate that passes.
    fn refused(&self, live: &Arc<Live>) -> Result<Option<(&'static str, String)>, Fault> {
        let no = |reason, message: &str| Ok(Some((reason, message.to_owned())));
        let Some(shown) = &live.client_certificate else {
            return no("ClientCertificateNotFound", "Client certificate is missing.");
        };
        let now_ms = live.host.now_unix_ms();
        if self.not_before && now_ms < shown.not_before_unix_ms {
            return no("ClientCertificateNotYetValid", "Client certificate is not yet valid.");
        }
        if self.not_after && now_ms > shown.not_after_unix_ms {
            return no("ClientCertificateExpired", "Client certificate has expired.");
        }
        if self.trust && !live.gateway.certificates().trusts(shown, now_ms) {
            let message = "Client certificate is not issued by an authority that the service trusts.";
            return no("ClientCertificateNotTrusted", message);
        }
        for identity in &self.identities {
            if identity.matches(live, shown)? {
                return Ok(None);
            }
        }
        match self.identities.is_empty() {
            true => Ok(None),
            false => {
                let message = "Client certificate matches none of the identities.";
                no("ClientCertificateIdentityNotMatched", message)
            }
        }
    }
}

impl Run for ValidateClientCertificate {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let Some((reason, message)) = self.refused(live)? else {
            if self.revocation {
                live.note("nobody was asked whether the certificate was revoked");
            }
            return Ok(Flow::Next);
        };
        if self.ignores_error {
            live.note(format!("{reason}, which is ignored"));
            return Ok(Flow::Next);
        }
        Err(Fault::refusal(401, reason, message))
    }
}
