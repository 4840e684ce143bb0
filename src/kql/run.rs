//! Running a query: tables in, a table out, operator by operator.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::scalar::{Scope, compare, no_aggregate, no_column};
use super::syntax::{Bound, Expr, Program, Query, Source, Step};
use super::{Column, Database, Fault, ROWS_MAX, Table, Type, Value, aggregate};

/// What names mean while a query is run.
struct Names<'a> {
    database: &'a Database,
    tables: BTreeMap<String, Table>,
    scalars: BTreeMap<String, (Type, Value)>,
}

pub(super) fn program(program: &Program, database: &Database) -> Result<Table, Fault> {
    let mut names = Names { database, tables: BTreeMap::new(), scalars: BTreeMap::new() };
    for (name, bound) in &program.lets {
        match bound {
            Bound::Query(query) => {
                let table = names.query(query)?;
                names.tables.insert(name.clone(), table);
            }
            Bound::Scalar(expr) => {
                no_aggregate(expr)?;
                let scope = names.scope(&[]);
                let bound = (scope.type_of(expr)?, scope.value(expr, &[]));
                names.scalars.insert(name.clone(), bound);
            }
        }
    }
    names.query(&program.query)
}

impl Names<'_> {
    fn scope<'s>(&'s self, columns: &'s [Column]) -> Scope<'s> {
        Scope { columns, lets: &self.scalars, now_unix_ms: self.database.now_unix_ms }
    }

    fn query(&self, query: &Query) -> Result<Table, Fault> {
        let mut table = self.source(&query.source)?;
        for step in &query.steps {
            table = self.step(step, table)?;
        }
        Ok(table)
    }

    fn source(&self, source: &Source) -> Result<Table, Fault> {
        match source {
            Source::Name(at, name) => {
                let table = self.tables.get(name).or_else(|| self.database.tables.get(name)).cloned();
                table.ok_or_else(|| Fault::new(*at, format!("there is no table `{name}`")))
            }
            Source::Inline(columns, rows) => {
                let columns =
                    columns.iter().map(|(name, of)| Column { name: name.clone(), of: *of }).collect();
                Ok(Table { columns, rows: rows.clone() })
            }
            Source::Query(query) => self.query(query),
            Source::Union(at, parts) => {
                let parts = parts.iter().map(|part| self.query(part)).collect::<Result<Vec<_>, _>>()?;
                union(&parts, *at)
            }
        }
    }

    fn step(&self, step: &Step, table: Table) -> Result<Table, Fault> {
        match step {
            Step::Where(condition) => {
                let Table { columns, mut rows } = table;
                let scope = self.scope(&columns);
                scope.condition(condition)?;
                rows.retain(|row| scope.value(condition, row) == Value::Bool(true));
                Ok(Table { columns, rows })
            }
            Step::Extend(named) => self.extend(named, table),
            Step::Project(named) => {
                let columns = self.columns(named, &table)?;
                let scope = self.scope(&table.columns);
                let row = |row: &Vec<Value>| named.iter().map(|(_, expr)| scope.value(expr, row)).collect();
                let rows = table.rows.iter().map(row).collect();
                Ok(Table { columns, rows })
            }
            Step::Summarize { values, by } => self.summarize(values, by, &table),
            Step::OrderBy(by) => self.order(by, table),
            Step::Take(most) => {
                let Table { columns, mut rows } = table;
                rows.truncate(*most);
                Ok(Table { columns, rows })
            }
            Step::Join { at, outer, keeps_key, right, on } => {
                join(&table, &self.query(right)?, on, *outer, *keeps_key, *at)
            }
        }
    }

    /// The columns that expressions come to.
    fn columns(&self, named: &[(String, Expr)], table: &Table) -> Result<Vec<Column>, Fault> {
        let scope = self.scope(&table.columns);
        let column = |(name, expr): &(String, Expr)| {
            no_aggregate(expr)?;
            Ok(Column { name: name.clone(), of: scope.type_of(expr)? })
        };
        named.iter().map(column).collect()
    }

    /// Each new column sees those that stand before the operator, as in Kusto; one of the same name is replaced.
    fn extend(&self, named: &[(String, Expr)], table: Table) -> Result<Table, Fault> {
        let new = self.columns(named, &table)?;
        let scope = self.scope(&table.columns);
        let places: Vec<Option<usize>> = new.iter().map(|column| table.index(&column.name)).collect();
        let extended = |row: &Vec<Value>| {
            let mut whole = row.clone();
            for ((_, expr), place) in named.iter().zip(&places) {
                let value = scope.value(expr, row);
                match place {
                    Some(index) => whole[*index] = value,
                    None => whole.push(value),
                }
            }
            whole
        };
        let rows = table.rows.iter().map(extended).collect();
        let mut columns = table.columns.clone();
        for (column, place) in new.into_iter().zip(places) {
            match place {
                Some(index) => columns[index] = column,
                None => columns.push(column),
            }
        }
        Ok(Table { columns, rows })
    }

    fn summarize(
        &self,
        values: &[(String, Expr)],
        by: &[(String, Expr)],
        table: &Table,
    ) -> Result<Table, Fault> {
        let scope = self.scope(&table.columns);
        let mut columns = self.columns(by, table)?;
        for (name, expr) in values {
            aggregate::check(expr, &scope)?;
            columns.push(Column { name: name.clone(), of: scope.type_of(expr)? });
        }
        let mut groups: BTreeMap<String, (Vec<Value>, Vec<&Vec<Value>>)> = BTreeMap::new();
        for row in &table.rows {
            let key: Vec<Value> = by.iter().map(|(_, expr)| scope.value(expr, row)).collect();
            groups.entry(key_text(&key)).or_insert_with(|| (key, Vec::new())).1.push(row);
        }
        // Without `by` there is one group, of no rows too.
        if by.is_empty() && groups.is_empty() {
            groups.insert(String::new(), (Vec::new(), Vec::new()));
        }
        let rows = groups.into_values().map(|(mut row, of)| {
            row.extend(values.iter().map(|(_, expr)| aggregate::value(expr, &scope, &of)));
            row
        });
        Ok(Table { rows: rows.collect(), columns })
    }

    fn order(&self, by: &[(Expr, bool)], table: Table) -> Result<Table, Fault> {
        let Table { columns, mut rows } = table;
        let scope = self.scope(&columns);
        for (expr, _) in by {
            no_aggregate(expr)?;
            scope.type_of(expr)?;
        }
        rows.sort_by(|left, right| {
            let orders = by.iter().map(|(expr, falls)| {
                let order = nulls_first(&scope.value(expr, left), &scope.value(expr, right));
                if *falls { order.reverse() } else { order }
            });
            orders.into_iter().find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
        });
        Ok(Table { columns, rows })
    }
}

