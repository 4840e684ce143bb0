//! Members: what is to the left of the dot, and what it has.

use super::Checker;
use super::expr::is_enum;
use crate::csharp::ast::{Expr, ExprKind, TypeRef};
use crate::csharp::codes::{MEMBER_NOT_ALLOWED, UNKNOWN_MEMBER, WRONG_TYPE};
use crate::csharp::eval::dotted;
use crate::csharp::problem::Problem;
use crate::csharp::types::{self, Def, Member, Named, Ty};
use crate::csharp::wordings;
use crate::diag::{Confidence, Wording};
use crate::text::Span;

/// What stands before a dot.
pub(super) enum Owner {
    /// A type, whose static members are meant.
    Type(&'static Def),
    Value(Ty),
    Unknown,
}

/// A member with the type parameters of the type that declares it.
pub(super) type Found = (&'static Member, Vec<(&'static str, Ty)>);

impl Checker {
    /// Checks what stands before a dot; the flag says whether a `?.` in it may have ended the chain.
    pub(super) fn target(&mut self, target: &Expr, conditional: bool) -> (Owner, bool) {
        if let Some(owner) = self.named_type(target) {
            return (owner, false);
        }
        let (ty, may_end) = self.chain(target);
        let ty = if conditional { ty.plain().clone() } else { ty };
        (Owner::Value(ty), may_end)
    }

    /// The type that `target` names, where it names one.
    fn named_type(&mut self, target: &Expr) -> Option<Owner> {
        if let ExprKind::Type(ty) = &target.kind {
            return Some(match self.type_ref(ty) {
                Ty::Of(def, _) => Owner::Type(def),
                _ => Owner::Unknown,
            });
        }
        let path = dotted(target)?;
        let first = path.split('.').next().unwrap_or(&path);
        if self.find(first).is_some() {
            return None;
        }
        if !path.contains('.') {
            return match types::named(&path) {
                Named::Known(def) => Some(Owner::Type(def)),
                _ => {
                    self.unknown_name(&path, target.span);
                    Some(Owner::Unknown)
                }
            };
        }
        if !types::is_namespace(&path) {
            return None;
        }
        // `System.DateTime.Now` is a value: a part of it is the type.
        let ends = path.match_indices('.').map(|(at, _)| at).chain([path.len()]);
        let longest = ends.map(|end| &path[..end]).find(|prefix| {
            prefix.contains('.') && matches!(types::named(prefix), Named::Known(_) | Named::Refused(_))
        });
        match longest.map(|prefix| (prefix.len() == path.len(), types::named(prefix))) {
            Some((true, Named::Known(def))) => Some(Owner::Type(def)),
            Some((false, Named::Known(_))) => None,
            Some((_, refused)) => {
                self.wrong_type(longest.unwrap_or(&path), refused, target.span);
                Some(Owner::Unknown)
            }
            None => {
                self.wrong_type(&path, Named::Outside, target.span);
                Some(Owner::Unknown)
            }
        }
    }

    /// Reads a property; `as_method` says that a method may be named here without being called.
    pub(super) fn property(
        &mut self,
        owner: &Owner,
        name: &str,
        span: Span,
        type_args: &[TypeRef],
        as_method: bool,
    ) -> Ty {
        type_args.iter().for_each(|arg| {
            self.type_ref(arg);
        });
        let Some(found) = self.members(owner, name, span) else { return Ty::Unknown };
        if let Some((member, bindings)) = found.iter().find(|(member, _)| member.args.is_none()) {
            return Ty::read(member.gives, bindings);
        }
        if !found.is_empty() && !as_method {
            let message = format!("`{}.{name}` is a method", shown(owner));
            let problem = Problem::new(&UNKNOWN_MEMBER, message, span);
            self.found.push(problem.help(format!("write `{name}(...)`")));
        }
        Ty::Unknown
    }

    /// The members of that name, those of the type itself before those of its bases. None where nothing can be said or
    /// what is wrong has been said.
    pub(super) fn members(&mut self, owner: &Owner, name: &str, span: Span) -> Option<Vec<Found>> {
        let (found, open) = match owner {
            Owner::Unknown => return None,
            Owner::Type(def) => {
                let bases = Ty::Of(def, Vec::new()).ancestry();
                let found: Vec<Found> = bases.iter().flat_map(|base| own(base, name, true)).collect();
                (found, def.open)
            }
            Owner::Value(ty) => instance_members(ty, name)?,
        };
        if found.iter().any(|(member, _)| member.refused) {
            let message = format!("`{}.{name}` may not be used in policy expressions", shown(owner));
            let problem = Problem::new(&MEMBER_NOT_ALLOWED, message, span).confidence(Confidence::Medium);
            self.found.push(problem.did_you_mean(name, allowed(owner)));
            return None;
        }
        if !found.is_empty() {
            return Some(found);
        }
        if !open {
            self.no_such_member(owner, name, span);
        }
        None
    }

