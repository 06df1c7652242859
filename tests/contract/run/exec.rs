//! Programs: what they are given, and that no value ever becomes code.

use crate::harness::{Project, levels, sh};
use std::collections::BTreeMap;

const NOTE: &str = "params:\n  note: {type: text, default: none}\n";
const NASTY: &str =
    "$(touch pwned) `touch pwned`; touch pwned & | {{ 7*7 }} {{ month }} {% raw %} \"' \\n * ~ %s -rf";

fn environment(project: &Project) -> BTreeMap<String, String> {
    let text = project.read("env.txt");
    text.lines().filter_map(|line| line.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}

#[test]
fn a_step_gets_an_environment_by_list_only() {
    let project = Project::of(&format!("1:\n{}", sh("a", "env > env.txt")))
        .env("TOP_SECRET", "hunter2")
        .env("LD_PRELOAD", "")
        .env("SMTP_PASSWORD", "hunter2");
    project.run().code(0);
    let found = environment(&project);
    assert!(!found.values().any(|value| value == "hunter2"), "{found:?}");
    let shells = ["PWD", "OLDPWD", "SHLVL", "_"];
    let listed = |key: &str| {
        ["PATH", "HOME", "LANG", "TZ", "USER"].contains(&key)
            || key.starts_with("MONTHSTART_")
            || shells.contains(&key)
    };
    assert!(found.keys().all(|key| listed(key)), "{found:?}");
}

#[test]
fn a_step_knows_what_it_is_run_for() {
    let project = Project::of(&format!("1:\n{}", sh("alpha", "env > env.txt")));
    project.run().code(0);
    let found = environment(&project);
    assert_eq!(found["MONTHSTART_RUN"], "x/2025-10");
    assert_eq!(found["MONTHSTART_MONTH"], "2025-10");
    assert_eq!(found["MONTHSTART_BATCH"], "202510");
    assert_eq!(found["MONTHSTART_ATTEMPT"], "1");
    assert!(found["MONTHSTART_STEP"].ends_with("alpha"), "{found:?}");
    assert!(!found["MONTHSTART_TOKEN"].is_empty());
}

#[test]
fn env_puts_values_in_and_the_batch_can_be_set() {
    let text = format!(
        "{NOTE}{}",
        levels(
            "1:\n  - {name: a, batch: '{{ month.last_day.compact }}', env: {DAY: '{{ month.first }}', NOTE: '{{ params.note }}'}, run: 'env > env.txt; printf \"%s\" \"$NOTE\" > got'}\n"
        )
    );
    let project = Project::new().runbook(&text);
    project.argv(&["run", "x.yaml", "--month", "2025-10", "-p", &format!("note={NASTY}")]).code(0);
    assert_eq!(environment(&project)["MONTHSTART_BATCH"], "20251031");
    assert_eq!(environment(&project)["DAY"], "2025-10-01");
    assert_eq!(project.read("got"), NASTY);
    assert!(!project.path("pwned").exists());
}

#[test]
fn a_value_is_one_argument_and_is_never_read_again() {
    let text = format!(
        "{NOTE}{}",
        levels(
            "1:\n  - {name: a, run: [sh, -c, 'printf \"%s\" \"$#:$1\" > got', sh, '{{ params.note }}']}\n"
        )
    );
    let project = Project::new().runbook(&text);
    project.argv(&["run", "x.yaml", "--month", "2025-10", "-p", &format!("note={NASTY}")]).code(0);
    assert_eq!(project.read("got"), format!("1:{NASTY}"));
    assert!(!project.path("pwned").exists());
}

#[test]
fn a_value_in_the_place_of_a_program_stays_one_word() {
    let text = format!("{NOTE}{}", levels("1:\n  - {name: a, run: ['{{ params.note }}']}\n"));
    let project = Project::new().runbook(&text);
    let out = project.argv(&["run", "x.yaml", "--month", "2025-10", "-p", "note=touch pwned"]);
    assert!([2, 3, 4].contains(&out.code), "{out}");
    assert!(!project.path("pwned").exists());
}

#[test]
fn output_of_a_step_is_never_code_either() {
    let taker =
        "  - {name: b, run: [sh, -c, 'printf \"%s\" \"$1\" > got', sh, \"{{ steps['a'].outputs.last }}\"]}\n";
    let giver = sh("a", r"printf '\173\173 month }} $(touch pwned)\n'");
    let project = Project::of(&format!("1:\n{giver}2:\n{taker}"));
    project.run().code(0);
    assert_eq!(project.read("got"), "{{ month }} $(touch pwned)");
    assert!(!project.path("pwned").exists());
}

#[test]
fn scripts_stop_at_the_first_error_and_at_unset_names() {
    let project = Project::of(&format!(
        "1:\n{}{}",
        sh("a", "false; echo a >> ledger"),
        sh("b", "echo \"$NOT_THERE\"; echo b >> ledger")
    ));
    project.run().code(4);
    assert!(project.ledger().is_empty());
    project.status().are(&[("a", "failed"), ("b", "failed")]);
}

#[test]
fn steps_run_in_the_projects_folder_wherever_one_stands() {
    let project = Project::new().file("deep/y.yaml", &levels("1:\n  - {name: a, run: 'pwd > here'}\n"));
    project.ms("-C deep run y.yaml --month 2025-10").code(0);
    assert_eq!(project.read("here").trim(), project.path("").display().to_string().trim_end_matches('/'));
}

#[test]
fn a_step_has_an_empty_standard_input() {
    let project = Project::of(&format!("1:\n{}", sh("a", "cat > got; echo end >> ledger")));
    project.run().code(0);
    assert_eq!((project.read("got").as_str(), project.count("end")), ("", 1));
}

#[test]
fn a_missing_program_is_a_failed_step_that_names_it() {
    let project =
        Project::of("1:\n  - {name: a, run: [no-such-program-here, x]}\n  - {name: b, run: [./data]}\n")
            .file("data/x", "");
    project.run().code(4);
    let status = project.status();
    status.are(&[("a", "failed"), ("b", "failed")]);
    assert!(status.step("a")["error"].to_string().contains("no-such-program-here"), "{:#}", status.0);
}

#[test]
fn a_step_ended_by_a_signal_is_failed_and_says_so() {
    let project = Project::of(&format!("1:\n{}", sh("a", "kill -SEGV $$")));
    project.run().code(4);
    let status = project.status();
    status.are(&[("a", "failed")]);
    assert!(!status.step("a")["error"].is_null(), "{:#}", status.0);
}

#[test]
fn a_step_that_leaves_a_child_in_the_background_does_not_hang_the_run() {
    let project = Project::of(&format!(
        "1:\n{}2:\n{}",
        sh("a", "sleep 600 & echo $! > child.pid"),
        sh("b", "echo b >> ledger")
    ));
    let out = project.start().finish(std::time::Duration::from_secs(25));
    assert!([0, 4].contains(&out.code), "{out}");
    drop(std::process::Command::new("kill").arg(project.read("child.pid").trim()).status());
}

#[test]
fn outputs_by_json_by_last_line_and_by_pattern() {
    let text = "1:\n  - {name: j, run: 'echo noise; echo \"{\\\"rows\\\": 12, \\\"who\\\": \\\"me\\\"}\"'}\n  - {name: l, run: 'echo first; echo the last'}\n  - {name: p, run: 'echo loaded 42 rows; echo bye', outputs: {rows: 'loaded (\\d+)'}}\n\
         2:\n  - {name: use, run: [sh, -c, 'echo \"$1|$2|$3|$4\" > got', sh, \"{{ steps['j'].outputs.rows }}\", \"{{ steps['j'].outputs.who }}\", \"{{ steps['l'].outputs.last }}\", \"{{ steps['p'].outputs.rows }}\"]}\n";
    let project = Project::of(text);
    project.run().code(0);
    assert_eq!(project.read("got"), "12|me|the last|42\n");
}

#[test]
fn an_output_that_never_came_fails_the_step_that_wants_it() {
    let project = Project::of(
        "1:\n  - {name: p, run: 'echo nothing', outputs: {rows: 'loaded (\\d+)'}}\n2:\n  - {name: use, run: [touch, \"got-{{ steps['p'].outputs.rows }}\"]}\n",
    );
    project.run().code(4);
    assert!(!project.path("got-").exists());
}
