//! Where a template, a module or a resource is deployed: `targetScope` and the `scope:` property.

use super::super::codes;
use super::super::syntax::{Expr, ExprKind, Program, StatementKind};
use super::uses::{Scope, target};
use super::{Model, Symbol};
use crate::diag::Diagnostic;
use crate::text::Span;

/// Variables and `? :` that lead to one scope.
const FOLLOWED_MAX: usize = 8;

/// The kinds of deployment scope, by `targetScope`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bicep) enum Level {
    Tenant,
    ManagementGroup,
    Subscription,
    ResourceGroup,
}

impl Level {
    const ALL: [Self; 4] = [Self::Tenant, Self::ManagementGroup, Self::Subscription, Self::ResourceGroup];

    pub(in crate::bicep) fn name(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::ManagementGroup => "managementGroup",
            Self::Subscription => "subscription",
            Self::ResourceGroup => "resourceGroup",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// The scope of a resource or module, as written.
#[derive(Clone, Copy, Debug)]
pub(in crate::bicep) enum Place<'a> {
    /// The template's own.
    Current,
    Tenant,
    ManagementGroup(Option<&'a Expr>),
    Subscription(Option<&'a Expr>),
    ResourceGroup {
        subscription: Option<&'a Expr>,
        name: Option<&'a Expr>,
    },
    /// A resource group or management group of this file, whose name it takes.
    Declared {
        resource: usize,
        index: Option<&'a Expr>,
        level: Level,
    },
    /// An extension of another resource.
    Extension {
        resource: usize,
        index: Option<&'a Expr>,
    },
}

impl Place<'_> {
    /// The level deployed to; none for an extension resource.
    pub(in crate::bicep) fn level(&self, current: Level) -> Option<Level> {
        match self {
            Self::Current => Some(current),
            Self::Tenant => Some(Level::Tenant),
            Self::ManagementGroup(_) => Some(Level::ManagementGroup),
            Self::Subscription(_) => Some(Level::Subscription),
            Self::ResourceGroup { .. } => Some(Level::ResourceGroup),
            Self::Declared { level, .. } => Some(*level),
            Self::Extension { .. } => None,
        }
    }
}

impl<'a> Model<'a> {
    pub(super) fn check_target_scope(&mut self, program: &'a Program, found: &mut Vec<Diagnostic>) {
        let mut seen = false;
        for statement in &program.statements {
            let StatementKind::TargetScope(value) = &statement.kind else { continue };
            if seen {
                let message = "`targetScope` is declared more than once";
                self.report(found, Diagnostic::new(&codes::DUPLICATE_TARGET_SCOPE, message), statement.span);
            }
            seen = true;
            match value.as_text().map(|text| (text, Level::named(text))) {
                Some((_, Some(level))) => self.level = level,
                Some((text, None)) => {
                    let message = format!("`{text}` is no deployment scope");
                    let diagnostic = Diagnostic::new(&codes::TYPE_MISMATCH, message)
                        .help("use `tenant`, `managementGroup`, `subscription` or `resourceGroup`");
                    self.report(found, diagnostic, value.span);
                }
                None => {
                    let message = "`targetScope` takes a plain string";
                    self.report(found, Diagnostic::new(&codes::NOT_CONSTANT, message), value.span);
                }
            }
        }
    }

    pub(super) fn bind_places(&mut self, found: &mut Vec<Diagnostic>) {
        for at in 0..self.resources.len() {
            let Some(scope) = self.resources[at].object().get("scope") else { continue };
            if self.resources[at].parent.is_some() {
                let message = "a child resource takes its scope from its parent";
                let diagnostic = Diagnostic::new(&codes::SCOPE_ON_CHILD, message).help("remove `scope`");
                self.report(found, diagnostic, scope.span);
                continue;
            }
            self.resources[at].place = self.place_of(scope, self.resources[at].nested_in, found);
            self.check_resource_place(at, scope, found);
        }
        for at in 0..self.modules.len() {
            if let Some(scope) = self.modules[at].decl.body.object.get("scope") {
                self.modules[at].place = self.place_of(scope, None, found);
                if let Place::Extension { .. } = self.modules[at].place {
                    let message = "a module cannot be deployed to this resource";
                    let diagnostic = Diagnostic::new(&codes::MODULE_SCOPE, message)
                        .help("use a resource group, `resourceGroup(…)`, `subscription(…)`, `managementGroup(…)` or `tenant()`");
                    self.report(found, diagnostic, scope.span);
                    self.modules[at].place = Place::Current;
                }
                self.check_module_place(at, scope, found);
            }
        }
    }

    /// Only the template's own scope (or the tenant, or another resource) can be deployed to without a module.
    fn check_resource_place(&self, at: usize, scope: &Expr, found: &mut Vec<Diagnostic>) {
        let resource = &self.resources[at];
        if resource.decl.existing {
            return;
        }
        let same_level = resource.place.level(self.level) == Some(self.level);
        let deployable = match resource.place {
            Place::Current | Place::Tenant | Place::Extension { .. } => true,
            Place::ManagementGroup(None) | Place::Subscription(None) => same_level,
            Place::ResourceGroup { subscription: None, name: None } => same_level,
            _ => false,
        };
        if !deployable {
            let message = format!(
                "the resource `{}` lies outside of the scope that this file is deployed to",
                resource.decl.name.name
            );
            let diagnostic = Diagnostic::new(&codes::RESOURCE_SCOPE, message)
                .help("deploy it by a module that has this scope");
            self.report(found, diagnostic, scope.span);
        }
    }

    /// Which scopes a nested deployment can reach from the template's own, as in the official compiler's
    /// src/Bicep.Core/Emit/ScopeHelper.cs, 2026-08-21.
    fn check_module_place(&self, at: usize, scope: &Expr, found: &mut Vec<Diagnostic>) {
        use Level::{ManagementGroup, ResourceGroup, Subscription, Tenant};
        let from: &[Level] = match self.modules[at].place {
            Place::Current
            | Place::Extension { .. }
            | Place::Tenant
            | Place::Subscription(Some(_))
            | Place::ResourceGroup { subscription: Some(_), .. } => return,
            Place::ManagementGroup(_) | Place::Declared { level: ManagementGroup, .. } => {
                &[Tenant, ManagementGroup]
            }
            Place::Subscription(None) | Place::ResourceGroup { name: Some(_), .. } => {
                &[Subscription, ResourceGroup]
            }
            Place::Declared { resource, .. } => match self.resources[resource].place {
                Place::Subscription(Some(_)) => return,
                _ => &[Subscription, ResourceGroup],
            },
            Place::ResourceGroup { name: None, .. } => &[ResourceGroup],
        };
        if !from.contains(&self.level) {
            let code = match self.level {
                Tenant => &codes::MODULE_SCOPE_IN_TENANT,
                ManagementGroup => &codes::MODULE_SCOPE_IN_MANAGEMENT_GROUP,
                Subscription => &codes::MODULE_SCOPE_IN_SUBSCRIPTION,
                ResourceGroup => &codes::MODULE_SCOPE_IN_RESOURCE_GROUP,
            };
            let message = format!("a module cannot be deployed to this scope from `{}`", self.level.name());
            self.report(found, Diagnostic::new(code, message), scope.span);
        }
    }

    fn place_of(&self, scope: &'a Expr, within: Option<usize>, found: &mut Vec<Diagnostic>) -> Place<'a> {
        let mut chosen = None;
        if let Some(place) = self.place_of_functions(scope, within, FOLLOWED_MAX, &mut chosen) {
            if let Some(taken) = chosen {
                let message =
                    "a condition chooses this scope; the first one is taken, whatever the condition comes to";
                let diagnostic = Diagnostic::new(&codes::SCOPE_CHOSEN, message)
                    .help("let the condition choose an argument of the scope function");
                self.report(found, diagnostic, taken);
            }
            return place;
        }
        match target(self, scope, &Scope::top(within)) {
            Some((Symbol::Resource(resource), index)) => {
                let declared = match self.resources[resource].type_name.to_ascii_lowercase().as_str() {
                    "microsoft.resources/resourcegroups" => Some(Level::ResourceGroup),
                    "microsoft.management/managementgroups" => Some(Level::ManagementGroup),
                    _ => None,
                };
                match declared {
                    Some(level) => Place::Declared { resource, index, level },
                    None => Place::Extension { resource, index },
                }
            }
            _ => {
                let message = "this is no scope that can be known when compiling";
                let diagnostic = Diagnostic::new(&codes::SCOPE_UNKNOWN, message)
                    .help("use a resource, `resourceGroup(…)`, `subscription(…)`, `managementGroup(…)` or `tenant()`");
                self.report(found, diagnostic, scope.span);
                Place::Current
            }
        }
    }

    /// A scope of functions alone, also behind the names of variables. What `? :` chooses from is taken to be its first
    /// branch, as the official compiler does where both are of one level: it goes by the type of the scope, and types
    /// that differ in their arguments alone are one (Azure/bicep, src/Bicep.Core/TypeSystem/TypeHelper.cs, read
    /// 2026-11-30; the public module avm/ptn/azd/container-apps-stack shows it). `chosen` is the place of that branch.
    fn place_of_functions(
        &self,
        scope: &'a Expr,
        within: Option<usize>,
        left: usize,
        chosen: &mut Option<Span>,
    ) -> Option<Place<'a>> {
        let left = left.checked_sub(1)?;
        match &scope.bare().kind {
            ExprKind::Name(name) => match self.lookup(name, within)? {
                Symbol::Var(at) => self.place_of_functions(self.vars[at].value, None, left, chosen),
                _ => None,
            },
            ExprKind::Ternary { yes, no, .. } => {
                let other = self.place_of_functions(no, within, left, chosen)?;
                let first = self.place_of_functions(yes, within, left, chosen)?;
                *chosen = Some(scope.span);
                (std::mem::discriminant(&first) == std::mem::discriminant(&other)).then_some(first)
            }
            _ => self.place_function(scope),
        }
    }

    fn place_function(&self, scope: &'a Expr) -> Option<Place<'a>> {
        let (name, arguments) = match &scope.bare().kind {
            ExprKind::Call { name, arguments } => (name, arguments),
            ExprKind::Method { base, name, arguments } if matches!(&base.kind, ExprKind::Name(n) if n == "az") => {
                (name, arguments)
            }
            _ => return None,
        };
        match (name.name.as_str(), arguments.as_slice()) {
            ("tenant", []) => Some(Place::Tenant),
            ("managementGroup", rest) if rest.len() <= 1 => Some(Place::ManagementGroup(rest.first())),
            ("subscription", rest) if rest.len() <= 1 => Some(Place::Subscription(rest.first())),
            ("resourceGroup", []) => Some(Place::ResourceGroup { subscription: None, name: None }),
            ("resourceGroup", [name]) => Some(Place::ResourceGroup { subscription: None, name: Some(name) }),
            ("resourceGroup", [subscription, name]) => {
                Some(Place::ResourceGroup { subscription: Some(subscription), name: Some(name) })
            }
            _ => None,
        }
    }
}
