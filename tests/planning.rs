//! From text to plan: what resolves, and which mistakes are told where.
#![expect(clippy::panic, reason = "a test says so by failing")]
#![expect(clippy::unwrap_used, reason = "a test that cannot read its fixture has nothing to say")]

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use monthstart::plan::resolve::{Files, Input, Mistake, Request, resolve, resolve_project};
use monthstart::plan::{Part, Plan};
use monthstart::runbook::{
    FileId, Problem, Runbook, Severity, Sources, read_month, read_roster, read_runbook, read_settings,
};
use monthstart::words::{Explain, Lang, render};

const SETTINGS: &str = "\
timezone: Asia/Shanghai
roster: roster.yaml
connections:
  yt: {url: 'sqlite:yt.db'}
  mpp: {url: 'sqlite:mpp.db'}
platforms:
  yt: {connection: yt, flow: {sql: {file: 'flows/yt/{{ flow }}.sql'}}}
  mpp: {connection: mpp, flow: {sql: \"select 1\"}}
  bare: {flow: {run: [dacp, '{{ flow }}', '{{ batch }}', '{{ token }}']}}
";

const ROSTER: &str = "\
people:
  zhang.wei: {name: 张伟, email: zhang.wei@example.com, os_user: zhangwei, roles: [operator, lead, dim-team]}
  wang.fang: {name: 王芳, email: wang.fang@example.com, roles: [operator, dim-team]}
  li.na: {name: 李娜, email: li.na@example.com, roles: [operator, billing], stands_in_for: [wang.fang]}
shifts:
  day: {from: '08:00', to: '18:00'}
  night: {from: '18:00', to: '08:00'}
rota:
  - {shift: day, starts: 2026-11-01, days: [[zhang.wei], [wang.fang]]}
  - {shift: night, starts: 2026-11-01, days: [[li.na], [zhang.wei], [wang.fang]]}
fallback: [zhang.wei]
";

/// A project in memory.
#[derive(Clone)]
struct World {
    files: BTreeMap<String, String>,
    request: Request,
}

struct Folder<'w> {
    files: &'w BTreeMap<String, String>,
    sources: Sources,
}

impl Files for Folder<'_> {
    fn path(&self, file: FileId) -> String {
        self.sources.path(file).to_string_lossy().into_owned()
    }

    fn read(&self, path: &str) -> Option<String> {
        if path.starts_with("flows/") {
            return Some("select 1 where :flow = :flow".to_owned());
        }
        self.files.get(path).cloned()
    }
}

/// What came of it.
struct Outcome {
    plan: Option<Plan>,
    mistakes: Vec<Mistake>,
    problems: Vec<Problem>,
    sources: Sources,
}

const TODAY: Date = date(2026, 11, 3);

fn world(runbook: &str) -> World {
    let files = [("monthstart.yaml", SETTINGS), ("roster.yaml", ROSTER), ("main.yaml", runbook)];
    World {
        files: files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect(),
        request: Request::run(Some("2026-10".parse().unwrap()), Vec::new(), TODAY),
    }
}

impl World {
    fn file(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }

    fn param(mut self, name: &str, value: &str) -> Self {
        self.request.params.push((name.to_owned(), value.to_owned()));
        self
    }

    fn month(mut self, month: Option<&str>) -> Self {
        self.request.month = month.map(|month| month.parse().unwrap());
        self
    }

