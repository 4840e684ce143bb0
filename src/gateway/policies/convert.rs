//! What `json-to-xml` and `xml-to-json` have in common: whether they apply to a message, its body and its new type.

use std::sync::Arc;

use super::message::Side;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::{Live, LiveBody};
use crate::gateway::setting::{Setting, get_or};
use crate::policy::Placed;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Xml,
}

/// When a conversion takes place.
pub(super) struct Applies {
    side: Side,
    from: Format,
    to: Format,
    apply: Setting<String>,
    considers_accept: Option<Setting<bool>>,
}

/// The body to convert.
pub(super) enum Body {
    /// The policy leaves the message alone.
    LeftAlone,
    Here(Vec<u8>),
}

impl Applies {
    pub(super) fn compile(
        compiler: &Compiler<'_>,
        placed: &Placed,
        from: Format,
        to: Format,
    ) -> Option<Self> {
        let element = &placed.element;
        Some(Self {
            side: Side::of(placed),
            from,
            to,
            apply: compiler.setting(element, "apply")?,
            considers_accept: compiler.setting(element, "consider-accept-header"),
        })
    }

    /// Takes the body out of the message where the conversion applies; the trace says why not.
    ///
    /// # Errors
    /// A fault where the body cannot be read any more.
    pub(super) fn body(&self, live: &Arc<Live>) -> Result<Body, Fault> {
        let always = self.apply.get(live)? == "always";
        let considers_accept = get_or(self.considers_accept.as_ref(), true, live)?;
        let mut state = live.state();
        let accept = state.request.headers.get("Accept").unwrap_or_default();
        let content_type =
            self.side.headers(&mut state).and_then(|headers| headers.get("Content-Type")).unwrap_or_default();
        let why_not = if considers_accept && !accept.split(',').any(|kind| self.to.is(kind)) {
            Some("`Accept` does not ask for it")
        } else if !always && !self.from.is(&content_type) {
            Some("the `Content-Type` is another")
        } else {
            None
        };
        if let Some(why_not) = why_not {
            drop(state);
            live.note(format!("not converted: {why_not}"));
            return Ok(Body::LeftAlone);
        }
        let Some(body) = self.side.body(&mut state) else { return Ok(Body::LeftAlone) };
        let bytes = body.read(false).map_err(|why| Fault::broken("BodyNotReadable", why))?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            *body = LiveBody::Bytes(bytes);
            drop(state);
            live.note("not converted: there is no body");
            return Ok(Body::LeftAlone);
        }
        Ok(Body::Here(bytes))
    }

    pub(super) fn replace(&self, live: &Live, body: String, content_type: &str) {
        let mut state = live.state();
        if let Some(headers) = self.side.headers(&mut state) {
            headers.set("Content-Type", content_type);
        }
        if let Some(place) = self.side.body(&mut state) {
            *place = LiveBody::Bytes(body.into_bytes());
        }
        if self.side == Side::Request {
            state.request.body_is_kept = true;
        }
    }
}

impl Format {
    /// Whether a media type, with or without parameters, is of this format.
    pub(super) fn is(self, media_type: &str) -> bool {
        let name = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match self {
            Self::Json => {
                matches!(name.as_str(), "application/json" | "text/json") || name.ends_with("+json")
            }
            Self::Xml => matches!(name.as_str(), "application/xml" | "text/xml") || name.ends_with("+xml"),
        }
    }
}
