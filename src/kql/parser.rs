//! From tokens to a query. Every name of an operator or a function that is not known is told at once.

use super::lexer::{Token, tokens};
use super::syntax::{Bound, Expr, Kind, Operator, Program, Query, Source, Step};
use super::{Fault, Type, Value, aggregate, function};

/// How deep parentheses and joins may be in each other.
const DEPTH_MAX: usize = 64;

pub(super) fn parse(text: &str) -> Result<Program, Fault> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens, next: 0, depth: 0, end: text.len() };
    let mut lets = Vec::new();
    while parser.takes_word("let") {
        let name = parser.word("a name")?;
        parser.mark("=")?;
        lets.push((name, parser.bound()?));
        parser.mark(";")?;
    }
    let query = parser.query()?;
    parser.takes_mark(";");
    match parser.tokens.get(parser.next) {
        None => Ok(Program { lets, query }),
        Some(_) => Err(parser.unexpected("the end of the query")),
    }
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    depth: usize,
    end: usize,
}

impl Parser {
    // ---- tokens ----

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn takes_mark(&mut self, mark: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Mark(found)) if *found == mark);
        self.next += usize::from(is);
        is
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Word(found)) if found == word);
        self.next += usize::from(is);
        is
    }

    fn mark(&mut self, mark: &str) -> Result<(), Fault> {
        if self.takes_mark(mark) { Ok(()) } else { Err(self.unexpected(&format!("`{mark}`"))) }
    }

    fn word(&mut self, what: &str) -> Result<String, Fault> {
        match self.peek() {
            Some(Token::Word(word)) => {
                let word = word.clone();
                self.next += 1;
                Ok(word)
            }
            _ => Err(self.unexpected(what)),
        }
    }

    fn unexpected(&self, wanted: &str) -> Fault {
        let found = match self.peek() {
            None => "the query ends".to_owned(),
            Some(Token::Word(word)) => format!("`{word}` stands"),
            Some(Token::Mark(mark)) => format!("`{mark}` stands"),
            Some(_) => "a literal stands".to_owned(),
        };
        Fault::new(self.at(), format!("{found} where {wanted} is expected"))
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Fault::new(self.at(), format!("more than {DEPTH_MAX} levels in each other")));
        }
        let read = read(self);
        self.depth -= 1;
        read
    }

    // ---- queries ----

    /// A name with something other than `(` behind it begins a query, and so do the words that make tables.
    fn bound(&mut self) -> Result<Bound, Fault> {
        let is_query = match (self.peek(), self.tokens.get(self.next + 1)) {
            (Some(Token::Word(word)), after) => {
                word == "datatable" || word == "union" || !matches!(after, Some((_, Token::Mark("("))))
            }
            (Some(Token::Mark("(")), _) => true,
            _ => false,
        };
        if is_query { self.query().map(Bound::Query) } else { self.expr().map(Bound::Scalar) }
    }

    fn query(&mut self) -> Result<Query, Fault> {
        self.deeper(|parser| {
            let source = parser.source()?;
            let mut steps = Vec::new();
            while parser.takes_mark("|") {
                steps.push(parser.step()?);
            }
            Ok(Query { source, steps })
        })
    }

    fn source(&mut self) -> Result<Source, Fault> {
        let at = self.at();
        if self.takes_mark("(") {
            let query = self.query()?;
            self.mark(")")?;
            return Ok(Source::Query(Box::new(query)));
        }
        let name = self.word("a table")?;
        match name.as_str() {
            "datatable" => self.datatable(),
            "union" => {
                let mut parts = Vec::new();
                loop {
                    let source = self.source()?;
                    parts.push(Query { source, steps: Vec::new() });
                    if !self.takes_mark(",") {
                        return Ok(Source::Union(at, parts));
                    }
                }
            }
            _ => Ok(Source::Name(at, name)),
        }
    }

    /// `datatable(Name: string, Price: real) ['a', 1.5, …]`.
    fn datatable(&mut self) -> Result<Source, Fault> {
        self.mark("(")?;
        let mut columns = Vec::new();
        loop {
            let name = self.word("the name of a column")?;
            self.mark(":")?;
            let at = self.at();
            let of = self.word("a type")?;
            let of = Type::named(&of)
                .ok_or_else(|| Fault::new(at, format!("the type `{of}` is not known here")))?;
            columns.push((name, of));
            if !self.takes_mark(",") {
                break;
            }
        }
        self.mark(")")?;
        self.mark("[")?;
        let mut cells = Vec::new();
        while !self.takes_mark("]") {
            if !cells.is_empty() {
                self.mark(",")?;
                // A comma may stand behind the last one.
                if self.takes_mark("]") {
                    break;
                }
            }
            let at = self.at();
            let (_, wanted) = columns[cells.len() % columns.len()];
            let Expr { kind: Kind::Literal(_, value), .. } = self.primary()? else {
                return Err(Fault::new(at, "a datatable holds literals alone"));
            };
            cells.push(fitted(value, wanted, at)?);
        }
        if cells.len() % columns.len() != 0 {
            return Err(Fault::new(self.at(), "the last row of the datatable is not whole"));
        }
        let rows = cells.chunks(columns.len()).map(<[Value]>::to_vec).collect();
        Ok(Source::Inline(columns, rows))
    }

    fn step(&mut self) -> Result<Step, Fault> {
        let at = self.at();
        let name = self.word("an operator")?;
        match name.as_str() {
            "where" => self.expr().map(Step::Where),
            "extend" => self.named(false).map(Step::Extend),
            "project" => self.named(true).map(Step::Project),
            "summarize" => {
                let is_over = matches!(self.peek(), Some(Token::Word(word)) if word == "by");
                let values = if is_over { Vec::new() } else { self.named(false)? };
                let by = if self.takes_word("by") { self.named(true)? } else { Vec::new() };
                Ok(Step::Summarize { values, by })
            }
            "order" | "sort" => self.order(),
            "take" | "limit" => match self.peek() {
                Some(Token::Long(most)) => {
                    let most = usize::try_from(*most).unwrap_or(usize::MAX);
                    self.next += 1;
                    Ok(Step::Take(most))
                }
                _ => Err(self.unexpected("a number")),
            },
            "join" | "lookup" => self.join(at, name == "join"),
            other => Err(Fault::new(at, format!("the operator `{other}` is not known here"))),
        }
    }

    fn order(&mut self) -> Result<Step, Fault> {
        if !self.takes_word("by") {
            return Err(self.unexpected("`by`"));
        }
        let mut by = Vec::new();
        loop {
            let expr = self.expr()?;
            // Falling is what Kusto does where nothing is said.
            let falls = !self.takes_word("asc");
            if falls {
                self.takes_word("desc");
            }
            by.push((expr, falls));
            if !self.takes_mark(",") {
                return Ok(Step::OrderBy(by));
            }
        }
    }

    /// A join without its kind takes one row of each key on the left, which is seldom meant: it has to be said.
    fn join(&mut self, at: usize, keeps_key: bool) -> Result<Step, Fault> {
        let mut outer = !keeps_key;
        if self.takes_word("kind") {
            self.mark("=")?;
            let at = self.at();
            outer = match self.word("a kind")?.as_str() {
                "inner" => false,
                "leftouter" => true,
                other => return Err(Fault::new(at, format!("the kind of join `{other}` is not known here"))),
            };
        } else if keeps_key {
            return Err(Fault::new(at, "a join without `kind=` is not known here"));
        }
        let source = self.source()?;
        let right = Query { source, steps: Vec::new() };
        if !self.takes_word("on") {
            return Err(self.unexpected("`on`"));
        }
        let mut on = vec![self.word("a column")?];
        while self.takes_mark(",") {
            on.push(self.word("a column")?);
        }
        Ok(Step::Join { at, outer, keeps_key, right, on })
    }

    /// `Name = expression`, several. A column by itself, or `bin` of one, may keep its name.
    fn named(&mut self, may_be_bare: bool) -> Result<Vec<(String, Expr)>, Fault> {
        let mut found = Vec::new();
        loop {
            let is_named = matches!(self.tokens.get(self.next + 1), Some((_, Token::Mark("="))));
            if is_named {
                let name = self.word("a name")?;
                self.mark("=")?;
                found.push((name, self.expr()?));
            } else {
                let expr = self.expr()?;
                let name = match &expr.kind {
                    Kind::Name(name) if may_be_bare => name.clone(),
                    Kind::Call(call, args) if may_be_bare && call == "bin" => {
                        match args.first().map(|it| &it.kind) {
                            Some(Kind::Name(name)) => name.clone(),
                            _ => return Err(Fault::new(expr.at, "this column needs a name here")),
                        }
                    }
                    _ => return Err(Fault::new(expr.at, "this column needs a name here")),
                };
                found.push((name, expr));
            }
            if !self.takes_mark(",") {
                return Ok(found);
            }
        }
    }

    // ---- expressions ----

    fn expr(&mut self) -> Result<Expr, Fault> {
        self.deeper(|parser| parser.binary(0))
    }

    fn binary(&mut self, level: usize) -> Result<Expr, Fault> {
        if level == LEVELS {
            return self.unary();
        }
        let mut left = self.binary(level + 1)?;
        loop {
            let at = left.at;
            if level == COMPARING && self.takes_word("in") {
                self.mark("(")?;
                let among = self.list(")")?;
                left = Expr { at, kind: Kind::In(Box::new(left), among) };
                continue;
            }
            let Some(operator) = self.operator(level) else { return Ok(left) };
            self.next += 1;
            let right = self.binary(level + 1)?;
            left = Expr { at, kind: Kind::Binary(operator, Box::new(left), Box::new(right)) };
        }
    }

    fn operator(&self, level: usize) -> Option<Operator> {
        use Operator as O;
        let of_level: &[(&str, O)] = match level {
            0 => &[("or", O::Or)],
            1 => &[("and", O::And)],
            COMPARING => &[
                ("==", O::Equal),
                ("!=", O::NotEqual),
                ("=~", O::SameText),
                ("!~", O::OtherText),
                ("<", O::Less),
                ("<=", O::AtMost),
                (">", O::Greater),
                (">=", O::AtLeast),
                ("contains", O::Contains),
                ("startswith", O::StartsWith),
                ("endswith", O::EndsWith),
            ],
            3 => &[("+", O::Add), ("-", O::Subtract)],
            _ => &[("*", O::Multiply), ("/", O::Divide), ("%", O::Remainder)],
        };
        let found = match self.peek()? {
            Token::Word(word) => word.as_str(),
            Token::Mark(mark) => mark,
            _ => return None,
        };
        of_level.iter().find(|(text, _)| *text == found).map(|(_, operator)| *operator)
    }

    fn unary(&mut self) -> Result<Expr, Fault> {
        let at = self.at();
        if self.takes_mark("-") {
            let of = self.deeper(Self::unary)?;
            return Ok(Expr { at, kind: Kind::Minus(Box::new(of)) });
        }
        let mut found = self.primary()?;
        loop {
            if self.takes_mark("[") {
                let index = self.expr()?;
                self.mark("]")?;
                found = Expr { at, kind: Kind::Index(Box::new(found), Box::new(index)) };
            } else if self.takes_mark(".") {
                let name = Value::Text(self.word("a name")?);
                let index = Expr { at, kind: Kind::Literal(Type::Text, name) };
                found = Expr { at, kind: Kind::Index(Box::new(found), Box::new(index)) };
            } else {
                return Ok(found);
            }
        }
    }

    fn primary(&mut self) -> Result<Expr, Fault> {
        let at = self.at();
        let literal = |of, value| Ok(Expr { at, kind: Kind::Literal(of, value) });
        let Some(token) = self.peek().cloned() else { return Err(self.unexpected("an expression")) };
        self.next += 1;
        match token {
            Token::Text(text) => literal(Type::Text, Value::Text(text)),
            Token::Long(number) => literal(Type::Long, Value::Long(number)),
            Token::Real(number) => literal(Type::Real, Value::Real(number)),
            Token::Span(ms) => literal(Type::Span, Value::Span(ms)),
            Token::Word(word) if word == "true" || word == "false" => {
                literal(Type::Bool, Value::Bool(word == "true"))
            }
            Token::Mark("(") => {
                let inner = self.expr()?;
                self.mark(")")?;
                Ok(inner)
            }
            Token::Word(word) if self.takes_mark("(") => self.call(at, word),
            Token::Word(word) => Ok(Expr { at, kind: Kind::Name(word) }),
            Token::Mark(_) => {
                self.next -= 1;
                Err(self.unexpected("an expression"))
            }
        }
    }

    fn call(&mut self, at: usize, name: String) -> Result<Expr, Fault> {
        if let Some(of) = Type::named(&name).filter(|of| *of != Type::Text) {
            if self.takes_word("null") {
                self.mark(")")?;
                return Ok(Expr { at, kind: Kind::Literal(of, Value::Null) });
            }
            return Err(Fault::new(at, format!("`{name}(…)` is known here with `null` alone")));
        }
        let args = self.list(")")?;
        if name == "not" && args.len() == 1 {
            let of = args.into_iter().next().map(Box::new).ok_or_else(|| self.unexpected("an expression"))?;
            return Ok(Expr { at, kind: Kind::Not(of) });
        }
        let arity = function::arity(&name).or_else(|| aggregate::arity(&name));
        let Some((least, most)) = arity else {
            return Err(Fault::new(at, format!("the function `{name}` is not known here")));
        };
        if !(least..=most).contains(&args.len()) {
            return Err(Fault::new(at, format!("`{name}` does not take {} arguments", args.len())));
        }
        Ok(Expr { at, kind: Kind::Call(name, args) })
    }

    fn list(&mut self, end: &str) -> Result<Vec<Expr>, Fault> {
        let mut found = Vec::new();
        while !self.takes_mark(end) {
            if !found.is_empty() {
                self.mark(",")?;
            }
            found.push(self.expr()?);
        }
        Ok(found)
    }
}

/// Levels of operators: `or`, `and`, comparisons, sums, products.
const LEVELS: usize = 5;
const COMPARING: usize = 2;

/// A literal as the column has it: a whole number stands for a real one.
fn fitted(value: Value, wanted: Type, at: usize) -> Result<Value, Fault> {
    let fits = matches!(
        (&value, wanted),
        (Value::Null, _)
            | (Value::Text(_), Type::Text)
            | (Value::Long(_), Type::Long)
            | (Value::Real(_), Type::Real)
            | (Value::Bool(_), Type::Bool)
            | (Value::Span(_), Type::Span)
    );
    match value {
        Value::Null => Ok(wanted.nothing()),
        #[expect(clippy::cast_precision_loss, reason = "as Kusto converts")]
        Value::Long(number) if wanted == Type::Real => Ok(Value::Real(number as f64)),
        value if fits => Ok(value),
        _ => Err(Fault::new(at, format!("this is no {}", wanted.name()))),
    }
}