    fn run(&self) -> Outcome {
        let mut folder = Folder { files: &self.files, sources: Sources::default() };
        let mut problems = Vec::new();
        let mut add = |path: &str| folder.sources.add(path, self.files[path].as_str());
        let (settings, main) = (add("monthstart.yaml"), add("main.yaml"));
        let roster = self.files.contains_key("roster.yaml").then(|| add("roster.yaml"));
        let month = self.files.contains_key("months/2026-10.yaml").then(|| add("months/2026-10.yaml"));
        let others: Vec<String> =
            self.files.keys().filter(|path| path.starts_with("inc/")).cloned().collect();
        let included: Vec<FileId> = others.iter().map(|path| add(path)).collect();
        let sources = folder.sources.clone();
        let included: Vec<Runbook> =
            included.into_iter().filter_map(|file| read_runbook(&sources, file, &mut problems)).collect();
        let settings = read_settings(&sources, settings, None, &mut problems).unwrap();
        let roster = roster.and_then(|file| read_roster(&sources, file, &mut problems));
        let month =
            month.and_then(|file| read_month(&sources, file, "2026-10".parse().unwrap(), &mut problems));
        let nothing =
            |problems| Outcome { plan: None, mistakes: Vec::new(), problems, sources: sources.clone() };
        let Some(runbook) = read_runbook(&sources, main, &mut problems) else { return nothing(problems) };
        let project = resolve_project(
            &settings,
            roster.as_ref(),
            Path::new("/project"),
            TimeZone::UTC,
            &sources,
            &mut problems,
        );
        let Some(project) = project else { return nothing(problems) };
        let input = Input {
            project: &project,
            runbook: &runbook,
            included: &included,
            month_file: month.as_ref(),
            others: Some(&[]),
            files: &folder,
            sources: &sources,
        };
        let (plan, mistakes) = match resolve(&input, &self.request, &mut problems) {
            Ok(plan) => (plan, Vec::new()),
            Err(mistakes) => (None, mistakes),
        };
        Outcome { plan, mistakes, problems, sources }
    }
}

impl Outcome {
    /// `path:line:column message`, errors before warnings, help after an arrow.
    fn told(&self) -> Vec<String> {
        let mut told: Vec<String> = self
            .problems
            .iter()
            .map(|problem| {
                let place = problem.span.map_or(String::new(), |span| {
                    let (line, column) = self.sources.position(span);
                    let path = self.sources.path(span.file).display().to_string();
                    let path = if path == "main.yaml" { String::new() } else { path };
                    format!("{path}{line}:{column} ")
                });
                // What one file tells by itself is worded, and tested, in another room.
                if problem.message.id.starts_with("problem-") {
                    return format!("{place}{}", problem.message.id);
                }
                let kind = if problem.severity == Severity::Warning { "warning: " } else { "" };
                let help = problem.help.as_ref();
                let help = help.map_or(String::new(), |help| format!(" => {}", render(Lang::En, help)));
                format!("{place}{kind}{}{help}", render(Lang::En, &problem.message))
            })
            .collect();
        told.sort_unstable();
        told
    }

    fn plan(self) -> Plan {
        let told = self.told();
        self.plan.unwrap_or_else(|| panic!("{told:#?} {:#?}", self.mistakes))
    }

    fn mistake(&self) -> String {
        self.mistakes
            .iter()
            .map(|mistake| render(Lang::En, &mistake.explain()))
            .collect::<Vec<_>>()
            .join("; ")
    }
}

/// A runbook with one stage `s` on platform yt that holds these lines.
fn stage(lines: &str) -> World {
    world(&format!("name: m\nstages:\n  - name: s\n    platform: yt\n    after: []\n{lines}\n"))
}

/// A runbook with one stage `s` whose level 1 holds these steps (lines from 6 on, column 9).
fn steps(steps: &[&str]) -> World {
    let lines: Vec<String> = steps.iter().map(|step| format!("        - {step}")).collect();
    stage(&format!("    levels:\n      1:\n{}", lines.join("\n")))
}

/// Every input with what is told of it.
fn report<I: std::fmt::Debug + ?Sized>(table: &[&I], told: impl Fn(&I) -> Vec<String>) -> String {
    let lines = |input: &&I| format!("{input:?}\n    {}\n", told(input).join("\n    "));
    table.iter().map(lines).collect()
}

fn paths(plan: &Plan) -> Vec<String> {
    plan.iter().map(|(id, _)| plan.path(id)).collect()
}

#[test]
fn a_stage_becomes_phases_and_nodes() {
    let plan = stage(
        "    title: 标题 {{ month }}\n    deadline: {day: 2, at: '12:00'}\n    owner: dim-team\n    ready:\n      - {name: told, notice: 维护完成}\n      - {name: there, check: [{exists: 'yt:A.B'}], poll: {every: 1m}}\n    levels:\n      1: [A, B]\n      4: [{flow: C, platform: mpp, confirm: 跑吗?, review: 对吗?}]\n    verify:\n      - {name: done, gate: {ask: '{{ month }} 对吗?', approvers: [lead]}}",
    )
    .run()
    .plan();
    assert_eq!(
        paths(&plan),
        ["s/told", "s/there", "s/A", "s/B", "s/C#confirm", "s/C", "s/C#review", "s/done"]
    );
    let parts: Vec<Part> = plan.phases.iter().map(|phase| phase.part).collect();
    assert_eq!(parts, [Part::Ready, Part::Ready, Part::Level(1), Part::Level(4), Part::Verify]);
    assert_eq!(plan.phases[3].after, [monthstart::plan::PhaseId(2)]);
    assert_eq!(plan.nodes[5].needs, [monthstart::plan::NodeId(4)]);
    assert_eq!(plan.nodes[6].needs, [monthstart::plan::NodeId(5)]);
    assert_eq!(plan.nodes[5].platform(), Some("mpp"));
    assert_eq!(plan.stages[0].title, "标题 2026-10");
    assert_eq!(plan.stages[0].deadline.unwrap().to_string(), "2026-11-02T04:00:00Z");
    let fields: Vec<&str> =
        plan.nodes[0].gate().unwrap().form.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(fields, ["who", "channel", "told_at"]);
    let json = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
}

