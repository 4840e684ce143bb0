//! The names of Azure resources: [`PATTERN`] or the spec's, within the rule that each resource type has. A name that is too
//! long loses its region, then its hyphens, and never its identifier, which is what keeps it apart from everybody
//! else's (D-23).

/// What names are made of where the spec says nothing else.
pub const PATTERN: &str = "{abbreviation}-{name}-{environment}-{region}-{identifier}";

/// What names are made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stem {
    pub workload: String,
    pub environment: String,
    /// Normalized, such as `westus3`.
    pub location: String,
    pub identifier: String,
    /// As [`PATTERN`], with its abbreviation and identifier.
    pub pattern: String,
}

/// The rule of a resource type. Lengths and characters are those of "Naming rules and restrictions for Azure
/// resources" (learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules, seen 2026-11-22).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub resource_type: &'static str,
    pub length_min: usize,
    pub length_max: usize,
    pub alphabet: Alphabet,
    /// Whether the name has to be the only one of its kind in all of Azure.
    pub global: bool,
}

/// The characters of a name. All of them begin with a letter and end with a letter or digit, but for dotted ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// Letters, digits and hyphens.
    Hyphens,
    /// As before, and no two hyphens in a row.
    SingleHyphens,
    /// Letters and digits.
    Alphanumeric,
    /// Letters, digits, hyphens, dots and underscores; a digit may be first, and an underscore last.
    Dotted,
}

const fn rule(resource_type: &'static str, length: (usize, usize), alphabet: Alphabet, global: bool) -> Rule {
    Rule { resource_type, length_min: length.0, length_max: length.1, alphabet, global }
}

/// The longest name of a backend entity (REST reference of backends, 2024-05-01).
pub const BACKEND_MAX: usize = 80;

pub const RESOURCE_GROUP: Rule = rule("Microsoft.Resources/resourceGroups", (1, 90), Alphabet::Dotted, false);
pub const VIRTUAL_NETWORK: Rule = rule("Microsoft.Network/virtualNetworks", (2, 64), Alphabet::Dotted, false);
pub const NSG: Rule = rule("Microsoft.Network/networkSecurityGroups", (1, 80), Alphabet::Dotted, false);
pub const ROUTE_TABLE: Rule = rule("Microsoft.Network/routeTables", (1, 80), Alphabet::Dotted, false);
pub const PUBLIC_IP: Rule = rule("Microsoft.Network/publicIPAddresses", (1, 80), Alphabet::Dotted, false);
pub const PRIVATE_ENDPOINT: Rule =
    rule("Microsoft.Network/privateEndpoints", (2, 64), Alphabet::Dotted, false);
pub const APP_GATEWAY: Rule = rule("Microsoft.Network/applicationGateways", (1, 80), Alphabet::Dotted, false);
pub const WAF_POLICY: Rule = rule(
    "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies",
    (1, 80),
    Alphabet::Alphanumeric,
    false,
);
/// Its name is the first part of its DNS name too, below `trafficmanager.net`.
pub const TRAFFIC_MANAGER: Rule =
    rule("Microsoft.Network/trafficManagerProfiles", (1, 63), Alphabet::Hyphens, true);
pub const FRONT_DOOR: Rule = rule("Microsoft.Cdn/profiles", (5, 64), Alphabet::Hyphens, false);
/// Its DNS name begins with it and ends with what Azure adds (learn.microsoft.com/azure/frontdoor/endpoint, read 2026-12-01).
/// Its length is from github.com/hashicorp/terraform-provider-azurerm, internal/services/cdn/validate, read 2026-12-01.
pub const FRONT_DOOR_ENDPOINT: Rule =
    rule("Microsoft.Cdn/profiles/afdEndpoints", (2, 46), Alphabet::Hyphens, false);
pub const FRONT_DOOR_WAF: Rule = rule(
    "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies",
    (1, 128),
    Alphabet::Alphanumeric,
    false,
);
pub const KEY_VAULT: Rule = rule("Microsoft.KeyVault/vaults", (3, 24), Alphabet::SingleHyphens, true);
pub const LOG_ANALYTICS: Rule =
    rule("Microsoft.OperationalInsights/workspaces", (4, 63), Alphabet::Hyphens, false);
