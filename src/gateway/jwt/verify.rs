//! Signatures. HS, RS and PS with SHA-256, -384 and -512, ES256 and ES384.
//!
//! The page (validate-jwt, 2024-03-18) lists PS256, RS256 and RS512, and HMAC by the names of encryption algorithms;
//! tokens of the others validate at the service too, whose library knows them. Decision: all that `ring` has.

use ring::{hmac, signature};

use super::keys::{Curve, Key, Material};
use super::rules::Refusal;
use super::token::Token;

/// Checks that one of `keys` signed the token. A key with a name is tried where the token names no key, or this one.
///
/// # Errors
/// `TokenSignatureKeyNotFound` where no key fits, `TokenSignatureInvalid` where those that fit did not sign it.
pub(crate) fn check_signature(token: &Token, keys: &[Key]) -> Result<(), Refusal> {
    let named = |key: &&Key| match (&key.id, token.key_id()) {
        (Some(id), Some(wanted)) => id == wanted,
        _ => true,
    };
    let mut tried = false;
    for key in keys.iter().filter(named) {
        match verify(token, &key.material) {
            Some(true) => return Ok(()),
            Some(false) => tried = true,
            None => {}
        }
    }
    if tried {
        let message = "IDX10511: no key that fits the token made its signature. Access denied.";
        return Err(Refusal::new("TokenSignatureInvalid", message));
    }
    let name = token.key_id().map_or_else(String::new, |id| format!(" of the name `{id}`"));
    let message = format!(
        "IDX10500: there is no key{name} for the algorithm `{}` of the token. Access denied.",
        token.algorithm()
    );
    Err(Refusal::new("TokenSignatureKeyNotFound", message))
}

/// None where the algorithm is not one of this kind of key, so that a public key never serves as a secret.
fn verify(token: &Token, key: &Material) -> Option<bool> {
    let (message, given) = (token.signed.as_bytes(), &token.signature[..]);
    match key {
        Material::Secret(secret) => {
            let algorithm = match token.algorithm() {
                "HS256" => hmac::HMAC_SHA256,
                "HS384" => hmac::HMAC_SHA384,
                "HS512" => hmac::HMAC_SHA512,
                _ => return None,
            };
            Some(hmac::verify(&hmac::Key::new(algorithm, secret), message, given).is_ok())
        }
        Material::Rsa { n, e } => {
            let algorithm = match token.algorithm() {
                "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
                "RS384" => &signature::RSA_PKCS1_2048_8192_SHA384,
                "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
                "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
                "PS384" => &signature::RSA_PSS_2048_8192_SHA384,
                "PS512" => &signature::RSA_PSS_2048_8192_SHA512,
                _ => return None,
            };
            Some(signature::RsaPublicKeyComponents { n, e }.verify(algorithm, message, given).is_ok())
        }
        Material::Ec { curve, point } => {
            let algorithm = match (token.algorithm(), curve) {
                ("ES256", Curve::P256) => &signature::ECDSA_P256_SHA256_FIXED,
                ("ES384", Curve::P384) => &signature::ECDSA_P384_SHA384_FIXED,
                _ => return None,
            };
            let key = signature::UnparsedPublicKey::new(algorithm, point);
            Some(key.verify(message, given).is_ok())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(token: &str, keys: &[&str]) -> Option<&'static str> {
        let keys: Vec<Key> =
            keys.iter().map(|jwk| Key::from_jwk(&serde_json::from_str(jwk).unwrap()).unwrap()).collect();
        check_signature(&Token::parse(token).unwrap(), &keys).err().map(|refusal| refusal.reason)
    }

    const CLAIMS: &str =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

    /// RFC 7515, A.1, A.2 and A.3.
    #[test]
    fn the_examples_of_the_standard_verify() {
        let secret = r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#;
        let hmac =
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.CLAIMS.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let rsa = r#"{"kty":"RSA","kid":"a","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}"#;
        let rs256 = "eyJhbGciOiJSUzI1NiJ9.CLAIMS.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
        let ec = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
        let es256 = "eyJhbGciOiJFUzI1NiJ9.CLAIMS.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        for (token, key) in [(hmac, secret), (rs256, rsa), (es256, ec)] {
            let token = token.replace("CLAIMS", CLAIMS);
            assert_eq!(reason(&token, &[key]), None, "{key}");
            let forged = token.replace(CLAIMS, "eyJpc3MiOiJqb2UifQ");
            assert_eq!(reason(&forged, &[key]), Some("TokenSignatureInvalid"), "{key}");
            let others: Vec<&str> = [secret, rsa, ec].into_iter().filter(|other| *other != key).collect();
            assert_eq!(reason(&token, &others), Some("TokenSignatureKeyNotFound"), "{key}");
        }
    }

    /// A key of another name is not tried; a token without a signature fits no key.
    #[test]
    fn names_and_algorithms_have_to_fit() {
        let key = r#"{"kty":"oct","kid":"b","k":"AQ"}"#;
        let named = |kid: &str| {
            use base64::Engine as _;
            let header = format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#);
            format!("{}.e30.AQ", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(header))
        };
        assert_eq!(reason(&named("a"), &[key]), Some("TokenSignatureKeyNotFound"));
        assert_eq!(reason(&named("b"), &[key]), Some("TokenSignatureInvalid"));
        assert_eq!(reason("eyJhbGciOiJub25lIn0.e30.", &[key]), Some("TokenSignatureKeyNotFound"));
    }
}
