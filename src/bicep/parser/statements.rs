//! Declarations: decorators, `param`, `var`, `resource`, `module`, `output` and the rest of the top level.

use super::super::codes;
use super::super::lexer::Token;
use super::super::syntax::{
    Body, Decorator, Expr, Ident, ImportName, Imports, Loop, Module, Object, Resource, Statement,
    StatementKind,
};
use super::{Dialect, Halt, Parsed, Parser};
use crate::diag::Diagnostic;

/// Words that begin a statement.
pub(super) const KEYWORDS: &[&str] = &[
    "targetScope",
    "metadata",
    "param",
    "var",
    "resource",
    "module",
    "output",
    "type",
    "func",
    "import",
    "extension",
    "provider",
    "test",
    "assert",
    "using",
    "extends",
];

impl Parser<'_> {
    pub(super) fn statement(&mut self) -> Parsed<Statement> {
        let start = self.span();
        let decorators = self.decorators()?;
        let kind = self.statement_kind(&decorators)?;
        Ok(Statement { decorators, kind, span: self.from(start) })
    }

    pub(super) fn decorators(&mut self) -> Parsed<Vec<Decorator>> {
        let mut decorators = Vec::new();
        while self.is("@") {
            decorators.push(self.decorator()?);
            self.new_lines();
        }
        if !decorators.is_empty() && self.at_end() {
            return Err(self.expected(
                &codes::DECLARATION_AFTER_DECORATOR,
                "expected a declaration after the decorator",
            ));
        }
        Ok(decorators)
    }

    fn decorator(&mut self) -> Parsed<Decorator> {
        let start = self.span();
        self.advance();
        let mut name = self.ident(&codes::DECORATOR_NAME, "a decorator name")?;
        let mut namespace = None;
        if self.eat(".") {
            namespace = Some(name);
            name = self.ident(&codes::DECORATOR_NAME, "a decorator name")?;
        }
        let arguments = self.arguments()?;
        let span = self.from(start);
        if !self.is_new_line() {
            return Err(self.expected(&codes::EXPECTED_NEW_LINE, "expected a new line after the decorator"));
        }
        Ok(Decorator { namespace, name, arguments, span })
    }

    fn statement_kind(&mut self, decorators: &[Decorator]) -> Parsed<StatementKind> {
        let Some(word) = self.word_at(0).map(str::to_owned) else {
            return Err(self.expected(&codes::UNKNOWN_DECLARATION, "expected a declaration"));
        };
        let keyword = self.ident(&codes::UNKNOWN_DECLARATION, "a declaration")?;
        match word.as_str() {
            "targetScope" => {
                self.expect("=")?;
                Ok(StatementKind::TargetScope(self.expression()?))
            }
            "metadata" => {
                let name = self.ident(&codes::EXPECTED_METADATA_NAME, "a metadata name")?;
                self.expect("=")?;
                Ok(StatementKind::Metadata { name, value: self.expression()? })
            }
            "param" => self.param(),
            "var" => self.var(),
            "resource" => Ok(StatementKind::Resource(Box::new(self.resource(Vec::new())?))),
            "module" => self.module(),
            "output" => self.output(),
            "type" => {
                let name = self.ident(&codes::EXPECTED_TYPE_NAME, "a type name")?;
                self.expect("=")?;
                Ok(StatementKind::Type { name, value: self.type_expr()? })
            }
            "func" => self.func(),
            "using" if self.dialect == Dialect::Parameters => {
                let path = if self.eat_word("none") { None } else { Some(self.expression()?) };
                Ok(StatementKind::Using { path })
            }
            "extends" if self.dialect == Dialect::Parameters => {
                Ok(StatementKind::Extends { path: self.expression()? })
            }
            "import" => self.import(),
            // Refused as a whole by name, so their insides are not read.
            "extension" | "provider" => self.opaque(StatementKind::Extension { keyword }),
            "test" => self.opaque(StatementKind::Test { keyword }),
            "assert" => self.opaque(StatementKind::Assert { keyword }),
            _ => {
                let found =
                    Diagnostic::new(&codes::UNKNOWN_DECLARATION, format!("`{word}` begins no declaration"))
                        .did_you_mean(&word, KEYWORDS.iter().copied());
                let after = if decorators.is_empty() { keyword.span } else { self.from(keyword.span) };
                self.report(found, after);
                Err(Halt)
            }
        }
    }

    /// Skips to the end of the statement, brackets included.
    fn opaque(&mut self, kind: StatementKind) -> Parsed<StatementKind> {
        while !self.at_end() && !self.is_new_line() {
            self.skip_element();
            if !self.at_end() && !self.is_new_line() {
                self.advance();
            }
        }
        Ok(kind)
    }

    /// `import { a, b as c } from 'path'` or `import * as name from 'path'`, behind the word.
    fn import(&mut self) -> Parsed<StatementKind> {
        let what = if self.eat("*") {
            self.keyword("as")?;
            Imports::Everything { name: self.ident(&codes::EXPECTED_IMPORT_NAME, "a name")? }
        } else if self.is("{") {
            self.advance();
            let mut names = Vec::new();
            self.elements("}", |parser| {
                names.push(parser.import_name()?);
                Ok(())
            })?;
            Imports::Names(names)
        } else {
            return Err(self.expected(&codes::EXPECTED_IMPORT, "expected `{` or `*`"));
        };
        self.keyword("from")?;
        if !matches!(self.token(), Token::Text(_) | Token::TextLeft(_)) {
            return Err(self.expected(&codes::EXPECTED_IMPORT_PATH, "expected the path of a file"));
        }
        Ok(StatementKind::Import { what, path: self.string()? })
    }

    /// `name`, `name as other` or `'any name' as other`.
    fn import_name(&mut self) -> Parsed<ImportName> {
        let span = self.span();
        let quoted = match self.token().clone() {
            Token::Text(name) => Some(Ident { name, span }),
            _ => None,
        };
        let is_quoted = quoted.is_some();
        let original = match quoted {
            Some(original) => {
                self.advance();
                original
            }
            None => self.ident(&codes::EXPECTED_IMPORT_NAME, "the name of what is imported")?,
        };
        let name = if self.eat_word("as") {
            self.ident(&codes::EXPECTED_IMPORT_NAME, "a name")?
        } else if is_quoted {
            return Err(self.expected(&codes::EXPECTED_ALIAS, "expected `as` and a name"));
        } else {
            original.clone()
        };
        Ok(ImportName { original, name })
    }

    fn keyword(&mut self, word: &str) -> Parsed<()> {
        if self.eat_word(word) {
            return Ok(());
        }
        Err(self.expected(&codes::EXPECTED_KEYWORD, &format!("expected `{word}`")))
    }

    fn param(&mut self) -> Parsed<StatementKind> {
        let name = self.ident(&codes::EXPECTED_PARAM_NAME, "a parameter name")?;
        if self.dialect == Dialect::Parameters {
            self.expect("=")?;
            return Ok(StatementKind::Param { name, ty: None, default: Some(self.expression()?) });
        }
        let ty = Some(self.type_expr()?);
        let default = if self.eat("=") { Some(self.expression()?) } else { None };
        Ok(StatementKind::Param { name, ty, default })
    }

    fn var(&mut self) -> Parsed<StatementKind> {
        let name = self.ident(&codes::EXPECTED_VAR_NAME, "a variable name")?;
        let ty =
            if self.is("=") || self.is_new_line() || self.at_end() { None } else { Some(self.type_expr()?) };
        self.expect("=")?;
        Ok(StatementKind::Var { name, ty, value: self.expression()? })
    }

    fn output(&mut self) -> Parsed<StatementKind> {
        let name = self.ident(&codes::EXPECTED_OUTPUT_NAME, "an output name")?;
        let ty = self.type_expr()?;
        self.expect("=")?;
        Ok(StatementKind::Output { name, ty, value: self.expression()? })
    }

    fn func(&mut self) -> Parsed<StatementKind> {
        let name = self.ident(&codes::EXPECTED_VAR_NAME, "a function name")?;
        self.expect("(")?;
        let mut params = Vec::new();
        self.new_lines();
        while !self.is(")") {
            let name = self.ident(&codes::EXPECTED_PARAM_NAME, "a parameter name")?;
            params.push((name, self.type_expr()?));
            self.new_lines();
            if !self.eat(",") {
                break;
            }
            self.new_lines();
        }
        self.expect(")")?;
        let returns = self.type_expr()?;
        self.expect("=>")?;
        self.new_lines();
        Ok(StatementKind::Func { name, params, returns, body: self.expression()? })
    }

    fn resource(&mut self, decorators: Vec<Decorator>) -> Parsed<Resource> {
        let start = self.span();
        let name = self.ident(&codes::EXPECTED_RESOURCE_NAME, "a resource name")?;
        if !matches!(self.token(), Token::Text(_) | Token::TextLeft(_)) {
            return Err(self.expected(
                &codes::EXPECTED_RESOURCE_TYPE,
                "expected a resource type such as `'Microsoft.KeyVault/vaults@2024-11-01'`",
            ));
        }
        let ty = self.string()?;
        let existing = self.eat_word("existing");
        self.expect("=")?;
        let body = self.body()?;
        Ok(Resource { decorators, name, ty, existing, body, span: self.from(start) })
    }

    fn module(&mut self) -> Parsed<StatementKind> {
        let start = self.span();
        let name = self.ident(&codes::EXPECTED_MODULE_NAME, "a module name")?;
        if !matches!(self.token(), Token::Text(_) | Token::TextLeft(_)) {
            return Err(self.expected(
                &codes::EXPECTED_MODULE_PATH,
                "expected a module path such as `'modules/vault.bicep'`",
            ));
        }
        let path = self.string()?;
        self.expect("=")?;
        let body = self.body()?;
        Ok(StatementKind::Module(Box::new(Module { name, path, body, span: self.from(start) })))
    }

    /// A nested resource is told from a property named `resource` by the name that follows.
    pub(super) fn is_nested_resource(&self) -> bool {
        self.is("@") || (self.is_word("resource") && self.word_at(1).is_some())
    }

    pub(super) fn nested_resource(&mut self) -> Parsed<Resource> {
        let decorators = self.decorators()?;
        if !self.eat_word("resource") {
            return Err(self.expected(&codes::EXPECTED_KEYWORD, "expected `resource`"));
        }
        self.resource(decorators)
    }

    fn body(&mut self) -> Parsed<Body> {
        let start = self.span();
        if matches!(self.word_at(self.ahead_past_new_lines(0)), Some("if")) {
            self.new_lines();
        }
        if self.is("[") {
            return self.nested(|parser| {
                let head = parser.loop_head()?;
                let (condition, object) = parser.conditional_object()?;
                parser.new_lines();
                parser.expect("]")?;
                Ok(Body { loop_head: Some(head), condition, object, span: parser.from(start) })
            });
        }
        let (condition, object) = self.conditional_object()?;
        Ok(Body { loop_head: None, condition, object, span: self.from(start) })
    }

    /// `{ … }` or `if (c) { … }`.
    fn conditional_object(&mut self) -> Parsed<(Option<Expr>, Object)> {
        let mut condition = None;
        if self.eat_word("if") {
            if !self.is("(") {
                return Err(self.expected(&codes::EXPECTED_CHARACTER, "expected `(`"));
            }
            condition = Some(self.parenthesized()?);
        }
        if !self.is("{") {
            return Err(self.expected(&codes::EXPECTED_BODY, "expected `{`, `[` or `if`"));
        }
        Ok((condition, self.object(true)?))
    }

    /// `[for item in array:`, up to and with the colon.
    pub(super) fn loop_head(&mut self) -> Parsed<Loop> {
        self.expect("[")?;
        self.new_lines();
        if !self.eat_word("for") {
            return Err(self.expected(&codes::EXPECTED_KEYWORD, "expected `for`"));
        }
        let (item, index) = if self.eat("(") {
            let item = self.ident(&codes::EXPECTED_LOOP_VARIABLE, "a loop variable")?;
            self.expect(",")?;
            let index = self.ident(&codes::EXPECTED_LOOP_VARIABLE, "a loop index variable")?;
            self.expect(")")?;
            (item, Some(index))
        } else {
            (self.ident(&codes::EXPECTED_LOOP_VARIABLE, "a loop variable")?, None)
        };
        if !self.eat_word("in") {
            return Err(self.expected(&codes::EXPECTED_KEYWORD, "expected `in`"));
        }
        let array = Box::new(self.expression()?);
        self.expect(":")?;
        Ok(Loop { item, index, array })
    }
}
