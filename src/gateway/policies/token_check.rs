//! What `validate-jwt` and `validate-azure-ad-token` have in common: where the token stands, which keys may have
//! signed it, and what happens where it does not pass. Learn, validate-jwt (2024-03-18).
//!
//! Decisions, where the page is silent:
//! - `Authorization: Bearer x` gives `x` also without `require-scheme`; a scheme other than the required one is a
//!   missing token. In other headers the scheme is not asked for, as the page says, and a `Bearer` is left out.
//! - Without `failed-validation-error-message` the caller reads `JWT not present.` or `Invalid JWT.`, which is what
//!   callers of the service report; why is in `context.LastError.Message`.
//! - Where keys cannot be had, no token passes.
//! - A missing token is `TokenNotPresent`, as the page about error handling has it now; it was `TokenNotFound` once.

use std::sync::Arc;

use crate::csharp::Value;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::jwt::{ClaimRule, Key, Material, Refusal, Rules, Token, check_signature, document};
use crate::gateway::live::Live;
use crate::gateway::setting::{Setting, get_or};
use crate::policy::PolicyElement;

/// The attributes and children that both have.
pub(super) struct TokenCheck {
    place: Place,
    scheme: Option<Setting<String>>,
    status: Option<Setting<i64>>,
    message: Option<Setting<String>>,
    variable: Option<String>,
    claims: Vec<Claim>,
    audiences: Vec<Setting<String>>,
}

enum Place {
    Header(Setting<String>),
    Query(Setting<String>),
    Value(Setting<String>),
}

struct Claim {
    name: String,
    all: Option<Setting<String>>,
    separator: Option<String>,
    values: Vec<Setting<String>>,
}

/// A key that the policy names.
pub(super) struct InlineKey {
    id: Option<String>,
    material: InlineMaterial,
}

enum InlineMaterial {
    Known(Material),
    Base64(Setting<String>),
}

impl TokenCheck {
    pub(super) fn compile(
        compiler: &mut Compiler<'_>,
        element: &PolicyElement,
        default_header: Option<&str>,
    ) -> Option<Self> {
        let place = if element.attribute("token-value").is_some() {
            Place::Value(compiler.setting(element, "token-value")?)
        } else if element.attribute("query-parameter-name").is_some() {
            Place::Query(compiler.setting(element, "query-parameter-name")?)
        } else {
            let default = default_header.map(|name| Setting::Fixed(name.to_owned()));
            Place::Header(match (compiler.setting(element, "header-name"), default) {
                (Some(name), _) | (None, Some(name)) => name,
                (None, None) => compiler.needed(element, "header-name")?,
            })
        };
        let claims = child(element, "required-claims").into_iter().flat_map(|claims| &claims.children);
        Some(Self {
            place,
            scheme: compiler.setting(element, "require-scheme"),
            status: compiler.setting(element, "failed-validation-httpcode"),
            message: compiler.setting(element, "failed-validation-error-message"),
            variable: element.literal("output-token-variable-name").map(str::to_owned),
            claims: claims.map(|claim| Claim::compile(compiler, claim)).collect(),
            audiences: texts(compiler, element, "audiences"),
        })
    }

    /// The rules of this request, as far as both policies have them.
    ///
    /// # Errors
    /// The fault of an expression.
    pub(super) fn rules(&self, live: &Arc<Live>) -> Result<Rules, Fault> {
        Ok(Rules {
            audiences: all(&self.audiences, live)?,
            claims: self.claims.iter().map(|claim| claim.rule(live)).collect::<Result<_, Fault>>()?,
            ..Rules::default()
        })
    }

