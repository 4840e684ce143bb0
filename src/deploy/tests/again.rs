//! Running again: while the same is being deployed, after it was, and after a run that was stopped at any moment.

use super::*;

fn slow(name: &str, seconds: u64) -> Faults {
    Faults { slow: vec![(name.to_owned(), Duration::from_secs(seconds))], ..Faults::default() }
}

fn names(events: &[Event]) -> Vec<&'static str> {
    let name = |event: &Event| match event {
        Event::StageStarted { because: None, .. } => Some("started"),
        Event::StageStarted { because: Some(_), .. } => Some("started again"),
        Event::StageUnchanged { .. } => Some("unchanged"),
        Event::StageFollowed { .. } => Some("followed"),
        Event::WaitsForOther { .. } => Some("waits"),
        Event::StageSucceeded { .. } => Some("succeeded"),
        Event::StageLeft { .. } => Some("left"),
        Event::StageFailed { .. } => Some("failed"),
        _ => None,
    };
    events.iter().filter_map(name).collect()
}

async fn run_with(
    server: &ArmServer,
    stages: &[StageRequest],
    options: &Options,
) -> (Result<Outcome, Failure>, Vec<Event>) {
    let mut events = Vec::new();
    let (client, control) = (client(server), Control::default());
    let mut tell = |event: Event| events.push(event);
    let result = apply(&client, server.subscription_id(), stages, options, &mut tell, &control).await;
    (result, events)
}

/// The same stage with a certificate that was made anew.
fn next_run(name: &str) -> StageRequest {
    stage(name, &[("pfx", ParameterValue::Secret(secret("YW5vdGhlcg==")))])
}

#[tokio::test]
async fn what_has_not_changed_is_not_deployed_again() {
    let server = ArmServer::start(ArmOptions::default()).await.unwrap();
    let (first, events) = run(&server, &[stage("baseline", &[])]).await;
    assert_eq!(names(&events), ["started", "succeeded"]);
    let (again, events) = run(&server, &[next_run("baseline")]).await;
    assert_eq!(names(&events), ["unchanged"]);
    let (first, again) = (first.unwrap(), again.unwrap());
    assert_eq!((again.stages[0].way, puts(&server, "genai-lz-baseline")), (Way::Unchanged, 1));
    assert_eq!(again.output("baseline", "principalId"), first.output("baseline", "principalId"));
    assert_eq!(again.stages[0].deployed, first.stages[0].deployed, "the report is the same");

    let forced = Options { force: true, ..Options::default() };
    let (forced, events) = run_with(&server, &[next_run("baseline")], &forced).await;
    assert_eq!(names(&events), ["started again", "succeeded"]);
    assert_eq!((forced.unwrap().stages[0].way, puts(&server, "genai-lz-baseline")), (Way::Sent, 2));
}

#[tokio::test]
async fn whatever_differs_is_deployed() {
    let server = ArmServer::start(ArmOptions::default()).await.unwrap();
    run(&server, &[stage("baseline", &[])]).await.0.unwrap();
    let other_certificate = Secret { value: SecretString::new("eA=="), identity: "another".to_owned() };
    let gone = ResourceId::parse(&format!(
        "/subscriptions/{}/resourceGroups/rg-one/providers/Microsoft.KeyVault/vaults/kv",
        server.subscription_id()
    ));
    let steps: [(&str, StageRequest); 4] = [
        ("has changed", stage("baseline", &[("group", ParameterValue::Value(json!("rg-two")))])),
        ("has changed", stage("baseline", &[("pfx", ParameterValue::Secret(other_certificate))])),
        ("has changed", stage("baseline", &[])),
        ("Microsoft.KeyVault/vaults kv is gone", stage("baseline", &[])),
    ];
    for (index, (why, stage)) in steps.into_iter().enumerate() {
        if why.ends_with("gone") {
            assert!(server.state().remove(gone.as_ref().unwrap()));
        }
        let (result, events) = run(&server, &[stage]).await;
        result.unwrap();
        let because = events.iter().find_map(|event| match event {
            Event::StageStarted { because, .. } => because.clone(),
            _ => None,
        });
        assert!(because.as_ref().is_some_and(|because| because.contains(why)), "{because:?}, not {why}");
        assert_eq!(puts(&server, "genai-lz-baseline"), index + 2);
    }
}

#[tokio::test]
async fn a_certificate_that_is_due_is_renewed() {
    let server = ArmServer::start(ArmOptions::default()).await.unwrap();
    let lasting =
        |hours: i64| StageRequest { renew_after: Some(time::Duration::hours(hours)), ..next_run("baseline") };
    run(&server, &[lasting(1)]).await.0.unwrap();
    let (_, events) = run(&server, &[lasting(1)]).await;
    assert!(matches!(&events[..], [Event::StageUnchanged { keeps_certificate: true, .. }]), "{events:?}");
    let (_, events) = run(&server, &[lasting(0)]).await;
    assert_eq!(names(&events), ["started again", "succeeded"]);
}

#[tokio::test]
async fn two_runs_at_once_are_one_deployment_that_both_follow() {
    let server =
        ArmServer::start(ArmOptions { faults: slow("kv", 1), ..ArmOptions::default() }).await.unwrap();
    let (ours, theirs) = ([stage("baseline", &[])], [next_run("baseline")]);
    let ((one, seen), (other, also_seen)) = tokio::join!(run(&server, &ours), run(&server, &theirs));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(puts(&server, "genai-lz-baseline"), 1);
    let ways: BTreeSet<_> =
        [&one, &other].iter().map(|outcome| format!("{:?}", outcome.stages[0].way)).collect();
    assert_eq!(ways, BTreeSet::from(["Sent".to_owned(), "Followed".to_owned()]));
    assert_eq!(one.output("baseline", "principalId"), other.output("baseline", "principalId"));
    let n_ended = |events: &[Event]| {
        events.iter().filter(|event| matches!(event, Event::ResourceSucceeded { .. })).count()
    };
    assert_eq!((n_ended(&seen), n_ended(&also_seen)), (5, 5), "both see each resource");
}

