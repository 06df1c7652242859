//! Keys, verbs, levels, limits: the shape of a runbook.

use super::{right_step, wrong_runbook, wrong_step};
use crate::harness::{Project, levels};

wrong_runbook! {
    unknown_key_of_a_runbook: "name: x\nstagse: [] # !!\n" => ["stagse", "stages"];
    unknown_key_of_a_stage: "name: x\nstages:\n  - name: s\n    lvels: {} # !!\n" => ["lvels", "levels"];
    doubled_key_of_a_runbook: "name: x\nname: y # !!\nstages:\n  - {name: s, levels: {1: [{name: a, run: [ls]}]}}\n" => ["name"];
    doubled_level: "name: x\nstages:\n  - name: s\n    levels:\n      1: [{name: a, run: [ls]}]\n      1: [{name: b, run: [ls]}] # !!\n" => ["1"];
    no_name: "stages:\n  - {name: s, levels: {1: [{name: a, run: [ls]}]}}\n" => ["name"];
    no_stages: "name: x\n" => ["stages"];
    a_stage_without_a_name: "name: x\nstages:\n  - {title: t, levels: {1: [{name: a, run: [ls]}]}} # !!\n" => ["name"];
    two_stages_of_one_name: "name: x\nstages:\n  - {name: s, levels: {1: [{name: a, run: [ls]}]}}\n  - {name: s, after: [], levels: {1: [{name: b, run: [ls]}]}} # !!\n" => ["s"];
    second_stage_without_after: "name: x\nstages:\n  - {name: s, levels: {1: [{name: a, run: [ls]}]}}\n  - {name: z, levels: {1: [{name: b, run: [ls]}]}} # !!\n" => ["after", "z"];
    stages_as_a_map: "name: x\nstages: {a: b} # !!\n" => ["stages"];
    title_as_a_list: "name: x\ntitle: [a, b] # !!\nstages:\n  - {name: s, levels: {1: [{name: a, run: [ls]}]}}\n" => ["title"];
    level_zero: "name: x\nstages:\n  - name: s\n    levels:\n      0: [{name: a, run: [ls]}] # !!\n" => ["0"];
    level_negative: "name: x\nstages:\n  - name: s\n    levels:\n      -1: [{name: a, run: [ls]}] # !!\n" => ["-1"];
    level_in_words: "name: x\nstages:\n  - name: s\n    levels:\n      first: [{name: a, run: [ls]}] # !!\n" => ["first"];
    level_in_halves: "name: x\nstages:\n  - name: s\n    levels:\n      1.5: [{name: a, run: [ls]}] # !!\n" => ["1.5"];
    level_beyond_numbers: "name: x\nstages:\n  - name: s\n    levels:\n      99999999999999999999: [{name: a, run: [ls]}] # !!\n" => ["99999999999999999999"];
    limit_of_zero: "name: x\nlimit: 0 # !!\nstages:\n  - {name: s, levels: {1: [{name: a, run: [ls]}]}}\n" => ["limit"];
    limit_below_zero: "name: x\nlimit: -3 # !!\nstages:\n  - {name: s, levels: {1: [{name: a, run: [ls]}]}}\n" => ["limit"];
    limit_in_words: "name: x\nlimit: many # !!\nstages:\n  - {name: s, levels: {1: [{name: a, run: [ls]}]}}\n" => ["many"];
    unknown_default: "name: x\ndefaults: {timeuot: 1h} # !!\nstages:\n  - {name: s, levels: {1: [{name: a, run: [ls]}]}}\n" => ["timeuot", "timeout"];
    unknown_key_of_a_deadline: "name: x\nstages:\n  - name: s\n    deadline: {dya: 2, at: \"12:00\"} # !!\n    levels: {1: [{name: a, run: [ls]}]}\n" => ["dya", "day"];
    deadline_on_day_zero: "name: x\nstages:\n  - name: s\n    deadline: {day: 0, at: \"12:00\"} # !!\n    levels: {1: [{name: a, run: [ls]}]}\n" => ["day"];
    deadline_at_25_hours: "name: x\nstages:\n  - name: s\n    deadline: {day: 2, at: \"25:00\"} # !!\n    levels: {1: [{name: a, run: [ls]}]}\n" => ["25:00"];
}

