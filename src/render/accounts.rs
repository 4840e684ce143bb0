//! The backend entities behind an API, and the accounts that they stand for.

use crate::model::{Api, Backend, BackendPoolMember, LandingZone};

/// The backends that the requests of an API may reach, in order, each once.
pub(super) fn backends<'z>(zone: &'z LandingZone, api: &'z Api) -> Vec<&'z Backend> {
    let mut reached: Vec<&Backend> = Vec::new();
    for destination in api.destinations.iter() {
        let pool = zone.backend_pools.iter().find(|pool| pool.id == destination.backend);
        let in_pool = pool.into_iter().flat_map(|pool| &pool.members).map(|member| member.backend.as_str());
        let alone = pool.is_none().then_some(destination.backend.as_str());
        for id in in_pool.chain(alone) {
            let found = zone.backends.iter().find(|backend| backend.id == id);
            reached.extend(found.filter(|found| reached.iter().all(|it| it.id != found.id)));
        }
    }
    reached
}

/// The members of the one pool of an API; none where it has another kind of destination.
pub(super) fn members<'z>(zone: &'z LandingZone, api: &'z Api) -> &'z [BackendPoolMember] {
    let mut pools = zone.backend_pools.iter().filter(|_| api.pool.is_some());
    let reached = pools.find(|pool| api.destinations.iter().any(|to| to.backend == pool.id));
    reached.map_or(&[], |pool| &pool.members)
}

/// Hosts and the ids of their accounts, each host once.
pub(super) fn hosts<'z>(zone: &'z LandingZone, api: &'z Api) -> Vec<(&'z str, &'z str)> {
    let mut hosts: Vec<(&str, &str)> = Vec::new();
    for backend in backends(zone, api) {
        let host = host(&backend.url);
        if hosts.iter().all(|(known, _)| *known != host) {
            hosts.push((host, &backend.account));
        }
    }
    hosts
}

/// `HOST` of `https://HOST/path`.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn a_host_stands_between_scheme_and_path() {
        assert_eq!(host("https://a.openai.azure.com/openai/v1"), "a.openai.azure.com");
        assert_eq!(host("https://a.example"), "a.example");
    }
}
