//! ARM resource ids, taken apart: who is the parent, which resource group, which type.

use std::fmt;

/// `/subscriptions/{s}[/resourceGroups/{rg}][/providers/{namespace}/{type}/{name}…]`, possibly with an extension
/// (`…/providers/Microsoft.Authorization/roleAssignments/{name}`) behind another resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceId {
    /// The id of what is before the last `/providers/`: a subscription, resource group or resource.
    scope: String,
    /// `Microsoft.ApiManagement`; empty for a subscription or resource group.
    namespace: String,
    /// Type and name, outermost first.
    segments: Vec<(String, String)>,
}

impl ResourceId {
    /// Reads an id; None where it has not the shape of one.
    pub fn parse(id: &str) -> Option<Self> {
        let parts: Vec<&str> = id.strip_prefix('/')?.split('/').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return None;
        }
        let providers = parts.iter().rposition(|part| part.eq_ignore_ascii_case("providers"));
        let (scope, own) = parts.split_at(providers.unwrap_or(parts.len()));
        let scope = canonical_scope(scope)?;
        let Some(namespace) = own.get(1) else {
            return own.is_empty().then(|| Self { scope, namespace: String::new(), segments: Vec::new() });
        };
        let rest = &own[2..];
        if rest.is_empty() || !rest.len().is_multiple_of(2) {
            return None;
        }
        let segments: Vec<_> = rest.chunks(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect();
        if let [(kind, name)] = segments.as_slice()
            && namespace.eq_ignore_ascii_case("Microsoft.Resources")
            && kind.eq_ignore_ascii_case("resourceGroups")
        {
            // The long form that `subscriptionResourceId` of a template makes.
            return Self::parse(&format!("{scope}/resourceGroups/{name}"));
        }
        Some(Self { scope, namespace: (*namespace).to_owned(), segments })
    }

    /// Such as `Microsoft.ApiManagement/service/apis`.
    pub fn resource_type(&self) -> String {
        if self.segments.is_empty() {
            let is_group = self.resource_group().is_some();
            return if is_group {
                "Microsoft.Resources/resourceGroups"
            } else {
                "Microsoft.Resources/subscriptions"
            }
            .to_owned();
        }
        let types = self.segments.iter().map(|(kind, _)| kind.as_str());
        std::iter::once(self.namespace.as_str()).chain(types).collect::<Vec<_>>().join("/")
    }

    /// True where the resource is of that type, compared without case.
    pub fn is_type(&self, resource_type: &str) -> bool {
        self.resource_type().eq_ignore_ascii_case(resource_type)
    }

    /// The last name.
    pub fn name(&self) -> &str {
        match self.segments.last() {
            Some((_, name)) => name,
            None => self.scope.rsplit('/').next().unwrap_or_default(),
        }
    }

    /// All names joined by `/`, as a template writes them.
    pub fn full_name(&self) -> String {
        if self.segments.is_empty() {
            return self.name().to_owned();
        }
        self.segments.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join("/")
    }

    /// The subscription; empty where the id has none.
    pub fn subscription_id(&self) -> &str {
        self.scope.split('/').nth(2).unwrap_or_default()
    }

    /// The resource group; None above resource groups.
    pub fn resource_group(&self) -> Option<&str> {
        let mut parts = self.scope.split('/').skip(3);
        parts.next().filter(|part| part.eq_ignore_ascii_case("resourceGroups"))?;
        parts.next()
    }

    /// The id of the resource group it is in.
    pub fn resource_group_id(&self) -> Option<String> {
        let group = self.resource_group()?;
        Some(format!("/subscriptions/{}/resourceGroups/{group}", self.subscription_id()))
    }

    /// What must exist before this can: the parent resource, the resource it extends, its resource group, or its
    /// subscription. None for a subscription.
    pub fn parent(&self) -> Option<Self> {
        if self.segments.len() > 1 {
            let segments = self.segments[..self.segments.len() - 1].to_vec();
            return Some(Self { segments, ..self.clone() });
        }
        if self.segments.is_empty() {
            let group = self.resource_group_id()?;
            return Self::parse(group.rsplit_once("/resourceGroups/")?.0);
        }
        Self::parse(&self.scope)
    }

