//! Conversions and operators: what C# does by itself, and what needs a cast.

use super::Checker;
use super::expr::is_enum;
use crate::csharp::ast::{BinaryOp, Expr, ExprKind};
use crate::csharp::codes::{UNKNOWN_NAME, WRONG_TYPE};
use crate::csharp::problem::Problem;
use crate::csharp::types::{self, Fit, Named, Ty};
use crate::csharp::wordings;
use crate::diag::Wording;
use crate::text::Span;

impl Checker {
    /// A condition has to be a `bool`.
    pub(super) fn condition(&mut self, condition: &Expr) {
        let ty = self.value(condition);
        self.convert(&ty, &Ty::named("bool"), condition.span);
    }

    /// Reports a value that cannot stand where `to` is expected.
    pub(super) fn convert(&mut self, from: &Ty, to: &Ty, span: Span) {
        let (given, wanted) = (from.display(), to.display());
        let problem = match from.fits(to) {
            Fit::Yes | Fit::Unknown => return,
            _ if *from == Ty::Null => {
                let message = format!("`{wanted}` cannot be null (CS0037)");
                Problem::new(&WRONG_TYPE, message, span)
                    .service_says(Wording::of(wordings::NULL_VALUE, &[&to.full()]))
            }
            Fit::Cast => {
                Problem::new(&WRONG_TYPE, format!("this is `{given}` where `{wanted}` is expected"), span)
                    .service_says(Wording::of(wordings::NO_CONVERSION_BUT_CAST, &[&from.full(), &to.full()]))
                    .help(format!("cast it with `({wanted})`"))
            }
            Fit::No => {
                Problem::new(&WRONG_TYPE, format!("this is `{given}` where `{wanted}` is expected"), span)
                    .service_says(Wording::of(wordings::NO_CONVERSION, &[&from.full(), &to.full()]))
            }
        };
        let of_headers = to.is("string") && *from == Ty::Array(Box::new(to.clone()));
        self.found.push(match of_headers {
            true => problem.help("take one with `[0]`, or all of them with `GetValueOrDefault(name, \"\")`"),
            false => problem,
        });
    }

    /// `(to)from`
    pub(super) fn cast(&mut self, from: &Ty, to: &Ty, span: Span) {
        if from.fits(to) != Fit::No || (*from == Ty::Null && !to.is_value()) {
            return;
        }
        // An enumeration is a number underneath.
        if (is_enum(from) && to.is_number()) || (is_enum(to) && from.is_number()) {
            return;
        }
        let message = format!("`{}` cannot be cast to `{}` (CS0030)", from.display(), to.display());
        let problem = Problem::new(&WRONG_TYPE, message, span)
            .service_says(Wording::of(wordings::NO_CAST, &[&from.full(), &to.full()]));
        self.found.push(match (from.name(), to.name()) {
            ("string", number) if to.is_number() => {
                problem.help(format!("read it with `{number}.Parse(...)`"))
            }
            (_, "string") => problem.help("write `.ToString()` after it"),
            _ => problem,
        });
    }

    /// `condition ? left : right`
    pub(super) fn branches(&mut self, left: &Ty, right: &Ty, span: Span) -> Ty {
        match (left, right) {
            _ if left == right => left.clone(),
            (Ty::Unknown, _) | (_, Ty::Unknown) => Ty::Unknown,
            _ if left.fits(right) == Fit::Yes => right.clone(),
            _ if right.fits(left) == Fit::Yes => left.clone(),
            (left, right) if is_certain(left) && is_certain(right) => {
                let message = format!(
                    "the two sides of `? :` have the types `{}` and `{}` (CS0173)",
                    left.display(),
                    right.display()
                );
                self.found.push(
                    Problem::new(&WRONG_TYPE, message, span)
                        .service_says(Wording::of(wordings::NO_COMMON_TYPE, &[&left.full(), &right.full()]))
                        .help("cast one of them to the type of the other, or both to `object`"),
                );
                Ty::Unknown
            }
            _ => Ty::Unknown,
        }
    }

