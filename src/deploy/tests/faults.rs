//! Trouble on the way, against the sandbox, on a clock on which minutes pass at once. The cases are the table of
//! docs/DEPLOY.md, which `GLZ_BLESS=1 cargo test --lib fault_cases` writes.
#![expect(
    clippy::disallowed_methods,
    reason = "a test lets a server work for a moment, and holds a page against its table"
)]

use std::fmt::Write as _;
use std::sync::atomic::AtomicU64;

use time::OffsetDateTime;

use super::*;
use crate::azure::{CaBundle, Clock, Cloud, CredentialKind, SignInFacts, Wait};

/// Waiting moves it on; a moment of real time lets the server work.
#[derive(Debug, Default)]
struct FastClock {
    ms: AtomicU64,
    /// How far it is from the server's.
    skew_hours: i64,
}

impl FastClock {
    fn moved(&self) -> Duration {
        Duration::from_millis(self.ms.load(Ordering::SeqCst))
    }
}

impl Clock for FastClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc() + self.moved() + time::Duration::hours(self.skew_hours)
    }

    fn elapsed(&self) -> Duration {
        self.moved()
    }

    fn sleep(&self, wait: Duration) -> Wait {
        let ms = u64::try_from(wait.as_millis()).unwrap();
        self.ms.fetch_add(ms, Ordering::SeqCst);
        Box::pin(tokio::time::sleep(Duration::from_millis(3)))
    }
}

/// How the client signs in.
#[derive(Clone, Copy, PartialEq)]
enum SignIn {
    Fixed,
    /// By the token endpoint, over TLS.
    Entra,
}

struct Case {
    /// The rows of the table.
    trouble: &'static str,
    outcome: &'static str,
    set: fn(&mut ArmOptions),
    sign_in: SignIn,
    skew_hours: i64,
    /// A part of what the failure says; None where everything is deployed.
    stops: Option<&'static str>,
    /// In seconds on the clock: how long it takes at least, and within how long it begins. While the server works it goes on
    /// asking, so how long it takes at most depends on how fast this machine is.
    takes_s: (u64, u64),
}

const fn case(trouble: &'static str, outcome: &'static str, set: fn(&mut ArmOptions)) -> Case {
    Case { trouble, outcome, set, sign_in: SignIn::Fixed, skew_hours: 0, stops: None, takes_s: (0, 300) }
}

impl Case {
    const fn takes(self, from_s: u64, to_s: u64) -> Self {
        Self { takes_s: (from_s, to_s), ..self }
    }

    const fn stops(self, says: &'static str) -> Self {
        Self { stops: Some(says), ..self }
    }

    const fn signed_in(self) -> Self {
        Self { sign_in: SignIn::Entra, ..self }
    }

    const fn clock_is_off_by(self, hours: i64) -> Self {
        Self { skew_hours: hours, ..self }
    }
}

const MINUTE: Duration = Duration::from_secs(60);

/// The vault takes so long, so that there is something to watch.
fn vault_takes(options: &mut ArmOptions, minutes: u32) {
    options.faults.slow.push(("kv".to_owned(), MINUTE * minutes));
}

/// Something goes wrong with every request from one minute to another, while the vault takes ten minutes more.
fn during(options: &mut ArmOptions, trouble: Trouble, from: u32, until: u32) {
    options.faults.during.push(During { from: MINUTE * from, until: MINUTE * until, trouble });
    vault_takes(options, until + 10);
}

fn vault_fails(options: &mut ArmOptions, fault: ArmFault) {
    options.faults.failing.push(("kv".to_owned(), fault));
}