#[tokio::test]
async fn another_deployment_of_the_name_is_waited_for_or_cancelled_where_that_is_asked_for() {
    for (on_busy, seconds) in [(OnBusy::Wait, 1), (OnBusy::Cancel, 60)] {
        let faults = slow("kv", seconds);
        let server = ArmServer::start(ArmOptions { faults, ..ArmOptions::default() }).await.unwrap();
        let theirs = [stage("baseline", &[("group", ParameterValue::Value(json!("rg-two")))])];
        let not_waiting = Options { wait: false, ..Options::default() };
        run_with(&server, &theirs, &not_waiting).await.0.unwrap();
        server.set_faults(Faults::default());
        let options = Options { on_busy, ..Options::default() };
        let (result, events) = run_with(&server, &[stage("baseline", &[])], &options).await;
        result.unwrap();
        assert_eq!(names(&events), ["waits", "started again", "succeeded"], "{on_busy:?}");
    }
}

#[tokio::test]
async fn not_waiting_begins_one_stage_and_the_next_run_goes_on() {
    let server =
        ArmServer::start(ArmOptions { faults: slow("kv", 1), ..ArmOptions::default() }).await.unwrap();
    let second = || {
        let group = ParameterValue::Output { stage: "baseline".to_owned(), output: "principalId".to_owned() };
        stage("genai", &[("group", group)])
    };
    let stages = || [next_run("baseline"), second()];
    let not_waiting = Options { wait: false, ..Options::default() };
    let way = |result: Result<Outcome, Failure>| {
        let outcome = result.unwrap();
        outcome.under_way.map(|under_way| (under_way.stage, under_way.way, under_way.left))
    };
    let left = vec!["genai".to_owned()];
    let (first, _) = run_with(&server, &stages(), &not_waiting).await;
    assert_eq!(way(first), Some(("baseline".to_owned(), Way::Sent, left.clone())));
    let (again, _) = run_with(&server, &stages(), &not_waiting).await;
    assert_eq!(way(again), Some(("baseline".to_owned(), Way::Followed, left)));
    let (to_the_end, events) = run(&server, &stages()).await;
    assert_eq!(names(&events), ["followed", "succeeded", "started", "succeeded"]);
    assert_eq!(to_the_end.unwrap().stages.len(), 2);
    let (nothing, _) = run_with(&server, &stages(), &not_waiting).await;
    assert_eq!(way(nothing), None);
}

#[tokio::test]
async fn a_user_who_leaves_lets_it_run_and_the_next_run_follows() {
    let server =
        ArmServer::start(ArmOptions { faults: slow("kv", 1), ..ArmOptions::default() }).await.unwrap();
    let (client, control) = (client(&server), Control::default());
    let asked = control.clone();
    let mut events = |event: Event| {
        if matches!(&event, Event::ResourceStarted { resource, .. } if resource.name == "kv") {
            asked.ask(Wish::Leave);
            asked.ask(Wish::Cancel);
        }
    };
    let (stages, options) = ([stage("baseline", &[])], Options::default());
    let failure =
        apply(&client, server.subscription_id(), &stages, &options, &mut events, &control).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Left { state: "still running".to_owned() });
    assert!(failure.hints[0].contains("genai-lz status"), "{:?}", failure.hints);
    assert!(!server.journal().iter().any(|line| line.contains("/cancel")), "the first wish counts");
    let (result, events) = run(&server, &[next_run("baseline")]).await;
    assert_eq!((result.unwrap().stages[0].way, names(&events)[0]), (Way::Followed, "followed"));
    assert_eq!(puts(&server, "genai-lz-baseline"), 1);
}

/// The first run is stopped dead when the server has served so many requests; the second one is another process with
/// another certificate.
#[tokio::test]
async fn a_run_that_is_killed_at_any_request_is_taken_up_by_the_next() {
    let second = |of: fn(&str) -> StageRequest| {
        let group = ParameterValue::Output { stage: "baseline".to_owned(), output: "principalId".to_owned() };
        let mut second = of("genai");
        second.parameters.insert("group".to_owned(), group);
        [of("baseline"), second]
    };
    let mut n_killed = 0;
    for n_requests in 1..200 {
        let options = ArmOptions { resource_delay: Duration::from_millis(5), ..ArmOptions::default() };
        let server = ArmServer::start(options).await.unwrap();
        let mut served = server.served();
        let stages = second(|name| stage(name, &[]));
        let was_killed = tokio::select! {
            (result, _) = run(&server, &stages) => { result.unwrap(); false }
            _ = served.wait_for(|n_served| *n_served >= n_requests) => true,
        };
        let (result, _) = run(&server, &second(next_run)).await;
        let outcome = result.unwrap_or_else(|failure| panic!("after {n_requests} requests: {failure}"));
        let begun = ["genai-lz-baseline", "genai-lz-genai"].map(|name| puts(&server, name));
        assert_eq!((begun, outcome.stages.len()), ([1, 1], 2), "after {n_requests} requests");
        let vaults = server.state().of_type("Microsoft.KeyVault/vaults").len();
        assert_eq!(vaults, 2, "after {n_requests} requests");
        if !was_killed {
            break;
        }
        n_killed += 1;
    }
    assert!(n_killed > 15, "only {n_killed} moments were tried");
}
