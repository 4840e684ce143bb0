//! What policies read from an `Authorization` header: `Jwt` and `BasicAuthCredentials`. Nothing is verified here; that is
//! what `validate-jwt` is for.
//!
//! Decisions where the policy expression page (2026-01-15) is silent: `Bearer ` may stand before a token, as it does in
//! the policy toolkit (54f9b1a); names of claims compare without case, as there; a claim that is not there throws, as a
//! dictionary does; `aud` and the other claims with properties of their own are among `Claims` too. As in the library that
//! .NET reads tokens with (System.IdentityModel.Tokens.Jwt, JwtPayload and EpochTime): a claim that is null is an empty
//! text among the claims and null as a property, a time is cut to seconds, and there is no algorithm where the header has none.

use std::any::Any;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use indexmap::IndexMap;
use serde_json::Value as Json;

use super::{DateTime, KeyValue};
use crate::csharp::exception::Exception;
use crate::csharp::methods::web;
use crate::csharp::value::{Object, Value};

/// A token that has been read.
pub(in crate::csharp) struct Jwt {
    header: serde_json::Map<String, Json>,
    claims: serde_json::Map<String, Json>,
}

impl Jwt {
    /// `text.AsJwt()`; None, which is null, where the text is no token in the compact form with three parts.
    pub(in crate::csharp) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let has_scheme = text.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer "));
        let token = if has_scheme { text[7..].trim() } else { text };
        let mut parts = token.split('.');
        let (header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let read = |part: &str| -> Option<serde_json::Map<String, Json>> {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?).ok()
        };
        Some(Self { header: read(header)?, claims: read(payload)? })
    }

    fn values(&self, name: &str) -> Vec<String> {
        self.claims.get(name).map(claim_values).unwrap_or_default()
    }

    /// A claim with a property of its own; null is null there.
    fn first(&self, name: &str) -> Value {
        let value = self.claims.get(name).filter(|value| !value.is_null());
        value.and_then(|value| claim_values(value).into_iter().next()).into()
    }

    /// A claim in seconds since 1970; a fraction is cut.
    fn date(&self, name: &str) -> Value {
        let seconds = self.values(name).first().and_then(|text| text.parse::<f64>().ok());
        // Beyond the year 9999 there is no date.
        let seconds = seconds.filter(|seconds| (0.0..=253_402_300_799.0).contains(seconds));
        seconds.map_or(Value::Null, |seconds| Value::object(DateTime::from_unix_ms(seconds as i64 * 1000)))
    }

    fn entries(&self) -> IndexMap<String, Vec<String>> {
        self.claims.iter().map(|(name, value)| (name.clone(), claim_values(value))).collect()
    }
}

fn claim_values(value: &Json) -> Vec<String> {
    let text = |value: &Json| match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    };
    match value {
        Json::Array(items) => items.iter().map(text).collect(),
        other => vec![text(other)],
    }
}

