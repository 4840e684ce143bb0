//! Headers that say how an answer came about.

use minijinja::{Value, context};

use super::accounts::hosts;
use super::escape::csharp_string;
use crate::model::{Api, LandingZone};

/// For debug.xml and debug-exhausted.xml.
pub(super) fn values(zone: &LandingZone, api: &Api) -> Value {
    context! {
        pool => api.pool.as_deref(),
        backend => backend(zone, api),
        remaining => remaining(api),
    }
}

/// The id of the account that answered. The gateway does not tell which member of a pool it chose, but the host of
/// `context.Request.Url` is that of the chosen one once the request was sent
/// (learn.microsoft.com/answers/questions/916991, 2022-07-07).
fn backend(zone: &LandingZone, api: &Api) -> String {
    let cases = hosts(zone, api).into_iter().map(|(host, id)| {
        format!("context.Request.Url.Host == {} ? {} : ", csharp_string(host), csharp_string(id))
    });
    format!("@({}\"none\")", cases.collect::<String>())
}

/// What is left by the first limit that counts; None where none does.
fn remaining(api: &Api) -> Option<&'static str> {
    match (&api.token_limit, &api.adaptive_limit) {
        (Some(_), _) => {
            Some("@(context.Variables.GetValueOrDefault<int>(\"tokens-remaining\", 0).ToString())")
        }
        (None, Some(_)) => {
            Some("@(context.Variables.GetValueOrDefault<int>(\"adaptive-remaining\", 0).ToString())")
        }
        (None, None) => None,
    }
}
