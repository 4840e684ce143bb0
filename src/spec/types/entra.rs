//! Callers who sign in with Microsoft Entra, besides having a key.

use super::{AppRole, ApplicationId, Audience, TenantName};
use crate::spec::decode::{At, record};

record! {
    /// Tokens of Microsoft Entra that callers have to send in `Authorization`, besides their key. Others see 401.
    pub struct EntraCallers {
        /// The tenant's id, or a domain of it.
        "tenant" tenant: TenantName = required;
        /// Whom a token is made for: one of these has to be in its `aud`.
        "audiences" audiences: Vec<At<Audience>> = required;
        /// The ids of the applications that may call. Left out, any.
        "applications" applications: Vec<At<ApplicationId>> = default([]);
        /// App roles, of which a caller has to have one. Left out, none is needed.
        "roles" roles: Vec<At<AppRole>> = default([]);
    }
}