    /// Chains of operators lean to the left: walks down, then checks on the way up.
    pub(super) fn binary(&mut self, expr: &Expr) -> Ty {
        let mut spine = Vec::new();
        let mut leftmost = expr;
        while let ExprKind::Binary { op, left, right } = &leftmost.kind {
            spine.push((*op, &**right, leftmost.span));
            leftmost = left;
        }
        let mut spine = spine.into_iter().rev().peekable();
        let is_dashed = spine.next_if(|(op, right, _)| self.is_dashed_name(*op, leftmost, right));
        let mut ty = match is_dashed {
            Some((_, _, span)) => {
                self.dashed_name(span);
                Ty::Unknown
            }
            None => self.value(leftmost),
        };
        for (op, right, span) in spine {
            let right = self.value(right);
            ty = self.operate(op, &ty, &right, span);
        }
        ty
    }

    /// `group-id` without spaces, where there is neither a `group` nor an `id`: a name that was meant as one.
    fn is_dashed_name(&self, op: BinaryOp, left: &Expr, right: &Expr) -> bool {
        let is_unknown = |expr: &Expr| match &expr.kind {
            ExprKind::Name(name) => self.find(name).is_none() && matches!(types::named(name), Named::Unknown),
            _ => false,
        };
        op == BinaryOp::Subtract
            && left.span.end + 1 == right.span.start
            && is_unknown(left)
            && is_unknown(right)
    }

    fn dashed_name(&mut self, span: Span) {
        if self.is_full() {
            return;
        }
        let message = "this is a subtraction of two names, and there is neither".to_owned();
        let problem = Problem::new(&UNKNOWN_NAME, message, span);
        self.found.push(problem.help("fill it in where it is a placeholder; a name holds no `-`"));
    }

    /// Checks `left op right`; returns what it gives.
    pub(super) fn operate(&mut self, op: BinaryOp, left: &Ty, right: &Ty, span: Span) -> Ty {
        use BinaryOp as Op;
        match op {
            Op::Coalesce => {
                if left.is_value() {
                    self.not_applicable(op, left, right, span);
                    return left.clone();
                }
                return match (left, right) {
                    (Ty::Unknown, _) | (_, Ty::Unknown) => Ty::Unknown,
                    _ if right.fits(left.plain()) == Fit::Yes => left.plain().clone(),
                    _ if right.fits(left) == Fit::Yes => left.clone(),
                    _ if left.fits(right) == Fit::Yes => right.clone(),
                    _ if is_certain(left.plain()) && is_certain(right) => {
                        self.not_applicable(op, left, right, span);
                        Ty::Unknown
                    }
                    _ => Ty::Unknown,
                };
            }
            Op::And | Op::Or => {
                for side in [left, right] {
                    if !side.is_unknown() && !side.is("bool") {
                        self.not_applicable(op, left, right, span);
                        break;
                    }
                }
                return Ty::named("bool");
            }
            _ => {}
        }
        let compares = matches!(
            op,
            Op::Equal | Op::NotEqual | Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual
        );
        if op == Op::Add && (left.is("string") || right.is("string")) {
            return Ty::named("string");
        }
        let result = result_of(op, left.plain(), right.plain());
        let lifted = matches!(left, Ty::Nullable(_)) || matches!(right, Ty::Nullable(_));
        match result {
            Applied::No => {
                self.not_applicable(op, left, right, span);
                if compares { Ty::named("bool") } else { Ty::Unknown }
            }
            Applied::Unknown if compares => Ty::named("bool"),
            Applied::Unknown => Ty::Unknown,
            Applied::Gives(name) if lifted && !compares => Ty::Nullable(Box::new(Ty::named(name))),
            Applied::Gives(name) => Ty::named(name),
        }
    }

    fn not_applicable(&mut self, op: BinaryOp, left: &Ty, right: &Ty, span: Span) {
        let (given, other) = (left.display(), right.display());
        let known = |side: &Ty| !side.is_unknown();
        let message = match (known(left), known(right)) {
            (true, true) => format!("`{}` does not work on `{given}` and `{other}`", op.text()),
            (true, false) => format!("`{}` does not work on `{given}` (CS0019)", op.text()),
            _ => format!("`{}` does not work on `{other}` (CS0019)", op.text()),
        };
        let mut problem = Problem::new(&WRONG_TYPE, message, span);
        if known(left) && known(right) {
            problem = problem
                .service_says(Wording::of(wordings::NO_OPERATOR, &[&op.text(), &left.full(), &right.full()]));
        }
        let needs_cast = |ty: &Ty| ty.is("object") || ty.is_json();
        let problem = match (needs_cast(left), needs_cast(right)) {
            (true, false) if right.is_simple() => {
                problem.help(format!("cast the left side with `({other})`"))
            }
            (false, true) if left.is_simple() => {
                problem.help(format!("cast the right side with `({given})`"))
            }
            _ if matches!(op, BinaryOp::And | BinaryOp::Or) => problem.help("both sides have to be `bool`"),
            _ => problem,
        };
        self.found.push(problem);
    }
}

