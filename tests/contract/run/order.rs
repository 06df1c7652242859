//! What runs when: levels, stages, needs, limits, `when`, `for_each`.

use crate::harness::{Project, hold, levels, note, sh, sh_with};

/// A step that ends only when its partner runs at the same time.
fn meets(me: &str, other: &str) -> String {
    format!("touch {me}.up; {}; {}", hold(&format!("{other}.up")), note(me))
}

/// A step that counts how many of its kind run with it.
fn counted() -> &'static str {
    "mkdir -p slots; mkdir \"slots/$$\"; ls slots | wc -l >> peak; sleep 0.2; rmdir \"slots/$$\""
}

fn peak(project: &Project) -> usize {
    project.read("peak").lines().map(|line| line.trim().parse().unwrap()).max().unwrap_or(0)
}

fn many(count: usize, script: &str) -> String {
    (0..count).map(|n| sh(&format!("a{n}"), script)).collect()
}

#[test]
fn levels_follow_their_numbers_not_their_place() {
    let project = Project::of(&format!(
        "10:\n{}2:\n{}7:\n{}",
        sh("c", &note("c")),
        sh("a", &note("a")),
        sh("b", &note("b"))
    ));
    project.run().code(0);
    assert_eq!(project.ledger(), ["a", "b", "c"]);
}

#[test]
fn steps_of_a_level_run_side_by_side() {
    let project = Project::of(&format!("1:\n{}{}", sh("a", &meets("a", "b")), sh("b", &meets("b", "a"))));
    project.run().code(0);
    assert_eq!(project.ledger().len(), 2);
}

#[test]
fn sixteen_run_side_by_side_and_no_more() {
    let project = Project::of(&format!("1:\n{}", many(20, counted())));
    project.run().code(0);
    assert!((2..=16).contains(&peak(&project)), "{} at a time", peak(&project));
}

#[test]
fn the_limit_of_a_run_holds() {
    let project =
        Project::new().runbook(&format!("limit: 2\n{}", levels(&format!("1:\n{}", many(6, counted())))));
    project.run().code(0);
    assert!((1..=2).contains(&peak(&project)), "{} at a time", peak(&project));
}

#[test]
fn the_limit_of_a_stage_holds() {
    let text =
        levels(&format!("1:\n{}", many(6, counted()))).replace("- name: s\n", "- name: s\n    limit: 1\n");
    let project = Project::new().runbook(&text);
    project.run().code(0);
    assert_eq!(peak(&project), 1);
}

#[test]
fn the_limit_of_a_platform_holds_over_all_runs() {
    let flows = "1:\n  - {flow: F1, platform: p}\n  - {flow: F2, platform: p}\n  - {flow: F3, platform: p}\n";
    let project = Project::of(flows).file("y.yaml", &levels(flows).replace("name: x", "name: y"));
    let project = project
        .file("flow.sh", "mkdir busy || echo clash >> ledger\nsleep 0.3\nrmdir busy\necho done >> ledger\n");
    let project = project.settings("platforms:\n  p: {limit: 1, flow: {run: [sh, flow.sh, '{{ flow }}']}}\n");
    let other = project.spawn("run y.yaml --month 2025-10");
    project.run().code(0);
    other.finish(crate::harness::PATIENCE).code(0);
    assert_eq!((project.count("done"), project.count("clash")), (6, 0));
}

#[test]
fn a_level_waits_for_every_step_before_it() {
    let project = Project::of(&format!(
        "1:\n{}{}2:\n{}",
        sh("a", &note("a")),
        sh("b", &format!("{}; {}", hold("go"), note("b"))),
        sh("c", &note("c"))
    ));
    let live = project.start();
    project.until("a done, b running", |s| s.is("a", "succeeded") && s.is("b", "running"));
    project.status().are(&[("c", "pending")]);
    project.put("go", b"");
    live.finish(crate::harness::PATIENCE).code(0);
    assert_eq!(project.ledger().last().unwrap(), "c");
}

#[test]
fn ready_comes_first_one_after_another_and_verify_last() {
    let text = "name: x\nstages:\n  - name: s\n    ready:\n      - {name: r1, run: 'sleep 0.2; echo r1 >> ledger'}\n      - {name: r2, run: 'echo r2 >> ledger'}\n    \
         levels: {1: [{name: l, run: 'echo l >> ledger'}]}\n    verify:\n      - {name: v1, run: 'sleep 0.2; echo v1 >> ledger'}\n      - {name: v2, run: 'echo v2 >> ledger'}\n";
    let project = Project::new().runbook(text);
    project.run().code(0);
    assert_eq!(project.ledger(), ["r1", "r2", "l", "v1", "v2"]);
    let status = project.status();
    assert_eq!(
        (&status.step("r1")["level"], &status.step("v1")["level"]),
        (&"ready".into(), &"verify".into())
    );
    assert_eq!(status.step("l")["level"], 1);
}

#[test]
fn stages_wait_for_what_they_come_after_and_for_nothing_else() {
    let text = format!(
        "name: x\nstages:\n  - {{name: one, levels: {{1: [{{name: a, run: '{}; echo a >> ledger'}}]}}}}\n  - {{name: two, after: [one], levels: {{1: [{{name: b, run: 'echo b >> ledger'}}]}}}}\n  - {{name: free, after: [], levels: {{1: [{{name: c, run: 'echo c >> ledger; touch go'}}]}}}}\n",
        hold("go")
    );
    let project = Project::new().runbook(&text);
    project.run().code(0);
    assert_eq!(project.ledger(), ["c", "a", "b"]);
}