const CASES: &[Case] = &[
    case("429 with `Retry-After` in seconds, for five minutes", "waits as asked and deploys", |options| {
        options.faults.throttle_retry_after_s = Some(20);
        during(options, Trouble::Throttled, 1, 6);
    })
    .takes(16 * 60, 20 * 60),
    case("429 with `Retry-After` as a date, at the start", "waits as asked and deploys", |options| {
        options.faults.throttle = 4;
        options.faults.throttle_retry_after_s = Some(30);
        options.faults.retry_after_is_date = true;
    })
    .takes(80, 200),
    case(
        "the same while this machine's clock is three hours slow",
        "the answer's own date counts",
        |options| {
            options.faults.throttle = 2;
            options.faults.throttle_retry_after_s = Some(30);
            options.faults.retry_after_is_date = true;
        },
    )
    .clock_is_off_by(-3)
    .takes(40, 120),
    case(
        "429 without `Retry-After` for five minutes, before the deployment is sent",
        "asks again and deploys",
        |options| {
            let (from, until) = (Duration::ZERO, MINUTE * 5);
            options.faults.during.push(During { from, until, trouble: Trouble::Throttled });
        },
    )
    .takes(300, 400),
    case("throttled without an end", "gives up after ten minutes", |options| {
        let (from, until) = (Duration::ZERO, MINUTE * 600);
        options.faults.during.push(During { from, until, trouble: Trouble::Throttled });
    })
    .stops("is throttling (status 429)")
    .takes(600, 700),
    case("503 with `Retry-After`, three times", "waits as asked and deploys", |options| {
        options.faults.unavailable = 3;
        options.faults.throttle_retry_after_s = Some(10);
    })
    .takes(30, 120),
    case("503 for three minutes while it runs", "goes on watching and deploys", |options| {
        during(options, Trouble::Unavailable, 2, 5);
    })
    .takes(15 * 60, 20 * 60),
    case("the token is refused in mid deployment", "fetches another, once", |options| {
        vault_takes(options, 2);
        (options.faults.after, options.faults.expired) = (6, 1);
    })
    .signed_in(),
    case(
        "tokens live for ten minutes, the deployment takes forty-five",
        "fetches the next before the end of each",
        |options| {
            options.token_lifetime_s = 600;
            vault_takes(options, 45);
        },
    )
    .signed_in()
    .takes(45 * 60, 48 * 60),
    case(
        "this machine's clock is three hours fast, tokens live for ten minutes",
        "how long a token lives counts, not until when",
        |options| {
            options.token_lifetime_s = 600;
            vault_takes(options, 30);
        },
    )
    .signed_in()
    .clock_is_off_by(3)
    .takes(30 * 60, 33 * 60),
    case("the token is of another tenant", "stops, exit code 5; nothing is sent", |options| {
        let message =
            "The access token is from the wrong issuer. It must match the tenant of this subscription.";
        options.faults.refused = Some(ArmFault::new(401, "InvalidAuthenticationTokenTenant", message));
    })
    .stops("InvalidAuthenticationTokenTenant"),
    case("no role in the subscription", "stops, exit code 5; nothing is sent", |options| {
        options.actions = vec!["*/read".to_owned()];
    })
    .stops("AuthorizationFailed"),
    case("the subscription is disabled", "stops and says what to do", |options| {
        options.subscription_state = "Disabled".to_owned();
    })
    .stops("ReadOnlyDisabledSubscription"),
    case(
        "a resource provider is not registered",
        "stops at the resource and says how to register it",
        |options| {
            options.unregistered = vec!["Microsoft.KeyVault".to_owned()];
        },
    )
    .stops("MissingSubscriptionRegistration"),
    case(
        "the connection is reset before the answer to the deployment",
        "looks whether it has arrived, and follows it",
        |options| {
            (options.faults.after, options.faults.reset) = (1, 1);
        },
    ),
    case("the connection is reset four times at the start", "asks again and deploys", |options| {
        options.faults.reset = 4;
    }),
    case("answers break off in the middle", "asks again and deploys", |options| {
        (options.faults.after, options.faults.drop) = (2, 4);
    }),
    case("no way to Azure for a minute (DNS, VPN) while it runs", "goes on asking and deploys", |options| {
        during(options, Trouble::Gone, 2, 3);
    })
    .takes(13 * 60, 16 * 60),
    case("no way to Azure for a minute before it is sent", "goes on asking and deploys", |options| {
        let (from, until) = (Duration::from_secs(1), Duration::from_secs(61));
        options.faults.throttle = 1;
        options.faults.throttle_retry_after_s = Some(2);
        options.faults.during.push(During { from, until, trouble: Trouble::Gone });
    })
    .takes(60, 120),
    case(
        "no way to Azure for an hour while it runs",
        "stops watching after ten to twenty minutes; it goes on, and the next run follows it",
        |options| {
            during(options, Trouble::Gone, 2, 62);
        },
    )
    .stops("is out of sight")
    .takes(12 * 60, 24 * 60),
    case("JSON that is cut, with a right length", "asks again and deploys", |options| {
        (options.faults.after, options.faults.truncated) = (2, 3);
    }),
    case(
        "a proxy answers with a page while it runs, for three minutes",
        "goes on watching and deploys",
        |options| {
            during(options, Trouble::Html, 2, 5);
        },
    )
    .takes(15 * 60, 20 * 60),
    case("a proxy answers with a page at the start", "stops and names the proxy as the cause", |options| {
        options.faults.html = 1;
    })
    .stops("something that is not JSON"),
    case("redirections without an end", "none is followed; stops", |options| {
        options.faults.redirected = u32::MAX;
    })
    .stops("was redirected"),
    case("an answer of 2 GB at the start", "refused after 32 MiB; stops", |options| {
        options.faults.huge = 1;
    })
    .stops("longer than 32 MiB"),
    case(
        "an answer of 2 GB while it runs",
        "refused after 32 MiB; goes on watching and deploys",
        |options| {
            vault_takes(options, 2);
            (options.faults.after, options.faults.huge) = (3, 1);
        },
    ),
    case("the deployment is not found at first after it was sent", "waits until it is", |options| {
        options.faults.hidden = vec![("genai-lz-baseline".to_owned(), 4)];
    }),
    case("API Management takes 45 minutes", "waits, with the time it takes in sight", |options| {
        vault_takes(options, 45);
    })
    .takes(45 * 60, 48 * 60),
    case(
        "the third resource fails",
        "stops, says what stands; the next run makes up for the rest",
        |options| {
            options.faults.failing_at =
                Some((3, ArmFault::new(409, "SkuNotAvailable", "not in this region")));
        },
    )
    .stops("SkuNotAvailable: not in this region"),
    case(
        "API Management refuses a policy",
        "stops at the line of the policy, and the line of the spec",
        |options| {
            let detail = ArmFault::new(
                400,
                "ValidationError",
                "Error in element 'set-header' on line 19, column 7: missing",
            )
            .with_target("representation");
            let fault = ArmFault::new(400, "ValidationError", "One or more fields contain incorrect values:");
            vault_fails(options, fault.with_details(vec![detail]));
        },
    )
    .stops("on line 19, column 7"),
    case("Azure Policy denies a resource", "stops and names the policy", |options| {
        options.faults.denied = vec![Denial::of_type("Microsoft.KeyVault/vaults", "No vaults")];
    })
    .stops("RequestDisallowedByPolicy"),
];

