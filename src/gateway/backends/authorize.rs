//! What a backend entity adds to every request that goes to it.

use super::super::url::Url;
use super::super::{Credentials, Headers, Host};

/// Adds credentials, in place of what the request has under the same names.
///
/// # Errors
/// A sentence saying why the gateway's identity gets no token.
pub(in crate::gateway) fn authorize(
    credentials: &Credentials,
    host: &dyn Host,
    headers: &mut Headers,
    url: &mut Url,
) -> Result<(), String> {
    for (name, values) in &credentials.headers {
        headers.remove(name);
        values.iter().for_each(|value| headers.append(name, value));
    }
    for (name, values) in &credentials.query {
        url.query.retain(|(known, _)| known != name);
        url.query.extend(values.iter().map(|value| (name.clone(), value.clone())));
    }
    if let Some((scheme, parameter)) = &credentials.authorization {
        headers.set("Authorization", format!("{scheme} {parameter}"));
    }
    if let Some(identity) = &credentials.managed_identity {
        let token = host.managed_identity_token(&identity.resource, identity.client_id.as_deref())?;
        headers.set("Authorization", format!("Bearer {token}"));
    }
    Ok(())
}
