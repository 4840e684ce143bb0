//! Runs a template.

use std::cell::Cell;
use std::cmp::Ordering;

use indexmap::IndexMap;

use super::value::{Value, count};
use super::{Access, Comparison, Condition, Expr, Loop, Node, Operand};
use crate::csharp::Environment;

/// The largest body that a template makes.
const MAX_OUTPUT_BYTES: usize = 16 * 1024 * 1024;

/// Bytes of texts and lists that one run makes on its way, so that none doubles itself until the memory is full.
const MAX_MADE_BYTES: usize = 256 * 1024 * 1024;

/// What an item of a list counts for.
const ITEM_BYTES: usize = 32;

/// What one run may take: a step for each node and each item that is looked at. A template over a large body takes a
/// hundred thousand.
const MAX_STEPS: usize = 500_000;

/// Characters that count as one step.
const STEP_BYTES: usize = 64;

/// Numbers in a range such as `(1..1000)`.
const MAX_RANGE: i64 = 100_000;

/// Writes what the nodes come to.
///
/// # Errors
/// A sentence where a filter fails or a limit is reached.
pub(super) fn run(
    nodes: &[Node],
    names: IndexMap<String, Value>,
    environment: &dyn Environment,
) -> Result<String, String> {
    let mut running = Running {
        names,
        counters: IndexMap::new(),
        turns: IndexMap::new(),
        out: String::new(),
        n_steps: Cell::new(0),
        n_made: 0,
        environment,
    };
    running.nodes(nodes)?;
    Ok(running.out)
}

struct Running<'a> {
    /// Variables; those of loops are put back behind them.
    names: IndexMap<String, Value>,
    /// Of `increment` and `decrement`, which have names of their own.
    counters: IndexMap<String, i64>,
    /// Of `cycle`, by group.
    turns: IndexMap<String, usize>,
    out: String,
    n_steps: Cell<usize>,
    /// Bytes made so far.
    n_made: usize,
    environment: &'a dyn Environment,
}

/// What a tag asks of the loop around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goes {
    On,
    Next,
    Out,
}

