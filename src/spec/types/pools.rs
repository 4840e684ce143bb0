//! `pools`: accounts that answer for each other, and when one of them is left alone for a while.

use super::{BackendRef, CookieName, Duration, EntityId, StatusRange};
use crate::spec::decode::{At, Int, choice, record};

// What `needs` says: learn.microsoft.com/azure/api-management/backends (2025-05) for tiers and numbers, and the first
// stable version whose types know the properties (Azure/bicep-types-az, 2026-08).
record! {
    /// A group of accounts that answer for each other. All of them have the same deployments.
    pub struct Pool {
        /// The id that APIs refer to.
        "id" id: EntityId = required;
        /// The accounts.
        "members" members: Vec<At<PoolMember>> = required;
        /// When an account is left alone for a while. Without it, a pool never leaves its first priority group.
        "breaker" breaker: Breaker = default({});
        /// What callers see when no account can answer.
        "whenExhausted" when_exhausted: WhenExhausted = default({});
        /// Whether a caller stays with the account that answered first. Left out, every request is shared out anew.
        "sessionAffinity" session_affinity: SessionAffinity = optional;
    }
    needs {
        "sessionAffinity": "`Microsoft.ApiManagement` 2024-10-01-preview; pools that have it are deployed with 2025-09-01-preview",
        "members": "any tier but Consumption; a pool has up to 30 members",
        "breaker": "any tier but Consumption; a backend has one rule",
    }
}

record! {
    /// How a caller is told apart, so that what an account keeps of it (the Responses API does) is found again. A caller whose
    /// account rests goes to another one and stays there.
    pub struct SessionAffinity {
        /// The cookie that the first answer sets. Callers have to keep it and send it along, which SDKs do not do by themselves.
        "cookie" cookie: CookieName = default("SessionId");
    }
}

record! {
    /// An account in a pool.
    pub struct PoolMember {
        /// The id of the account, or one deployment of it: `ACCOUNT/DEPLOYMENT`. A deployment has a breaker of its own, so that one
        /// model that is busy does not take the account's others along.
        "backend" backend: BackendRef = required;
        /// The group: the lowest number is used first, and a higher one only when all breakers of the lower are open.
        "priority" priority: Int<0, 100> = required;
        /// The share of requests within the group.
        "weight" weight: Int<1, 100> = default(1);
    }
    needs {
        "priority": "`Microsoft.ApiManagement` 2024-05-01, which is deployed with",
        "weight": "`Microsoft.ApiManagement` 2024-05-01, which is deployed with",
    }
}

record! {
    /// When an account is left alone for a while.
    pub struct Breaker {
        /// How many failures open the breaker. One makes the next attempt go elsewhere at once, and is what holds where
        /// neither this nor `percentage` is given.
        "count" count: Int<1, 10000> = optional;
        /// In place of `count`: which share of the calls of the interval has to fail, in percent. After calls that went
        /// well a single failure does not open the breaker, so a retry may reach the same account once more.
        "percentage" percentage: Int<1, 100> = optional;
        /// The time within which they are counted.
        "interval" interval: Duration = default("PT10S");
        /// The statuses that count as failures, such as `"429"` or `"500-599"`.
        "statusCodes" status_codes: Vec<At<StatusRange>> = default(["429", "500-599"]);
        /// Which calls without an answer count as failures besides. The caller of such a call sees an error; whoever comes
        /// next goes elsewhere.
        "errorReasons" error_reasons: Vec<At<ErrorReason>> = default([]);
        /// How long the breaker stays open.
        "trip" trip: Duration = default("PT1M");
        /// Whether a `Retry-After` of the account decides instead.
        "acceptRetryAfter" accept_retry_after: bool = default(true);
    }
    needs { "acceptRetryAfter": "`Microsoft.ApiManagement` 2024-05-01, which is deployed with" }
}

// The resource type takes any text and no page lists what is understood; samples write `timeout`, `Server errors` and worse.
// These two are what `context.LastError.Reason` and the gateway's logs call a call that brought no answer
// (learn.microsoft.com/azure/api-management/api-management-error-handling-policies, seen 2026-11).
choice! {
    /// Why no answer came.
    pub enum ErrorReason {
        /// The account did not answer within `timeoutSeconds` of the API.
        Timeout = "Timeout",
        /// The account could not be reached, or the connection broke.
        BackendConnectionFailure = "BackendConnectionFailure",
    }
    refused { "ClientConnectionFailure": "a caller who goes away says nothing about the account" }
}

impl Breaker {
    /// How many failures open it; None where a share of the calls does.
    pub fn failures(&self) -> Option<u32> {
        let counted = self.count.as_ref().map_or(1, |count| count.0);
        self.percentage.is_none().then_some(counted)
    }

    /// True where both open and close alike, wherever they were written.
    pub fn same_as(&self, other: &Self) -> bool {
        let parts = |breaker: &Self| {
            (
                breaker.failures(),
                breaker.percentage.as_ref().map(|percentage| percentage.0),
                breaker.interval.seconds,
                breaker.trip.seconds,
                breaker.accept_retry_after.value,
                breaker.status_codes.iter().map(|range| range.value).collect::<Vec<_>>(),
                breaker.error_reasons.iter().map(|reason| reason.value).collect::<Vec<_>>(),
            )
        };
        parts(self) == parts(other)
    }
}

record! {
    /// What callers see when no account can answer.
    pub struct WhenExhausted {
        /// The status. SDKs wait and try again on 429.
        "status" status: Int<429, 429> = default(429);
        /// The `Retry-After` header.
        "retryAfter" retry_after: RetryAfter = default("lowest");
    }
}

choice! {
    /// What the `Retry-After` header says.
    pub enum RetryAfter {
        /// The shortest time that any of the accounts asked for.
        Lowest = "lowest",
    }
    refused { "fixed", "highest", "none" }
}
