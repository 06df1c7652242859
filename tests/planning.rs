//! From text to plan: what resolves, and which mistakes are told where.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its fixture has nothing to say")]

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use monthstart::plan::resolve::{Files, Input, Mistake, Request, join, resolve, resolve_project};
use monthstart::plan::{Part, Plan, Work};
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
        let runbook = read_runbook(&sources, main, &mut problems).unwrap();
        let project = resolve_project(
            &settings,
            roster.as_ref(),
            Path::new("/project"),
            TimeZone::UTC,
            &sources,
            &mut problems,
        );
        let Some(project) = project else { return Outcome { plan: None, mistakes: Vec::new(), problems, sources } };
        let input = Input {
            project: &project,
            runbook: &runbook,
            included: &included,
            month_file: month.as_ref(),
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
        self.mistakes.iter().map(|mistake| render(Lang::En, &mistake.explain())).collect::<Vec<_>>().join("; ")
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
    // The month file of the page presets a parameter that the runbook of the page does not declare.
    assert_eq!(errors, ["months/2026-10.yaml2:10 no runbook has a parameter note => known: month"]);
}

#[test]
fn mistakes_in_steps_are_told_where_they_stand() {
    let table: &[(&[&str], &[&str])] = &[
        (&["{flow: A, needs: [B]}", "Bb"], &["8:28 there is no step B => did you mean Bb?"]),
        (&["{flow: A, needs: [A]}"], &["8:28 these wait for each other in a circle: s/A -> s/A"]),
        (
            &["{flow: A, needs: [B]}", "{flow: B, needs: [C]}", "{flow: C, needs: [A]}"],
            &["8:28 these wait for each other in a circle: s/A -> s/B -> s/C -> s/A"],
        ),
        (&["{flow: A, platform: ytt}"], &["8:31 there is no platform ytt => did you mean yt?"]),
        (&["{name: x, sql: select 1, connection: yd}"], &["8:45 there is no connection yd => did you mean yt?"]),
        (&["{name: x, sql: select 1, connection: bare}"], &["8:45 the platform bare has no connection"]),
        (
            &["{name: x, run: [echo, '{{ mnth }}']}"],
            &["8:36 nothing is called mnth here => did you mean month?"],
        ),
        (
            &["{name: x, run: [echo, \"{{ steps['y'].outputs.rows }}\"]}"],
            &["8:33 there is no step y => known: x"],
        ),
        (
            &["{name: x, sql: \"select '{{ run.id }}'\"}"],
            &["8:37 run.id is text and must not become part of SQL => bind it, as :name; for the name of a table or column write | ident"],
        ),
        (
            &["{name: x, sql: 'select * from t where m = :mont'}"],
            &["8:25 nothing is called :mont here, so it cannot be bound => did you mean month?"],
        ),
        (
            &["{name: x, run: 'echo {{ month.compact }}'}"],
            &["8:31 nothing is put into shell scripts: {{ month.compact }} => scripts are never templates: put it into env:, as NAME: \"{{ … }}\", and write $NAME here"],
        ),
        (&["{name: x, run: 'docker ps --format {{.Names}}'}"], &[]),
        (&["{name: x, run: [a], env: {LD_PRELOAD: x.so}}"], &["8:36 LD_PRELOAD may not be set for a step"]),
        (&["{name: x, run: [a], env: {MONTHSTART_RUN: x}}"], &["8:36 MONTHSTART_RUN may not be set for a step"]),
        (&["{name: x, run: [a], outputs: {rows: '(\\d+'}}"], &["8:45 this pattern cannot be read: unclosed group"]),
        (
            &["{name: x, run: [a], outputs: {rows: '\\d+'}}"],
            &["8:45 this pattern takes nothing out => put brackets round the part that is wanted: id=(.*)"],
        ),
        (&["{name: x, gate: {ask: ok, approvers: [led]}}"], &["8:48 nobody in the roster is or has the role led => did you mean lead?"]),
        (&["{name: x, gate: {ask: ok, approvers: [lead], votes: 2}}"], &["8:60 2 must answer this, but only 1 may"]),
        (
            &["{name: x, gate: {ask: ok, approvers: [dim-team], votes: 2, except: [li.na]}}"],
            &[],
        ),
        (
            &["{name: x, gate: {ask: ok, votes: {lead: 1, dim-team: 2}}}"],
            &["8:44 3 must answer this, but only 2 may"],
        ),
        (&["{name: x, gate: {ask: ok, votes: {lead: 1, dim-team: 1}}}"], &[]),
        (
            &["{name: x, gate: {ask: ok, votes: {lead: 1, dim-team: 1}, except: [wang.fang]}}"],
            &["8:44 2 must answer this, but only 1 may"],
        ),
        (&["{name: x, gate: {ask: ok, approvers: [zhang.wei], except: [starter]}}"], &[]),
        (&["{name: x, check: [{sql: select 1, expect: '=> 1'}]}"], &["8:53 => 1 cannot be checked; write > 0, = 13, between 10 and 20, or not null"]),
        (&["{name: x, check: [{exists: 'zz:a.b'}]}"], &["8:36 there is no connection zz => known: bare, mpp, mpp, yt, yt"]),
        (&["{flow: A, when: \"params.kind == 'x'\"}"], &["8:26 nothing is called params.kind here => did you mean params.month?"]),
        (&["{flow: A, owner: nobody}"], &["8:26 nobody in the roster is or has the role nobody"]),
        (&["{name: x, sql: {file: sql/none.sql}}"], &["8:31 warning: sql/none.sql cannot be read; the step that needs it would fail"]),
        (&["{name: x, sql: {file: ../none.sql}}"], &["8:31 ../none.sql lies outside the project's folder"]),
        (&["{name: x, mail: {to: [lead, ops@example.com], subject: a, text: b}}"], &["8:19 warning: mail is understood, but cannot be executed yet: plan and run refuse this runbook"]),
        (&["{flow: A, redo: downstream}"], &["8:25 warning: redo of a flow is understood, but cannot be executed yet: plan and run refuse this runbook"]),
        (&["{flow: '{% if x %}'}"], &["x"]),
    ];
    for (lines, expected) in table {
        let outcome = steps(lines).run();
        assert_eq!(outcome.told(), *expected, "{lines:#?}");
    }
}
