//! What a deployment is working on at this moment, as a tree: deployments inside deployments, resources inside those, each
//! with how long it has taken and, where the documentation says so, how long it usually takes.

use std::time::{Duration, Instant};

use indexmap::IndexMap;
use time::OffsetDateTime;

use crate::catalog::durations;
use crate::deploy::ResourceRef;

/// Rows that are shown; a terminal has not many more.
const ROWS_MAX: usize = 12;
/// Deployments inside deployments that are gone through.
const DEPTH_MAX: usize = 16;

/// What has begun and not ended.
pub(super) struct Live {
    stage: Option<(String, Instant)>,
    running: IndexMap<String, (ResourceRef, Instant)>,
    /// The tier of the gateway, which decides how long it takes.
    tier: String,
}

impl Live {
    pub(super) fn new(tier: &str) -> Self {
        Self { stage: None, running: IndexMap::new(), tier: tier.to_owned() }
    }

    pub(super) fn stage_began(&mut self, stage: &str, at: Instant) {
        self.running.clear();
        self.stage = Some((stage.to_owned(), at));
    }

    pub(super) fn stage_ended(&mut self) {
        self.running.clear();
        self.stage = None;
    }

    /// `began`: when Azure says that it began, by its clock, and what time it is by ours. A run that follows another sees
    /// the time that the other has waited.
    pub(super) fn began(
        &mut self,
        resource: &ResourceRef,
        began: Option<OffsetDateTime>,
        now: OffsetDateTime,
        at: Instant,
    ) {
        let before = began.and_then(|began| Duration::try_from(now - began).ok()).unwrap_or_default();
        let at = at.checked_sub(before).unwrap_or(at);
        self.running.insert(resource.id.to_ascii_lowercase(), (resource.clone(), at));
    }

    pub(super) fn ended(&mut self, resource: &ResourceRef) {
        self.running.shift_remove(&resource.id.to_ascii_lowercase());
    }

    /// A line for each thing that is under way, what is inside another one behind it and further in.
    pub(super) fn lines(&self, now: Instant) -> Vec<String> {
        let Some((stage, since)) = &self.stage else { return Vec::new() };
        let mut lines = vec![format!("stage {stage}, {}", span(now.saturating_duration_since(*since)))];
        self.inside(None, 1, now, &mut lines);
        if lines.len() > ROWS_MAX {
            let more = lines.len() - ROWS_MAX;
            lines.truncate(ROWS_MAX);
            lines.push(format!("  and {more} more"));
        }
        lines
    }

    /// The resources that have been worked on longest, without the deployments around them, in one line.
    pub(super) fn summary(&self, now: Instant) -> Option<String> {
        let mut running: Vec<_> =
            self.running.values().filter(|(resource, _)| !resource.is_deployment()).collect();
        running.sort_by_key(|(_, since)| *since);
        let more = running.len().saturating_sub(1);
        let (resource, since) = running.first()?;
        let others = if more == 0 { String::new() } else { format!(" (and {more} more)") };
        Some(format!("{}{others}", self.row(resource, *since, now)))
    }

    fn inside(&self, parent: Option<&str>, depth: usize, now: Instant, lines: &mut Vec<String>) {
        for (resource, since) in self.running.values() {
            if !is_inside(resource, parent) || depth > DEPTH_MAX {
                continue;
            }
            lines.push(format!("{:indent$}{}", "", self.row(resource, *since, now), indent = depth * 2));
            if resource.is_deployment() {
                self.inside(Some(&resource.id), depth + 1, now, lines);
            }
        }
    }

    fn row(&self, resource: &ResourceRef, since: Instant, now: Instant) -> String {
        let took = span(now.saturating_duration_since(since));
        if resource.is_deployment() {
            return format!("{} {took}", resource.name);
        }
        let usually = durations::expected(&resource.resource_type, &self.tier)
            .map(|expected| format!("; usually {}", expected.usually))
            .unwrap_or_default();
        format!("{} {} {took}{usually}", resource.resource_type, resource.name)
    }
}

fn is_inside(resource: &ResourceRef, parent: Option<&str>) -> bool {
    match (&resource.parent, parent) {
        (None, None) => true,
        (Some(own), Some(parent)) => own.eq_ignore_ascii_case(parent),
        _ => false,
    }
}

/// `0.3 s`, `12 s`, `4 min 12 s`, `1 h 3 min`: what is small beside the rest is left out.
pub(super) fn span(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match seconds {
        0..10 => format!("{seconds}.{} s", elapsed.subsec_millis() / 100),
        10..120 => format!("{seconds} s"),
        120..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(parent: Option<&str>, resource_type: &str, name: &str) -> ResourceRef {
        ResourceRef {
            id: format!("/{name}"),
            resource_type: resource_type.to_owned(),
            name: name.to_owned(),
            depth: usize::from(parent.is_some()),
            parent: parent.map(str::to_owned),
        }
    }

    #[test]
    fn spans_leave_out_what_is_small_beside_the_rest() {
        for (millis, expected) in [
            (0, "0.0 s"),
            (349, "0.3 s"),
            (9_999, "9.9 s"),
            (10_000, "10 s"),
            (119_500, "119 s"),
            (252_000, "4 min 12 s"),
            (3_780_000, "1 h 3 min"),
        ] {
            assert_eq!(span(Duration::from_millis(millis)), expected);
        }
    }

    #[test]
    fn what_runs_is_a_tree_with_times() {
        let (start, wall) = (now(), OffsetDateTime::UNIX_EPOCH);
        let mut live = Live::new("Developer");
        assert_eq!(live.lines(start), [""; 0]);
        live.stage_began("baseline", start);
        let module = "Microsoft.Resources/deployments";
        live.began(&resource(None, module, "network"), None, wall, start);
        live.began(&resource(None, module, "apim"), None, wall, start);
        live.began(
            &resource(Some("/NETWORK"), "Microsoft.Network/virtualNetworks", "vnet"),
            None,
            wall,
            start,
        );
        let minutes = |n: i64| Some(wall - time::Duration::minutes(n));
        live.began(
            &resource(Some("/apim"), "Microsoft.ApiManagement/service", "gw"),
            minutes(12),
            wall,
            start,
        );
        assert_eq!(
            live.lines(start + Duration::from_secs(20)),
            [
                "stage baseline, 20 s",
                "  network 20 s",
                "    Microsoft.Network/virtualNetworks vnet 20 s",
                "  apim 20 s",
                "    Microsoft.ApiManagement/service gw 12 min 20 s; usually 30 to 40 minutes, in a virtual network longer",
            ]
        );
        assert_eq!(
            live.summary(start).as_deref(),
            Some(
                "Microsoft.ApiManagement/service gw 12 min 0 s; usually 30 to 40 minutes, in a virtual network longer (and 1 more)"
            )
        );
        live.ended(&resource(Some("/network"), "Microsoft.Network/virtualNetworks", "vnet"));
        live.ended(&resource(None, module, "network"));
        assert_eq!(live.lines(start).len(), 3);
        live.stage_ended();
        assert_eq!((live.lines(start).len(), live.summary(start)), (0, None));
    }

    #[expect(clippy::disallowed_methods, reason = "an Instant can be had from the clock alone")]
    fn now() -> Instant {
        Instant::now()
    }
}