fn nulls_first(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        _ => compare(left, right).unwrap_or(Ordering::Equal),
    }
}

/// Two values have the same text where they are the same.
fn key_text(key: &[Value]) -> String {
    format!("{key:?}")
}

/// Columns of all parts by name; a part that has none of a name gives nothing there.
fn union(parts: &[Table], at: usize) -> Result<Table, Fault> {
    let mut whole = Table::default();
    for column in parts.iter().flat_map(|part| &part.columns) {
        match whole.columns.iter().find(|known| known.name == column.name) {
            None => whole.columns.push(column.clone()),
            Some(known) if known.of == column.of => {}
            Some(_) => {
                let message = format!("the column `{}` has several types in this union", column.name);
                return Err(Fault::new(at, message));
            }
        }
    }
    for part in parts {
        let places: Vec<Option<usize>> =
            whole.columns.iter().map(|column| part.index(&column.name)).collect();
        for row in &part.rows {
            let cells = whole.columns.iter().zip(&places);
            let row =
                cells.map(|(column, place)| place.map_or_else(|| column.of.nothing(), |it| row[it].clone()));
            whole.rows.push(row.collect());
            limited(whole.rows.len(), at)?;
        }
    }
    Ok(whole)
}

fn join(
    left: &Table,
    right: &Table,
    on: &[String],
    outer: bool,
    keeps_key: bool,
    at: usize,
) -> Result<Table, Fault> {
    let place = |table: &Table, name: &String| table.index(name).ok_or_else(|| no_column(name, at));
    let left_keys = on.iter().map(|name| place(left, name)).collect::<Result<Vec<_>, _>>()?;
    let right_keys = on.iter().map(|name| place(right, name)).collect::<Result<Vec<_>, _>>()?;
    for (left_key, right_key) in left_keys.iter().zip(&right_keys) {
        if left.columns[*left_key].of != right.columns[*right_key].of {
            return Err(Fault::new(at, "the columns of `on` have other types on the right"));
        }
    }
    let taken: Vec<usize> =
        (0..right.columns.len()).filter(|index| keeps_key || !right_keys.contains(index)).collect();
    let mut columns = left.columns.clone();
    for index in &taken {
        let column = &right.columns[*index];
        let mut name = column.name.clone();
        let mut number = 0;
        // A name that is taken gets a number.
        while columns.iter().any(|known| known.name == name) {
            number += 1;
            name = format!("{}{number}", column.name);
        }
        columns.push(Column { name, of: column.of });
    }
    let key =
        |row: &[Value], keys: &[usize]| key_text(&keys.iter().map(|it| row[*it].clone()).collect::<Vec<_>>());
    let mut by_key: BTreeMap<String, Vec<&Vec<Value>>> = BTreeMap::new();
    for row in &right.rows {
        by_key.entry(key(row, &right_keys)).or_default().push(row);
    }
    let nothing: Vec<Value> = right.columns.iter().map(|column| column.of.nothing()).collect();
    let alone = [&nothing];
    let mut rows = Vec::new();
    for row in &left.rows {
        let found = by_key.get(&key(row, &left_keys)).map(Vec::as_slice);
        let found = found.unwrap_or(if outer { &alone } else { &[] });
        for other in found {
            let mut whole = row.clone();
            whole.extend(taken.iter().map(|index| other[*index].clone()));
            rows.push(whole);
            limited(rows.len(), at)?;
        }
    }
    Ok(Table { columns, rows })
}

fn limited(n: usize, at: usize) -> Result<(), Fault> {
    if n <= ROWS_MAX { Ok(()) } else { Err(Fault::new(at, format!("more than {ROWS_MAX} rows"))) }
}