    /// Reads the token out of the request.
    ///
    /// # Errors
    /// The refusal where there is none, or it cannot be read.
    pub(super) fn token(&self, live: &Arc<Live>) -> Result<Token, Fault> {
        let text = match &self.place {
            Place::Header(name) => {
                let name = name.get(live)?;
                let value = live.state().request.headers.get(&name);
                let scheme = match &self.scheme {
                    Some(scheme) if name.eq_ignore_ascii_case("Authorization") => Some(scheme.get(live)?),
                    _ => None,
                };
                value.and_then(|value| without_scheme(&value, scheme.as_deref()))
            }
            Place::Query(name) => {
                let name = name.get(live)?;
                let state = live.state();
                let mut query = state.request.query.iter();
                query.find(|(key, _)| key.eq_ignore_ascii_case(&name)).map(|(_, value)| value.clone())
            }
            Place::Value(value) => Some(value.get(live)?),
        };
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
            let missing = Refusal::new("TokenNotPresent", "JWT not present.");
            return Err(self.refusal(live, &missing, String::new()));
        };
        Token::parse(text.trim())
            .map_err(|why| self.refusal(live, &Refusal::new("JwtInvalid", why), String::new()))
    }

    /// Checks the signature and the claims, and keeps the token where the policy names a variable.
    ///
    /// # Errors
    /// The refusal of a token that does not pass.
    pub(super) fn check(
        &self,
        live: &Arc<Live>,
        token: &Token,
        keys: Option<&[Key]>,
        rules: &Rules,
        detail: String,
    ) -> Result<(), Fault> {
        let is_signed = keys.map_or(Ok(()), |keys| check_signature(token, keys));
        let checked = is_signed.and_then(|()| rules.check(token, live.host.now_unix_ms()));
        checked.map_err(|refusal| self.refusal(live, &refusal, detail))?;
        if let Some(name) = &self.variable {
            let value = Value::from_jwt(&token.to_text());
            live.state().variables.insert(name.clone(), value);
        }
        Ok(())
    }

    fn refusal(&self, live: &Arc<Live>, refusal: &Refusal, detail: String) -> Fault {
        let refuse = || -> Result<Fault, Fault> {
            let status = u16::try_from(get_or(self.status.as_ref(), 401, live)?).unwrap_or(401);
            let default =
                if refusal.reason == "TokenNotPresent" { "JWT not present." } else { "Invalid JWT." };
            let public = get_or(self.message.as_ref(), default.to_owned(), live)?;
            let fault = Fault::refusal(status, refusal.reason, refusal.message.clone());
            Ok(fault.saying(public).detail(detail))
        };
        refuse().unwrap_or_else(|broken| broken)
    }
}

impl Claim {
    fn compile(compiler: &Compiler<'_>, element: &PolicyElement) -> Self {
        Self {
            name: element.literal("name").unwrap_or_default().to_owned(),
            all: compiler.setting(element, "match"),
            separator: element.literal("separator").map(str::to_owned),
            values: element.children.iter().filter_map(|value| compiler.text(value)).collect(),
        }
    }

    fn rule(&self, live: &Arc<Live>) -> Result<ClaimRule, Fault> {
        Ok(ClaimRule {
            name: self.name.clone(),
            all: get_or(self.all.as_ref(), "all".to_owned(), live)? != "any",
            separator: self.separator.clone(),
            values: all(&self.values, live)?,
        })
    }
}

impl InlineKey {
    /// Reads `<key>` of `issuer-signing-keys`; None where a finding says what is wrong.
    pub(super) fn compile(compiler: &mut Compiler<'_>, element: &PolicyElement) -> Option<Self> {
        let id = element.literal("id").map(str::to_owned);
        if element.attribute("certificate-id").is_some() {
            let material = InlineMaterial::Known(of_certificate(compiler, element)?);
            return Some(Self { id, material });
        }
        let material = match (element.literal("n"), element.literal("e")) {
            (Some(n), Some(e)) => InlineMaterial::Known(Material::from_modulus(n, e).or_else(|| {
                let why = "the modulus and the exponent of a key have to be numbers in Base64url";
                compiler.invalid(element, element.name_span, why.to_owned());
                None
            })?),
            _ => match compiler.text::<String>(element) {
                Some(Setting::Fixed(text)) => {
                    InlineMaterial::Known(Material::from_base64(&text).or_else(|| {
                        let why = "the text of a key has to be Base64";
                        compiler.invalid(element, element.name_span, why.to_owned());
                        None
                    })?)
                }
                Some(computed) => InlineMaterial::Base64(computed),
                None => {
                    let why = "a key needs a text in Base64, or both `n` and `e`";
                    compiler.invalid(element, element.name_span, why.to_owned());
                    return None;
                }
            },
        };
        Some(Self { id, material })
    }

