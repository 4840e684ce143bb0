//! JSON Web Tokens: read (RFC 7519, 7515), signatures checked with `ring`, claims checked, and the keys that an OpenID
//! provider publishes. Pure but for [`openid`], which asks the host. Encrypted tokens are not read.

mod keys;
mod openid;
mod rules;
mod token;
mod verify;

pub(super) use keys::{Key, Material};
pub(super) use openid::{Documents, document};
pub(super) use rules::{ClaimRule, Refusal, Rules};
pub(super) use token::Token;
pub(super) use verify::check_signature;
