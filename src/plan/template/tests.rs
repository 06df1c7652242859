//! What templates become, and what they may not.

use proptest::prelude::*;

use super::*;

fn scope() -> Scope {
    let params = [
        ("month", ParamValue::Month("2026-10".parse().unwrap())),
        ("kind", ParamValue::Choice("full".to_owned())),
        ("n", ParamValue::Integer(-3)),
        ("flag", ParamValue::Boolean(true)),
        ("note", ParamValue::Text("it's {{ month }}".to_owned())),
        ("period", ParamValue::Month("2027-01".parse().unwrap())),
        ("cities", ParamValue::List(vec!["南京".to_owned(), "无锡".to_owned()])),
    ];
    Scope {
        month: "2026-10".parse().unwrap(),
        params: Arc::new(params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        vars: BTreeMap::from([("city".to_owned(), "南京".to_owned())]),
        run: "month-start/2026-10".to_owned(),
        today: jiff::civil::date(2026, 11, 1),
        batch: Some("202610".to_owned()),
        steps: Steps::Known(BTreeMap::new()),
        extra: BTreeMap::new(),
    }
    .with_step(
        "load",
        StepValues {
            outputs: serde_json::from_str(r#"{"rows": 12, "last": "a'b", "ok": false}"#).unwrap(),
            form: serde_json::from_str(r#"{"rows": 3}"#).unwrap(),
        },
    )
}

fn text(template: &str) -> String {
    render(&Template(template.to_owned()), &scope())
        .unwrap_or_else(|error| format!("{:?} {}", error.reason, error.expression))
}

#[test]
fn values_print_as_people_write_them() {
    for (template, expected) in [
        ("{{ month }}", "2026-10"),
        ("a{{month.compact}}b", "a202610b"),
        ("{{ month.first }} {{ month.last_day }}", "2026-10-01 2026-10-31"),
        ("{{ month.last_day.compact }}", "20261031"),
        ("{{ month.previous.compact }} {{ month.next.first }}", "202609 2026-11-01"),
        ("{{ params.period.previous.last_day.compact }}", "20261231"),
        ("{{ today.compact }} {{ batch }} {{ run.id }}", "20261101 202610 month-start/2026-10"),
        ("{{ params.flag }} {{ not params.flag }} {{ params.cities }}", "true false 南京,无锡"),
        ("{{ city }}-{{ params.n }}", "南京--3"),
        ("{{ params.note }}", "it's {{ month }}"),
        ("{{ steps['load'].outputs.rows + steps['load'].form.rows }}", "15"),
        ("{{ steps['load'].outputs.ok }}", "false"),
        ("{{ 'y' if month.compact == '202610' and month >= '2026-01' else 'n' }}", "y"),
        ("{{ 7*7 }}", "49"),
        ("ends with a newline\n{{ month }}\n", "ends with a newline\n2026-10\n"),
        ("${#x} {%d {# no #}", "${#x} {%d {# no #}"),
    ] {
        assert_eq!(text(template), expected, "{template}");
    }
}

#[test]
fn a_name_alone_is_what_the_engine_makes_of_it() {
    let mut scope = scope();
    scope.vars.extend(["true", "none", "steps"].map(|name| (name.to_owned(), "a variable".to_owned())));
    let paths =
        ["month.compact", "params.note", "params.kind", "params.n", "params.cities", "params.nothing"];
    let names =
        ["month", "today", "batch", "city", "run", "run.id", "params", "true", "none", "steps", "nobody"];
    for name in paths.into_iter().chain(names) {
        let both = |render: fn(&Template, &Scope) -> Result<String, TemplateError>| {
            let of = |text: String| render(&Template(text), &scope).map_err(|error| error.reason);
            (of(format!("{{{{ {name} }}}}")), of(format!("{{{{ ({name}) }}}}")))
        };
        for (alone, by_the_engine) in [both(render), both(render_sql)] {
            assert_eq!(alone, by_the_engine, "{name}");
        }
    }
}

#[test]
fn unknown_names_are_errors_in_every_branch() {
    for (template, name, meant) in [
        ("{{ mnoth }}", "mnoth", Some("month")),
        ("{{ month.frist }}", "month.frist", Some("month.first")),
        ("{{ params.knd }}", "params.knd", Some("params.kind")),
        ("{{ 'a' if params.flag else params.nope }}", "params.nope", Some("params.note")),
        ("{{ 'a' if params.flag else citi }}", "citi", Some("city")),
        ("{{ run.idd }}", "run.idd", Some("run.id")),
        ("{{ steps['lod'].outputs.rows }}", "steps['lod']", None),
        ("{{ steps['load'].outputs.nope }}", "steps['load'].outputs.nope", None),
        ("{{ month | nofilter }}", "nofilter", None),
        ("{{ range(10) }}", "range", None),
        ("{{ params.note.x }}", "params.note.x", None),
    ] {
        let error = render(&Template(template.to_owned()), &scope()).unwrap_err();
        let wanted = Reason::Unknown { name: name.to_owned(), meant: meant.map(str::to_owned) };
        assert_eq!(error.reason, wanted, "{template}");
    }
}

#[test]
fn sql_takes_only_what_cannot_be_code() {
    let sql = |template: &str| render_sql(&Template(template.to_owned()), &scope());
    for (template, expected) in [
        ("dwd_{{ month.compact }}", "dwd_202610"),
        ("'{{ month }}' {{ today }} {{ params.kind }}", "'2026-10' 2026-11-01 full"),
        ("1 -{{ params.n }}", "1 -(-3)"),
        ("t_{{ batch }} {{ city | ident }} {{ 'a.b' | ident }}", "t_202610 南京 a.b"),
        ("{{ steps['load'].outputs.rows }}", "12"),
    ] {
        assert_eq!(sql(template).unwrap(), expected, "{template}");
    }
    for bad in
        ["{{ params.note }}", "{{ city }}", "{{ run.id }}", "{{ params.kind ~ params.note }}", "{{ params }}"]
    {
        assert_eq!(sql(bad).unwrap_err().reason, Reason::NotInSql, "{bad}");
    }
    for bad in
        ["{{ params.note | ident }}", "{{ 'a.b.c' | ident }}", "{{ '' | ident }}", "{{ 'a-b' | ident }}"]
    {
        assert!(matches!(sql(bad).unwrap_err().reason, Reason::NotAName(_)), "{bad}");
    }
    for bad in ["{{ params.note | safe }}", "{{ params.kind | replace('full', params.note) }}"] {
        assert!(sql(bad).is_err(), "{bad}");
    }
}

#[test]
fn conditions_are_true_or_false() {
    let truth = |template: &str| truth(&Template(template.to_owned()), &scope());
    for (condition, expected) in [
        ("params.kind == 'full'", true),
        ("{{ params.kind == 'half' }}", false),
        ("params.flag", true),
        ("not params.flag", false),
        ("month.compact == '202610'", true),
        ("month == '2026-12'", false),
        ("city in params.cities", true),
        ("steps['load'].outputs.rows > 10", true),
        ("true", true),
    ] {
        assert_eq!(truth(condition), Ok(expected), "{condition}");
    }
    assert!(matches!(truth("params.n").unwrap_err().reason, Reason::NotTruth(_)));
    assert!(matches!(truth("{{ month }}").unwrap_err().reason, Reason::NotTruth(_)));
    assert!(matches!(truth("yes").unwrap_err().reason, Reason::Unknown { .. }));
}

#[test]
fn broken_and_endless_templates_end() {
    for broken in ["{{ month", "{{ 1 + }}", "{{ }}", "{% for x in y %}{% endfor %}", "{{ 'x' * 2000000000 }}"]
    {
        assert!(render(&Template(broken.to_owned()), &scope()).is_err(), "{broken}");
    }
    for length in [499, 30_000] {
        for part in ["1+", "(", "not ", "[", "-", "x.", "{'a':"] {
            let long = format!("{{{{ {}1 }}}}", part.repeat(length));
            let _ = render(&Template(long), &scope());
        }
    }
}

#[test]
fn every_name_is_bound() {
    let bound = bindings(&scope());
    for name in [
        "month",
        "month_compact",
        "month_first",
        "month_last_day",
        "month_next",
        "month_previous",
        "batch",
        "run_id",
        "today",
        "kind",
        "city",
        "cities",
    ] {
        assert!(bound.contains_key(name), "{name}");
    }
    assert_eq!(bound["month_last_day"], ParamValue::Date(jiff::civil::date(2026, 10, 31)));
}

proptest! {
    #[test]
    fn a_value_is_put_in_once(value in "\\PC{0,40}") {
        let mut scope = scope();
        scope.vars.insert("city".to_owned(), value.clone());
        prop_assert_eq!(render(&Template("[{{ city }}]".to_owned()), &scope).unwrap(), format!("[{value}]"));
        prop_assert!(render_sql(&Template("[{{ city }}]".to_owned()), &scope).is_err());
    }

    #[test]
    fn no_template_panics(template in "[{}%# a-z.'\"\\[\\]|()0-9南~*-]{0,60}") {
        let _ = render(&Template(template.clone()), &scope());
        let _ = render_sql(&Template(template.clone()), &scope());
        let _ = truth(&Template(template.clone()), &scope());
        let _ = placeholders(&template);
    }
}