#[test]
fn the_samples_of_the_language_resolve() {
    let read = |name: &str| std::fs::read_to_string(format!("tests/fixtures/language/{name}")).unwrap();
    let mut world = world(&read("bill-and-dwd.yaml"))
        .file("monthstart.yaml", &read("monthstart.yaml"))
        .file("roster.yaml", &read("roster.yaml"))
        .file("months/2026-10.yaml", &read("2026-10.yaml"));
    world.request.only_checks = true;
    let outcome = world.run();
    let errors: Vec<String> = outcome.told().into_iter().filter(|line| !line.contains("warning")).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    insta::assert_snapshot!(outcome.told().join("\n"));
    let plan = outcome.plan();
    assert_eq!(plan.not_yet(), []);
}

#[test]
fn mistakes_in_steps_are_told_where_they_stand() {
    let table: &[&[&str]] = &[
        &["{flow: A, needs: [B]}", "Bb"],
        &["{flow: A, needs: [A]}"],
        &["{flow: A, needs: [B]}", "{flow: B, needs: [C]}", "{flow: C, needs: [A]}"],
        &["{flow: A, platform: ytt}"],
        &["{name: x, sql: select 1, connection: yd}"],
        &["{name: x, sql: select 1, connection: bare}"],
        &["{name: x, run: [echo, '{{ mnth }}']}"],
        &["{name: x, run: [echo, \"{{ steps['y'].outputs.rows }}\"]}"],
        &["{name: x, sql: \"select '{{ run.id }}'\"}"],
        &["{name: x, sql: 'select * from t where m = :mont'}"],
        &["{name: x, run: 'echo {{ month.compact }}'}"],
        &["{name: x, run: 'docker ps --format {{.Names}}'}"],
        &["{name: x, run: [a], env: {LD_PRELOAD: x.so}}"],
        &["{name: x, run: [a], env: {MONTHSTART_RUN: x}}"],
        &["{name: x, run: [a], outputs: {rows: '(\\d+'}}"],
        &["{name: x, run: [a], outputs: {rows: '\\d+'}}"],
        &["{name: x, gate: {ask: ok, approvers: [led]}}"],
        &["{name: x, gate: {ask: ok, approvers: [lead], votes: 2}}"],
        &["{name: x, gate: {ask: ok, approvers: [dim-team], votes: 2, except: [li.na]}}"],
        &["{name: x, gate: {ask: ok, votes: {lead: 1, dim-team: 2}}}"],
        &["{name: x, gate: {ask: ok, votes: {lead: 1, dim-team: 1}}}"],
        &["{name: x, gate: {ask: ok, votes: {lead: 1, dim-team: 1}, except: [wang.fang]}}"],
        &["{name: x, gate: {ask: ok, approvers: [zhang.wei], except: [starter]}}"],
        &["{name: x, check: [{sql: select 1, expect: '=> 1'}]}"],
        &["{name: x, check: [{exists: 'zz:a.b'}]}"],
        &["{flow: A, when: \"params.kind == 'x'\"}"],
        &["{flow: A, owner: nobody}"],
        &["{name: x, sql: {file: sql/none.sql}}"],
        &["{name: x, sql: {file: ../none.sql}}"],
        &["{name: x, mail: {to: [lead, ops@example.com], subject: a, text: b}}"],
        &["{flow: A, redo: downstream}"],
        &["{flow: '{% if x %}'}"],
        &[
            "{name: g, gate: {ask: ok, form: {rows: {type: int}}}}",
            "{name: x, run: [a, \"{{ steps['g'].form.row }}\"]}",
        ],
        &["{name: g, notice: 到了}", "{name: x, run: [a, \"{{ steps['g'].form.who }}\"]}"],
        &["{name: g, run: [a]}", "{name: x, when: \"steps['g'].outputs.ok\", run: [a]}"],
        &["{name: g, run: [a]}", "{name: x, when: \"steps['g'].output.ok\", run: [a]}"],
        &["{name: g, run: [a]}", "{name: x, when: \"month\", run: [a]}"],
    ];
    insta::assert_snapshot!(report(table, |lines| steps(lines).run().told()));
}