wrong_step! {
    unknown_key_of_a_step: "- {name: a, run: [ls], timout: 1h} # !!" => ["timout", "timeout"];
    doubled_key_of_a_step: "- {name: a, run: [ls], name: b} # !!" => ["name"];
    two_verbs: "- {name: a, run: [ls], sql: select 1, platform: yt} # !!" => ["run", "sql"];
    no_verb: "- {name: a, title: b} # !!" => ["a"];
    empty_step: "- {} # !!" => [];
    nothing_as_step: "-\n- {name: b, run: [ls]}" => [];
    list_as_step: "- [a, b] # !!" => [];
    near_miss_of_a_verb: "- {name: a, chekc: [{sql: select 1}]} # !!" => ["chekc", "check"];
    bare_word_without_a_platform: "- F # !!" => ["platform"];
    flow_without_a_platform: "- {flow: F} # !!" => ["platform"];
    sql_without_a_connection: "- {name: a, sql: select 1} # !!" => ["connection"];
    poll_on_a_flow: "- {flow: F, platform: yt, poll: {every: 1s, for: 1m}} # !!" => ["poll"];
    empty_program: "- {name: a, run: []} # !!" => ["run"];
    program_of_maps: "- {name: a, run: [{b: c}]} # !!" => ["run"];
    unknown_on_failure: "- {name: a, run: [ls], on_failure: explode} # !!" => ["explode"];
    severity_zero: "- {name: a, run: [ls], severity: 0} # !!" => ["severity"];
    severity_five: "- {name: a, run: [ls], severity: 5} # !!" => ["severity"];
    retry_of_minus_one: "- {name: a, run: [ls], retry: {times: -1}} # !!" => ["times"];
    unknown_key_of_retry: "- {name: a, run: [ls], retry: {tiems: 1}} # !!" => ["tiems", "times"];
    unknown_key_of_a_gate: "- {name: a, gate: {ask: ok, aprovers: [lead]}} # !!" => ["aprovers", "approvers"];
    gate_of_zero_votes: "- {name: a, gate: {ask: ok, votes: 0}} # !!" => ["votes"];
    check_that_is_empty: "- {name: a, connection: yt, check: []} # !!" => ["check"];
    check_of_nonsense: "- {name: a, connection: yt, check: [{sql: select 1, expect: 'about ten'}]} # !!" => ["about ten"];
    outputs_by_a_broken_pattern: "- {name: a, run: [ls], outputs: {rows: '(('}} # !!" => ["(("];
    doubled_step_names: "- {name: a, run: [ls]}\n- {name: a, run: [id]} # !!" => ["a"];
    flow_twice: "- {flow: F, platform: yt} # !!\n- {flow: G, platform: yt}\n- {flow: F, platform: yt} # !!" => ["F"];
    for_each_of_equal_values: "- {name: 'a-{{ city }}', run: [ls], for_each: {city: [b, b]}} # !!" => ["b"];
    for_each_without_the_value_in_the_name: "- {name: a, run: [ls], for_each: {city: [b, c]}} # !!" => ["a"];
    for_each_with_a_slash: "- {name: 'a-{{ city }}', run: [ls], for_each: {city: [b/c, d]}} # !!" => ["b/c"];
}

right_step! {
    a_flow_of_a_platform: "- {flow: F, platform: yt}";
    a_retry_with_everything: "- {name: a, run: [ls], retry: {times: 2, delay: 5m, backoff: 2, max_delay: 1h, on_exit: [75]}}";
    one_program_in_two_steps: "- {name: a, run: [ls]}\n- {name: b, run: [ls]}";
    a_shell_script_in_one_line: "- {name: a, run: 'echo hello'}";
    a_for_each: "- {name: 'a-{{ city }}', run: [echo, '{{ city }}'], for_each: {city: [南京, 无锡]}}";
    a_poll_on_a_check: "- {name: a, connection: yt, check: [{sql: select 1, expect: '> 0'}], poll: {every: 1m, for: 4h}}";
}

#[test]
fn flow_twice_in_a_stage_but_in_two_levels_names_both_lines() {
    let text = levels("1:\n  - {flow: F, platform: yt} # !!\n2:\n  - {flow: F, platform: yt} # !!\n");
    super::wrong(Project::new().yt().file("flows/F.sql", "select 1;\n").runbook(&text), &["F"]);
}

