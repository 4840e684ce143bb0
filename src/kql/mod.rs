//! The part of the Kusto Query Language that our own queries use, read and run over tables in memory. It is what
//! answers the sandbox's query API, so that the numbers of a report come from the same text that Azure runs.
//!
//! What is not known is refused by its name, never passed over. Operators: `where`, `extend`, `project`, `summarize`,
//! `order by`, `take`, `join kind=inner|leftouter`, `lookup kind=inner|leftouter`; sources: a table, `datatable`, `union`,
//! a query in parentheses, a name of a `let`. `function` lists the functions.
//!
//! What the operators do: learn.microsoft.com/kusto/query, read 2026-11. Known to differ: times and spans have whole
//! milliseconds, `int` is kept as `long`.

mod aggregate;
mod fault;
mod function;
mod lexer;
mod parser;
mod run;
mod scalar;
mod syntax;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use fault::Fault;
pub use table::{Column, Table, Type, Value};

/// Bytes of a query. Azure takes more; ours have a few kilobytes.
pub const TEXT_BYTES_MAX: usize = 256 * 1024;
/// Rows of a result and of every step on the way: what the query API gives at most
/// (learn.microsoft.com/azure/azure-monitor/service-limits, "Query API", 2026-11).
pub const ROWS_MAX: usize = 500_000;

/// Where a query is run.
#[derive(Clone, Debug, Default)]
pub struct Database {
    /// Names are compared with regard to case, as Kusto does.
    pub tables: BTreeMap<String, Table>,
    /// What `now()` is, in milliseconds since 1970.
    pub now_unix_ms: i64,
}

/// Runs a query.
///
/// # Errors
/// What is wrong with it, or not known here, and where.
pub fn run(text: &str, database: &Database) -> Result<Table, Fault> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(Fault::new(0, format!("the query is longer than {TEXT_BYTES_MAX} bytes")));
    }
    let program = parser::parse(text)?;
    run::program(&program, database)
}

/// Whether a text is a query that could be run here, over whatever tables.
///
/// # Errors
/// As [`run()`], as far as that is seen without the tables.
pub fn check(text: &str) -> Result<(), Fault> {
    parser::parse(text).map(drop)
}

/// A text as a literal of the language, with its quotes. A control character is written as an escape
/// (learn.microsoft.com/kusto/query/scalar-data-types/string, 2026-11), so a literal never ends before its end.
pub fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        match c {
            '\'' | '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}
