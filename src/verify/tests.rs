//! What is asked of a landing zone, and how answers are judged.

use serde_json::json;

use super::*;
use crate::text::Source;

fn zone() -> LandingZone {
    let source = Source::new("quickstart.yaml", include_str!("../../examples/quickstart.yaml"));
    let (spec, _) = crate::spec::parse(&source, &|_| None).unwrap();
    crate::model::resolve(&spec, &source).unwrap().0
}

#[test]
fn every_product_is_asked_and_limits_only_where_tokens_may_be_spent() {
    let short = program(&zone(), false);
    let titles: Vec<&str> = short.checks.iter().map(|check| check.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "API azure-openai-api without a key answers 401",
            "API azure-openai-api with a wrong key answers 401",
            "product aoai-product opens API azure-openai-api: a model answers, with x-apim-max-remaining-tokens and \
             x-apim-max-consumed-tokens",
            "product multi-tenant-product1 opens API azure-openai-api: a model answers, with \
             x-apim-max-remaining-tokens and x-apim-max-consumed-tokens",
            "product multi-tenant-product2 opens API azure-openai-api: a model answers, with \
             x-apim-max-remaining-tokens and x-apim-max-consumed-tokens",
            "API azure-openai-api streams event by event",
        ]
    );
    assert_eq!((short.requests(), short.tokens()), (4, 1100));
    assert_eq!(short.subscriptions(), ["aoai-product-subscription", "tenant1", "tenant2"]);
    assert!(short.not_asked.iter().all(|one| one.seen.contains("--spend")), "{:?}", short.not_asked);
    let whole = program(&zone(), true);
    assert_eq!((whole.checks.len(), whole.not_asked.len()), (9, 0));
    assert_eq!(whole.requests(), 124);
}

#[test]
fn a_product_that_does_not_hold_the_api_is_refused_and_one_without_subscription_is_not_asked() {
    let mut zone = zone();
    zone.products.truncate(2);
    zone.products[1].apis.clear();
    zone.products[0].subscriptions.clear();
    let program = program(&zone, false);
    let has = |text: &str| program.checks.iter().any(|check| check.title.contains(text));
    assert!(has("key of product multi-tenant-product1, which does not hold it, answers 401"));
    assert!(!has("opens API") && !has("streams"));
    assert!(
        program.not_asked.iter().any(|one| one.title == "product aoai-product opens API azure-openai-api")
    );
}

#[test]
fn a_model_that_embeds_is_not_chatted_with() {
    let mut zone = zone();
    for model in zone.apis.iter_mut().flat_map(|api| &mut api.models) {
        model.model = "text-embedding-3-small".to_owned();
    }
    let program = program(&zone, false);
    let check = program.checks.iter().find(|check| matches!(check.expect, Expect::Answered { .. })).unwrap();
    assert!(check.ask.path.contains("/embeddings?") && check.ask.body["input"].is_string());
    assert!(program.not_asked.iter().any(|one| one.seen.contains("does not stream")));
    let api = &zone.apis[0];
    assert_eq!(calls::body(api, &api.models[0], "x", true), json!({"input": "x"}));
}

#[test]
fn answers_are_judged_with_what_to_look_at() {
    let ask = program(&zone(), false).checks[0].ask.clone();
    let judged = |expect: Expect, seen: Seen| {
        let check = Check { title: "t".to_owned(), ask: ask.clone(), expect };
        let judged = judge(&check, &seen, 3);
        (judged.verdict, judged.seen, judged.look.unwrap_or_default())
    };
    let seen = |status: u16, headers: &[(&str, &str)], body: &str, pieces: usize| Seen {
        status,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: body.to_owned(),
        pieces,
        took_ms: 900,
    };
    let answered = || Expect::Answered { headers: vec!["x-left".to_owned()] };
    let chat = r#"{"choices": [{"message": {"content": "yes"}}]}"#;
    let stream = "data: {}\n\ndata: [DONE]\n\n";
    let events = [("content-type", "text/event-stream; charset=utf-8")];
    let limit = r#"{"statusCode": 429, "message": "Token limit is exceeded. Try again in 9 seconds."}"#;
    for (expect, seen, passes, told) in [
        (Expect::Refused, seen(401, &[], "", 0), true, "401"),
        (Expect::Refused, seen(200, &[], chat, 1), false, "anybody can call it"),
        (answered(), seen(200, &[("x-left", "12")], chat, 1), true, "200, x-left: 12"),
        (answered(), seen(200, &[("x-left", "many")], chat, 1), false, "200 without a number in x-left"),
        (answered(), seen(200, &[("x-left", "1")], "<html>", 1), false, "200, <html>"),
        (
            answered(),
            seen(401, &[], "lacks the required data action", 1),
            false,
            "Cognitive Services OpenAI User",
        ),
        (answered(), seen(401, &[], "invalid subscription key", 1), false, "the product is published"),
        (answered(), seen(404, &[], "", 1), false, "`--gateway`"),
        (
            answered(),
            seen(403, &[], "Microsoft-Azure-Application-Gateway/v2 azure-application-gateway", 1),
            false,
            "firewall",
        ),
        (answered(), seen(502, &[], "", 1), false, "backend health"),
        (answered(), seen(500, &[], "\u{1b}[31mred", 1), false, "500, \\u{1b}[31mred"),
        (Expect::Streamed, seen(200, &events, stream, 5), true, "200, 5 pieces"),
        (Expect::Streamed, seen(200, &events, stream, 1), false, "in one piece"),
        (Expect::Streamed, Seen { took_ms: 20, ..seen(200, &events, stream, 1) }, true, "too quick to tell"),
        (Expect::Streamed, seen(200, &events, "data: {}\n\n", 5), false, "without `[DONE]`"),
        (Expect::Streamed, seen(200, &[], chat, 5), false, "200, {\"choices\""),
        (
            Expect::Limited,
            seen(429, &[("retry-after", "9")], limit, 1),
            true,
            "request 3: 429, Retry-After: 9",
        ),
        (Expect::Limited, seen(429, &[], limit, 1), false, "not by a token limit"),
        (
            Expect::Limited,
            seen(200, &[], chat, 1),
            false,
            "200, {\"choices\": [{\"message\": {\"content\": \"yes\"}}]} after 3 requests",
        ),
    ] {
        let (verdict, what, look) = judged(expect.clone(), seen.clone());
        assert_eq!(verdict == Verdict::Passed, passes, "{expect:?} {seen:?}: {what}");
        assert!(format!("{what} {look}").contains(told), "{told}: {what} {look}");
        assert_eq!(look.is_empty(), passes);
    }
}
