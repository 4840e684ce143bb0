//! Who may call an API, besides whoever has a key.

use super::{CallerRange, HeaderName, WebOrigin};
use crate::spec::decode::{At, Int, one_of, record};

record! {
    /// Which web pages may call an API from a browser.
    pub struct Cors {
        /// The pages' origins, such as `https://chat.contoso.com`; `*` for any.
        "origins" origins: Vec<At<WebOrigin>> = required;
        /// The request headers that pages may set. Left out, any.
        "headers" headers: Vec<At<HeaderName>> = optional;
        /// The headers of answers that pages may read.
        "exposeHeaders" expose_headers: Vec<At<HeaderName>> = default([]);
        /// Whether browsers may send cookies and certificates along.
        "allowCredentials" allow_credentials: bool = default(false);
        /// How long a browser remembers what it was told.
        "maxAgeSeconds" max_age_seconds: Int<0, 86400> = default(300);
    }
}

one_of! {
    /// Which addresses may call an API.
    pub enum IpFilter {
        /// These and no others.
        "allow" Allow(Vec<At<CallerRange>>),
        /// All but these.
        "forbid" Forbid(Vec<At<CallerRange>>),
    }
}
