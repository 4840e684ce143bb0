//! `<rewrite-uri template="/v1/{id}?a={b}" copy-unmatched-params="true"/>`: the path and query that go upstream,
//! below the backend's URL. Learn, rewrite-uri (2022-12-08), whose examples are a case of the suite: query parameters
//! that the operation's own template does not name are kept unless `copy-unmatched-params` is false.
//!
//! Decisions: `copy-unmatched-params` is true by default, as the page says; the schema says the opposite. A parameter
//! that the new template takes up is not kept beside it.

use std::sync::Arc;

use super::Executor;
use crate::gateway::fault::Fault;
use crate::gateway::live::{Live, LiveRequest};
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::gateway::url::{encode, parse_query};

pub(super) static EXECUTOR: Executor = Executor {
    element: "rewrite-uri",
    compile: |compiler, placed| {
        Some(Box::new(RewriteUri {
            template: compiler.setting(&placed.element, "template")?,
            copies: compiler.setting(&placed.element, "copy-unmatched-params"),
        }))
    },
};

struct RewriteUri {
    template: Setting<String>,
    copies: Option<Setting<bool>>,
}

impl Run for RewriteUri {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let template = self.template.get(live)?;
        let copies = get_or(self.copies.as_ref(), true, live)?;
        let of_operation = live.route.operation.url_template.split_once('?').map_or("", |(_, query)| query);
        let of_operation = parse_query(of_operation);
        let request = &mut live.state().request;
        let (path, query) = template.split_once('?').unwrap_or((template.as_str(), ""));
        let mut new_query = parse_query(&fill(query, request));
        if copies {
            let named = |name: &str| {
                template.contains(&format!("{{{name}}}"))
                    || new_query.iter().chain(&of_operation).any(|(known, _)| known == name)
            };
            let kept: Vec<_> = request.query.iter().filter(|(name, _)| !named(name)).cloned().collect();
            new_query.extend(kept);
        }
        request.path = fill(path, request);
        request.query = new_query;
        Ok(Flow::Next)
    }
}

/// Replaces `{name}` by the matched parameter or query parameter of that name; an unknown one stays.
fn fill(template: &str, request: &LiveRequest) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, behind)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        let in_query = || request.query.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        match request.matched_parameters.get(name).or_else(in_query) {
            Some(value) => filled.push_str(&encode(value)),
            None => filled.push_str(&format!("{{{name}}}")),
        }
        rest = behind;
    }
    filled.push_str(rest);
    filled
}