#[test]
fn mistakes_in_stages_are_told_where_they_stand() {
    let table: &[&str] = &[
        "  - {name: a, after: [], platform: yt, levels: {1: [A]}}\n  - {name: b, platform: yt, levels: {1: [A]}}",
        "  - {name: a, platform: yt, levels: {1: [A]}}\n  - {name: b, after: [aa], platform: yt, levels: {1: [A]}}",
        "  - {name: a, after: [c], platform: yt, levels: {1: [A]}}\n  - {name: b, after: [a], platform: yt, levels: {1: [A]}}\n  - {name: c, after: [b], platform: yt, levels: {1: [A]}}",
        "  - {name: a, platform: yt, levels: {1: [A]}}\n  - {name: a, after: [], platform: yt, levels: {1: [B]}}",
        "  - {name: a, platform: yt}",
        "  - {name: a, platform: yt, levels: {1: [A, B, A]}}",
        "  - {name: a, platform: yt, levels: {1: [A], 2: [{name: other, flow: A}]}}",
        "  - {name: a, platform: yt, levels: {1: [A], 2: [{name: other, flow: A, batch: '{{ month.previous.compact }}'}]}}",
        "  - {name: a, platform: yt, levels: {1: [{flow: A, needs: [Late]}], 2: [Late]}}",
        "  - {name: a, platform: yt, levels: {1: [{flow: A, needs: [b/B]}]}}\n  - {name: b, after: [a], platform: yt, levels: {1: [B]}}",
        "  - {name: a, platform: yt, levels: {1: [X]}}\n  - {name: b, after: [a], platform: yt, levels: {1: [X]}}\n  - {name: c, after: [b], platform: yt, levels: {1: [{flow: Y, needs: [X]}]}}",
        "  - {name: a, platform: yt, levels: {1: [{name: x, run: [a]}, {name: y, run: [echo, \"{{ steps['z'].outputs.n }}\"]}], 2: [{name: z, run: [a]}]}}",
        "  - {name: a, owner: led, handover: nextshift, platform: yt, levels: {1: [A]}}",
        "  - {name: a, deadline: {day: 32}, platform: yt, levels: {1: [A]}}",
        "  - {name: a, levels: {1: [A]}}",
        "  - {name: a, levels: {1: [{flow: A, reads: ['yt:T'], platform: yt}, {flow: B, writes: ['yt:t'], platform: yt}]}}",
        "  - {name: a, platform: yt, levels: {1: [{flow: A, reads: [T]}], 2: [{flow: B, writes: ['yt:t']}]}}",
        "  - {name: a, platform: yt, levels: {1: [{flow: B, writes: [T]}], 2: [{flow: A, reads: [T]}], 3: [{flow: C, writes: [T]}]}}",
        "  - {name: a, platform: yt, levels: {1: [{flow: B, writes: [T]}, {flow: A, reads: [T], needs: [B]}]}}",
    ];
    let told = |stages: &str| world(&format!("name: m\nstages:\n{stages}\n")).run().told();
    insta::assert_snapshot!(report(table, told));
}