#[test]
fn needs_orders_inside_a_level_and_across_stages() {
    let text = "name: x\nstages:\n  - name: one\n    levels:\n      1:\n        - {name: a, run: 'echo a >> ledger', needs: [b]}\n        - {name: b, run: 'sleep 0.3; echo b >> ledger'}\n  \
         - name: two\n    after: []\n    levels: {1: [{name: c, needs: [one/a], run: 'echo c >> ledger'}]}\n";
    let project = Project::new().runbook(text);
    project.run().code(0);
    assert_eq!(project.ledger(), ["b", "a", "c"]);
}

#[test]
fn when_is_false_the_step_is_skipped_and_what_follows_goes_on() {
    let text = format!(
        "params:\n  full: {{type: text, default: 'no'}}\n{}",
        levels(&format!(
            "1:\n{}2:\n{}",
            sh_with("a", &note("a"), "when: \"{{ params.full == 'yes' }}\""),
            sh("b", &note("b"))
        ))
    );
    let project = Project::new().runbook(&text);
    project.run().code(0);
    assert_eq!(project.ledger(), ["b"]);
    project.status().are(&[("a", "skipped"), ("b", "succeeded")]);
    project.ms("run x.yaml --month 2025-09 -p full=yes").code(0);
    assert_eq!(project.ledger(), ["b", "a", "b"]);
}

#[test]
fn for_each_is_one_step_a_value() {
    let project = Project::of(
        "1:\n  - {name: 'st-{{ city }}', run: [sh, -c, 'echo \"$1\" >> ledger', sh, '{{ city }}'], for_each: {city: [南京, wu xi, \"$(id)\"]}}\n2:\n  - {name: z, run: 'echo z >> ledger'}\n",
    );
    project.run().code(0);
    let mut ledger = project.ledger();
    assert_eq!(ledger.pop().unwrap(), "z");
    ledger.sort();
    assert_eq!(ledger, ["$(id)", "wu xi", "南京"]);
    project.status().are(&[("st-南京", "succeeded"), ("st-wu xi", "succeeded")]);
}

#[test]
fn for_each_from_a_file_and_its_failures_stand_alone() {
    let script = "[ \"$1\" != b ] || exit 3; echo \"$1\" >> ledger";
    let project = Project::of(&format!("1:\n  - {{name: 'st-{{{{ city }}}}', run: [sh, -c, '{script}', sh, '{{{{ city }}}}'], for_each: {{city: {{file: data/cities.csv, column: city}}}}}}\n"))
        .file("data/cities.csv", "id,city\n1,a\n2,b\n3,c\n");
    project.run().code(4);
    project.status().are(&[("st-a", "succeeded"), ("st-b", "failed"), ("st-c", "succeeded")]);
}

#[test]
fn for_each_values_from_a_file_never_become_paths() {
    for value in ["../../evil", "a/b", "\u{1b}[2J", "a\u{0}b"] {
        let project = Project::of(
            "1:\n  - {name: 'st-{{ city }}', run: [touch, ran], for_each: {city: {file: data/cities.csv, column: city}}}\n",
        );
        let project = project.file("data/cities.csv", &format!("id,city\n1,{value}\n"));
        project.run().one_of(&[2, 3]).tame();
        assert!(project.stateless() && !project.path("ran").exists(), "{value:?}");
    }
}

#[test]
fn for_each_of_a_column_or_file_that_is_not_there() {
    for list in [
        "{file: data/cities.csv, column: ctiy}",
        "{file: data/citees.csv, column: city}",
        "{file: ../cities.csv, column: city}",
    ] {
        let project = Project::of(&format!(
            "1:\n  - {{name: 'st-{{{{ city }}}}', run: [touch, ran], for_each: {{city: {list}}}}}\n"
        ));
        project.file("data/cities.csv", "id,city\n1,a\n").run().one_of(&[2, 3]);
    }
}

#[test]
fn what_the_month_skips_is_skipped_and_says_why() {
    let project = Project::of(&format!("1:\n{}{}", sh("a", &note("a")), sh("b", &note("b"))))
        .file("months/2025-10.yaml", "skip:\n  - {step: s/a, reason: customer stopped it}\n");
    project.run().code(0);
    assert_eq!(project.ledger(), ["b"]);
    let status = project.status();
    status.are(&[("a", "skipped")]);
    assert_eq!(status.step("a")["reason"], "customer stopped it");
}

#[test]
fn a_thousand_steps_end_and_each_ran_once() {
    let project = Project::of(&format!(
        "1:\n{}2:\n{}",
        many(500, "echo one >> ledger"),
        (0..500).map(|n| sh(&format!("b{n}"), "echo two >> ledger")).collect::<String>()
    ));
    project.start().finish(std::time::Duration::from_mins(2)).code(0);
    let ledger = project.ledger();
    assert_eq!(ledger.len(), 1000);
    assert!(ledger[..500].iter().all(|line| line == "one"));
}
