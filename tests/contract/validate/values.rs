//! Templates, parameters, durations: what may stand in a value and where a value may stand.

use super::{right_step, wrong, wrong_runbook, wrong_step};
use crate::harness::{Project, levels};

wrong_step! {
    unknown_name_in_a_title: "- {name: a, run: [ls], title: 'for {{ moth }}'} # !!" => ["moth", "month"];
    unknown_name_in_an_argument: "- {name: a, run: [echo, '{{ mnth }}']} # !!" => ["mnth"];
    unknown_part_of_the_month: "- {name: a, run: [echo, '{{ month.compac }}']} # !!" => ["compac"];
    unknown_parameter: "- {name: a, run: [echo, '{{ params.nope }}']} # !!" => ["nope"];
    unknown_step_in_a_value: "- {name: a, run: [echo, \"{{ steps['nope'].outputs.x }}\"]} # !!" => ["nope"];
    unclosed_template: "- {name: a, run: [echo, '{{ month']} # !!" => [];
    unknown_filter: "- {name: a, run: [echo, '{{ month | shout }}']} # !!" => ["shout"];
    month_in_a_shell_script: "- {name: a, run: 'echo {{ month }}'} # !!" => ["env"];
    parameter_in_a_shell_script: "- {name: a, run: 'echo {{ params.note }}'} # !!" => ["env"];
    step_output_in_a_shell_script: "- {name: b, run: [ls]}\n- {name: a, needs: [b], run: \"echo {{ steps['b'].outputs.last }}\"} # !!" => ["env"];
    duration_without_a_unit: "- {name: a, run: [ls], timeout: 5} # !!" => ["5"];
    duration_in_words: "- {name: a, run: [ls], timeout: 5 minutes} # !!" => ["5 minutes"];
    duration_below_zero: "- {name: a, run: [ls], timeout: -5m} # !!" => ["-5m"];
    duration_in_months: "- {name: a, run: [ls], timeout: 5M} # !!" => ["5M"];
    duration_as_a_power: "- {name: a, run: [ls], timeout: 1e3} # !!" => ["1e3"];
    duration_that_is_empty: "- {name: a, run: [ls], timeout: ''} # !!" => ["timeout"];
    duration_beyond_all_bounds: "- {name: a, run: [ls], timeout: 99999999999999999999d} # !!" => ["99999999999999999999d"];
    duration_in_wide_digits: "- {name: a, run: [ls], timeout: ５m} # !!" => ["５m"];
    unknown_duration_of_a_poll: "- {name: a, connection: yt, check: [{sql: select 1, expect: '> 0'}], poll: {every: 1x, for: 1m}} # !!" => ["1x"];
}

right_step! {
    braces_of_others_in_a_shell_script: "- {name: a, run: \"docker ps --format '{{.Names}}'\"}";
    awk_in_a_shell_script: "- {name: a, run: \"awk 'BEGIN{{print 1}}'\"}";
    every_word_about_the_month: "- {name: a, run: [echo, '{{ month }} {{ month.compact }} {{ month.first }} {{ month.last_day }} {{ month.last_day.compact }} {{ month.next }} {{ month.previous }} {{ today }} {{ run.id }} {{ batch }}']}";
    durations_of_every_unit: "- {name: a, run: [ls], timeout: 90s}\n- {name: b, run: [ls], timeout: 5m}\n- {name: c, run: [ls], timeout: 2h}\n- {name: d, run: [ls], timeout: 1d}";
    output_of_a_step_that_is_needed: "- {name: b, run: [ls]}\n- {name: a, needs: [b], run: [echo, \"{{ steps['b'].outputs.last }}\"]}";
    month_in_a_table_name: "- {name: a, connection: yt, sql: 'select * from bill_{{ month.compact }}'}";
    month_in_sql_by_binding: "- {name: a, connection: yt, sql: 'select :month'}";
}

const NOTE: &str = "name: x\nparams:\n  month: {type: month, default: closing}\n  note: {type: text, default: hello}\nstages:\n  - name: s\n    levels:\n      1:\n        ";

