//! Who sends the requests of a load: users, each of whom sends one, reads the answer, thinks, and begins again until the
//! phase is over; or whoever comes at a rate.

use super::load::{self, Arrivals, Load, LoadRequest, Phase, Senders};
use super::rows::{NOBODY, Names, intern};
use super::send::{Door, Whose};
use super::values::{Ms, Range};
use crate::gateway::sim_host::tasks::{MAX_TASKS, Task, TooManyTasks};
use crate::gateway::{Config, Headers, Request, Subscription};
use crate::text::next_random;

/// Requests of one case: half an hour of a thousand users who think for a second, and some more. A load that would send
/// more stops here and says so.
pub(super) const MAX_REQUESTS: usize = 5_000_000;

/// A phase with what its users need, worked out once.
struct Plan<'a> {
    door: &'a Door,
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

/// Runs all phases of a load, one after the other.
///
/// # Errors
/// What there was too much of, and what to do.
pub(super) fn run(load: &Load, door: &Door, config: &Config, seed: u64) -> Result<(), String> {
    for (nth, phase) in load.phases.iter().enumerate() {
        let plan = &plan(load, phase, door, config);
        let mut state = seed ^ ((nth as u64 + 1) << 32);
        let ended = match phase.senders()? {
            Senders::Users(n, think) => {
                let users = (0..n).map(|_| {
                    let mut random = next_random(&mut state);
                    // Users do not come all in the same instant.
                    let start_ms = next_random(&mut random) % think.most_ms().max(1);
                    Task { start_ms, run: Box::new(move || user(plan, think, random)) }
                });
                let mut users: Vec<Task<'_>> = users.collect();
                users.sort_by_key(|user| user.start_ms);
                door.run(users.into_iter())
            }
            Senders::Rate(rate) => {
                let seed = (phase.arrivals == Arrivals::Random).then(|| next_random(&mut state));
                let arrivals = rate.times(phase.lasts.0, seed).map(|start_ms| {
                    let random = next_random(&mut state);
                    Task { start_ms, run: Box::new(move || once(plan, random)) }
                });
                let ended = door.run(arrivals.take_while(|_| !is_enough(door)));
                wait_for_end(plan);
                ended
            }
        };
        ended.map_err(|TooManyTasks(_)| {
            format!(
                "stopped with {MAX_TASKS} requests waiting at once: they come faster than they are answered; lower the \
                 `rate`, or give `patience`"
            )
        })?;
        if is_enough(door) {
            return Err(format!(
                "stopped after {MAX_REQUESTS} requests; make the phases shorter or the users fewer"
            ));
        }
    }
    Ok(())
}

/// A phase lasts as long as it says, also where its last request was answered before.
fn wait_for_end(plan: &Plan<'_>) {
    let left_ms = plan.until_ms - plan.door.now_unix_ms();
    plan.door.sleep_ms(u64::try_from(left_ms).unwrap_or_default());
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
    let until_ms = door.now_unix_ms().saturating_add(lasts_ms);
    Plan { door, until_ms, choices, shares }
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

fn once(plan: &Plan<'_>, mut random: u64) {
    if !is_enough(plan.door) {
        let (request, whose) = request(plan, &mut random);
        plan.door.send(request, whose);
    }
}

fn user(plan: &Plan<'_>, think: Range<Ms>, mut random: u64) {
    let door = plan.door;
    while door.now_unix_ms() < plan.until_ms && !is_enough(door) {
        let (request, whose) = request(plan, &mut random);
        door.send(request, whose);
        door.sleep_ms(think.pick_ms(next_random(&mut random)).max(1));
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
    let now_ms = plan.door.token_time_ms();
    let filled = |value: &String| plan.door.tokens.fill(value, now_ms).unwrap_or_else(|| value.clone());
    headers.0.extend(chosen.request.headers.iter().map(|(name, value)| (name.clone(), filled(value))));
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
    let patience_ms = chosen.request.patience.map(|Ms(ms)| ms);
    (request, Whose { request: chosen.number, phase: chosen.phase, subscription, patience_ms })
}
