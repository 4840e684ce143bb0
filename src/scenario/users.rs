//! Users of a load: each sends a request, reads the answer, thinks, and begins again, until the phase is over.

use super::load::{self, Load, LoadRequest, Phase};
use super::rows::{NOBODY, Names, intern};
use super::send::{Door, Whose};
use crate::gateway::sim_host::tasks::{self, Task};
use crate::gateway::{Config, Headers, Host as _, Request, Subscription};
use crate::text::next_random;

/// Requests of one case: half an hour of a thousand users who think for a second, and some more. A load that would send
/// more stops here and says so.
pub(super) const MAX_REQUESTS: usize = 5_000_000;

/// A phase with what its users need, worked out once.
struct Plan<'a> {
    door: &'a Door,
    phase: &'a Phase,
    until_ms: i64,
    choices: Vec<Choice<'a>>,
    /// Of all choices.
    shares: u64,
}

struct Choice<'a> {
    request: &'a LoadRequest,
    number: u16,
    phase: u16,
    /// Number, header of the key and key of each subscription.
    keys: Vec<(u16, String, String)>,
}

/// Runs all phases of a load, one after the other. Says whether there were too many requests.
pub(super) fn run(load: &Load, door: &Door, config: &Config, seed: u64) -> bool {
    for (nth, phase) in load.phases.iter().enumerate() {
        let plan = &plan(load, phase, door, config);
        let mut state = seed ^ ((nth as u64 + 1) << 32);
        let users = (0..phase.users).map(|_| {
            let mut random = next_random(&mut state);
            // Users do not come all in the same instant.
            let start_ms = next_random(&mut random) % phase.think.most_ms().max(1);
            Task { start_ms, run: Box::new(move || user(plan, random)) }
        });
        // The number of users was checked when the block was read.
        if tasks::run(&door.host, users.collect()).is_err() || is_enough(door) {
            return true;
        }
    }
    false
}

fn is_enough(door: &Door) -> bool {
    door.rows().requests.len() >= MAX_REQUESTS
}

fn plan<'a>(load: &'a Load, phase: &'a Phase, door: &'a Door, config: &Config) -> Plan<'a> {
    let mut rows = door.rows();
    let names = &mut rows.names;
    let phase_number = intern(&mut names.phases, &phase.name);
    let choices: Vec<Choice<'a>> = load
        .of_phase(phase)
        .map(|request| Choice {
            request,
            number: intern(&mut names.requests, &request.name),
            phase: phase_number,
            keys: keys(request, config, names),
        })
        .collect();
    let shares = choices.iter().map(|choice| u64::from(choice.request.share)).sum();
    let lasts_ms = i64::try_from(phase.lasts.0).unwrap_or(i64::MAX);
    let until_ms = door.host.now_unix_ms().saturating_add(lasts_ms);
    Plan { door, phase, until_ms, choices, shares }
}

/// The subscriptions of a request; all of them where it names none.
fn keys(request: &LoadRequest, config: &Config, names: &mut Names) -> Vec<(u16, String, String)> {
    let is_named = |one: &&Subscription| {
        request.subscriptions.is_empty()
            || request.subscriptions.iter().any(|name| *name == one.id || *name == one.display_name)
    };
    let header = config.apis.iter().find(|api| is_of(&request.path, &api.path)).or(config.apis.first());
    let header = header.map_or("api-key", |api| api.subscription_key_header.as_str());
    config
        .subscriptions
        .iter()
        .filter(is_named)
        .map(|one| {
            (intern(&mut names.subscriptions, &one.display_name), header.to_owned(), one.primary_key.clone())
        })
        .collect()
}

fn is_of(path: &str, api: &str) -> bool {
    path.trim_start_matches('/')
        .strip_prefix(api)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn user(plan: &Plan<'_>, mut random: u64) {
    let door = plan.door;
    while door.host.now_unix_ms() < plan.until_ms && !is_enough(door) {
        let (request, whose) = request(plan, &mut random);
        door.send(request, whose);
        door.host.sleep_ms(plan.phase.think.pick_ms(next_random(&mut random)).max(1));
    }
}

fn request(plan: &Plan<'_>, random: &mut u64) -> (Request, Whose) {
    let mut at = next_random(random) % plan.shares.max(1);
    let mut chosen = &plan.choices[0];
    for choice in &plan.choices {
        chosen = choice;
        let share = u64::from(choice.request.share);
        if at < share {
            break;
        }
        at -= share;
    }
    let mut headers = Headers(vec![("Content-Type".to_owned(), "application/json".to_owned())]);
    headers.0.extend(chosen.request.headers.iter().map(|(name, value)| (name.clone(), value.clone())));
    let key = next_random(random)
        .checked_rem(chosen.keys.len() as u64)
        .and_then(|nth| chosen.keys.get(nth as usize));
    if let Some((_, header, key)) = key {
        headers.append(header, key);
    }
    let request = Request {
        method: chosen.request.method.clone(),
        url: format!("https://gateway.example{}", chosen.request.path),
        headers,
        body: load::body(chosen.request, next_random(random)),
        client_ip: "203.0.113.7".to_owned(),
        client_certificate: None,
    };
    let subscription = key.map_or(NOBODY, |(number, ..)| *number);
    (request, Whose { request: chosen.number, phase: chosen.phase, subscription })
}
