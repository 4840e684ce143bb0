//! A table of queries over a small table, with what each comes to or why it is refused.

use super::*;

fn database() -> Database {
    let mut table = Table::of(&[
        ("TimeGenerated", Type::Time),
        ("Name", Type::Text),
        ("Code", Type::Long),
        ("Sum", Type::Real),
        ("Properties", Type::Dynamic),
    ]);
    let row = |hours: i64, name: &str, code: Value, sum: f64, team: &str| {
        let properties = serde_json::json!({"Team ID": team, "n": 3});
        let (time, name) = (Value::Time(hours * 3_600_000 + 60_000), Value::Text(name.to_owned()));
        vec![time, name, code, Value::Real(sum), Value::Dynamic(properties)]
    };
    table.rows = vec![
        row(1, "a", Value::Long(200), 10.0, "x"),
        row(1, "b", Value::Long(429), 0.5, "y"),
        row(2, "a", Value::Null, 2.0, "x"),
        row(26, "A", Value::Long(200), 1.0, ""),
    ];
    Database { tables: BTreeMap::from([("T".to_owned(), table)]), now_unix_ms: 26 * 3_600_000 }
}

/// The rows as text: cells with `,`, rows with `;`.
fn shown(text: &str) -> Result<String, String> {
    let table = run(text, &database()).map_err(|fault| format!("{}: {fault}", fault.offset))?;
    let cell = |value: &Value| match value.to_json() {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    let row = |row: &Vec<Value>| row.iter().map(cell).collect::<Vec<_>>().join(",");
    Ok(table.rows.iter().map(row).collect::<Vec<_>>().join(";"))
}

#[test]
fn queries_come_to_what_kusto_says() {
    for (query, expected) in [
        ("T | where Name == 'a' | project Sum", "10.0;2.0"),
        ("T | where Name =~ 'a' | summarize n = count()", "3"),
        ("T | where Name in ('b', 'c') | project Code", "429"),
        // Null is let through by nothing, not even by `!=`.
        ("T | where Code != 429 | summarize n = count()", "2"),
        ("T | where isnull(Code) | project Sum", "2.0"),
        (
            "T | summarize n = count(), bad = countif(Code == 429) by Name | order by Name asc",
            "A,1,0;a,2,0;b,1,1",
        ),
        (
            "T | summarize s = sum(Sum) by bin(TimeGenerated, 1d) | order by TimeGenerated asc",
            "1970-01-01T00:00:00Z,12.5;1970-01-02T00:00:00Z,1.0",
        ),
        ("T | summarize share = round(100.0 * countif(Code == 429) / count(), 1)", "25.0"),
        // Whole numbers divide into whole ones, and by zero into nothing.
        ("T | take 1 | project a = 7 / 2, b = 7.0 / 2, c = 1 / 0", "3,3.5,null"),
        (
            "T | extend Team = tostring(Properties['Team ID']) | summarize s = sum(Sum) by Team | order by s desc",
            "x,12.0;,1.0;y,0.5",
        ),
        ("T | take 1 | project n = tolong(Properties.n), none = tostring(Properties.none)", "3,"),
        ("T | where TimeGenerated > ago(1h) | project Name", "A"),
        (
            "T | take 1 | project a = tostring(split('x/y/z', '/')[1]), b = strcat('a', 'b'), c = iff(Code == 200, 1, 2)",
            "y,ab,1",
        ),
        (
            "T | take 1 | project a = coalesce('', 'b'), b = case(Code == 1, 'x', Code == 200, 'y', 'z'), c = -1 + 2 * 3",
            "b,y,5",
        ),
        (
            "let teams = datatable(Name: string, Who: string) ['a', 'Ann', 'b', 'Bob']; \
          T | lookup kind=leftouter teams on Name | summarize s = sum(Sum) by Who | order by Who asc",
            ",1.0;Ann,12.0;Bob,0.5",
        ),
        (
            "let p = datatable(Name: string, Price: real) ['a', 2, 'a', 3]; \
          T | join kind=inner (p) on Name | project Name, Name1, Price, cost = Sum * Price | order by cost asc",
            "a,a,2.0,4.0;a,a,3.0,6.0;a,a,2.0,20.0;a,a,3.0,30.0",
        ),
        ("let least = 1; T | where Sum > least | summarize n = count()", "2"),
        (
            "union (T | project Name, A = 1), (T | where Code == 429 | project Name, B = 2) | summarize n = count(), a = sum(A), b = sum(B)",
            "5,4,2",
        ),
        ("T | where Name == 'nobody' | summarize n = count(), s = sum(Sum), m = max(Sum)", "0,0,null"),
        (
            "T | summarize low = min(Sum), high = max(Sum), mean = avg(Sum), names = dcount(Name)",
            "0.5,10.0,3.375,3",
        ),
        (
            "T | where not(Name == 'a') and (Name startswith 'B' or Name endswith 'a') | summarize n = count()",
            "2",
        ),
        ("T | summarize by Name | order by Name // a comment", "b;a;A"),
        ("datatable(a: string) ['it\\'s', \"say \\\"x\\\"\", '\\u0041\\n',]", "it's;say \"x\";A\n"),
    ] {
        assert_eq!(shown(query).as_deref(), Ok(expected), "{query}");
    }
}

#[test]
fn what_is_not_known_is_refused_by_its_name() {
    for (query, why) in [
        ("T | top 3 by Sum", "the operator `top` is not known here"),
        ("T | mv-expand Properties", "the operator `mv` is not known here"),
        ("T | where strlen(Name) > 1", "the function `strlen` is not known here"),
        ("Other | take 1", "there is no table `Other`"),
        ("T | where Missing == 1", "there is no column `Missing`"),
        ("T | where Name == 1", "Equal does not go with string and long"),
        ("T | where Name", "this is a string where a bool is wanted"),
        ("T | where sum(Sum) > 1", "`sum` stands in `summarize` alone"),
        ("T | summarize n = count(), Name = Name", "`Name` has no single value for a group"),
        ("T | summarize count()", "this column needs a name here"),
        ("T | join (T) on Name", "a join without `kind=` is not known here"),
        ("T | join kind=anti (T) on Name", "the kind of join `anti` is not known here"),
        ("T | project x = datetime(2026-01-01)", "`datetime(…)` is known here with `null` alone"),
        ("T | where Name == 'a", "a text without its end"),
        ("T | where Name == 'a\\q'", "the escape `\\q` is not known here"),
        ("T | take 1 ~", "`~` is not known here"),
        ("T | take 1x", "`1x` is no number that is known here"),
        (
            "T | project a = tostring(Sum)",
            "`tostring` wants a text, a dynamic value, a whole number or a bool",
        ),
        ("datatable(a: string, b: long) ['x']", "the last row of the datatable is not whole"),
        ("datatable(a: long) ['x']", "this is no long"),
        ("T where", "`where` stands where the end of the query is expected"),
        ("", "the query ends where a table is expected"),
        ("T | project x = coalesce('a')", "`coalesce` does not take 1 arguments"),
    ] {
        let found = shown(query).unwrap_err();
        assert!(found.ends_with(why), "{query}: {found}");
    }
    let deep = format!("T | where {}1 == 1{}", "(".repeat(100), ")".repeat(100));
    assert!(shown(&deep).unwrap_err().contains("levels in each other"));
    let minus = format!("T | project x = {}1", "-".repeat(100_000));
    assert!(shown(&minus).unwrap_err().contains("levels in each other"));
}

#[test]
fn a_text_is_carried_through_a_literal() {
    for text in
        ["plain", "it's \"x\" \\ | where 1 == 1 //", "a\n'b\u{2028}\t\0", "${var:X} @( {{x}} 😀 ü", ""]
    {
        let literal = literal(text);
        assert!(!literal.contains('\n'), "{literal}");
        let table = run(&format!("datatable(a: string) [{literal}]"), &Database::default()).unwrap();
        assert_eq!(table.rows, [[Value::Text(text.to_owned())]], "{literal}");
    }
}
