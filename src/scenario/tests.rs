//! What is wrong with scenario files, told with its place.

use super::*;

const CONFIG: &str = "```toml config\n[[api]]\nid = \"a\"\npath = \"a\"\nopen = true\noperations = [\"GET /x\"]\n\n\
    [[backend]]\nid = \"one\"\nurl = \"https://one.example\"\n```\n";
const REQUEST: &str = "```http request\nGET /a/x\n```\n";

/// Findings as `line code: message`, of reading and else of running the first case.
fn found(text: &str) -> Vec<String> {
    let source = Source::new("s.md", text);
    let found = match read(&source) {
        Err(found) => found,
        Ok(file) => match run(&file, &file.cases[0], &Options::default(), &NoSpecs) {
            Err(found) => found,
            Ok(_) => return Vec::new(),
        },
    };
    found
        .0
        .iter()
        .map(|one| {
            let line = one.primary.as_ref().map_or(0, |label| label.source.position(label.span.start).line);
            format!("{line} {}: {}", one.code.id, one.message)
        })
        .collect()
}

#[track_caller]
fn case(text: &str, expected: &[&str]) {
    assert_eq!(found(text), expected, "{text}");
}

#[test]
fn blocks_that_say_nothing_are_refused() {
    case(
        "# only a title\n",
        &["1 scenario-empty: the file has no case, which begins with a heading `## name`"],
    );
    case(&format!("## c\n{CONFIG}{REQUEST}"), &["1 scenario-empty: the case `c` expects nothing"]);
    case(
        &format!("## c\n{CONFIG}{REQUEST}```expect\n# a remark\n```\n"),
        &["16 scenario-empty: the block expects nothing"],
    );
    case(
        "## c\n```json\n{}\n```\n```expect\nstatus is 200\n",
        &[
            "5 scenario-block: the block `expect` has no end",
            "2 scenario-block: `json` is not a block of a scenario",
        ],
    );
    case(
        &format!("## c\n{CONFIG}```expect\nstatus is 200\n```\n"),
        &["13 scenario-block: the block `expect` looks at one request, and stands before it"],
    );
    case(
        &format!("## c\n{REQUEST}{CONFIG}```expect\nstatus is 200\n```\n"),
        &["5 scenario-block: the block `toml config` stands behind a request: the gateway was built before"],
    );
}

#[test]
fn values_and_names_are_told_with_their_place() {
    let expect = "```expect\nstatus is 200\n```\n";
    case(
        &format!("## c\n```toml config\nv3 = true\n```\n{REQUEST}{expect}"),
        &[
            "3 scenario-value: unknown field `v3`, expected one of `v2`, `named-values`, `secret-named-values`, `loggers`, `api`, `contract`, `schemas`, `service-schemas`, `certificate`, `authorities`, `product`, `subscription`, `backend`, `pool`",
        ],
    );
    case(
        &format!("## c\n{CONFIG}```wait\n5\n```\n{REQUEST}{expect}"),
        &["14 scenario-value: `5` is not a time such as `250 ms`, `1.5 s`, `2 min` or `1 h`"],
    );
    case(
        &format!("## c\n{CONFIG}```http request\nGET /a/x\nno header\n```\n{expect}"),
        &["15 scenario-request: `no header` is not a header"],
    );
    case(
        &format!("## c\n{CONFIG}```http request\nGET /a/x\n:certificate: AAEC\n```\n{expect}"),
        &["15 scenario-request: the caller's certificate cannot be read: this is no X.509 certificate"],
    );
    case(
        &format!("## c\n{CONFIG}{REQUEST}```expect\nstatus is\n```\n"),
        &["17 scenario-expectation: nothing stands behind `is`"],
    );
    case(
        &format!("## c\n{CONFIG}{REQUEST}```expect\ncalls to two is 1\ntokens of me is 1\n```\n"),
        &["17 scenario-name: there is no backend `two`", "18 scenario-name: there is no subscription `me`"],
    );
    case(
        &format!("## c\n{CONFIG}```xml policy api b\n<policies/>\n```\n{REQUEST}{expect}"),
        &["13 scenario-name: there is no API `b`"],
    );
    case(
        &format!("## c\n```spec\nzone.yaml\n```\n{REQUEST}{expect}"),
        &[
            "0 scenario-spec: the spec `zone.yaml` cannot be deployed from here",
            "3 scenario-spec: the spec `zone.yaml` does not come to a gateway",
        ],
    );
    case(
        &format!(
            "## c\n{CONFIG}```toml upstreams\n\"one.example\" = [{{ status = 99 }}]\n```\n{REQUEST}{expect}"
        ),
        &["14 scenario-value: upstream `one.example`: `status` is from 100 to 599, not 99"],
    );
    case(
        &format!(
            "## c\n{CONFIG}```toml load\n[[request]]\nname = \"r\"\npath = \"/a/x\"\n[[phase]]\nusers = 1\nfor = \"1 s\"\n```\n```expect\nrequests is 1\n```\n"
        ),
        &[
            "14 scenario-value: `r` needs a `body`: only chat completions, completions and embeddings have one made up",
        ],
    );
}

#[test]
fn a_finding_in_a_policy_stands_where_the_policy_does() {
    let policy = "```xml policy api\n<policies>\n<inbound>\n<set-backend-service backend-id=\"no\"/>\n</inbound>\n</policies>\n```\n";
    case(
        &format!("## c\n{CONFIG}{policy}{REQUEST}```expect\nstatus is 200\n```\n"),
        &[
            "16 gateway-unknown-backend: there is no backend `no`; the service says \"Backend with id 'no' could not be found.\"",
        ],
    );
}

#[test]
fn the_same_seed_gives_the_same_and_another_one_does_not() {
    let text = format!(
        "{CONFIG}```toml upstreams\n[\"one.example\"]\nopen = true\nlatency = \"90 ms\"\njitter = 50\n\
         deployments = [{{ name = \"gpt\", tokens-per-minute = 1000000 }}]\n```\n\
         ```xml policy api\n<policies><inbound><set-backend-service base-url=\"https://one.example/openai/deployments/gpt/chat/completions?api-version=2024-10-21\"/>\
         <set-method>POST</set-method><rewrite-uri template=\"/\"/></inbound></policies>\n```\n## c\n\
         ```toml load\n[[request]]\nname = \"r\"\nmethod = \"GET\"\npath = \"/a/x\"\n\
         body = '{{\"messages\":[{{\"role\":\"user\",\"content\":\"x\"}}]}}'\n[[phase]]\nusers = 5\nfor = \"1 min\"\nthink = [\"1 ms\", \"900 ms\"]\n```\n\
         ```expect\nanswers 200 is at least 100\n```\n"
    );
    let file = read(&Source::new("s.md", text)).unwrap();
    let report = |seed| run(&file, &file.cases[0], &Options { seed }, &NoSpecs).unwrap();
    let (one, again, other) = (report(1), report(1), report(2));
    assert!(one.passed(), "{:#?}", one.checks);
    assert_eq!((one.n_requests, &one.all_charts), (again.n_requests, &again.all_charts));
    assert_ne!(one.all_charts, other.all_charts);
}
