//! What the spec can say of a policy: the pool, the limits, the retry, the metric and the records. Whether that is all
//! that the policy does is found afterwards, by comparing it with what the spec renders.

use std::sync::{Arc, LazyLock};

use regex::Regex;
use serde_json::{Map, Value as Json, json};

use crate::policy::{self, Document, Element, canonical_text};
use crate::render::dimension_expressions;
use crate::spec::{DimensionValue, KnownDimension, UsageField};
use crate::text::Source;

/// Policies that do what holds without them.
pub(super) const WITHOUT_EFFECT: &[&str] = &[
    policy::DEFAULT_GLOBAL_POLICY,
    "<policies><inbound><base/></inbound><backend><base/></backend><outbound><base/></outbound><on-error><base/></on-error>\
     </policies>",
];

/// What was read of an API's policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ApiRead {
    /// The pool or backend that it goes to.
    pub(super) backend: Option<String>,
    /// Fields of the API in the spec.
    pub(super) fields: Map<String, Json>,
}

pub(super) fn read_api(text: &str) -> ApiRead {
    let read = Reader::new(text);
    let mut fields = Map::new();
    if let Some(forward) = read.first(&["forward-request"]) {
        if read.attribute(forward, "buffer-response").as_deref() != Some("false") {
            fields.insert("streaming".to_owned(), false.into());
        }
        let timeout = read.number(forward, "timeout").filter(|seconds| (1..=240).contains(seconds));
        fields.extend(timeout.map(|seconds| ("timeoutSeconds".to_owned(), seconds.into())));
    }
    fields.extend(read.retry().map(|retry| ("retry".to_owned(), retry)));
    let mut policies = Map::new();
    policies.extend(read.token_limit().map(|limit| ("tokenLimit".to_owned(), limit)));
    let mut usage = Map::new();
    usage.extend(read.metric().map(|metric| ("metric".to_owned(), metric)));
    usage.extend(read.records().map(|records| ("eventHub".to_owned(), records)));
    if !usage.is_empty() {
        policies.insert("usage".to_owned(), Json::Object(usage));
    }
    if !policies.is_empty() {
        fields.insert("policies".to_owned(), Json::Object(policies));
    }
    let backend =
        read.first(&["set-backend-service"]).and_then(|element| read.attribute(element, "backend-id"));
    ApiRead { backend, fields }
}

/// The limits of a product's policy; None where it has none that a spec has.
pub(super) fn read_limits(text: &str) -> Option<Json> {
    let read = Reader::new(text);
    let limit = read.first(TOKEN_LIMIT)?;
    let mut limits = Map::new();
    limits.extend(
        read.number(limit, "tokens-per-minute").map(|tokens| ("tokensPerMinute".to_owned(), tokens.into())),
    );
    if let (Some(tokens), Some(period)) =
        (read.number(limit, "token-quota"), read.attribute(limit, "token-quota-period"))
    {
        limits.insert("tokenQuota".to_owned(), json!({"tokens": tokens, "period": period}));
    }
    (!limits.is_empty()).then_some(Json::Object(limits))
}

const TOKEN_LIMIT: &[&str] = &["llm-token-limit", "azure-openai-token-limit"];
const TOKEN_METRIC: &[&str] = &["llm-emit-token-metric", "azure-openai-emit-token-metric"];

struct Reader {
    document: Document,
}

impl Reader {
    /// In one format, so that expressions read as they were written.
    fn new(text: &str) -> Self {
        let parsed = |text: &str| policy::parse(&Source::new("policy", text)).0;
        let raw = policy::to_rawxml(&parsed(text));
        Self { document: parsed(&raw) }
    }

    fn source(&self) -> &Arc<Source> {
        &self.document.source
    }

    /// The first element of one of these names, in the order of the text.
    fn first(&self, names: &[&str]) -> Option<&Element> {
        self.document.elements().find_map(|element| inside(element, names))
    }

    fn attribute(&self, element: &Element, name: &str) -> Option<String> {
        Some(element.attribute(name)?.value.as_ref()?.decode(self.source()))
    }

    fn number(&self, element: &Element, name: &str) -> Option<u32> {
        self.attribute(element, name)?.trim().parse().ok().filter(|number| *number > 0)
    }

    /// A limit of the kind that is written with `tokenLimit`: one whose number is one.
    fn token_limit(&self) -> Option<Json> {
        let limit = self.first(TOKEN_LIMIT)?;
        let key = self.attribute(limit, "counter-key")?;
        if key.starts_with("adaptive:") {
            return None;
        }
        let key = if key.contains("context.Subscription") {
            "subscription"
        } else if key.contains("IpAddress") {
            "clientIp"
        } else {
            "api"
        };
        let mut made = json!({"key": key, "tokensPerMinute": self.number(limit, "tokens-per-minute")?});
        if self.attribute(limit, "estimate-prompt-tokens").is_none_or(|value| value != "true") {
            made["estimatePromptTokens"] = false.into();
        }
        let headers =
            [("remaining", "remaining-tokens-header-name"), ("consumed", "tokens-consumed-header-name")];
        let headers: Map<String, Json> = headers
            .into_iter()
            .filter_map(|(key, name)| Some((key.to_owned(), self.attribute(limit, name)?.into())))
            .collect();
        if !headers.is_empty() {
            made["headers"] = Json::Object(headers);
        }
        Some(made)
    }