    /// The id of a child of this.
    pub fn child(&self, kind: &str, name: &str) -> Self {
        let mut child = self.clone();
        child.segments.push((kind.to_owned(), name.to_owned()));
        child
    }

    /// The form ids are compared in: without case.
    pub fn key(&self) -> String {
        self.to_string().to_ascii_lowercase()
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.scope)?;
        if !self.segments.is_empty() {
            write!(f, "/providers/{}", self.namespace)?;
        }
        self.segments.iter().try_for_each(|(kind, name)| write!(f, "/{kind}/{name}"))
    }
}

/// az writes `resourcegroups` in some paths; answers say `resourceGroups`.
fn canonical_scope(parts: &[&str]) -> Option<String> {
    let is = |index: usize, word: &str| parts.get(index).is_some_and(|part| part.eq_ignore_ascii_case(word));
    if !is(0, "subscriptions") || parts.len() < 2 {
        return None;
    }
    let subscription = format!("/subscriptions/{}", parts[1]);
    match parts.len() {
        2 => Some(subscription),
        3 => None,
        _ if is(2, "resourceGroups") => {
            let scope = format!("{subscription}/resourceGroups/{}", parts[3]);
            extended(scope, &parts[4..])
        }
        _ => extended(subscription, &parts[2..]),
    }
}

/// The resource that an extension is behind, if there is one.
fn extended(scope: String, rest: &[&str]) -> Option<String> {
    if rest.is_empty() {
        return Some(scope);
    }
    let is_resource =
        rest[0].eq_ignore_ascii_case("providers") && rest.len() >= 4 && rest.len().is_multiple_of(2);
    is_resource.then(|| format!("{scope}/providers/{}", rest[1..].join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_taken_apart_and_put_together_again() {
        for (id, resource_type, name, parent) in [
            ("/subscriptions/s", "Microsoft.Resources/subscriptions", "s", None),
            (
                "/subscriptions/s/resourceGroups/rg",
                "Microsoft.Resources/resourceGroups",
                "rg",
                Some("/subscriptions/s"),
            ),
            (
                "/subscriptions/s/resourceGroups/rg/providers/A.B/c/d",
                "A.B/c",
                "d",
                Some("/subscriptions/s/resourceGroups/rg"),
            ),
            (
                "/subscriptions/s/resourceGroups/rg/providers/A.B/c/d/e/f",
                "A.B/c/e",
                "f",
                Some("/subscriptions/s/resourceGroups/rg/providers/A.B/c/d"),
            ),
            (
                "/subscriptions/s/resourceGroups/rg/providers/A.B/c/d/providers/M.A/roleAssignments/x",
                "M.A/roleAssignments",
                "x",
                Some("/subscriptions/s/resourceGroups/rg/providers/A.B/c/d"),
            ),
            (
                "/subscriptions/s/providers/M.A/roleAssignments/x",
                "M.A/roleAssignments",
                "x",
                Some("/subscriptions/s"),
            ),
        ] {
            let parsed = ResourceId::parse(id).unwrap();
            assert_eq!(parsed.to_string(), id);
            assert_eq!((parsed.resource_type().as_str(), parsed.name()), (resource_type, name), "{id}");
            assert_eq!(parsed.parent().map(|parent| parent.to_string()).as_deref(), parent, "{id}");
        }
    }

    #[test]
    fn the_long_form_of_a_resource_group_is_the_same_group() {
        let long = ResourceId::parse("/subscriptions/s/providers/Microsoft.Resources/resourceGroups/rg");
        assert_eq!(long, ResourceId::parse("/subscriptions/s/resourcegroups/rg"));
    }

    #[test]
    fn what_is_no_id_is_none() {
        for id in [
            "",
            "/",
            "subscriptions/s",
            "/subscriptions",
            "/subscriptions/s/x",
            "/subscriptions/s//",
            "/subscriptions/s/providers/A.B",
            "/subscriptions/s/providers/A.B/c",
            "/providers/A.B/c/d",
            "/subscriptions/s/resourceGroups",
        ] {
            assert_eq!(ResourceId::parse(id), None, "{id}");
        }
    }
}
