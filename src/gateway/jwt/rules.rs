//! What the claims of a token have to say. The reasons are those of Learn, "Error handling in API Management
//! policies" (2020-01-10); the messages, which the page leaves to a library, are our own behind its numbers.

use super::token::Token;

/// Why a token is refused: `context.LastError.Reason` and `.Message`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub reason: &'static str,
    pub message: String,
}

/// What a policy asks of a token, with everything evaluated. An empty list asks nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    pub audiences: Vec<String>,
    pub issuers: Vec<String>,
    /// Ids of the applications that the token may be for: `azp`, or `appid` in older tokens.
    pub applications: Vec<String>,
    pub claims: Vec<ClaimRule>,
    pub requires_expiration: bool,
    pub clock_skew_ms: i64,
}

/// `<claim name="group" match="any" separator=","><value>finance</value></claim>`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClaimRule {
    pub name: String,
    /// Whether every value has to be there, not just one.
    pub all: bool,
    pub separator: Option<String>,
    pub values: Vec<String>,
}

impl Refusal {
    pub(crate) fn new(reason: &'static str, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }
}

impl Rules {
    /// Checks the claims, in the order of the service's library: times, audience, issuer, then what the policy adds.
    ///
    /// # Errors
    /// The first rule that the token breaks.
    pub(crate) fn check(&self, token: &Token, now_ms: i64) -> Result<(), Refusal> {
        self.check_times(token, now_ms)?;
        self.check_audience(token)?;
        self.check_issuer(token)?;
        self.check_application(token)?;
        let missing: Vec<&str> = self
            .claims
            .iter()
            .filter(|rule| token.claim(&rule.name).is_none())
            .map(|rule| rule.name.as_str())
            .collect();
        if !missing.is_empty() {
            let message =
                format!("JWT token is missing the following claims: {}. Access denied.", missing.join(", "));
            return Err(Refusal::new("TokenClaimNotFound", message));
        }
        self.claims.iter().try_for_each(|rule| rule.check(token))
    }

    fn check_times(&self, token: &Token, now_ms: i64) -> Result<(), Refusal> {
        let Some(expires_ms) = token.time_ms("exp") else {
            if self.requires_expiration {
                return Err(Refusal::new("JwtInvalid", "IDX10225: the token has no expiration time."));
            }
            return self.check_begins(token, now_ms);
        };
        if expires_ms < now_ms.saturating_sub(self.clock_skew_ms) {
            let ago = seconds(now_ms.saturating_sub(expires_ms));
            let message = format!("IDX10223: the token expired {ago} seconds ago. Access denied.");
            return Err(Refusal::new("TokenExpired", message));
        }
        self.check_begins(token, now_ms)
    }

    /// The page has no reason of its own for a token that is not valid yet.
    fn check_begins(&self, token: &Token, now_ms: i64) -> Result<(), Refusal> {
        match token.time_ms("nbf") {
            Some(begins_ms) if begins_ms > now_ms.saturating_add(self.clock_skew_ms) => {
                let ahead = seconds(begins_ms.saturating_sub(now_ms));
                let message = format!("IDX10222: the token is valid only in {ahead} seconds.");
                Err(Refusal::new("JwtInvalid", message))
            }
            _ => Ok(()),
        }
    }

    /// A slash at the end does not count, as in the library of the service.
    fn check_audience(&self, token: &Token) -> Result<(), Refusal> {
        let given = token.claim("aud").unwrap_or_default();
        let bare = |text: &str| text.strip_suffix('/').unwrap_or(text).to_owned();
        let fits = given.iter().any(|one| self.audiences.iter().any(|wanted| bare(wanted) == bare(one)));
        if self.audiences.is_empty() || fits {
            return Ok(());
        }
        let message = match given.is_empty() {
            true => "IDX10206: the token names no audience. Access denied.".to_owned(),
            false => format!("IDX10214: the audience `{}` is not allowed. Access denied.", given.join(", ")),
        };
        Err(Refusal::new("TokenAudienceNotAllowed", message))
    }

    fn check_issuer(&self, token: &Token) -> Result<(), Refusal> {
        let issuer = token.text("iss").unwrap_or_default();
        // The keys of all Entra tenants are published with a placeholder in the issuer.
        let tenant = token.text("tid").unwrap_or_default();
        let fits = |wanted: &String| wanted.replace("{tenantid}", &tenant) == issuer;
        if self.issuers.is_empty() || self.issuers.iter().any(fits) {
            return Ok(());
        }
        let message = match issuer.is_empty() {
            true => "IDX10211: the token names no issuer. Access denied.".to_owned(),
            false => format!("IDX10205: the issuer `{issuer}` is not allowed. Access denied."),
        };
        Err(Refusal::new("TokenIssuerNotAllowed", message))
    }