#[test]
fn for_each_makes_steps_and_a_group() {
    let plan = stage(
        "    levels:\n      1:\n        - {name: 'load-{{ city }}', for_each: {city: [南京, 无锡]}, run: [load, '{{ city }}']}\n        - {name: 'count-{{ area }}', for_each: {area: [a, b]}, run: [count]}\n      2:\n        - {name: 'check-{{ city }}', for_each: {city: [南京, 无锡]}, needs: ['load-{{ city }}'], run: [check, \"{{ steps['load-' ~ city].outputs.rows }}\"]}\n        - {name: all, needs: [load, count], run: [all]}",
    )
    .run()
    .plan();
    assert_eq!(
        paths(&plan),
        ["s/load-南京", "s/load-无锡", "s/count-a", "s/count-b", "s/check-南京", "s/check-无锡", "s/all"]
    );
    let needs = |node: usize| plan.nodes[node].needs.iter().map(|need| need.index()).collect::<Vec<_>>();
    assert_eq!(needs(4), [0]);
    assert_eq!(plan.nodes[5].refs, [("load-无锡".to_owned(), monthstart::plan::NodeId(1))]);
    assert_eq!(needs(6), [0, 1, 2, 3]);
    let csv = "\u{feff}city, n\n南京,1\n无锡,2\n";
    let from_file = "    levels:\n      1: [{name: 'x-{{ city }}', for_each: {city: {file: data/c.csv, column: city}}, run: [a]}]";
    assert_eq!(paths(&stage(from_file).file("data/c.csv", csv).run().plan()), ["s/x-南京", "s/x-无锡"]);
    let table: &[&str] = &[
        "city,city\n1,2\n",
        "town\n南京\n",
        "city,n\n南京\n",
        "city\n南京\n 南京\n",
        "city\na/b\n",
        "city\n",
        "",
    ];
    insta::assert_snapshot!(report(table, |csv| stage(from_file).file("data/c.csv", csv).run().told()));
}

const PARAMS: &str = "\
name: m
params:
  month: {type: month, default: closing}
  kind: {type: choice, values: [full, part], default: part}
  n: {type: integer, default: 3}
  note: {type: text, default: ''}
  day: {type: date}
  cities: {type: list, default: [南京, 无锡]}
  flag: {type: boolean, default: false}
  period: {type: month, default: closing}
stages:
  - name: s
    levels:
      1: [{name: 'x-{{ city }}', for_each: {city: params.cities}, run: [echo, '{{ params.kind }} {{ params.n }} {{ params.period.next }}']}]
";

#[test]
fn parameters_come_from_defaults_the_month_and_the_command_line() {
    let month = "params: {kind: full, n: 4}\n";
    let plan = world(PARAMS)
        .file("months/2026-10.yaml", month)
        .param("n", "5")
        .param("day", "2026-11-01")
        .param("cities", "苏州,常州")
        .run()
        .plan();
    insta::assert_snapshot!(serde_json::to_string_pretty(&plan.params).unwrap());
    assert_eq!(paths(&plan), ["s/x-苏州", "s/x-常州"]);
    let table: &[&(&str, &str)] = &[
        &("kidn", "full"),
        &("kind", "half"),
        &("n", "３"),
        &("n", "1.5"),
        &("n", "+1"),
        &("day", "2026-02-30"),
        &("day", "２０２６-11-01"),
        &("note", "a\nb"),
        &("note", "\u{1b}[2J"),
        &("note", "; rm -rf $(id) {{7*7}}"),
        &("flag", "yes"),
        &("month", "2026-13"),
        &("month", "２０２６-１０"),
        &("month", "2026-09"),
        &("period", "2027-01"),
        &("cities", "a,b/c"),
        &("PATH", "/tmp"),
        &("n\u{7}", "1"),
    ];
    let mistakes = |input: &(&str, &str)| {
        let outcome = world(PARAMS).param("day", "2026-11-01").param(input.0, input.1).run();
        outcome.told().into_iter().chain([outcome.mistake()]).collect()
    };
    insta::assert_snapshot!("mistakes", report(table, mistakes));
    assert_eq!(
        world(PARAMS).run().mistake(),
        "day has no value: give -p day=…, a date such as 2026-10-31, in ASCII digits"
    );
    let future = world(PARAMS).month(Some("2026-12")).param("day", "2026-11-01").run();
    assert_eq!(future.mistake(), "2026-12 has not begun yet; the present month is 2026-11");
    let closing =
        world("name: m\nstages:\n  - {name: s, platform: yt, levels: {1: [A]}}\n").month(None).run().plan();
    assert_eq!(closing.run.to_string(), "m/2026-10");
}

