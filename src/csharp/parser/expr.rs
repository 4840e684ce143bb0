//! Operators: assignment, conditional, binary by precedence, unary, and what follows an operand.

use super::{Parsed, Parser};
use crate::csharp::ast::{Argument, ArgumentValue, BinaryOp, Expr, ExprKind, Literal, SwitchArm, UnaryOp};
use crate::csharp::codes::SYNTAX;
use crate::csharp::lexer::Kind;
use crate::csharp::problem::Problem;

/// Precedence of `is`, `as` and the relational operators among `binary_operator`'s.
const RELATIONAL: u8 = 8;

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.nested(Self::assignment)
    }

    fn assignment(&mut self) -> Parsed<Expr> {
        let left = self.conditional()?;
        let Some(op) = self.assignment_operator() else { return Ok(left) };
        assignable(&left)?;
        let operator = self.span();
        if op == Some(BinaryOp::ShiftRight) {
            self.advance();
        }
        if self.is_punct("??=") {
            self.newer("`??=`", 8, operator);
        }
        self.advance();
        let value = self.expression()?;
        let span = self.since(left.span);
        self.node(ExprKind::Assign { target: Box::new(left), op, value: Box::new(value) }, span)
    }

    fn assignment_operator(&self) -> Option<Option<BinaryOp>> {
        let Kind::Punct(punct) = self.kind() else { return None };
        Some(match *punct {
            "=" => None,
            "+=" => Some(BinaryOp::Add),
            "-=" => Some(BinaryOp::Subtract),
            "*=" => Some(BinaryOp::Multiply),
            "/=" => Some(BinaryOp::Divide),
            "%=" => Some(BinaryOp::Remainder),
            "&=" => Some(BinaryOp::BitAnd),
            "|=" => Some(BinaryOp::BitOr),
            "^=" => Some(BinaryOp::BitXor),
            "<<=" => Some(BinaryOp::ShiftLeft),
            "??=" => Some(BinaryOp::Coalesce),
            ">" if self.is_shift_assignment() => Some(BinaryOp::ShiftRight),
            _ => return None,
        })
    }

    /// `>>=`, which the lexer leaves in two pieces for the sake of type arguments.
    fn is_shift_assignment(&self) -> bool {
        matches!(self.kind_at(1), Kind::Punct(">="))
            && self.tokens[self.at].span.end == self.tokens[self.at + 1].span.start
    }

    fn conditional(&mut self) -> Parsed<Expr> {
        let condition = self.binary(0)?;
        if !self.eat("?") {
            return Ok(condition);
        }
        let then = self.expression()?;
        self.expect(":")?;
        let otherwise = self.expression()?;
        let span = self.since(condition.span);
        let [condition, then, otherwise] = [condition, then, otherwise].map(Box::new);
        self.node(ExprKind::Conditional { condition, then, otherwise }, span)
    }

    /// Reads operators that bind at least as tightly as `least`.
    pub(super) fn binary(&mut self, least: u8) -> Parsed<Expr> {
        let mut left = self.unary()?;
        loop {
            if self.is_word("switch") && matches!(self.kind_at(1), Kind::Punct("{")) {
                left = self.switch_expression(left)?;
                continue;
            }
            if least <= RELATIONAL && (self.is_word("is") || self.is_word("as")) {
                left = self.type_test(left)?;
                continue;
            }
            let Some((op, precedence, n_tokens)) = self.binary_operator() else { return Ok(left) };
            if precedence < least {
                return Ok(left);
            }
            for _ in 0..n_tokens {
                self.advance();
            }
            // `??` groups to the right, the others to the left.
            let next = if op == BinaryOp::Coalesce { precedence } else { precedence + 1 };
            let right = self.nested(|parser| parser.binary(next))?;
            let span = self.since(left.span);
            left = self.node(ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) }, span)?;
        }
    }

    /// The operator here, its precedence, and how many tokens it takes.
    fn binary_operator(&self) -> Option<(BinaryOp, u8, usize)> {
        let Kind::Punct(punct) = self.kind() else { return None };
        let (op, precedence) = match *punct {
            "??" => (BinaryOp::Coalesce, 1),
            "||" => (BinaryOp::Or, 2),
            "&&" => (BinaryOp::And, 3),
            "|" => (BinaryOp::BitOr, 4),
            "^" => (BinaryOp::BitXor, 5),
            "&" => (BinaryOp::BitAnd, 6),
            "==" => (BinaryOp::Equal, 7),
            "!=" => (BinaryOp::NotEqual, 7),
            ">" if self.is_shift_assignment() => return None,
            ">" if self.is_shift_right() => return Some((BinaryOp::ShiftRight, 9, 2)),
            "<" => (BinaryOp::Less, RELATIONAL),
            "<=" => (BinaryOp::LessEqual, RELATIONAL),
            ">" => (BinaryOp::Greater, RELATIONAL),
            ">=" => (BinaryOp::GreaterEqual, RELATIONAL),
            "<<" => (BinaryOp::ShiftLeft, 9),
            "+" => (BinaryOp::Add, 10),
            "-" => (BinaryOp::Subtract, 10),
            "*" => (BinaryOp::Multiply, 11),
            "/" => (BinaryOp::Divide, 11),
            "%" => (BinaryOp::Remainder, 11),
            _ => return None,
        };
        Some((op, precedence, 1))
    }

    fn is_shift_right(&self) -> bool {
        matches!(self.kind_at(1), Kind::Punct(">"))
            && self.tokens[self.at].span.end == self.tokens[self.at + 1].span.start
    }

    fn type_test(&mut self, operand: Expr) -> Parsed<Expr> {
        let start = operand.span;
        let operand = Box::new(operand);
        if self.eat_word("as") {
            let ty = self.type_ref()?;
            return self.node(ExprKind::As { operand, ty }, self.since(start));
        }
        self.advance();
        let pattern = self.pattern()?;
        self.node(ExprKind::Is { operand, pattern }, self.since(start))
    }

    /// `subject switch { pattern => value, … }`
    fn switch_expression(&mut self, subject: Expr) -> Parsed<Expr> {
        let start = subject.span;
        self.newer("a `switch` expression", 8, self.span());
        self.advance();
        let arms = self.list("{", "}", |parser| {
            let pattern = parser.pattern()?;
            let when = if parser.eat_word("when") { Some(parser.expression()?) } else { None };
            parser.expect("=>")?;
            Ok(SwitchArm { pattern, when, value: parser.expression()? })
        })?;
        self.node(ExprKind::Switch { subject: Box::new(subject), arms }, self.since(start))
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let op = match self.kind() {
            Kind::Punct("!") => UnaryOp::Not,
            Kind::Punct("-") => UnaryOp::Minus,
            Kind::Punct("+") => UnaryOp::Plus,
            Kind::Punct("~") => UnaryOp::Complement,
            Kind::Punct("++" | "--") => return self.prefix_step(),
            Kind::Punct("(") if !self.lambda_ahead() => {
                if let Some(ty) = self.try_cast() {
                    let operand = Box::new(self.nested(Self::unary)?);
                    return self.node(ExprKind::Cast { ty, operand }, self.since(start));
                }
                return self.postfix();
            }
            _ => return self.postfix(),
        };
        self.advance();
        let operand = self.nested(Self::unary)?;
        // The least int has no positive counterpart: `-2147483648` is one literal (C# specification, 6.4.5.3).
        if op == UnaryOp::Minus && operand.kind == ExprKind::Literal(Literal::Long(1 << 31)) {
            return self.node(ExprKind::Literal(Literal::Int(i32::MIN)), self.since(start));
        }
        self.node(ExprKind::Unary { op, operand: Box::new(operand) }, self.since(start))
    }

    fn prefix_step(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let by = if self.is_punct("++") { 1 } else { -1 };
        self.advance();
        let target = Box::new(self.nested(Self::unary)?);
        assignable(&target)?;
        self.node(ExprKind::Step { target, by, prefix: true }, self.since(start))
    }

    /// An operand with its `.member`, `?.member`, `(args)`, `[key]`, `++`.
    fn postfix(&mut self) -> Parsed<Expr> {
        let mut expr = self.primary()?;
        while let Kind::Punct(punct @ ("." | "?." | "(" | "[" | "?[" | "++" | "--" | "!")) = self.kind() {
            // `x!` tells the compiler that x is not null and does nothing.
            if self.is_punct("!") {
                self.newer("`!` after a value", 8, self.span());
                self.advance();
                continue;
            }
            let start = expr.span;
            let kind = self.suffix(Box::new(expr), punct)?;
            expr = self.node(kind, self.since(start))?;
        }
        Ok(expr)
    }

    fn suffix(&mut self, target: Box<Expr>, punct: &str) -> Parsed<ExprKind> {
        if punct == "(" {
            return Ok(ExprKind::Call { callee: target, args: self.arguments()? });
        }
        self.advance();
        match punct {
            "." | "?." => {
                let (name, name_span) = self.identifier()?;
                let type_args = self.try_type_arguments();
                Ok(ExprKind::Member { target, name, name_span, type_args, conditional: punct == "?." })
            }
            "++" | "--" => {
                assignable(&target)?;
                Ok(ExprKind::Step { target, by: if punct == "++" { 1 } else { -1 }, prefix: false })
            }
            _ => {
                let key = Box::new(self.expression()?);
                if self.is_punct(",") {
                    let mut parts = vec![*target, *key];
                    while self.eat(",") {
                        parts.push(self.expression()?);
                    }
                    self.expect("]")?;
                    return Ok(ExprKind::NotRun { what: "an index of several dimensions", parts });
                }
                self.expect("]")?;
                Ok(ExprKind::Index { target, key, conditional: punct == "?[" })
            }
        }
    }

    pub(super) fn arguments(&mut self) -> Parsed<Vec<Argument>> {
        self.list("(", ")", Self::argument)
    }

    fn argument(&mut self) -> Parsed<Argument> {
        let name = match (self.kind(), self.kind_at(1)) {
            (Kind::Word(name), Kind::Punct(":")) => {
                self.advance();
                self.advance();
                Some(name.clone())
            }
            _ => None,
        };
        if self.eat_word("ref") {
            return Ok(Argument { name, value: ArgumentValue::Ref(self.expression()?) });
        }
        if !self.eat_word("out") {
            return Ok(Argument { name, value: ArgumentValue::Expr(self.expression()?) });
        }
        let declares = !matches!(self.kind_at(1), Kind::Punct("," | ")"));
        let ty = if declares { Some(self.type_ref()?).filter(|ty| ty.name != "var") } else { None };
        let (out, span) = self.identifier()?;
        Ok(Argument { name, value: ArgumentValue::Out { name: out, declares, ty, span } })
    }
}

/// What stands to the left of `=` and beside `++` has to be a place for a value (CS0131, CS1059).
fn assignable(target: &Expr) -> Parsed<()> {
    match target.kind {
        ExprKind::Name(_) | ExprKind::Member { .. } | ExprKind::Index { .. } => Ok(()),
        _ => Err(Problem::new(
            &SYNTAX,
            "only a variable, a property or an element can be assigned",
            target.span,
        )),
    }
}