#[test]
fn the_teams_own_level_three_is_caught_at_both_doubled_programs() {
    let flows = "DwdAccPrepaySplitedM DwdSvcGrpMemProdM DwdSvcGrpSrvAttrM DwdSvcUsrOXXtateM DwdPrtyGrpInfoM \
         DwdAccWriteoffRecM DwdAccAdjustBusiRecDmM DwdAccPocketM DwdAccSumBillM DwdAccPocketM DwdAccSumBillM \
         DwdAccGrpAdjustM DwdAccGrpOweInfoM DwdAccOweM";
    let mark = |flow: &str| if flow == "DwdAccPocketM" || flow == "DwdAccSumBillM" { " # !!" } else { "" };
    let steps: String =
        flows.split_whitespace().map(|flow| format!("        - {flow}{}\n", mark(flow))).collect();
    let text = format!("name: x\nstages:\n  - name: s\n    platform: yt\n    levels:\n      3:\n{steps}");
    let with_file = |project: Project, flow| project.file(&format!("flows/{flow}.sql"), "select 1;\n");
    let project = flows.split_whitespace().fold(Project::new().yt(), with_file);
    super::wrong(project.runbook(&text), &["DwdAccPocketM", "DwdAccSumBillM"]);
}

#[test]
fn one_flow_in_two_stages_is_no_mistake() {
    let text = "name: x\nstages:\n  - {name: s, platform: yt, levels: {1: [F]}}\n  - {name: z, after: [s], platform: yt, levels: {1: [F]}}\n";
    Project::new().yt().file("flows/F.sql", "select 1;\n").runbook(text).ms("validate x.yaml").code(0);
}

#[test]
fn five_mistakes_are_five_findings() {
    let text = "name: x\nlimit: lots # !!\nstages:\n  - name: s\n    ownr: me # !!\n    levels:\n      1:\n        \
         - {name: a, run: [ls], timeout: soon} # !!\n        - {name: b, run: [ls], sql: select 1, platform: yt} # !!\n      2:\n        \
         - {name: c, run: [ls], needs: [zz]} # !!\n";
    super::wrong(Project::new().yt().runbook(text), &["lots", "ownr", "soon", "zz"]);
}

#[test]
fn mistakes_in_several_files_are_shown_together() {
    let project = Project::of("1:\n  - {name: a, run: [ls], needs: [zz]} # !!\n").roster();
    let project = project
        .settings("lnguage: zh # !!\n")
        .file("roster.yaml", "people:\n  a.b: {name: A, roels: [x]} # !!\n");
    super::wrong(project, &["zz", "lnguage", "roels"]);
}

#[test]
fn run_and_plan_refuse_what_validate_refuses_and_start_nothing() {
    let project =
        Project::of("1:\n  - {name: a, run: 'touch ran'}\n  - {name: b, run: [ls], needs: [zz]} # !!\n");
    super::wrong_by(&project, &project.line("plan x.yaml --month "), &["zz"]);
    super::wrong_by(&project, &project.line("run x.yaml --month "), &["zz"]);
    assert!(project.stateless() && project.read("ran").is_empty());
}

#[test]
fn validate_of_a_right_project_is_quiet_about_errors_and_writes_nothing() {
    let project = Project::of("1:\n  - {name: a, run: [ls]}\n").roster();
    let before = project.snapshot();
    project.ms("validate x.yaml").code(0);
    project.ms("validate").code(0);
    assert_eq!(before, project.snapshot());
}

#[test]
fn validate_without_a_file_finds_the_mistake_in_any_runbook() {
    let project = Project::of("1:\n  - {name: a, run: [ls]}\n")
        .file("y.yaml", &levels("1:\n  - {name: b, rnu: [ls]} # !!\n"));
    super::wrong_by(&project, "validate", &["rnu", "run"]);
}

#[test]
fn validate_takes_several_files() {
    let project = Project::of("1:\n  - {name: a, rnu: [ls]} # !!\n");
    let project = project.file("y.yaml", "name: y\nstages:\n  - {name: s, lvels: {}} # !!\n");
    super::wrong_by(&project, "validate x.yaml y.yaml", &["rnu", "lvels"]);
}