pub const APP_INSIGHTS: Rule = rule("Microsoft.Insights/components", (1, 260), Alphabet::Dotted, false);
pub const ACTION_GROUP: Rule = rule("Microsoft.Insights/actionGroups", (1, 260), Alphabet::Dotted, false);
pub const BUDGET: Rule = rule("Microsoft.Consumption/budgets", (1, 63), Alphabet::Hyphens, false);
pub const APIM: Rule = rule("Microsoft.ApiManagement/service", (1, 50), Alphabet::Hyphens, true);
pub const IDENTITY: Rule =
    rule("Microsoft.ManagedIdentity/userAssignedIdentities", (3, 128), Alphabet::Dotted, false);
/// The custom subdomain carries the same name and is what has to be the only one.
pub const ACCOUNT: Rule = rule("Microsoft.CognitiveServices/accounts", (2, 64), Alphabet::Hyphens, true);
/// The published type of 2025-07-01 allows 60 characters, and the name is part of a host name.
pub const REDIS: Rule = rule("Microsoft.Cache/redisEnterprise", (1, 60), Alphabet::SingleHyphens, true);
/// The published type of 2024-03-01 has 3 to 90 of these characters.
pub const API_CENTER: Rule = rule("Microsoft.ApiCenter/services", (3, 90), Alphabet::Hyphens, false);
/// The published type says nothing; 4 to 22 lower-case letters and digits are from memory.
pub const STORE: Rule = rule("Microsoft.Kusto/clusters", (4, 22), Alphabet::Alphanumeric, true);
pub const EVENT_HUB_NAMESPACE: Rule = rule("Microsoft.EventHub/namespaces", (6, 50), Alphabet::Hyphens, true);

impl Stem {
    /// Makes the name of a resource of the type of `rule`.
    ///
    /// # Errors
    /// The reason why not even the shortest form fits the rule, in the words of a message.
    pub fn name(&self, rule: &Rule, prefix: &str) -> Result<String, String> {
        let placeless = ["-{region}", "{region}-", "{region}"]
            .iter()
            .find(|region| self.pattern.contains(**region))
            .map_or_else(|| self.pattern.clone(), |region| self.pattern.replacen(region, "", 1));
        let close = placeless.replace('-', "");
        let forms = [&self.pattern, &placeless, &close].map(|pattern| self.filled(pattern, prefix));
        let spelt = |form: &String| match rule.alphabet {
            Alphabet::Alphanumeric => form.replace('-', ""),
            _ => form.clone(),
        };
        let fits = forms.iter().map(spelt).find(|form| form.len() <= rule.length_max);
        let name = fits.unwrap_or_else(|| spelt(&forms[0]));
        rule.check(&name)?;
        Ok(name)
    }

    fn filled(&self, pattern: &str, prefix: &str) -> String {
        pattern
            .replace("{abbreviation}", prefix)
            .replace("{name}", &self.workload)
            .replace("{environment}", &self.environment)
            .replace("{region}", &self.location)
            .replace("{identifier}", &self.identifier)
    }
}

