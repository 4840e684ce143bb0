//! The parameter of the API Center's module: what is listed of each API.

use super::literal::{Literal, list, object};
use crate::model::{LandingZone, ListedApi};

/// The longest title and summary (the published type of Microsoft.ApiCenter, 2024-03-01).
const TITLE_MAX: usize = 50;
const SUMMARY_MAX: usize = 200;

/// All fields are there even where there is no API Center, so that the module may name them.
pub(super) fn parameter(zone: &LandingZone) -> Literal {
    let center = zone.api_center.as_ref();
    let apis = if center.is_some() { zone.listed_apis() } else { Vec::new() };
    object([
        ("enabled", center.is_some().into()),
        ("name", center.map_or("", |center| &center.name).into()),
        ("location", center.map_or("", |center| &center.location).into()),
        ("environment", center.map_or("", |center| center.environment).into()),
        ("lifecycle", center.map_or("", |center| center.lifecycle).into()),
        // Callers come in by the Application Gateway where there is one.
        ("host", zone.app_gateway.as_ref().map_or("", |gateway| &gateway.fqdn).into()),
        ("apis", list(&apis, |api| listed(zone, api))),
    ])
}

/// An id may have one character, where a name has three and more; so the landing zone's name goes before it.
fn listed(zone: &LandingZone, api: &ListedApi<'_>) -> Literal {
    object([
        ("name", Literal::Text(format!("{}-{}", zone.name, api.id))),
        ("title", Literal::Text(cut(api.display_name, TITLE_MAX))),
        ("summary", Literal::Text(cut(api.display_name, SUMMARY_MAX))),
        ("kind", api.kind.into()),
        ("scheme", if api.kind == "websocket" { "wss" } else { "https" }.into()),
        ("path", (&api.path).into()),
    ])
}

/// What is longer ends with a sign of it.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_title_says_that_it_is_cut() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("longer", 5), "long…");
        assert_eq!(cut("äöüßé!", 5), "äöüß…");
    }
}