#[test]
fn included_stages_come_first_and_keep_their_defaults() {
    let part = |name: &str, extra: &str| {
        format!(
            "name: {name}\n{extra}\nstages:\n  - {{name: {name}, platform: yt, levels: {{1: [{name}1]}}}}\n"
        )
    };
    let main = "name: m\ndefaults: {timeout: 1h, severity: 2}\ninclude: [inc/a.yaml, inc/b.yaml]\nstages:\n  - {name: own, after: [a, b], platform: yt, levels: {1: [Own]}}\n";
    let world = world(main)
        .file(
            "inc/a.yaml",
            &part("a", "defaults: {timeout: 5m}\nlimit: 2\nparams: {kind: {type: text, default: x}}"),
        )
        .file("inc/b.yaml", &part("b", "include: [sub.yaml]\nhandover: lead"))
        .file("inc/sub.yaml", &part("sub", ""));
    let mut world = world;
    world.files.insert(
        "inc/b.yaml".to_owned(),
        world.files["inc/b.yaml"].replace("platform", "after: [sub], platform"),
    );
    let plan = world.run().plan();
    assert_eq!(paths(&plan), ["a/a1", "sub/sub1", "b/b1", "own/Own"]);
    assert_eq!(plan.nodes[0].policy.timeout, Some(std::time::Duration::from_mins(5)));
    assert_eq!(plan.nodes[2].policy.timeout, Some(std::time::Duration::from_hours(1)));
    assert_eq!((plan.stages[0].limit, plan.nodes[0].severity), (Some(2), 2));
    assert_eq!(plan.stages[2].handover, monthstart::plan::Handover::Role("lead".to_owned()));
    assert_eq!(plan.params["kind"], monthstart::plan::ParamValue::Text("x".to_owned()));
    let table: &[&str] = &["inc/none.yaml", "../a.yaml", "main.yaml", "inc/loop.yaml"];
    let told = |include: &str| {
        let main = format!(
            "name: m\ninclude: [{include}]\nstages:\n  - {{name: own, after: [], platform: yt, levels: {{1: [A]}}}}\n"
        );
        self::world(&main).file("inc/loop.yaml", "name: l\ninclude: [loop.yaml]\n").run().told()
    };
    insta::assert_snapshot!(report(table, told));
}

#[test]
fn a_month_leaves_steps_out() {
    let runbook = "    levels:\n      1: [A, {flow: B, confirm: ok?}, {name: 'c-{{ x }}', for_each: {x: [p, q]}, run: [a]}]";
    let month = "skip:\n  - {step: s/B, reason: 停出, agreed: {who: 周经理, channel: phone, told_at: '2026-11-01 02:10'}}\n  - {step: c, reason: 不需要}\n";
    let plan = stage(runbook).file("months/2026-10.yaml", month).run().plan();
    let skipped: Vec<String> =
        plan.iter().filter(|(_, node)| node.skip.is_some()).map(|(id, _)| plan.path(id)).collect();
    assert_eq!(skipped, ["s/B#confirm", "s/B", "s/c-p", "s/c-q"]);
    assert_eq!(
        plan.nodes[2].skip.as_ref().unwrap().agreed.as_deref(),
        Some("周经理, phone, 2026-11-01 02:10")
    );
    let table: &[&str] = &["s/BB", "other-runbook/x", "ss/B", "Bee", "s/nothing-like-it"];
    let told = |step: &str| {
        let month = format!("skip: [{{step: {step}, reason: x}}]\n");
        stage(runbook).file("months/2026-10.yaml", &month).run().told()
    };
    insta::assert_snapshot!(report(table, told));
}

#[test]
fn settings_and_roster_are_looked_through() {
    let table: &[(&str, &str, &str)] = &[
        ("monthstart.yaml", "Asia/Shanghai", "Asia/Shangai"),
        ("monthstart.yaml", "'sqlite:yt.db'", "'sqllite:yt.db'"),
        ("monthstart.yaml", "'sqlite:yt.db'", "'postgres://u:secret@db/x'"),
        ("monthstart.yaml", "connection: yt,", "connection: yd,"),
        ("monthstart.yaml", "connection: yt,", "connection: yt, encoding: gbkk,"),
        ("monthstart.yaml", "sql: {file: 'flows/yt/{{ flow }}.sql'}", "submit: {run: [a]}"),
        ("monthstart.yaml", "{{ token }}", "{{ tokn }}"),
        ("monthstart.yaml", "{{ token }}", "{{ id }}"),
        ("monthstart.yaml", "{{ token }}", "{{ params.x }}"),
        ("roster.yaml", "stands_in_for: [wang.fang]", "stands_in_for: [wang.fan]"),
        ("roster.yaml", "li.na@example.com", "li.na at example.com"),
        ("roster.yaml", "shift: night,", "shift: nigt,"),
        ("roster.yaml", "fallback: [zhang.wei]", "fallback: [zhang]"),
        ("roster.yaml", "starts: 2026-11-01, days: [[zhang.wei]", "starts: 2026-11-04, days: [[zhang.wei]"),
        ("roster.yaml", "[[zhang.wei], [wang.fang]]", "[[zhang.wei], []]"),
    ];
    let told = |(file, from, to): &(&str, &str, &str)| {
        let mut world = steps(&["A"]);
        let text = world.files[*file].replacen(from, to, 1);
        world.files.insert((*file).to_owned(), text);
        world.run().told()
    };
    insta::assert_snapshot!(report(&table.iter().collect::<Vec<_>>(), told));
}

