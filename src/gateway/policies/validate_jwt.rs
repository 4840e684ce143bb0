//! `<validate-jwt header-name="Authorization" require-scheme="Bearer"><openid-config url="…"/><issuer-signing-keys>…
//! </issuer-signing-keys><audiences>…</audiences><issuers>…</issuers><required-claims>…</required-claims>
//! </validate-jwt>`: the request has to carry a token that the keys signed and that says what is asked for. Learn,
//! validate-jwt (2024-03-18).
//!
//! Decisions, where the page is silent: the issuers are those of the policy and of its OpenID providers together;
//! with `require-signed-tokens="false"` a token of the algorithm `none` needs no key, a signed one does.
//! Not modelled, and refused: encrypted tokens (`decryption-keys`), and what only the schema knows: `issuer-signing-tokens`, `zumo-master-key`.

use std::sync::Arc;

use super::Executor;
use super::token_check::{InlineKey, TokenCheck, all, child, gather_keys, texts};
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::policy::Placed;

pub(super) static EXECUTOR: Executor = Executor { element: "validate-jwt", compile };

struct ValidateJwt {
    check: TokenCheck,
    openid: Vec<Setting<String>>,
    keys: Vec<InlineKey>,
    issuers: Vec<Setting<String>>,
    requires_expiration: Option<Setting<bool>>,
    requires_signature: Option<Setting<bool>>,
    clock_skew_s: Option<Setting<i64>>,
}

fn compile(compiler: &mut Compiler<'_>, placed: &Placed) -> Option<Box<dyn Run>> {
    let element = &placed.element;
    for name in ["decryption-keys", "issuer-signing-tokens"] {
        compiler.refuse_children(element, name);
    }
    let mut keys = Vec::new();
    if let Some(signing) = child(element, "issuer-signing-keys") {
        compiler.refuse_children(signing, "zumo-master-key");
        for key in signing.children.iter().filter(|key| key.name == "key") {
            keys.extend(InlineKey::compile(compiler, key));
        }
    }
    let openid = element.children.iter().filter(|child| child.name == "openid-config");
    Some(Box::new(ValidateJwt {
        check: TokenCheck::compile(compiler, element, None)?,
        openid: openid.filter_map(|config| compiler.setting(config, "url")).collect(),
        keys,
        issuers: texts(compiler, element, "issuers"),
        requires_expiration: compiler.setting(element, "require-expiration-time"),
        requires_signature: compiler.setting(element, "require-signed-tokens"),
        clock_skew_s: compiler.setting(element, "clock-skew"),
    }))
}

impl Run for ValidateJwt {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let token = self.check.token(live)?;
        let (keys, published, unread) = gather_keys(live, &token, &self.keys, &all(&self.openid, live)?)?;
        let mut rules = self.check.rules(live)?;
        rules.issuers = all(&self.issuers, live)?;
        rules.issuers.extend(published);
        rules.requires_expiration = get_or(self.requires_expiration.as_ref(), true, live)?;
        rules.clock_skew_ms = get_or(self.clock_skew_s.as_ref(), 0, live)?.max(0).saturating_mul(1000);
        let is_unsigned = token.algorithm() == "none" && token.signature.is_empty();
        let needs_key = get_or(self.requires_signature.as_ref(), true, live)? || !is_unsigned;
        self.check.check(live, &token, needs_key.then_some(&keys), &rules, unread)?;
        Ok(Flow::Next)
    }
}