wrong_runbook! {
    unknown_type_of_a_parameter: "name: x\nparams:\n  a: {type: colour} # !!\nstages:\n  - {name: s, levels: {1: [{name: a, run: [ls]}]}}\n" => ["colour"];
    default_of_the_wrong_type: "name: x\nparams:\n  a: {type: int, default: many} # !!\nstages:\n  - {name: s, levels: {1: [{name: a, run: [ls]}]}}\n" => ["many"];
    unknown_key_of_a_parameter: "name: x\nparams:\n  a: {type: text, defualt: b} # !!\nstages:\n  - {name: s, levels: {1: [{name: a, run: [ls]}]}}\n" => ["defualt", "default"];
    month_of_13: "name: x\nparams:\n  month: {type: month, default: 2025-13} # !!\nstages:\n  - {name: s, levels: {1: [{name: a, run: [ls]}]}}\n" => ["2025-13"];
    batch_of_an_unknown_name: "name: x\nstages:\n  - name: s\n    batch: '{{ moth.compact }}' # !!\n    levels: {1: [{name: a, run: [ls]}]}\n" => ["moth"];
}

#[test]
fn text_in_the_text_of_sql() {
    let text = format!("{NOTE}- {{name: a, connection: yt, sql: \"select '{{{{ params.note }}}}'\"}} # !!\n");
    wrong(Project::new().yt().runbook(&text), &["note", ":note"]);
}

#[test]
fn text_as_a_name_in_sql_goes_through_ident() {
    let text =
        format!("{NOTE}- {{name: a, connection: yt, sql: 'select * from {{{{ params.note | ident }}}}'}}\n");
    Project::new().yt().runbook(&text).ms("validate x.yaml").code(0);
}

#[test]
fn text_bound_in_sql_is_right() {
    let text = format!("{NOTE}- {{name: a, connection: yt, sql: 'select :note'}}\n");
    Project::new().yt().runbook(&text).ms("validate x.yaml").code(0);
}

#[test]
fn templates_without_an_end_end() {
    for value in [
        "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}",
        "{{ 'x' * 9999999999 }}",
        "{{ range(99999999999) }}",
        "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{",
    ] {
        let text = levels(&format!("1:\n  - {{name: a, run: [ls], title: \"{value}\"}}\n"));
        Project::new().runbook(&text).ms("validate x.yaml").one_of(&[0, 3]);
    }
}

#[test]
fn bad_values_on_the_command_line_are_usage_errors() {
    let project =
        Project::new().runbook(&format!("{NOTE}- {{name: a, run: [echo, '{{{{ params.note }}}}']}}\n"));
    for args in [
        "--month 2025-13",
        "--month 2025-00",
        "--month 202510",
        "--month 2025-1",
        "--month ２０２５-10",
        "--month '2025-10 '",
        "--month ''",
        "--month 2025-10-01",
        "--month '; rm -rf /'",
        "-p nope=1",
        "-p note",
        "-p =x",
        "-p month=2025-13",
    ] {
        project.ms(&format!("run x.yaml {args}")).code(2).hides("panicked");
        project.ms(&format!("plan x.yaml {args}")).code(2);
    }
    assert!(project.stateless());
}

#[test]
fn an_unknown_parameter_is_answered_with_what_was_meant() {
    let project = Project::new().runbook(&format!("{NOTE}- {{name: a, run: [ls]}}\n"));
    project.ms("run x.yaml --month 2025-10 -p ntoe=1").code(2).says("ntoe").says("note");
}

#[test]
fn parameters_of_a_type_are_checked() {
    let text = "name: x\nparams:\n  rows: {type: int, default: 1}\n  day: {type: date, default: 2025-10-31}\nstages:\n  \
         - {name: s, levels: {1: [{name: a, run: [echo, '{{ params.rows }}', '{{ params.day }}']}]}}\n";
    let project = Project::new().runbook(text);
    project.ms("validate x.yaml").code(0);
    for args in [
        "-p rows=many",
        "-p rows=1.5",
        "-p 'rows=1; drop table t'",
        "-p rows=",
        "-p day=2025-02-30",
        "-p day=tomorrow",
    ] {
        project.ms(&format!("run x.yaml --month 2025-10 {args}")).code(2);
    }
    assert!(project.stateless());
}