/// What other tests try, and where.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "the process is killed at any moment, and run again",
        "follows what is under way, leaves alone what is done: one deployment for each stage",
    ),
    ("two runs of one spec at once", "one deployment, which both follow"),
    (
        "something else is being deployed under the name",
        "stops with `deployment-under-way`, waits for it or cancels it (`--on-busy`)",
    ),
    ("somebody cancels the deployment elsewhere", "stops and says so"),
    ("a proxy closes idle connections", "another connection is made"),
];

/// What came of it, when it began and when it ended, and how often it was sent.
async fn deploy(case: &Case) -> (Result<Outcome, Failure>, [u64; 2], usize) {
    let clock = Arc::new(FastClock { skew_hours: case.skew_hours, ..FastClock::default() });
    let server_clock = Arc::clone(&clock);
    let mut options = ArmOptions {
        retry_after_s: 15,
        clock: Some(Arc::new(move || server_clock.moved())),
        tls: case.sign_in == SignIn::Entra,
        ..ArmOptions::default()
    };
    (case.set)(&mut options);
    let server = ArmServer::start(options).await.unwrap();
    let options = ClientOptions { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..ClientOptions::default() };
    let client = match case.sign_in {
        SignIn::Fixed => client_with(&server, server.token(), options),
        SignIn::Entra => {
            let ca = CaBundle::read(server.ca_pem().unwrap().as_bytes()).unwrap();
            let cloud = Cloud::discover(server.base_url(), Some(ca.clone())).await.unwrap();
            let (client_id, secret) = server.client();
            let facts = SignInFacts {
                tenant_id: Some(server.tenant_id().to_owned()),
                client_id: Some(client_id.to_owned()),
                client_secret: Some(SecretString::new(secret)),
                ..SignInFacts::default()
            };
            let endpoint = cloud.endpoint.clone();
            let credential =
                Credential::Entra { kind: CredentialKind::ClientSecret, facts: Box::new(facts), cloud };
            ArmClient::new(&endpoint, credential, ClientOptions { ca: Some(ca), ..options }).unwrap()
        }
    };
    let (stages, options, control) = ([stage("baseline", &[])], Options::default(), Control::default());
    let mut began = None;
    let mut events = |event: Event| {
        if matches!(event, Event::StageStarted { .. }) {
            began = Some(clock.moved().as_secs());
        }
    };
    let result = apply(&client, server.subscription_id(), &stages, &options, &mut events, &control).await;
    let ended = clock.moved().as_secs();
    (result, [began.unwrap_or(ended), ended], puts(&server, "genai-lz-baseline"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_is_sat_out_where_it_passes_and_told_where_it_does_not() {
    let mut wrong = Vec::new();
    let mut running = tokio::task::JoinSet::new();
    for case in CASES {
        // One after the other would take a minute; eight at a time leave each of them its turn.
        if running.len() == 8 {
            wrong.extend(running.join_next().await.unwrap().unwrap());
        }
        running.spawn(check(case));
    }
    while let Some(found) = running.join_next().await {
        wrong.extend(found.unwrap());
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

async fn check(case: &'static Case) -> Option<String> {
    let (result, [began_s, took_s], n_puts) = deploy(case).await;
    let (least, most) = case.takes_s;
    let is_expected = match (&result, case.stops) {
        (Ok(_), None) => n_puts == 1,
        (Err(failure), Some(says)) => {
            failure.to_string().contains(says) && !failure.hints.is_empty() && n_puts <= 1
        }
        (Ok(_), Some(_)) | (Err(_), None) => false,
    };
    let came = match &result {
        Ok(_) => "deployed".to_owned(),
        Err(failure) => format!("{failure} {:?}", failure.hints),
    };
    (!is_expected || took_s < least || began_s > most)
        .then(|| format!("{}: {came}, {began_s} s, {took_s} s, sent {n_puts} times", case.trouble))
}

#[test]
fn the_page_of_fault_cases_is_what_is_tested() {
    let mut table = String::from("| what goes wrong | what comes of it |\n|---|---|\n");
    let rows = CASES.iter().map(|case| (case.trouble, case.outcome)).chain(ELSEWHERE.iter().copied());
    rows.for_each(|(trouble, outcome)| writeln!(table, "| {trouble} | {outcome} |").unwrap());
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/DEPLOY.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- begin: fault cases -->\n", "<!-- end: fault cases -->");
    let (before, rest) = page.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let wanted = format!("{before}{begin}{table}{end}{after}");
    if std::env::var_os("GLZ_BLESS").is_some() {
        std::fs::write(&path, wanted).unwrap();
    } else {
        assert!(page == wanted, "`GLZ_BLESS=1 cargo test --lib fault_cases` writes docs/DEPLOY.md anew");
    }
}
