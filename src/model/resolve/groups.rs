//! The resource groups: names of the user's own, and which are there already.

use super::Resolver;
use crate::diag::Diagnostic;
use crate::model::Names;
use crate::spec::{GroupPurpose, Locks, Spec, codes};
use crate::text::Span;

/// The group of one purpose.
struct Group {
    name: String,
    span: Span,
    is_existing: bool,
}

impl Resolver<'_> {
    /// Puts the user's own names into `names`, and returns those of the groups that are there already, each once.
    pub(super) fn groups(&mut self, spec: &Spec, names: &mut Names) -> Vec<String> {
        let groups = &spec.azure.resource_groups;
        let own = &groups.names;
        let mut all = Vec::new();
        for (purpose, own, name) in [
            (GroupPurpose::Networking, &own.networking, &mut names.networking_resource_group),
            (GroupPurpose::Shared, &own.shared, &mut names.shared_resource_group),
            (GroupPurpose::Apim, &own.apim, &mut names.apim_resource_group),
            (GroupPurpose::Openai, &own.openai, &mut names.openai_resource_group),
        ] {
            if let Some(own) = own {
                name.clone_from(&own.value.0);
            }
            let existing = groups.existing.iter().find(|existing| existing.value == purpose);
            let span = own.as_ref().map(|own| own.span).or(existing.map(|existing| existing.span));
            all.push(Group {
                name: name.clone(),
                span: span.unwrap_or(groups.span),
                is_existing: existing.is_some(),
            });
        }
        self.agreeing(&all);
        self.locks(spec, &all);
        self.not_made_twice(spec, &all);
        let mut existing: Vec<String> = Vec::new();
        for group in all.into_iter().filter(|group| group.is_existing) {
            if !existing.contains(&group.name) {
                existing.push(group.name);
            }
        }
        existing
    }

    /// Azure compares names of groups without regard to case; a template does not.
    fn agreeing(&mut self, groups: &[Group]) {
        for (index, group) in groups.iter().enumerate() {
            let same = |other: &&Group| other.name.eq_ignore_ascii_case(&group.name);
            let Some(first) = groups[..index].iter().find(same) else { continue };
            let (message, help) = if first.name != group.name {
                (
                    format!("`{}` and `{}` are one resource group", first.name, group.name),
                    "write the name in the same way",
                )
            } else if first.is_existing != group.is_existing {
                (
                    format!(
                        "the resource group `{}` is there already for one purpose and made for another",
                        group.name
                    ),
                    "name both purposes in `existing`, or none of them",
                )
            } else {
                continue;
            };
            self.found.push(
                Diagnostic::new(&codes::CONFLICT, message)
                    .at(self.source, group.span)
                    .related(self.source, first.span, "the other purpose")
                    .help(help),
            );
        }
    }

    fn locks(&mut self, spec: &Spec, groups: &[Group]) {
        let locks = &spec.azure.locks;
        if locks.value == Locks::Delete && groups.iter().all(|group| group.is_existing) {
            self.found.push(
                Diagnostic::new(&codes::CONFLICT, "no resource group is made, so there is nothing to lock")
                    .at(self.source, locks.span)
                    .related(self.source, spec.azure.resource_groups.existing.span, "they are there already")
                    .help("leave `locks` out, and leave locks to whoever keeps the resource groups"),
            );
        }
    }

    /// A group that holds the network that is there would be made again, with other tags.
    fn not_made_twice(&mut self, spec: &Spec, groups: &[Group]) {
        let Some(network) = &spec.baseline.network.existing else { return };
        let id = &network.vnet_id;
        let its_group = id.as_str().split('/').nth(4).unwrap_or_default();
        let made =
            groups.iter().find(|group| !group.is_existing && group.name.eq_ignore_ascii_case(its_group));
        if let Some(group) = made {
            let message =
                format!("the resource group `{}` holds a network that is there already", group.name);
            self.found.push(
                Diagnostic::new(&codes::CONFLICT, message)
                    .at(self.source, group.span)
                    .related(self.source, id.span, "the network")
                    .help("name its purpose in `existing`, or choose another name"),
            );
        }
    }
}
