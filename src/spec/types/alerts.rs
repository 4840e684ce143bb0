//! `baseline.monitoring`: what is watched, who is told, and what is shown.

use super::{ActionGroupId, Email, MonthStart};
use crate::spec::decode::{At, Int, choice, record};

choice! {
    /// A part of the workbook. Each asks the logs of the gateway.
    pub enum Dashboard {
        /// Tokens by team, product, subscription, model and backend, and over time.
        Tokens = "tokens",
        /// What they cost by the price table.
        Cost = "cost",
        /// Requests that met a limit or a quota, and what failed.
        Throttling = "throttling",
        /// How much of the traffic provisioned throughput served.
        Spillover = "spillover",
    }
}

record! {
    /// Alerts on the logs of the gateway, as rules of Azure Monitor. Left out, there are none.
    pub struct Alerts {
        /// Who is told.
        "notify" notify: Notify = required;
        /// Too many requests met a limit (429), of the gateway or of a model.
        "throttling" throttling: ShareAlert = optional;
        /// Callers have used up a quota (403).
        "quotaExceeded" quota_exceeded: CountAlert = optional;
        /// Too many requests failed (5xx), a model that does not answer among them.
        "backendFailures" backend_failures: ShareAlert = optional;
        /// Too many requests were turned away at the door (401): a wrong key, or a token that is none.
        "auth" auth: ShareAlert = optional;
        /// Content Safety turned requests away (403).
        "contentSafety" content_safety: CountAlert = optional;
    }
    refused { "pii": "texts are passed on as they are" }
}

record! {
    /// Who is told of an alert.
    pub struct Notify {
        /// Addresses that get an e-mail.
        "emails" emails: Vec<At<Email>> = default([]);
        /// Action groups that are there already, by id.
        "actionGroups" action_groups: Vec<At<ActionGroupId>> = default([]);
    }
    refused { "webhooks": "the URL of a webhook is a secret: make an action group with it and name it in `actionGroups`" }
}

record! {
    /// An alert on a share of the requests.
    pub struct ShareAlert {
        /// From how many percent of the requests on.
        "percent" percent: Int<1, 100> = default(5);
        /// How many requests there have to be, so that one among two is no alarm.
        "minRequests" min_requests: Int<1, 1000000> = default(20);
        /// The time that is looked at, again and again as long as that.
        "window" window: AlertWindow = default("PT15M");
        /// How bad it is: 0 is critical, 4 is talkative.
        "severity" severity: Int<0, 4> = default(2);
    }
}

record! {
    /// An alert on a number of requests.
    pub struct CountAlert {
        /// From how many requests of a subscription on.
        "requests" requests: Int<1, 1000000> = default(1);
        /// The time that is looked at, again and again as long as that.
        "window" window: AlertWindow = default("PT15M");
        /// How bad it is: 0 is critical, 4 is talkative.
        "severity" severity: Int<0, 4> = default(2);
    }
}

choice! {
    /// The time that an alert looks at, which is one of those that Azure Monitor offers.
    pub enum AlertWindow {
        /// Five minutes.
        FiveMinutes = "PT5M",
        /// Ten minutes.
        TenMinutes = "PT10M",
        /// A quarter of an hour.
        Quarter = "PT15M",
        /// Half an hour.
        HalfHour = "PT30M",
        /// An hour.
        Hour = "PT1H",
        /// Six hours.
        SixHours = "PT6H",
        /// A day.
        Day = "P1D",
    }
}

record! {
    /// A budget in Cost Management for what the landing zone's resource groups cost in a month. It tells; it stops nothing.
    pub struct Budget {
        /// The amount, in the currency of the subscription's bill.
        "amount" amount: Int<1, 1000000000> = required;
        /// The month that it begins with. Azure takes the current one or a later one, and never changes it.
        "from" from: MonthStart = required;
        /// Addresses that get an e-mail.
        "contacts" contacts: Vec<At<Email>> = required;
        /// At how many percent of the amount they do.
        "percents" percents: Vec<At<Int<1, 1000>>> = default([80, 100]);
    }
}