    fn retry(&self) -> Option<Json> {
        let retry = self.first(&["retry"])?;
        let statuses = statuses(&self.attribute(retry, "condition")?);
        let mut made = json!({"count": self.number(retry, "count")?.min(50)});
        if !statuses.is_empty() {
            made["statuses"] = statuses.into();
        }
        let interval = self.attribute(retry, "interval").and_then(|text| text.parse::<u32>().ok());
        if let Some(interval) = interval.filter(|seconds| *seconds <= 60) {
            made["intervalSeconds"] = interval.into();
        }
        made["firstFastRetry"] = self
            .attribute(retry, "first-fast-retry")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
            .into();
        Some(made)
    }

    fn metric(&self) -> Option<Json> {
        let metric = self.first(TOKEN_METRIC)?;
        let dimensions = metric.elements().filter(|element| element.name == "dimension");
        let dimensions: Vec<Json> = dimensions.filter_map(|element| self.dimension(element)).collect();
        let mut made = json!({ "dimensions": dimensions });
        if let Some(namespace) = self.attribute(metric, "namespace") {
            made["namespace"] = namespace.into();
        }
        Some(made)
    }

    /// None where its value is none that a spec has.
    fn dimension(&self, element: &Element) -> Option<Json> {
        let name = self.attribute(element, "name")?;
        let Some(value) = self.attribute(element, "value") else {
            return KnownDimension::WORDS.contains(&name.as_str()).then(|| name.into());
        };
        let same = |text: &str| canonical_text(&format!("<x a=\"{}\"/>", text.replace('"', "&quot;")));
        let values = [
            DimensionValue::ClientIp,
            DimensionValue::ProductName,
            DimensionValue::SubscriptionName,
            DimensionValue::OperationName,
            DimensionValue::Deployment,
        ];
        let value = same(&value);
        let is_known =
            |known: &DimensionValue| dimension_expressions(*known).iter().any(|own| same(own) == value);
        let known = values.into_iter().find(is_known)?;
        Some(json!({"name": name, "value": known.word()}))
    }

    /// The fields of records to the event hub, by the names that the expression gives them.
    fn records(&self) -> Option<Json> {
        static FIELD: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r#"new JProperty\(\s*"([A-Za-z]+)""#).expect("a pattern of our own"));
        let log = self.first(&["log-to-eventhub"])?;
        let text = self.source().slice(log.span());
        let fields: Vec<&str> = FIELD
            .captures_iter(text)
            .filter_map(|found| Some(found.get(1)?.as_str()))
            .filter(|field| UsageField::WORDS.contains(field))
            .collect();
        (!fields.is_empty()).then(|| json!({ "fields": fields }))
    }
}

/// Recurses as deep as the parser lets elements nest.
fn inside<'a>(element: &'a Element, names: &[&str]) -> Option<&'a Element> {
    if names.contains(&element.name.as_str()) {
        return Some(element);
    }
    element.elements().find_map(|child| inside(child, names))
}

/// `429` and `500-599` of a condition over `context.Response.StatusCode`, as the spec writes them.
fn statuses(condition: &str) -> Vec<Json> {
    static STATUS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"StatusCode\s*(==|>=|<=|>|<)\s*(\d{3})\b").expect("a pattern of our own")
    });
    let mut statuses = Vec::new();
    let mut from = None;
    for found in STATUS.captures_iter(condition) {
        let number = found[2].parse::<u32>().unwrap_or_default();
        match (&found[1], from) {
            ("==", _) => statuses.push(number.to_string().into()),
            (">=", _) => from = Some(number),
            (">", _) => from = Some(number + 1),
            ("<=", Some(from)) => statuses.push(format!("{from}-{number}").into()),
            ("<", Some(from)) => statuses.push(format!("{from}-{}", number - 1).into()),
            _ => {}
        }
    }
    statuses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_portal_wrote_is_read_as_far_as_a_spec_says_it() {
        let read = read_api(
            "<policies><inbound><base/><azure-openai-token-limit tokens-per-minute=\"5000\" counter-key=\"@(context.Subscription.Id)\" \
             estimate-prompt-tokens=\"false\" remaining-tokens-header-name=\"left\"/><azure-openai-emit-token-metric namespace=\"n\">\
             <dimension name=\"API ID\"/><dimension name=\"ip\" value=\"@( context.Request.IpAddress )\"/><dimension name=\"x\" value=\"@(1)\"/>\
             </azure-openai-emit-token-metric><set-backend-service backend-id=\"pool\"/></inbound><backend>\
             <retry condition=\"@(context.Response.StatusCode == 429 || (context.Response.StatusCode >= 500 &amp;&amp; context.Response.StatusCode &lt; 600))\" \
             count=\"3\" interval=\"0\"><forward-request timeout=\"120\" buffer-request-body=\"true\"/></retry></backend></policies>",
        );
        assert_eq!(read.backend.as_deref(), Some("pool"));
        assert_eq!(
            Json::Object(read.fields),
            json!({
                "streaming": false, "timeoutSeconds": 120,
                "retry": {"count": 3, "statuses": ["429", "500-599"], "intervalSeconds": 0, "firstFastRetry": false},
                "policies": {
                    "tokenLimit": {"key": "subscription", "tokensPerMinute": 5000, "estimatePromptTokens": false, "headers": {"remaining": "left"}},
                    "usage": {"metric": {"dimensions": ["API ID", {"name": "ip", "value": "clientIp"}], "namespace": "n"}},
                },
            })
        );
        assert_eq!(read_api("<policies><inbound><base/></inbound></policies>"), ApiRead::default());
        assert_eq!(read_api("not a policy <"), ApiRead::default());
        assert_eq!(read_limits("<policies><inbound><base/></inbound></policies>"), None);
    }
}
