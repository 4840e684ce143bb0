//! `<find-and-replace from="notebook" to="laptop"/>`: replaces every occurrence of a text in the body. Learn,
//! find-and-replace (2024-03-18). In inbound and backend the request's, in outbound and on-error the answer's.
//!
//! Decisions, where the page is silent: letters count by their case, an empty `from` changes nothing, bytes that are no
//! text stay as they are, and a streamed answer is read whole first. A body that was read or sent before is an error.

use std::sync::Arc;

use super::Executor;
use super::message::Side;
use crate::gateway::fault::Fault;
use crate::gateway::live::{Live, LiveBody};
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::Setting;

pub(super) static EXECUTOR: Executor = Executor {
    element: "find-and-replace",
    compile: |compiler, placed| {
        let element = &placed.element;
        Some(Box::new(FindAndReplace {
            side: Side::of(placed),
            from: compiler.setting(element, "from")?,
            to: compiler.setting(element, "to")?,
        }))
    },
};

struct FindAndReplace {
    side: Side,
    from: Setting<String>,
    to: Setting<String>,
}

impl Run for FindAndReplace {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let (from, to) = (self.from.get(live)?, self.to.get(live)?);
        let n_replaced = change_body(live, self.side, |body| replace(body, from.as_bytes(), to.as_bytes()))?;
        live.note(format!("replacements: {n_replaced}"));
        Ok(Flow::Next)
    }
}

/// Changes the body of a message; `change` gives the new one and how often it changed something.
///
/// # Errors
/// A fault where the body is not there any more.
pub(super) fn change_body(
    live: &Live,
    side: Side,
    change: impl FnOnce(&[u8]) -> (Vec<u8>, usize),
) -> Result<usize, Fault> {
    let mut state = live.state();
    let Some(place) = side.body(&mut state) else { return Ok(0) };
    let body = place.read(false).map_err(|why| Fault::broken("BodyNotReadable", why))?;
    let (body, n_changed) = change(&body);
    *place = LiveBody::Bytes(body);
    if n_changed > 0 && side == Side::Request {
        state.request.body_is_kept = true;
    }
    Ok(n_changed)
}

fn replace(body: &[u8], from: &[u8], to: &[u8]) -> (Vec<u8>, usize) {
    if from.is_empty() {
        return (body.to_vec(), 0);
    }
    let (mut changed, mut n_replaced, mut rest) = (Vec::with_capacity(body.len()), 0, body);
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix(from) {
            changed.extend_from_slice(to);
            n_replaced += 1;
            rest = behind;
        } else {
            changed.push(rest[0]);
            rest = &rest[1..];
        }
    }
    (changed, n_replaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_occurrence_is_replaced_once() {
        for (body, from, to, expected, n_expected) in [
            ("a notebook, a Notebook", "notebook", "laptop", "a laptop, a Notebook", 1),
            ("aaa", "aa", "a", "aa", 1),
            ("a.b.c", ".", "", "abc", 2),
            ("abc", "", "x", "abc", 0),
            ("", "a", "b", "", 0),
        ] {
            let (changed, n_replaced) = replace(body.as_bytes(), from.as_bytes(), to.as_bytes());
            assert_eq!((String::from_utf8(changed).unwrap().as_str(), n_replaced), (expected, n_expected));
        }
        assert_eq!(replace(b"\xff,\xfe", b",", b";").0, b"\xff;\xfe");
    }
}
