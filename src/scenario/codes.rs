//! The kinds of finding that reading a scenario file can give.

use crate::diag::Code;

pub static BLOCK: Code = Code::error(
    "scenario-block",
    "a block of a scenario is not one that is known, or stands where it says nothing",
    "The words after the three backticks say what a block is: `toml config`, `xml policy api`, `toml upstreams`, \
     `http request`, `toml load`, `expect` and a few more, see docs/SCENARIOS.md. Code that is only to be read goes \
     into a fence of `~~~`. An expectation stands after the request or the load it is about.",
);
pub static EMPTY: Code = Code::error(
    "scenario-empty",
    "a scenario file has no case, or a case expects nothing",
    "A case begins with a heading `## name` and holds at least one expectation. A test that expects nothing passes for \
     ever, so it is an error. Add an `expect` block, or remove the case.",
);
pub static EXPECTATION: Code = Code::error(
    "scenario-expectation",
    "an expectation is not understood",
    "An expectation is a line of a subject, a comparison and a value, such as `share of payg is 33% within 2%` or \
     `header Retry-After is 10`. docs/SCENARIOS.md lists subjects and comparisons.",
);
pub static NAME: Code = Code::error(
    "scenario-name",
    "a scenario names something that it does not have",
    "Backends, subscriptions, APIs, operations, products, requests and phases are named as the case's own blocks call \
     them. Correct the name, or add what it should be.",
);
pub static NETWORK: Code = Code::error(
    "scenario-network",
    "a case that is not run over real ports",
    "`genai-lz test --network` runs cases over real ports, where a second takes a second and a user is a thread. So the \
     loads and waits of a case take at most a minute there, with at most 200 users and 200 requests a second. Run longer ones \
     in virtual time, without `--network`.",
);
pub static NOT_COMPARED: Code = Code::note(
    "scenario-not-compared",
    "blocks that show something word for word are not compared over real ports",
    "Times differ from run to run over real ports, and HTTP adds fields of its own, so `http response`, `text attempts`, \
     `text trace`, `text changes`, `text upstream` and `text telemetry` are left out with `--network`. Expectations are \
     looked at.",
);
pub static REQUEST: Code = Code::error(
    "scenario-request",
    "a request of a scenario cannot be read",
    "A request is a line `POST /path?query`, then headers `name: value`, then an empty line and the body.",
);
pub static SPEC: Code = Code::error(
    "scenario-spec",
    "the spec that a scenario names cannot be used",
    "The path is relative to the scenario file. The spec is rendered and evaluated as `deploy --sandbox` does it, and \
     what stops that stops the scenario.",
);
pub static VALUE: Code = Code::error(
    "scenario-value",
    "a value of a scenario is not one that fits",
    "The message says what is expected. Times have a unit: `250 ms`, `1.5 s`, `2 min`, `1 h`.",
);

/// All codes of this module.
pub const ALL: &[&Code] =
    &[&BLOCK, &EMPTY, &EXPECTATION, &NAME, &NETWORK, &NOT_COMPARED, &REQUEST, &SPEC, &VALUE];