    fn check_application(&self, token: &Token) -> Result<(), Refusal> {
        if self.applications.is_empty() {
            return Ok(());
        }
        let name = if token.claim("azp").is_some() { "azp" } else { "appid" };
        match token.text(name) {
            None => {
                let message = "JWT token is missing the following claims: azp, appid. Access denied.";
                Err(Refusal::new("TokenClaimNotFound", message))
            }
            Some(id) if self.applications.iter().any(|wanted| wanted.eq_ignore_ascii_case(&id)) => Ok(()),
            Some(id) => Err(not_allowed(name, &id)),
        }
    }
}

impl ClaimRule {
    /// A claim without `<value>` only has to be there.
    fn check(&self, token: &Token) -> Result<(), Refusal> {
        let given = token.claim(&self.name).unwrap_or_default();
        let has = |wanted: &String| {
            given.iter().any(|one| match self.separator.as_deref().filter(|text| !text.is_empty()) {
                Some(separator) => one.split(separator).any(|part| part == wanted),
                None => one == wanted,
            })
        };
        let fits = if self.all {
            self.values.iter().all(has)
        } else {
            self.values.is_empty() || self.values.iter().any(has)
        };
        if fits { Ok(()) } else { Err(not_allowed(&self.name, &given.join(", "))) }
    }
}

fn not_allowed(name: &str, value: &str) -> Refusal {
    let message = format!("Claim {name} value of {value} is not allowed. Access denied.");
    Refusal::new("TokenClaimValueNotAllowed", message)
}

fn seconds(ms: i64) -> i64 {
    ms.div_euclid(1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    const NOW_MS: i64 = 1_000_000;

    #[track_caller]
    fn case(claims: &str, change: impl FnOnce(&mut Rules), expected: Option<&str>) {
        let token = Token::parse(&format!("e30.{}.", URL_SAFE_NO_PAD.encode(claims))).unwrap();
        let mut rules = Rules::default();
        change(&mut rules);
        let reason = rules.check(&token, NOW_MS).err().map(|refusal| refusal.reason);
        assert_eq!(reason, expected, "{claims}");
    }

    fn rule(all: bool, separator: Option<&str>, values: &[&str]) -> ClaimRule {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        ClaimRule { name: "g".to_owned(), all, separator: separator.map(str::to_owned), values }
    }

    #[test]
    fn times_are_checked_to_the_skew() {
        case(r#"{"exp":1000}"#, |_| {}, None);
        case(r#"{"exp":999}"#, |_| {}, Some("TokenExpired"));
        case(r#"{"exp":999}"#, |rules| rules.clock_skew_ms = 1000, None);
        case(r#"{"exp":998}"#, |rules| rules.clock_skew_ms = 1000, Some("TokenExpired"));
        case(r#"{"exp":"soon"}"#, |rules| rules.requires_expiration = true, Some("JwtInvalid"));
        case("{}", |_| {}, None);
        case(r#"{"nbf":1000}"#, |_| {}, None);
        case(r#"{"nbf":1001}"#, |_| {}, Some("JwtInvalid"));
        case(r#"{"nbf":1001,"exp":2000}"#, |rules| rules.clock_skew_ms = 1000, None);
    }

    #[test]
    fn audiences_and_issuers_have_to_be_named() {
        let audiences = |rules: &mut Rules| rules.audiences = vec!["api://x".into(), "y".into()];
        case(r#"{"aud":["z","y"]}"#, audiences, None);
        case(r#"{"aud":"api://x/"}"#, audiences, None);
        case(r#"{"aud":"API://x"}"#, audiences, Some("TokenAudienceNotAllowed"));
        case("{}", audiences, Some("TokenAudienceNotAllowed"));
        let issuers = |rules: &mut Rules| rules.issuers = vec!["https://l/{tenantid}/v2.0".into()];
        case(r#"{"iss":"https://l/t/v2.0","tid":"t"}"#, issuers, None);
        case(r#"{"iss":"https://l/t/v2.0"}"#, issuers, Some("TokenIssuerNotAllowed"));
        case("{}", issuers, Some("TokenIssuerNotAllowed"));
    }

    #[test]
    fn claims_are_there_and_fit() {
        let claims = |rule: ClaimRule| move |rules: &mut Rules| rules.claims = vec![rule];
        case("{}", claims(rule(true, None, &[])), Some("TokenClaimNotFound"));
        case(r#"{"g":"a"}"#, claims(rule(true, None, &[])), None);
        case(r#"{"g":["a","b"]}"#, claims(rule(true, None, &["a", "b"])), None);
        case(r#"{"g":["a"]}"#, claims(rule(true, None, &["a", "b"])), Some("TokenClaimValueNotAllowed"));
        case(r#"{"g":["a"]}"#, claims(rule(false, None, &["a", "b"])), None);
        case(r#"{"g":"a,b"}"#, claims(rule(true, None, &["a"])), Some("TokenClaimValueNotAllowed"));
        case(r#"{"g":"a,b"}"#, claims(rule(true, Some(","), &["a", "b"])), None);
        case(r#"{"g":5}"#, claims(rule(true, None, &["5"])), None);
        let applications = |rules: &mut Rules| rules.applications = vec!["AB".into()];
        case(r#"{"azp":"ab","appid":"cd"}"#, applications, None);
        case(r#"{"appid":"cd"}"#, applications, Some("TokenClaimValueNotAllowed"));
        case("{}", applications, Some("TokenClaimNotFound"));
    }
}