    fn key(&self, live: &Arc<Live>) -> Result<Key, Fault> {
        let material = match &self.material {
            InlineMaterial::Known(material) => material.clone(),
            InlineMaterial::Base64(text) => Material::from_base64(&text.get(live)?).ok_or_else(|| {
                let message = "Expression evaluation failed. A key has to be Base64";
                Fault::broken("ExpressionValueEvaluationFailure", message)
            })?,
        };
        Ok(Key { id: self.id.clone(), material })
    }
}

/// The key of a certificate that the service holds.
fn of_certificate(compiler: &mut Compiler<'_>, element: &PolicyElement) -> Option<Material> {
    let Some(id) = element.literal("certificate-id") else {
        compiler.refuse_attributes(element, &["certificate-id"]);
        return None;
    };
    let held = compiler.config.certificates.held.get(id);
    let material = held.map(|held| Material::of_certificate(&held.certificate));
    if let Some(Some(material)) = material {
        return Some(material);
    }
    let why = match held {
        Some(_) => format!("the key of the certificate `{id}` is of a kind that no token is checked with"),
        None => format!("there is no certificate `{id}` in the service"),
    };
    let span = element.value("certificate-id").map_or(element.name_span, |value| value.span);
    compiler.invalid(element, span, why);
    None
}

/// The keys of the policy and of its OpenID providers, the providers' issuers, and what could not be read.
///
/// # Errors
/// The fault of an expression.
pub(super) fn gather_keys(
    live: &Arc<Live>,
    token: &Token,
    inline: &[InlineKey],
    urls: &[String],
) -> Result<(Vec<Key>, Vec<String>, String), Fault> {
    let mut keys = inline.iter().map(|key| key.key(live)).collect::<Result<Vec<Key>, Fault>>()?;
    let (mut issuers, mut unread) = (Vec::new(), String::new());
    for url in urls {
        let (document, why) = document(live, url, token.key_id());
        unread.push_str(&why);
        if let Some(document) = document {
            keys.extend(document.keys.iter().cloned());
            issuers.extend(document.issuer.clone());
        }
    }
    Ok((keys, issuers, unread))
}

pub(super) fn child<'a>(element: &'a PolicyElement, name: &str) -> Option<&'a PolicyElement> {
    element.children.iter().find(|child| child.name == name).map(AsRef::as_ref)
}

/// The texts inside a child such as `<audiences>`.
pub(super) fn texts(compiler: &Compiler<'_>, element: &PolicyElement, name: &str) -> Vec<Setting<String>> {
    let inside = child(element, name).into_iter().flat_map(|list| &list.children);
    inside.filter_map(|one| compiler.text(one)).collect()
}

/// Evaluates them all, without the blanks around them.
///
/// # Errors
/// The fault of an expression.
pub(super) fn all(settings: &[Setting<String>], live: &Arc<Live>) -> Result<Vec<String>, Fault> {
    settings.iter().map(|setting| Ok(setting.get(live)?.trim().to_owned())).collect()
}

/// What follows the scheme of a header; None where another scheme is asked for.
fn without_scheme(value: &str, required: Option<&str>) -> Option<String> {
    let value = value.trim();
    let (scheme, token) = value.split_once(' ').map_or(("", value), |(scheme, token)| (scheme, token.trim()));
    match required {
        Some(required) if !scheme.eq_ignore_ascii_case(required) => None,
        _ => Some(token.to_owned()),
    }
}
