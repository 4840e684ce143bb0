//! `<validate-azure-ad-token tenant-id="…"><client-application-ids>…</client-application-ids><audiences>…</audiences>
//! <required-claims>…</required-claims></validate-azure-ad-token>`: as validate-jwt, for the tokens of an Entra tenant.
//! Learn, validate-azure-ad-token (2022-12-08).
//!
//! Decisions, where the page is silent:
//! - Keys and issuer are read from `{authentication-endpoint}/{tenant-id}/v2.0/.well-known/openid-configuration`, the
//!   endpoint being `https://login.microsoftonline.com` unless it is written. The issuer of version 1 tokens,
//!   `https://sts.windows.net/{tenant}/`, is good too.
//! - A `tenant-id` that is a URL gives its last part. `common` and `organizations` take the tokens of every tenant.
//! - `backend-application-ids` are audiences, as they are and behind `api://`.
//!
//! Not modelled, and refused: `decryption-keys`, protected forwarded and proof-of-possession tokens.

use std::sync::Arc;

use super::Executor;
use super::token_check::{TokenCheck, all, gather_keys, texts};
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::policy::Placed;

pub(super) static EXECUTOR: Executor = Executor { element: "validate-azure-ad-token", compile };

const ENDPOINT: &str = "https://login.microsoftonline.com";

struct ValidateAzureAdToken {
    check: TokenCheck,
    tenant: Setting<String>,
    endpoint: Option<Setting<String>>,
    clients: Vec<Setting<String>>,
    backends: Vec<Setting<String>>,
}

fn compile(compiler: &mut Compiler<'_>, placed: &Placed) -> Option<Box<dyn Run>> {
    let element = &placed.element;
    compiler.refuse_children(element, "decryption-keys");
    for name in ["allow-protected-forwarded-tokens", "allow-proof-of-possession-tokens"] {
        if element.literal(name) != Some("false") {
            compiler.refuse_attributes(element, &[name]);
        }
    }
    Some(Box::new(ValidateAzureAdToken {
        check: TokenCheck::compile(compiler, element, Some("Authorization"))?,
        tenant: compiler.setting(element, "tenant-id")?,
        endpoint: compiler.setting(element, "authentication-endpoint"),
        clients: texts(compiler, element, "client-application-ids"),
        backends: texts(compiler, element, "backend-application-ids"),
    }))
}

impl Run for ValidateAzureAdToken {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let token = self.check.token(live)?;
        let tenant = self.tenant.get(live)?;
        let tenant = last_part(&tenant);
        let endpoint = get_or(self.endpoint.as_ref(), ENDPOINT.to_owned(), live)?;
        let url =
            format!("{}/{tenant}/v2.0/.well-known/openid-configuration", endpoint.trim_end_matches('/'));
        let (keys, published, unread) = gather_keys(live, &token, &[], &[url])?;
        let mut rules = self.check.rules(live)?;
        rules.requires_expiration = true;
        // Without an issuer in the document none but the tenant's own would do.
        let published =
            if published.is_empty() { vec![format!("{endpoint}/{tenant}/v2.0")] } else { published };
        rules.issuers = published.iter().flat_map(|issuer| [issuer.clone(), older_issuer(issuer)]).collect();
        rules.applications = all(&self.clients, live)?;
        for id in all(&self.backends, live)? {
            rules.audiences.push(format!("api://{id}"));
            rules.audiences.push(id);
        }
        self.check.check(live, &token, Some(&keys), &rules, unread)?;
        Ok(Flow::Next)
    }
}

/// `contoso.onmicrosoft.com` of `https://login.microsoftonline.com/contoso.onmicrosoft.com/`
fn last_part(tenant: &str) -> &str {
    let tenant = tenant.trim().trim_end_matches('/');
    let tenant = tenant.strip_suffix("/v2.0").unwrap_or(tenant);
    tenant.rsplit('/').next().unwrap_or(tenant)
}

/// The issuer of version 1 tokens of the tenant whose issuer of version 2 this is; it may be the placeholder.
fn older_issuer(issuer: &str) -> String {
    format!("https://sts.windows.net/{}/", last_part(issuer))
}