/// So many steps in stages of levels of ten, every step of a level needing one of the level before, reading and writing.
fn large(count: usize) -> World {
    use std::fmt::Write as _;
    let mut text = "name: m\nstages:\n".to_owned();
    for stage in 0..count.div_ceil(500) {
        let after = if stage == 0 { String::new() } else { format!("s{}", stage - 1) };
        let _ = writeln!(text, "  - name: s{stage}\n    platform: yt\n    after: [{after}]\n    levels:");
        for level in 0..50 {
            let _ = writeln!(text, "      {}:", level + 1);
            for step in 0..10 {
                let needs = if level == 0 { String::new() } else { format!("F{stage}_{}_{step}", level - 1) };
                let _ = writeln!(
                    text,
                    "        - {{flow: 'F{stage}_{level}_{step}', title: 'x {{{{ month }}}}', needs: [{needs}], reads: [t{stage}_{level}_{step}], writes: [t{stage}_{}_{step}]}}",
                    level + 1
                );
            }
        }
    }
    world(&text)
}

#[test]
fn ten_thousand_steps_resolve() {
    let outcome = large(10_000).run();
    assert_eq!(outcome.told(), Vec::<String>::new());
    let plan = outcome.plan();
    assert_eq!(plan.nodes.len(), 10_000);
    sound(&plan);
}

/// What holds of every plan.
fn sound(plan: &Plan) {
    for (number, phase) in plan.phases.iter().enumerate() {
        assert!(!phase.nodes.is_empty());
        assert!(phase.nodes.iter().all(|node| plan.node(*node).phase.index() == number));
        assert!(phase.nodes.windows(2).all(|pair| pair[0].index() + 1 == pair[1].index()));
    }
    for (id, node) in plan.iter() {
        assert!(
            plan.phase(node.phase).nodes.contains(&id) && plan.stage(node.stage).phases.contains(&node.phase)
        );
        assert!(!node.needs.contains(&id));
        assert!(node.refs.iter().all(|(_, step)| node.needs.contains(step)));
    }
    let mut names: Vec<String> = paths(plan);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), plan.nodes.len());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]

    /// Whatever is cut out of a runbook or put in the place of something else: told, or a sound plan.
    #[test]
    fn trampled_runbooks_are_told_or_sound(cuts in proptest::collection::vec((0.0_f64..1.0, 0_usize..12, "[a-z{}:, 南\\[\\]'\n#]{0,6}"), 1..4)) {
        let sample = std::fs::read_to_string("tests/fixtures/language/bill-and-dwd.yaml").unwrap();
        let mut chars: Vec<char> = sample.chars().collect();
        for (place, length, text) in cuts {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a text")]
            let at = (place * chars.len() as f64) as usize;
            let end = (at + length).min(chars.len());
            chars.splice(at..end, text.chars());
        }
        let text: String = chars.into_iter().collect();
        let outcome = std::panic::catch_unwind(|| trampled(&text));
        proptest::prop_assert!(outcome.is_ok(), "{text}");
    }
}

fn trampled(text: &str) {
    let settings = std::fs::read_to_string("tests/fixtures/language/monthstart.yaml").unwrap();
    let roster = std::fs::read_to_string("tests/fixtures/language/roster.yaml").unwrap();
    let mut world = world(text).file("monthstart.yaml", &settings).file("roster.yaml", &roster);
    world.request.only_checks = true;
    let outcome = world.run();
    let errors = outcome.problems.iter().any(|problem| problem.severity == Severity::Error);
    match &outcome.plan {
        Some(plan) if !errors => sound(plan),
        Some(_) => {}
        None => assert!(errors || !outcome.mistakes.is_empty()),
    }
}