/// What an operator makes of two types.
enum Applied {
    Gives(&'static str),
    /// C# has no such operator (CS0019).
    No,
    Unknown,
}

fn result_of(op: BinaryOp, left: &Ty, right: &Ty) -> Applied {
    use BinaryOp as Op;
    if left.is_unknown() || right.is_unknown() {
        return Applied::Unknown;
    }
    if matches!(op, Op::Equal | Op::NotEqual) {
        return equality(left, right);
    }
    if *left == Ty::Null || *right == Ty::Null || is_enum(left) || is_enum(right) {
        return Applied::Unknown;
    }
    let compares = matches!(op, Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual);
    if left.is_number() && right.is_number() {
        // Neither converts to the other (C# specification, 12.4.7.3).
        let real = |ty: &Ty| matches!(ty.name(), "float" | "double");
        if (left.is("decimal") && real(right)) || (right.is("decimal") && real(left)) {
            return Applied::No;
        }
        return match (compares, left.promoted(right)) {
            (true, _) => Applied::Gives("bool"),
            (false, Some("double"))
                if matches!(op, Op::BitAnd | Op::BitOr | Op::BitXor | Op::ShiftLeft | Op::ShiftRight) =>
            {
                Applied::No
            }
            (false, Some("long")) if matches!(op, Op::ShiftLeft | Op::ShiftRight) && !left.is("long") => {
                Applied::Unknown
            }
            (false, Some(promoted)) => Applied::Gives(promoted),
            (false, None) => Applied::Unknown,
        };
    }
    if left.is("bool") && right.is("bool") && matches!(op, Op::BitAnd | Op::BitOr | Op::BitXor) {
        return Applied::Gives("bool");
    }
    let moment = |ty: &Ty| matches!(ty.name(), "DateTime" | "DateTimeOffset");
    let either_moment = moment(left) || moment(right);
    match (left.name(), right.name()) {
        ("DateTime", "TimeSpan") if matches!(op, Op::Add | Op::Subtract) => {
            return Applied::Gives("DateTime");
        }
        ("DateTimeOffset", "TimeSpan") if matches!(op, Op::Add | Op::Subtract) => {
            return Applied::Gives("DateTimeOffset");
        }
        ("TimeSpan", "TimeSpan") if matches!(op, Op::Add | Op::Subtract) => {
            return Applied::Gives("TimeSpan");
        }
        ("TimeSpan", "TimeSpan") if compares => return Applied::Gives("bool"),
        // .NET Core multiplies spans, .NET Framework does not.
        ("TimeSpan", _) | (_, "TimeSpan") if !either_moment => return Applied::Unknown,
        _ if moment(left) && moment(right) => {
            return match op {
                Op::Subtract => Applied::Gives("TimeSpan"),
                _ if compares => Applied::Gives("bool"),
                _ => Applied::No,
            };
        }
        _ => {}
    }
    if is_operand(left) && is_operand(right) { Applied::No } else { Applied::Unknown }
}

/// Whether all operators of the type are known here.
fn is_operand(ty: &Ty) -> bool {
    ty.is_simple() || ty.is("object") || ty.is_json() || matches!(ty, Ty::Array(_))
}

fn equality(left: &Ty, right: &Ty) -> Applied {
    let is_null = |ty: &Ty| *ty == Ty::Null;
    if is_null(left) || is_null(right) || (left.is_number() && right.is_number()) || left == right {
        return Applied::Gives("bool");
    }
    let by_value = |ty: &Ty| ty.is_simple() && !ty.is("string");
    let unfit = match (left, right) {
        (left, right) if left.is_simple() && right.is_simple() => {
            // One of the two has to be convertible to the other.
            left.fits(right) != Fit::Yes && right.fits(left) != Fit::Yes
        }
        // `object` holds a value of its own making; comparing needs a cast.
        (object, value) | (value, object) if object.is("object") && by_value(value) => true,
        (Ty::Array(_), simple) | (simple, Ty::Array(_)) => simple.is_simple(),
        _ => false,
    };
    if unfit { Applied::No } else { Applied::Gives("bool") }
}

/// Types whose conversions to each other are all known.
fn is_certain(ty: &Ty) -> bool {
    ty.is_simple() || *ty == Ty::Null
}
