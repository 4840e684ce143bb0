//! `<rate-limit …><api id="a" …><operation id="o" …/></api></rate-limit>`, and the same of `quota`: a limit for all
//! calls, and further ones for single APIs and operations, each counted for itself (Learn, rate-limit and quota,
//! 2024-07-23).

use crate::gateway::compile::Compiler;
use crate::gateway::route::Route;
use crate::policy::PolicyElement;

/// A limit and the calls it is for.
#[derive(Clone)]
pub(super) struct Level<T> {
    of: Of,
    pub limit: T,
    /// Tells this counter from those of other levels and policies.
    pub place: String,
}

#[derive(Clone)]
enum Of {
    AllCalls,
    Api(Named),
    Operation { api: Option<Named>, operation: Named },
}

/// By id, or by display name where no id is written (the pages: `name` is ignored beside `id`).
#[derive(Clone)]
struct Named {
    id: Option<String>,
    name: Option<String>,
}

/// Reads the limits of an element and of the elements inside it. `read` is given the limit around it.
pub(super) fn levels<T>(
    compiler: &mut Compiler<'_>,
    element: &PolicyElement,
    mut read: impl FnMut(&mut Compiler<'_>, &PolicyElement, Option<&T>) -> Option<T>,
) -> Vec<Level<T>> {
    let place = |element: &PolicyElement| {
        let at = element.source.position(element.span.start);
        format!("{}:{}:{}", element.source.path(), at.line, at.column)
    };
    let mut levels = Vec::new();
    let Some(whole) = read(compiler, element, None) else { return levels };
    for child in &element.children {
        let named = Named::of(child);
        if child.name == "operation" {
            let limit = read(compiler, child, Some(&whole));
            let of = Of::Operation { api: None, operation: named };
            levels.extend(limit.map(|limit| Level { of, limit, place: place(child) }));
            continue;
        }
        let Some(limit) = read(compiler, child, Some(&whole)) else { continue };
        for operation in &child.children {
            let of = Of::Operation { api: Some(named.clone()), operation: Named::of(operation) };
            let inner = read(compiler, operation, Some(&limit));
            levels.extend(inner.map(|limit| Level { of, limit, place: place(operation) }));
        }
        levels.push(Level { of: Of::Api(named), limit, place: place(child) });
    }
    levels.insert(0, Level { of: Of::AllCalls, limit: whole, place: place(element) });
    levels
}

impl<T> Level<T> {
    /// Whether a request on this route counts.
    pub(super) fn covers(&self, route: &Route) -> bool {
        let of_api = |named: &Named| named.is(&route.api.id, &route.api.display_name);
        match &self.of {
            Of::AllCalls => true,
            Of::Api(api) => of_api(api),
            Of::Operation { api, operation } => {
                api.as_ref().is_none_or(of_api)
                    && operation.is(&route.operation.id, &route.operation.display_name)
            }
        }
    }
}

impl Named {
    fn of(element: &PolicyElement) -> Self {
        let text = |name| element.literal(name).map(str::to_owned);
        Self { id: text("id"), name: text("name") }
    }

    fn is(&self, id: &str, display_name: &str) -> bool {
        match (&self.id, &self.name) {
            (Some(wanted), _) => wanted.eq_ignore_ascii_case(id),
            (None, Some(wanted)) => wanted == display_name,
            (None, None) => false,
        }
    }
}