impl Rule {
    /// Says why `name` breaks the rule.
    ///
    /// # Errors
    /// The reason, in the words of a message.
    pub fn check(&self, name: &str) -> Result<(), String> {
        let Self { resource_type, length_min, length_max, alphabet, .. } = self;
        if !(*length_min..=*length_max).contains(&name.len()) {
            return Err(format!(
                "`{name}` has {} characters; the name of a {resource_type} has {length_min} to {length_max}",
                name.len(),
            ));
        }
        let (also, words) = match alphabet {
            Alphabet::Alphanumeric => ("", "letters and digits"),
            Alphabet::Hyphens | Alphabet::SingleHyphens => ("-", "letters, digits and hyphens"),
            Alphabet::Dotted => ("-._", "letters, digits, hyphens, dots and underscores"),
        };
        let known = name.chars().all(|c| c.is_ascii_alphanumeric() || also.contains(c));
        let is_dotted = *alphabet == Alphabet::Dotted;
        let ends = name.starts_with(|c: char| c.is_ascii_alphabetic() || (is_dotted && c.is_ascii_digit()))
            && name.ends_with(|c: char| c.is_ascii_alphanumeric() || (is_dotted && c == '_'));
        let doubled = *alphabet == Alphabet::SingleHyphens && name.contains("--");
        if known && ends && !doubled {
            return Ok(());
        }
        Err(format!(
            "`{name}` does not fit {resource_type}: {words}, {}{}",
            if is_dotted {
                "a letter or digit first and no hyphen or dot last"
            } else {
                "a letter first and a letter or digit last"
            },
            if doubled { ", and no two hyphens in a row" } else { "" },
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stem(workload: &str, location: &str) -> Stem {
        Stem {
            workload: workload.to_owned(),
            environment: "dev".to_owned(),
            location: location.to_owned(),
            identifier: "abc".to_owned(),
            pattern: PATTERN.to_owned(),
        }
    }

    #[test]
    fn a_pattern_of_ones_own_is_cut_in_the_same_way() {
        for (pattern, rule, expected) in [
            ("{region}-{abbreviation}-{identifier}-{name}", &APIM, "westus3-apim-abc-lzv01"),
            ("contoso-ai-{abbreviation}-{region}-{identifier}", &KEY_VAULT, "contoso-ai-kv-abc"),
            ("contosogermanyx-ai-{abbreviation}-{region}-{identifier}", &KEY_VAULT, "contosogermanyxaikvabc"),
            ("c-{abbreviation}-{identifier}", &WAF_POLICY, "cwafabc"),
        ] {
            let stem = Stem { pattern: pattern.to_owned(), ..stem("lzv01", "westus3") };
            let prefix = if rule == &APIM {
                "apim"
            } else if rule == &WAF_POLICY {
                "waf"
            } else {
                "kv"
            };
            assert_eq!(stem.name(rule, prefix).as_deref(), Ok(expected));
        }
        let long =
            Stem { pattern: "x".repeat(24) + "{abbreviation}{identifier}", ..stem("lzv01", "westus3") };
        assert!(long.name(&KEY_VAULT, "kv").unwrap_err().contains("has 3 to 24"));
    }

    #[test]
    fn names_keep_their_identifier_when_they_are_cut() {
        for (rule, prefix, location, expected) in [
            (&APIM, "apim", "westus3", "apim-lzv01-dev-westus3-abc"),
            (&KEY_VAULT, "kv", "westus3", "kv-lzv01-dev-westus3-abc"),
            (&KEY_VAULT, "kv", "southcentralus", "kv-lzv01-dev-abc"),
            (&WAF_POLICY, "waf", "westus3", "waflzv01devwestus3abc"),
        ] {
            assert_eq!(stem("lzv01", location).name(rule, prefix).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn the_longest_stem_fits_every_rule() {
        let longest = Stem {
            workload: "abcdefgh".to_owned(),
            environment: "abcdefgh".to_owned(),
            location: "germanywestcentral".to_owned(),
            identifier: "abcdef".to_owned(),
            pattern: PATTERN.to_owned(),
        };
        for (rule, prefix) in [
            (&RESOURCE_GROUP, "rg-networking"),
            (&VIRTUAL_NETWORK, "vnet"),
            (&KEY_VAULT, "kv"),
            (&LOG_ANALYTICS, "log"),
            (&APIM, "apim"),
            (&WAF_POLICY, "waf"),
            (&EVENT_HUB_NAMESPACE, "evhns"),
            (&PRIVATE_ENDPOINT, "pe-evhns"),
        ] {
            let name = longest.name(rule, prefix);
            assert!(name.as_ref().is_ok_and(|name| name.ends_with("abcdef")), "{name:?}");
        }
    }

    #[test]
    fn a_name_that_cannot_fit_says_why() {
        let found = stem("lzv01", "westus3").name(&ACCOUNT, &"x".repeat(60)).unwrap_err();
        assert!(found.contains("has 2 to 64"), "{found}");
        assert!(KEY_VAULT.check("a--b").unwrap_err().contains("two hyphens"));
        assert!(APIM.check("1abc").unwrap_err().contains("a letter first"));
        assert!(APIM.check("apim_x").is_err());
        assert!(
            NSG.check("2.nsg_").is_ok() && NSG.check("nsg.").unwrap_err().contains("no hyphen or dot last")
        );
    }
}