    fn no_such_member(&mut self, owner: &Owner, name: &str, span: Span) {
        if self.is_full() {
            return;
        }
        let message = format!("`{}` has no member `{name}`", shown(owner));
        let problem = Problem::new(&UNKNOWN_MEMBER, message, span);
        let problem = match owner {
            Owner::Type(def) if def.own(name, false).next().is_some() => {
                problem.help(format!("`{name}` belongs to a value of the type, not to the type (CS0120)"))
            }
            Owner::Type(def) => problem
                .service_says(Wording::of(wordings::NO_MEMBER, &[&def.name, &name]))
                .did_you_mean(name, allowed(owner)),
            Owner::Value(ty) if ty.name() != "" && has_static(ty, name) => {
                problem.help(format!("`{name}` belongs to the type: write `{}.{name}` (CS0176)", ty.name()))
            }
            Owner::Value(ty) if ty.is("object") => {
                problem.help("an `object` has to be cast first, as in `((JObject)value)`")
            }
            Owner::Value(_) => problem.did_you_mean(name, allowed(owner)),
            Owner::Unknown => problem,
        };
        self.found.push(problem);
    }

    /// `value[key]`
    pub(super) fn indexed(&mut self, ty: &Ty, key: &Ty, span: Span, key_span: Span) -> Ty {
        if let Ty::Array(element) = ty {
            self.convert(key, &Ty::named("int"), key_span);
            return (**element).clone();
        }
        let Ty::Of(def, _) = ty else { return Ty::Unknown };
        let bases = ty.ancestry();
        let indexer = bases.iter().find_map(|base| own(base, "this", false).into_iter().next());
        let Some((member, bindings)) = indexer else {
            if !def.open && !ty.has_unknown() && !is_enum(ty) {
                let message = format!("`{}` cannot be read with `[]` (CS0021)", ty.display());
                let problem = Problem::new(&WRONG_TYPE, message, span)
                    .service_says(Wording::of(wordings::NO_INDEXER, &[&ty.full()]));
                self.found.push(if ty.is("object") {
                    problem.help("cast it first, as in `((JObject)value)[...]`")
                } else {
                    problem
                });
            }
            return Ty::Unknown;
        };
        let takes = match ty.name() {
            "string" | "List" | "IList" => Ty::named("int"),
            "Dictionary" | "IDictionary" | "IReadOnlyDictionary" => bound(&bindings, "TKey"),
            _ => Ty::Unknown,
        };
        self.convert(key, &takes, key_span);
        Ty::read(member.gives, &bindings)
    }
}

/// What a type parameter stands for.
pub(super) fn bound(bindings: &[(&str, Ty)], name: &str) -> Ty {
    bindings.iter().find(|(known, _)| *known == name).map_or(Ty::Unknown, |(_, ty)| ty.clone())
}

/// The members that `ty` declares itself.
fn own(ty: &Ty, name: &str, is_static: bool) -> Vec<Found> {
    let Ty::Of(def, args) = ty else { return Vec::new() };
    let bindings: Vec<(&'static str, Ty)> = def.params.iter().copied().zip(args.iter().cloned()).collect();
    let def: &'static Def = def;
    def.own(name, is_static).map(|member| (member, bindings.clone())).collect()
}

/// The members of a value, and whether there may be more; None where nothing is known of it.
fn instance_members(ty: &Ty, name: &str) -> Option<(Vec<Found>, bool)> {
    let object = Ty::named("object");
    match ty {
        Ty::Unknown | Ty::Null | Ty::Void => None,
        Ty::Nullable(inner) => {
            let of_nullable = match name {
                "Value" | "GetValueOrDefault" => own(&Ty::named("Nullable"), name, false)
                    .into_iter()
                    .map(|(member, _)| (member, vec![("T", (**inner).clone())]))
                    .collect(),
                "HasValue" => own(&Ty::named("Nullable"), name, false),
                _ => own(&object, name, false),
            };
            Some((of_nullable, inner.is_unknown()))
        }
        _ if is_enum(ty) => Some((own(&object, name, false), true)),
        _ => {
            let mut bases = ty.ancestry();
            bases.push(object);
            let open = bases.iter().any(|base| {
                matches!(base, Ty::Unknown)
                    || matches!(base, Ty::Of(def, _) if def.open && !def.name.starts_with("Array"))
            });
            let found: Vec<Found> = bases.iter().flat_map(|base| own(base, name, false)).collect();
            Some((found, open))
        }
    }
}

fn has_static(ty: &Ty, name: &str) -> bool {
    !own(ty, name, true).is_empty()
}

/// The names that may be used there, for "did you mean".
fn allowed(owner: &Owner) -> Vec<&'static str> {
    let (bases, is_static) = match owner {
        Owner::Type(def) => (Ty::Of(def, Vec::new()).ancestry(), true),
        Owner::Value(ty) => (ty.ancestry(), false),
        Owner::Unknown => return Vec::new(),
    };
    let defs = bases.iter().filter_map(|base| if let Ty::Of(def, _) = base { Some(*def) } else { None });
    defs.flat_map(|def| &def.members)
        .filter(|member| {
            member.is_static == is_static && !member.refused && !matches!(member.name, "new" | "this")
        })
        .map(|member| member.name)
        .collect()
}

/// How a reader knows what stands before the dot.
pub(super) fn shown(owner: &Owner) -> String {
    let ty = match owner {
        Owner::Type(def) => return def.name.to_owned(),
        Owner::Unknown => return "?".to_owned(),
        Owner::Value(ty) => ty,
    };
    types::in_context(ty.name()).map_or_else(|| ty.display(), str::to_owned)
}