impl Running<'_> {
    fn nodes(&mut self, nodes: &[Node]) -> Result<Goes, String> {
        for node in nodes {
            self.spend(1)?;
            let goes = self.node(node)?;
            if goes != Goes::On {
                return Ok(goes);
            }
        }
        Ok(Goes::On)
    }

    fn node(&mut self, node: &Node) -> Result<Goes, String> {
        match node {
            Node::Text(text) => self.write(text)?,
            Node::Output(expr) => {
                let text = self.expr(expr)?.print();
                self.write(&text)?;
            }
            Node::Assign(name, expr) => {
                let value = self.expr(expr)?;
                self.names.insert(name.clone(), value);
            }
            Node::Capture(name, nodes) => {
                let before = std::mem::take(&mut self.out);
                let goes = self.nodes(nodes)?;
                let captured = std::mem::replace(&mut self.out, before);
                self.names.insert(name.clone(), Value::text(captured));
                return Ok(goes);
            }
            Node::If(branches) => {
                for (condition, nodes) in branches {
                    if condition.as_ref().map_or(Ok(true), |condition| self.holds(condition))? {
                        return self.nodes(nodes);
                    }
                }
            }
            Node::Case { subject, whens, otherwise } => {
                let subject = self.expr(subject)?;
                for (values, nodes) in whens {
                    for value in values {
                        if self.is_equal(&subject, value)? {
                            return self.nodes(nodes);
                        }
                    }
                }
                return self.nodes(otherwise);
            }
            Node::For(one) => return self.for_loop(one),
            Node::Cycle(group, values) => {
                let turn = self.turns.entry(group.clone()).or_default();
                let at = *turn % values.len();
                *turn += 1;
                let text = self.operand(&values[at])?.print();
                self.write(&text)?;
            }
            Node::Step(name, by) => {
                let counter = self.counters.entry(name.clone()).or_default();
                // `increment` writes the number before, `decrement` the one after.
                let written = if *by > 0 { *counter } else { counter.saturating_add(*by) };
                *counter = counter.saturating_add(*by);
                self.write(&written.to_string())?;
            }
            Node::Break => return Ok(Goes::Out),
            Node::Continue => return Ok(Goes::Next),
        }
        Ok(Goes::On)
    }

    fn for_loop(&mut self, one: &Loop) -> Result<Goes, String> {
        let list = self.operand(&one.list)?;
        self.spend(weight(&list))?;
        let mut items = list.items();
        let number = |running: &mut Self, operand: &Option<Operand>| -> Result<Option<usize>, String> {
            let Some(operand) = operand else { return Ok(None) };
            let value = running.operand(operand)?;
            let number =
                value.integer().ok_or_else(|| format!("`{}` is no number of items", value.print()))?;
            Ok(Some(usize::try_from(number).unwrap_or_default()))
        };
        let (offset, limit) = (number(self, &one.offset)?, number(self, &one.limit)?);
        items.drain(..offset.unwrap_or_default().min(items.len()));
        items.truncate(limit.unwrap_or(usize::MAX));
        if one.is_reversed {
            items.reverse();
        }
        if items.is_empty() {
            return self.nodes(&one.otherwise);
        }
        let before = [one.variable.as_str(), "forloop"].map(|name| self.names.get(name).cloned());
        let n_items = items.len();
        for (index, item) in items.into_iter().enumerate() {
            self.names.insert(one.variable.clone(), item);
            self.names.insert("forloop".to_owned(), place(index, n_items));
            if self.nodes(&one.body)? == Goes::Out {
                break;
            }
        }
        for (name, value) in [one.variable.as_str(), "forloop"].into_iter().zip(before) {
            self.names.insert(name.to_owned(), value.unwrap_or(Value::Nil));
        }
        Ok(Goes::On)
    }

    fn write(&mut self, text: &str) -> Result<(), String> {
        if self.out.len() + text.len() > MAX_OUTPUT_BYTES {
            return Err(format!("the template makes more than {MAX_OUTPUT_BYTES} bytes"));
        }
        self.out.push_str(text);
        self.made(text.len())
    }

    fn spend(&self, n_steps: usize) -> Result<(), String> {
        self.n_steps.set(self.n_steps.get().saturating_add(n_steps));
        if self.n_steps.get() > MAX_STEPS {
            return Err(format!("the template runs more than {MAX_STEPS} steps"));
        }
        Ok(())
    }

    fn made(&mut self, n_bytes: usize) -> Result<(), String> {
        self.n_made = self.n_made.saturating_add(n_bytes);
        if self.n_made > MAX_MADE_BYTES {
            return Err(format!("the template makes more than {MAX_MADE_BYTES} bytes on its way"));
        }
        Ok(())
    }

    fn expr(&mut self, expr: &Expr) -> Result<Value, String> {
        let mut value = self.operand(&expr.start)?;
        for (filter, arguments) in &expr.filters {
            let arguments: Vec<Value> =
                arguments.iter().map(|argument| self.operand(argument)).collect::<Result<_, _>>()?;
            self.spend(weight(&value))?;
            value = (filter.apply)(&value, &arguments, self.environment)
                .map_err(|problem| format!("the filter `{}`: {problem}", filter.name))?;
            self.made(match &value {
                Value::Text(text) => text.len(),
                Value::List(items) => items.len().saturating_mul(ITEM_BYTES),
                _ => 0,
            })?;
        }
        Ok(value)
    }

    fn operand(&self, operand: &Operand) -> Result<Value, String> {
        Ok(match operand {
            Operand::Literal(value) => value.clone(),
            Operand::Empty => Value::text(""),
            Operand::Path(root, accesses) => {
                let mut value = self.names.get(root).cloned().unwrap_or(Value::Nil);
                for access in accesses {
                    value = match access {
                        Access::Name(name) => value.member(name),
                        Access::Index(key) => value.at(&self.operand(key)?),
                    };
                }
                value
            }
            Operand::Range(first, last) => {
                let (first, last) = (self.operand(first)?, self.operand(last)?);
                let (Some(first), Some(last)) = (first.integer(), last.integer()) else {
                    return Err("a range has to be of whole numbers".to_owned());
                };
                if last.saturating_sub(first) >= MAX_RANGE {
                    return Err(format!("a range of more than {MAX_RANGE} numbers"));
                }
                Value::list((first..=last).map(Value::Int).collect())
            }
        })
    }

    fn holds(&self, condition: &Condition) -> Result<bool, String> {
        Ok(match condition {
            Condition::Truth(operand) => self.operand(operand)?.is_true(),
            Condition::Not(condition) => !self.holds(condition)?,
            Condition::And(left, right) => self.holds(left)? && self.holds(right)?,
            Condition::Or(left, right) => self.holds(left)? || self.holds(right)?,
            Condition::Compare(left, comparison, right) => self.compare(left, *comparison, right)?,
        })
    }

    fn compare(&self, left: &Operand, comparison: Comparison, right: &Operand) -> Result<bool, String> {
        let value = self.operand(left)?;
        let order = |wanted: &[Ordering]| -> Result<bool, String> {
            Ok(value.compare(&self.operand(right)?).is_some_and(|order| wanted.contains(&order)))
        };
        match comparison {
            Comparison::Equal => self.is_equal(&value, right),
            Comparison::NotEqual => Ok(!self.is_equal(&value, right)?),
            Comparison::Contains => {
                self.spend(weight(&value))?;
                Ok(value.contains(&self.operand(right)?))
            }
            Comparison::Less => order(&[Ordering::Less]),
            Comparison::LessOrEqual => order(&[Ordering::Less, Ordering::Equal]),
            Comparison::Greater => order(&[Ordering::Greater]),
            Comparison::GreaterOrEqual => order(&[Ordering::Greater, Ordering::Equal]),
        }
    }

    fn is_equal(&self, value: &Value, other: &Operand) -> Result<bool, String> {
        match other {
            Operand::Empty => Ok(value.is_empty()),
            other => Ok(value.equals(&self.operand(other)?)),
        }
    }
}

/// How much there is to look at.
fn weight(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len() / STEP_BYTES,
        Value::List(items) => items.len(),
        Value::Map(map) => map.entries.len(),
        _ => 0,
    }
}

/// `forloop`, where item number `index` of so many is up.
fn place(index: usize, n_items: usize) -> Value {
    let entries = [
        ("length", count(n_items)),
        ("index", count(index + 1)),
        ("index0", count(index)),
        ("rindex", count(n_items - index)),
        ("rindex0", count(n_items - index - 1)),
        ("first", Value::Bool(index == 0)),
        ("last", Value::Bool(index + 1 == n_items)),
    ];
    Value::map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)))
}
