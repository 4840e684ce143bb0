//! The names of resources: made by the pattern, or the user's own; each as its resource allows and once of its type.

use super::Resolver;
use crate::diag::Diagnostic;
use crate::model::naming::{self, Rule, Stem};
use crate::model::{Names, RegionNames};
use crate::spec::{At, ResourceName, codes};
use crate::text::Span;

/// A name that is given, and what it was given to.
pub(super) struct Taken {
    resource_type: &'static str,
    name: String,
    span: Span,
}

impl Resolver<'_> {
    pub(super) fn names(&mut self, span: Span) -> Names {
        let own = self.own;
        let mut group = |prefix: &str| self.name(None, &naming::RESOURCE_GROUP, prefix, span);
        let [networking, shared, apim, openai] =
            ["rg-networking", "rg-shared", "rg-apim", "rg-openai"].map(&mut group);
        let mut name = |own: &Option<At<ResourceName>>, rule: &Rule, prefix: &str| {
            self.name(own.as_ref(), rule, prefix, span)
        };
        Names {
            networking_resource_group: networking,
            shared_resource_group: shared,
            apim_resource_group: apim,
            openai_resource_group: openai,
            virtual_network: name(&own.virtual_network, &naming::VIRTUAL_NETWORK, "vnet"),
            nsg_app_gateway: name(&own.nsg_app_gateway, &naming::NSG, "nsg-agw"),
            nsg_private_endpoints: name(&own.nsg_private_endpoints, &naming::NSG, "nsg-pe"),
            nsg_apim: name(&own.nsg_apim, &naming::NSG, "nsg-apim"),
            public_ip_app_gateway: name(&own.public_ip_app_gateway, &naming::PUBLIC_IP, "pip-agw"),
            public_ip_apim: name(&own.public_ip_apim, &naming::PUBLIC_IP, "pip-apim"),
            key_vault: name(&own.key_vault, &naming::KEY_VAULT, "kv"),
            private_endpoint_key_vault: name(
                &own.private_endpoint_key_vault,
                &naming::PRIVATE_ENDPOINT,
                "pe-kv",
            ),
            log_analytics: name(&own.log_analytics, &naming::LOG_ANALYTICS, "log"),
            app_insights: name(&own.app_insights, &naming::APP_INSIGHTS, "appi"),
            action_group: name(&own.action_group, &naming::ACTION_GROUP, "ag"),
            budget: name(&own.budget, &naming::BUDGET, "budget"),
            apim: name(&own.apim, &naming::APIM, "apim"),
            apim_identity: name(&own.apim_identity, &naming::IDENTITY, "id-apim"),
            app_gateway: name(&own.app_gateway, &naming::APP_GATEWAY, "agw"),
            app_gateway_identity: name(&own.app_gateway_identity, &naming::IDENTITY, "id-agw"),
            waf_policy: name(&own.waf_policy, &naming::WAF_POLICY, "waf"),
            event_hub_namespace: name(&own.event_hub_namespace, &naming::EVENT_HUB_NAMESPACE, "evhns"),
            private_endpoint_event_hub: name(
                &own.private_endpoint_event_hub,
                &naming::PRIVATE_ENDPOINT,
                "pe-evhns",
            ),
            private_endpoint_apim: name(&own.private_endpoint_apim, &naming::PRIVATE_ENDPOINT, "pe-apim"),
            route_table: name(&own.route_table, &naming::ROUTE_TABLE, "rt-apim"),
            traffic_manager: name(&own.traffic_manager, &naming::TRAFFIC_MANAGER, "tm"),
            front_door: name(&own.front_door, &naming::FRONT_DOOR, "afd"),
            front_door_endpoint: name(&own.front_door_endpoint, &naming::FRONT_DOOR_ENDPOINT, "fde"),
            front_door_waf: name(&own.front_door_waf, &naming::FRONT_DOOR_WAF, "wafafd"),
        }
    }

    /// Those of a further region, which the pattern has to tell from the first.
    pub(super) fn region_names(&mut self, location: &str, span: Span) -> RegionNames {
        if !self.stem.pattern.contains("{region}") {
            self.found.push(
                Diagnostic::new(
                    &codes::CONFLICT,
                    "the pattern of names does not tell regions apart, and each has a network",
                )
                .at(self.source, self.own.pattern.span)
                .related(self.source, span, "a further region")
                .help("put `{region}` into `metadata.names.pattern`"),
            );
            return RegionNames::default();
        }
        let stem = Stem { location: location.to_owned(), ..self.stem.clone() };
        let mut name = |rule: &Rule, prefix: &str| self.made(&stem, rule, prefix, span);
        RegionNames {
            virtual_network: name(&naming::VIRTUAL_NETWORK, "vnet"),
            nsg_app_gateway: name(&naming::NSG, "nsg-agw"),
            nsg_private_endpoints: name(&naming::NSG, "nsg-pe"),
            nsg_apim: name(&naming::NSG, "nsg-apim"),
            route_table: name(&naming::ROUTE_TABLE, "rt-apim"),
            public_ip_app_gateway: name(&naming::PUBLIC_IP, "pip-agw"),
            public_ip_apim: name(&naming::PUBLIC_IP, "pip-apim"),
            app_gateway: name(&naming::APP_GATEWAY, "agw"),
            waf_policy: name(&naming::WAF_POLICY, "waf"),
        }
    }

    /// The user's own name, or the one of the pattern. A refused name is reported, one of the pattern at `span`, and stays empty.
    pub(super) fn name(
        &mut self,
        own: Option<&At<ResourceName>>,
        rule: &Rule,
        prefix: &str,
        span: Span,
    ) -> String {
        let Some(own) = own else {
            let stem = self.stem.clone();
            return self.made(&stem, rule, prefix, span);
        };
        let name = own.as_str();
        // It becomes part of a host name, which Azure writes in lower case.
        let is_lower = !rule.global || !name.bytes().any(|byte| byte.is_ascii_uppercase());
        let checked = if is_lower {
            rule.check(name)
        } else {
            Err(format!("`{name}` becomes part of a host name, and those are in lower case"))
        };
        self.fitting(checked.map(|()| name.to_owned()), rule, own.span)
    }

    pub(super) fn made(&mut self, stem: &Stem, rule: &Rule, prefix: &str, span: Span) -> String {
        self.fitting(stem.name(rule, prefix), rule, span)
    }

    /// Several purposes may share a resource group, and nothing else.
    fn fitting(&mut self, name: Result<String, String>, rule: &Rule, span: Span) -> String {
        let name = match name {
            Ok(name) => name,
            Err(reason) => {
                self.found.push(
                    Diagnostic::new(&codes::NAME_REFUSED, format!("a name that Azure refuses: {reason}"))
                        .at(self.source, span)
                        .help("choose another name, or a shorter one"),
                );
                return String::new();
            }
        };
        let resource_type = rule.resource_type;
        let same =
            |taken: &&Taken| taken.resource_type == resource_type && taken.name.eq_ignore_ascii_case(&name);
        if *rule != naming::RESOURCE_GROUP
            && let Some(first) = self.taken.iter().find(same)
        {
            self.found.push(
                Diagnostic::new(
                    &codes::DUPLICATE_ID,
                    format!("a second resource of type {resource_type} named `{name}`"),
                )
                .at(self.source, span)
                .related(self.source, first.span, "the first")
                .help("choose another name for one of the two"),
            );
        }
        self.taken.push(Taken { resource_type, name: name.clone(), span });
        name
    }
}