impl Object for Jwt {
    fn type_name(&self) -> &str {
        "Jwt"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        let header = |name: &str| match self.header.get(name) {
            Some(Json::String(text)) => Value::string(text),
            _ => Value::Null,
        };
        Ok(match name {
            "Algorithm" => header("alg"),
            "Type" => header("typ"),
            "Audiences" => {
                let audiences = self.values("aud");
                Value::array("string", audiences.iter().map(Value::string).collect())
            }
            "Claims" => Value::object(Claims { entries: self.entries(), ignores_case: true }),
            "Id" => self.first("jti"),
            "Issuer" => self.first("iss"),
            "Subject" => self.first("sub"),
            "ExpirationTime" => self.date("exp"),
            "IssuedAt" => self.date("iat"),
            "NotBefore" => self.date("nbf"),
            _ => return Err(Exception::missing_member("Jwt", name)),
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `jwt.Claims`, and what a form holds: names with all their values.
pub(in crate::csharp) struct Claims {
    entries: IndexMap<String, Vec<String>>,
    ignores_case: bool,
}

impl Claims {
    /// The fields of a form as `application/x-www-form-urlencoded` writes them.
    pub(in crate::csharp) fn of_form(body: &str) -> Self {
        let mut entries: IndexMap<String, Vec<String>> = IndexMap::new();
        for field in body.trim().split('&').filter(|field| !field.is_empty()) {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            entries.entry(web::url_decode(name, true)).or_default().push(web::url_decode(value, true));
        }
        Self { entries, ignores_case: false }
    }

    fn find(&self, key: &Value) -> Result<Option<&Vec<String>>, Exception> {
        let name = match key {
            Value::String(name) => name,
            Value::Null => return Err(Exception::argument_null("key")),
            other => return Err(Exception::invalid_cast(&other.type_name(), "string")),
        };
        let same = |known: &&String| match self.ignores_case {
            true => known.eq_ignore_ascii_case(name),
            false => ***known == **name,
        };
        Ok(self.entries.keys().find(same).and_then(|known| self.entries.get(known)))
    }
}

fn strings(values: &[String]) -> Value {
    Value::array("string", values.iter().map(Value::string).collect())
}

impl Object for Claims {
    fn type_name(&self) -> &str {
        "IReadOnlyDictionary"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Count" => Ok(Value::Int(i32::try_from(self.entries.len()).unwrap_or(i32::MAX))),
            "Keys" => Ok(Value::array("string", self.entries.keys().map(Value::string).collect())),
            "Values" => {
                Ok(Value::array("string[]", self.entries.values().map(|values| strings(values)).collect()))
            }
            _ => Err(Exception::missing_member("Claims", name)),
        }
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        match (name, args) {
            ("ContainsKey", [key]) => Ok(Value::Bool(self.find(key)?.is_some())),
            // Without a default, and with a text, the values joined by commas; with a list, the list.
            ("GetValueOrDefault", [key]) => {
                Ok(self.find(key)?.map_or(Value::Null, |values| values.join(",").into()))
            }
            ("GetValueOrDefault", [key, default]) => Ok(match (self.find(key)?, default) {
                (Some(values), Value::String(_) | Value::Null) => values.join(",").into(),
                (Some(values), _) => strings(values),
                (None, default) => default.clone(),
            }),
            _ => Err(Exception::missing_overload("IReadOnlyDictionary", name, args)),
        }
    }

    fn index(&self, key: &Value) -> Result<Value, Exception> {
        self.find(key)?.map(|values| strings(values)).ok_or_else(|| {
            let message = format!("The given key '{}' was not present in the dictionary.", key.display());
            Exception::new("KeyNotFoundException", message)
        })
    }

    fn elements(&self) -> Option<Vec<Value>> {
        let entry = |(name, values): (&String, &Vec<String>)| {
            Value::object(KeyValue(Value::string(name), strings(values)))
        };
        Some(self.entries.iter().map(entry).collect())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `text.AsBasic()`
pub(in crate::csharp) struct Basic {
    user: String,
    password: String,
}

impl Basic {
    /// Reads `Basic …`; None, which is null, where it is none. The text inside is ISO 8859-1 and is cut at its last
    /// colon, as the policy toolkit does it (54f9b1a, BasicAuthCredentialsParser).
    pub(in crate::csharp) fn parse(text: &str) -> Option<Self> {
        let encoded = text.trim().strip_prefix("Basic ")?;
        let bytes = STANDARD.decode(encoded.trim()).ok()?;
        let decoded: String = bytes.into_iter().map(char::from).collect();
        let (user, password) = decoded.rsplit_once(':').filter(|(user, _)| !user.is_empty())?;
        Some(Self { user: user.to_owned(), password: password.to_owned() })
    }
}

impl Object for Basic {
    fn type_name(&self) -> &str {
        "BasicAuthCredentials"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        match name {
            "Username" | "UserId" => Ok(self.user.as_str().into()),
            "Password" => Ok(self.password.as_str().into()),
            _ => Err(Exception::missing_member("BasicAuthCredentials", name)),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
