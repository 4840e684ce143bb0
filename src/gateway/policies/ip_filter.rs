//! `<ip-filter action="allow"><address>203.0.113.7</address><address-range from="…" to="…"/></ip-filter>`: only
//! callers from these addresses, or with `forbid` all but them. Learn, ip-filter (2026-02-23), and its reasons on the
//! page about error handling (2020-01-10). The caller reads `Forbidden`, and not which address was looked at.
//!
//! Decisions, where the page is silent: an IPv4 address inside an IPv6 one is that IPv4 address; an address that an
//! expression gives and that is none breaks the request with 500, as any expression of a wrong value does.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::Executor;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::policy::{Placed, PolicyElement};

pub(super) static EXECUTOR: Executor = Executor { element: "ip-filter", compile };

struct IpFilter {
    action: Option<Setting<String>>,
    ranges: Vec<Range>,
}

/// Both ends are included.
struct Range {
    from: Setting<String>,
    to: Setting<String>,
}

fn compile(compiler: &mut Compiler<'_>, placed: &Placed) -> Option<Box<dyn Run>> {
    let element = &placed.element;
    let mut ranges = Vec::new();
    for child in &element.children {
        let range = if child.name == "address" {
            compiler.text::<String>(child).map(|address| Range { from: address.clone(), to: address })
        } else {
            let end = |name| compiler.setting(child, name);
            end("from").zip(end("to")).map(|(from, to)| Range { from, to })
        };
        let Some(range) = range else { continue };
        check(compiler, child, &range);
        ranges.push(range);
    }
    Some(Box::new(IpFilter { action: compiler.setting(element, "action"), ranges }))
}

/// Refuses what is no address, and ranges that hold none.
fn check(compiler: &mut Compiler<'_>, element: &PolicyElement, range: &Range) {
    let mut ends = Vec::new();
    for end in [&range.from, &range.to] {
        let Setting::Fixed(text) = end else { return };
        let Some(address) = parse(text) else {
            let why = format!("`{}` is not an IP address", text.trim());
            return compiler.invalid(element, element.name_span, why);
        };
        ends.push(address);
    }
    if let [from, to] = ends[..]
        && (from.is_ipv4() != to.is_ipv4() || from > to)
    {
        let why = format!("there is no address from `{from}` to `{to}`");
        compiler.invalid(element, element.name_span, why);
    }
}

impl Run for IpFilter {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let allows = get_or(self.action.as_ref(), "allow".to_owned(), live)? == "allow";
        let caller = live.state().request.client_ip.clone();
        let Some(address) = parse(&caller) else {
            let message = "Failed to establish IP address for the caller. Access denied.";
            return Err(refusal("FailedToParseCallerIP", message));
        };
        let mut is_listed = false;
        for range in &self.ranges {
            let (from, to) = (end(&range.from, live)?, end(&range.to, live)?);
            is_listed |= from.is_ipv4() == address.is_ipv4() && (from..=to).contains(&address);
        }
        match (allows, is_listed) {
            (true, true) | (false, false) => Ok(Flow::Next),
            (true, false) => {
                let message = format!("Caller IP address {address} is not allowed. Access denied.");
                Err(refusal("CallerIpNotAllowed", message))
            }
            (false, true) => Err(refusal("CallerIpBlocked", "Caller IP address is blocked. Access denied.")),
        }
    }
}

fn end(setting: &Setting<String>, live: &Arc<Live>) -> Result<IpAddr, Fault> {
    let text = setting.get(live)?;
    parse(&text).ok_or_else(|| {
        let message = format!("Expression evaluation failed. `{}` is not an IP address", text.trim());
        Fault::broken("ExpressionValueEvaluationFailure", message)
    })
}

/// Reads an address, with or without a port.
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

fn refusal(reason: &str, message: impl Into<String>) -> Fault {
    Fault::refusal(403, reason, message).saying("Forbidden")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_in_all_their_forms() {
        for (text, expected) in [
            (" 203.0.113.7 ", Some("203.0.113.7")),
            ("203.0.113.7:443", Some("203.0.113.7")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("::ffff:203.0.113.7", Some("203.0.113.7")),
            ("203.0.113.0/24", None),
            ("", None),
        ] {
            assert_eq!(parse(text).map(|address| address.to_string()).as_deref(), expected, "{text}");
        }
    }
}
