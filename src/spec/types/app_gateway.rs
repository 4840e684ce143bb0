//! `baseline.appGateway`: the Application Gateway with its firewall.

use super::{Fqdn, KeyVaultSecretId, RoutePattern, RuleSetVersion, ShortText, VariableName};
use crate::spec::decode::{At, Int, choice, one_of, record};

record! {
    /// The Application Gateway with its web application firewall.
    pub struct AppGateway {
        /// The name callers use, which the certificate is for.
        "fqdn" fqdn: Fqdn = required;
        /// Where the certificate comes from.
        "certificate" certificate: Certificate = default({ "selfSigned": {} });
        /// The web application firewall.
        "waf" waf: Waf = default({});
        /// The number of instances.
        "autoscale" autoscale: Autoscale = default({});
        /// How long a caller waits for the gateway's answer. Long completions take minutes.
        "backendTimeoutSeconds" backend_timeout_seconds: Int<1, 86400> = default(300);
        /// The paths that are passed on, such as `/openai/*`. Left out, those of all APIs.
        "routes" routes: Vec<At<RoutePattern>> = optional;
    }
    refused { "enabled": "leave `appGateway` out to have none", "probe": "the gateway's status path is probed" }
}

one_of! {
    /// Where the certificate comes from.
    pub enum Certificate {
        /// Made by the deployment, for trying out.
        "selfSigned" SelfSigned(SelfSigned),
        /// A PFX file.
        "pfx" Pfx(Pfx),
        /// The id of a Key Vault secret without its version, so that a renewed certificate is picked up.
        "keyVaultSecret" KeyVaultSecret(KeyVaultSecretId),
    }
}

record! {
    /// A self-signed certificate.
    pub struct SelfSigned {
        /// How long it is valid.
        "validityMonths" validity_months: Int<1, 120> = default(12);
    }
}

record! {
    /// A certificate from a PFX file. Its password is taken from the environment, never from a file.
    pub struct Pfx {
        /// The file's path, from the folder of the spec.
        "file" file: ShortText = required;
        /// The environment variable that holds the password. Left out, the file has none.
        "passwordEnv" password_env: VariableName = optional;
    }
    refused { "password": "name the environment variable that holds it in `passwordEnv`" }
}

record! {
    /// The web application firewall.
    pub struct Waf {
        /// Whether requests that look like an attack are refused or only logged.
        "mode" mode: WafMode = default("prevention");
        /// The managed rules.
        "ruleSet" rule_set: RuleSet = default({});
        /// The largest request body that is inspected and let through. Prompts are long.
        "maxBodyKb" max_body_kb: Int<8, 2000> = default(2000);
    }
    refused { "exclusions": "the exclusions that prompts need are built in" }
}

choice! {
    /// Whether the firewall refuses requests.
    pub enum WafMode {
        /// It refuses them.
        Prevention = "prevention",
        /// It only logs them.
        Detection = "detection",
    }
}

record! {
    /// The managed rules of the firewall.
    pub struct RuleSet {
        /// The family of rules.
        "type" rule_set_type: RuleSetType = default("Microsoft_DefaultRuleSet");
        /// Their version.
        "version" version: RuleSetVersion = default("2.1");
    }
}

choice! {
    /// A family of managed rules.
    pub enum RuleSetType {
        /// Microsoft's own.
        Microsoft = "Microsoft_DefaultRuleSet",
        /// The OWASP core rule set.
        Owasp = "OWASP",
    }
}

record! {
    /// The number of instances.
    pub struct Autoscale {
        /// At least.
        "min" min: Int<0, 100> = default(2);
        /// At most.
        "max" max: Int<2, 125> = default(3);
    }
}
