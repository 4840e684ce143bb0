//! Who a token speaks for, read from its claims for people to see. Nothing is decided by it: the claims of an access
//! token are its receiver's, and a token that is no JSON Web Token is as good.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL;
use serde_json::Value as Json;
use time::OffsetDateTime;

use super::super::SecretString;
use super::super::arm_error::clean;

/// Who is signed in, as far as the token says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// `upn` or `unique_name` of a person; None for applications.
    pub user: Option<String>,
    /// `appid`: the application that the token was issued to, for a person that of the tool.
    pub app_id: Option<String>,
    /// `oid`: the principal that roles are assigned to.
    pub object_id: Option<String>,
    /// `tid`.
    pub tenant_id: Option<String>,
    pub expires_at: Option<OffsetDateTime>,
}

impl Identity {
    /// None where the token is no JSON Web Token.
    pub(in crate::azure) fn of_token(token: &SecretString) -> Option<Self> {
        let mut parts = token.expose().split('.');
        let (_, claims) = (parts.next()?, parts.next()?);
        let claims: Json =
            serde_json::from_slice(&BASE64_URL.decode(claims.trim_end_matches('=')).ok()?).ok()?;
        let text = |name: &str| claims.get(name).and_then(Json::as_str).map(clean);
        let expires_at = claims.get("exp").and_then(Json::as_i64);
        Some(Self {
            user: text("upn").or_else(|| text("unique_name")),
            app_id: text("appid").or_else(|| text("azp")),
            object_id: text("oid"),
            tenant_id: text("tid"),
            expires_at: expires_at.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok()),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn claims_are_read_where_there_are_some() {
        let claims = json!({"upn": "ada@contoso.com", "oid": "o", "tid": "t", "appid": "a", "exp": 60});
        let token = SecretString::new(format!("e30.{}.x", BASE64_URL.encode(claims.to_string())));
        let identity = Identity::of_token(&token).unwrap();
        assert_eq!(
            (identity.user.as_deref(), identity.object_id.as_deref()),
            (Some("ada@contoso.com"), Some("o"))
        );
        assert_eq!(identity.expires_at.unwrap().unix_timestamp(), 60);
        for opaque in ["", "abc", "a.b", "a.!.c"] {
            assert_eq!(Identity::of_token(&SecretString::new(opaque)), None, "{opaque}");
        }
    }
}
