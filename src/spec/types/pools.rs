//! `pools`: accounts that answer for each other, and when one of them is left alone for a while.

use super::{BackendRef, Duration, EntityId, StatusRange};
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
    }
    refused { "sessionAffinity": "requests carry their own state" }
    needs {
        "members": "any tier but Consumption; a pool has up to 30 members",
        "breaker": "any tier but Consumption; a backend has one rule",
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
        /// How many failures open the breaker. One makes the next attempt go elsewhere at once.
        "count" count: Int<1, 10000> = default(1);
        /// The time within which they are counted.
        "interval" interval: Duration = default("PT10S");
        /// The statuses that count as failures, such as `"429"` or `"500-599"`.
        "statusCodes" status_codes: Vec<At<StatusRange>> = default(["429", "500-599"]);
        /// How long the breaker stays open.
        "trip" trip: Duration = default("PT1M");
        /// Whether a `Retry-After` of the account decides instead.
        "acceptRetryAfter" accept_retry_after: bool = default(true);
    }
    refused { "percentage": "failures are counted", "errorReasons": "failures are told by status" }
    needs { "acceptRetryAfter": "`Microsoft.ApiManagement` 2024-05-01, which is deployed with" }
}

impl Breaker {
    /// True where both open and close alike, wherever they were written.
    pub fn same_as(&self, other: &Self) -> bool {
        let parts = |breaker: &Self| {
            (
                breaker.count.value,
                breaker.interval.seconds,
                breaker.trip.seconds,
                breaker.accept_retry_after.value,
                breaker.status_codes.iter().map(|range| range.value).collect::<Vec<_>>(),
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
