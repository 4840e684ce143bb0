//! Limits of an API: what is counted, together with what, and what callers are told of it.

use super::{EntityId, HeaderName, QuotaPeriod};
use crate::spec::decode::{At, Fraction, Int, choice, record};

record! {
    /// A limit on tokens per minute.
    pub struct TokenLimit {
        /// What is counted together.
        "key" key: LimitKey = default("subscription");
        /// Prompt and completion tokens per minute.
        "tokensPerMinute" tokens_per_minute: Int<1, 100000000> = required;
        /// Whether prompts are counted before the call, so that one that cannot fit is refused at once.
        "estimatePromptTokens" estimate_prompt_tokens: bool = default(true);
        /// Headers that tell callers where they stand.
        "headers" headers: TokenHeaders = default({});
    }
}

choice! {
    /// What a limit counts together.
    pub enum LimitKey {
        /// The calls of one subscription.
        Subscription = "subscription",
        /// The calls of one address.
        ClientIp = "clientIp",
        /// All calls.
        Api = "api",
    }
}

record! {
    /// Headers that tell callers where they stand.
    pub struct TokenHeaders {
        /// Tokens left in this minute.
        "remaining" remaining: HeaderName = optional;
        /// Tokens this call has used.
        "consumed" consumed: HeaderName = optional;
    }
}

record! {
    /// A limit on requests, or on the tokens that answers say they took; beyond it, callers see 429.
    pub struct RequestLimit {
        /// What is counted together.
        "key" key: LimitKey = default("subscription");
        /// What is counted: calls, or the `usage.total_tokens` of answers, for models whose tokens `tokenLimit` cannot count.
        "count" count: Counted = default("calls");
        /// How many per period.
        "calls" calls: Int<1, 100000000> = required;
        /// The period. API Management takes up to five minutes.
        "periodSeconds" period_seconds: Int<1, 300> = default(60);
    }
}

choice! {
    /// What a request counts for.
    pub enum Counted {
        /// Each request for one.
        Calls = "calls",
        /// Each good answer for the tokens in its `usage`, and for one where it has none. Answers have to be read whole, so the
        /// API does not stream, and a request that asks for a stream is refused.
        Tokens = "tokens",
    }
}

record! {
    /// Tokens per longer period; beyond it, callers see 403.
    pub struct KeyedTokenQuota {
        /// What is counted together.
        "key" key: LimitKey = default("subscription");
        /// Prompt and completion tokens.
        "tokens" tokens: Int<1, 4000000000> = required;
        /// The period, which begins with the hour, day, week, month or year in UTC.
        "period" period: QuotaPeriod = required;
    }
}

record! {
    /// A total limit, and classes of requests that get a share of it. A class may use its base plus a share of what
    /// remains of the total, so everybody slows down as it runs out, and the favoured class last.
    pub struct AdaptiveLimit {
        /// The limit of all classes together.
        "total" total: AdaptiveTotal = required;
        /// The classes. The first whose condition holds decides; the one with `default: true` takes the rest.
        "classes" classes: Vec<At<AdaptiveClass>> = required;
        /// Headers that tell callers where all classes together stand.
        "headers" headers: TokenHeaders = default({});
    }
}

record! {
    /// The limit of all classes together.
    pub struct AdaptiveTotal {
        /// Prompt and completion tokens per minute.
        "tokensPerMinute" tokens_per_minute: Int<1, 100000000> = required;
    }
}

record! {
    /// A class of requests.
    pub struct AdaptiveClass {
        /// The class's name.
        "name" name: EntityId = required;
        /// Which requests are in it.
        "when" when: AdaptiveWhen = optional;
        /// Whether it takes the requests of no other class.
        "default" is_default: bool = default(false);
        /// Tokens per minute it always has.
        "base" base: Int<1, 100000000> = required;
        /// The share of the total's remaining tokens it has besides.
        "shareOfRemaining" share_of_remaining: Fraction = default(0);
        /// Headers that tell callers where the class stands.
        "headers" headers: TokenHeaders = default({});
    }
}

record! {
    /// Which requests are in a class.
    pub struct AdaptiveWhen {
        /// Those with this header.
        "header" header: HeaderName = required;
    }
}
