//! A run to look at: three stages of a month start, told event by event.

#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    missing_docs,
    unreachable_pub
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use monthstart::id::PersonId;
use monthstart::plan::{
    Approver, Command, Excluded, Field, FieldKind, Gate, GateKind, Handover, Node, NodeId, OnFailure, Part,
    Phase, PhaseId, Plan, Policy, Poll, Retry, Stage, StageId, Template, Votes, Work,
};
use monthstart::progress::Page;
use monthstart::run::{
    Asker, By, Decision, EngineId, Event, Failure, Loss, Outcome, Record, RunState, Shown, StepPath, Verdict,
};
use monthstart::words::Lang;

pub fn gate(kind: GateKind, ask: &str) -> Gate {
    Gate {
        kind,
        ask: Template(ask.into()),
        show: vec![],
        form: vec![],
        approvers: vec![],
        votes: Votes::Count(1),
        except: vec![],
        each: vec![],
        deadline: None,
        fails_on_timeout: false,
        on_reject: vec![],
    }
}

pub fn field(name: &str, kind: FieldKind) -> Field {
    Field { name: name.into(), kind, min: None, max: None, default: None, optional: false }
}

pub fn notice(ask: &str) -> Gate {
    let optional = |name: &str| Field { optional: true, ..field(name, FieldKind::Text) };
    let channel = FieldKind::Choice(["phone", "mail", "chat", "paper"].map(str::to_owned).to_vec());
    let form =
        vec![optional("who"), Field { optional: true, ..field("channel", channel) }, optional("told_at")];
    Gate { form, ..gate(GateKind::Notice, ask) }
}

pub fn flow(name: &str) -> (String, Work) {
    (
        name.into(),
        Work::Flow { flow: Template(name.into()), platform: "yt".into(), downstream: false, findable: false },
    )
}

pub fn asks(name: &str, gate: Gate) -> (String, Work) {
    (name.into(), Work::Gate(gate))
}

pub fn script(name: &str) -> (String, Work) {
    (name.into(), Work::Run { command: Command::Shell("true".into()), env: BTreeMap::new() })
}

pub fn poll(name: &str) -> (String, Work) {
    let every = std::time::Duration::from_mins(1);
    (name.into(), Work::Check { items: vec![], poll: Some(Poll { every, within: None }) })
}

/// A stage: name, title, the stages before it, its parts.
pub type StageOf<'a> = (&'a str, &'a str, Vec<u32>, Vec<(Part, Vec<(String, Work)>)>);

pub fn plan(stages: Vec<StageOf<'_>>) -> Plan {
    let mut plan = Plan {
        run: "month-start/2026-10".parse().unwrap(),
        title: "月初出账".into(),
        params: BTreeMap::new(),
        shadow: false,
        limit: 16,
        stages: vec![],
        phases: vec![],
        nodes: vec![],
    };
    for (name, title, after, parts) in stages {
        let stage = StageId::from(plan.stages.len());
        let mut phases: Vec<PhaseId> = vec![];
        for (part, steps) in parts {
            let phase = PhaseId::from(plan.phases.len());
            let first = plan.nodes.len();
            for (name, work) in steps {
                plan.nodes.push(node(stage, phase, name, work));
            }
            let before = match phases.last() {
                Some(last) => vec![*last],
                None => after.iter().map(|s| *plan.stages[*s as usize].phases.last().unwrap()).collect(),
            };
            let nodes = (first..plan.nodes.len()).map(NodeId::from).collect();
            plan.phases.push(Phase { stage, part, nodes, after: before });
            phases.push(phase);
        }
        plan.stages.push(Stage {
            name: name.into(),
            title: title.into(),
            owner: None,
            deadline: None,
            limit: None,
            handover: Handover::NextShift,
            after: after.into_iter().map(StageId).collect(),
            phases,
        });
    }
    plan
}

fn node(stage: StageId, phase: PhaseId, name: String, work: Work) -> Node {
    let retry = name.contains("Merge").then_some(Retry {
        times: 1,
        delay: std::time::Duration::from_mins(5),
        backoff: 2.0,
        max_delay: None,
        on_exit: vec![],
    });
    Node {
        stage,
        phase,
        name,
        title: None,
        work,
        needs: vec![],
        refs: vec![],
        vars: BTreeMap::new(),
        when: None,
        batch: Template("202610".into()),
        policy: Policy { retry, timeout: None, on_failure: OnFailure::Hold, idempotent: false },
        outputs: BTreeMap::new(),
        skip: None,
        severity: 2,
        owner: None,
        deadline: None,
    }
}

/// The month start that the screens show.
pub fn month_start() -> Plan {
    let closed = Gate {
        approvers: vec![Approver::Role("lead".into())],
        except: vec![Excluded::Starter],
        votes: Votes::Count(2),
        ..gate(GateKind::Gate, "DWD月流程数据核对无误?")
    };
    let rows = Field { min: Some(1), default: Some("3".into()), ..field("rows", FieldKind::Integer) };
    let maintained = Gate {
        each: ["南京", "无锡", "徐州"].map(str::to_owned).to_vec(),
        form: vec![rows],
        ..gate(GateKind::Gate, "属地基站维护完成?")
    };
    plan(vec![
        (
            "stations",
            "属地化基站维表",
            vec![],
            vec![
                (Part::Ready, vec![asks("maintained", maintained)]),
                (Part::Level(1), vec![script("stations-南京"), script("stations-无锡")]),
            ],
        ),
        (
            "bill-item",
            "账单科目维表",
            vec![],
            vec![
                (Part::Ready, vec![poll("r_vr011-arrived")]),
                (Part::Level(1), vec![flow("DimAccItemCode")]),
                (
                    Part::Level(2),
                    vec![flow("DimEvtIvrNode"), flow("DimEvtCsrSkill"), flow("DimAccWmsNavtreemap")],
                ),
            ],
        ),
        (
            "dwd-month",
            "DWD月流程",
            vec![],
            vec![
                (Part::Ready, vec![asks("books-closed", notice("出账验数完成,一体机和24库到位"))]),
                (
                    Part::Level(1),
                    vec![
                        flow("DwdMergeBillM"),
                        flow("DwdMergeBillProdM"),
                        flow("DwdMergeBillItemM"),
                        script("load"),
                    ],
                ),
                (Part::Level(2), vec![flow("DwdAccFinItemDtlM")]),
                (Part::Verify, vec![asks("month-closed", closed)]),
            ],
        ),
        ("dwd-daily", "月底日流程", vec![2], vec![(Part::Level(1), vec![flow("DwdMergeRcBillDtlD")])]),
    ])
}

/// A run that is told event by event.
pub struct Story {
    pub state: RunState,
    pub records: Vec<Record>,
    pub now: Timestamp,
}

impl Story {
    pub fn new(plan: Plan) -> Self {
        let now = "2026-11-01T02:00:00+08:00".parse().unwrap();
        let mut story = Story { state: RunState::new(Arc::new(plan)), records: vec![], now };
        story.tell(Event::RunStarted { by: By::person("zhang.wei"), engine: engine(), origin: None });
        story
    }

    pub fn later(&mut self, seconds: i64) -> &mut Self {
        self.now += jiff::SignedDuration::from_secs(seconds);
        self
    }

    pub fn tell(&mut self, event: Event) -> &mut Self {
        let seq = self.records.len() as u64 + 1;
        let record = Record { seq, at: self.now, event };
        self.state.apply(&record);
        self.records.push(record);
        self
    }

    pub fn start(&mut self, step: &str) -> &mut Self {
        let attempt = self.state.step(self.id(step)).attempt + 1;
        self.tell(Event::StepStarted { step: path(step), attempt })
    }

    pub fn end(&mut self, step: &str) -> &mut Self {
        self.outcome(step, Outcome::Succeeded { outputs: BTreeMap::new(), remarks: vec![] })
    }

    pub fn fail(&mut self, step: &str, failure: Failure) -> &mut Self {
        self.outcome(step, Outcome::Failed { failure })
    }

    fn outcome(&mut self, step: &str, outcome: Outcome) -> &mut Self {
        let attempt = self.state.step(self.id(step)).attempt;
        self.tell(Event::StepEnded { step: path(step), attempt, outcome, numbers: Vec::new() })
    }

    pub fn lose(&mut self, step: &str) -> &mut Self {
        let attempt = self.state.step(self.id(step)).attempt;
        self.tell(Event::StepLost { step: path(step), attempt, again: false, cause: Loss::Engine })
    }

    pub fn open(&mut self, step: &str, evidence: Vec<Shown>) -> &mut Self {
        let ask = self.state.plan().node(self.id(step)).gate().unwrap().ask.0.clone();
        self.tell(Event::GateOpened { step: path(step), ask, evidence })
    }

    pub fn decide(&mut self, step: &str, by: &str, verdict: Verdict, value: Option<&str>) -> &mut Self {
        let decision = Decision {
            by: By::person(by),
            decision: verdict,
            value: value.map(str::to_owned),
            note: Some("已核对".into()),
            form: BTreeMap::new(),
            roles: vec![],
            in_advance: false,
        };
        self.tell(Event::GateDecided { step: path(step), decision })
    }

    pub fn id(&self, step: &str) -> NodeId {
        self.state.find(&path(step)).unwrap_or_else(|| panic!("no step {step}"))
    }
}

pub fn path(step: &str) -> StepPath {
    StepPath(step.to_owned())
}

pub fn engine() -> EngineId {
    EngineId { host: "jump01".into(), pid: 4711, home: None }
}

pub fn asker(id: &str) -> Asker {
    let roles = BTreeSet::from(["operator".to_owned(), "lead".to_owned()]);
    Asker { by: By::person(id), roles, operator: true, known: true }
}

pub fn page(lang: Lang, now: Timestamp) -> Page {
    let people = [("zhang.wei", "张伟"), ("li.na", "李娜"), ("wang.fang", "王芳")];
    let mut page = Page::new(lang, TimeZone::get("Asia/Shanghai").unwrap(), now);
    page.people =
        Arc::new(people.iter().map(|(id, name)| (PersonId((*id).into()), (*name).into())).collect());
    page
}

pub fn evidence() -> Vec<Shown> {
    let row = |city: &str, rows: &str, share: &str| vec![city.into(), rows.into(), share.into()];
    vec![
        Shown {
            title: "select * from dwd_acc_sum_bill_m_check".into(),
            columns: vec!["city".into(), "行数".into(), "share".into()],
            rows: vec![
                row("南京", "120931", "0.31"),
                row("无锡", "9981", "0.12"),
                row("Xuzhou", "77", "-0.01"),
            ],
            more: 10,
        },
        Shown {
            title: "check.log".into(),
            columns: vec![],
            rows: vec![vec!["all books \u{1b}[31mclosed\u{1b}[0m".into()]],
            more: 0,
        },
    ]
}

/// The night that the screens show: two gates open, a failed, a lost, a retrying and a running step, marks.
pub fn night() -> Story {
    let mut story = Story::new(month_start());
    story
        .open("stations/maintained", vec![])
        .open("dwd-month/books-closed", vec![])
        .start("bill-item/r_vr011-arrived");
    story.later(600).decide("stations/maintained", "li.na", Verdict::Confirmed, Some("南京"));
    story.later(60).end("bill-item/r_vr011-arrived").start("bill-item/DimAccItemCode");
    story.later(300).decide("dwd-month/books-closed", "wang.fang", Verdict::Confirmed, None);
    for step in ["DwdMergeBillM", "DwdMergeBillProdM", "DwdMergeBillItemM", "load"] {
        story.start(&format!("dwd-month/{step}"));
    }
    story.later(42).end("dwd-month/DwdMergeBillM").end("bill-item/DimAccItemCode");
    story.start("bill-item/DimEvtIvrNode").start("bill-item/DimEvtCsrSkill");
    let failure = Failure::Flow { reason: "ORA-01555: snapshot too old".into() };
    story.fail("dwd-month/DwdMergeBillItemM", failure.clone());
    story.later(30).lose("dwd-month/load").fail("bill-item/DimEvtCsrSkill", failure);
    story.tell(Event::StepForced {
        step: path("dwd-month/DwdMergeBillProdM"),
        by: By { hand: Some(PersonId("etla".into())), ..By::person("zhang.wei") },
        reason: "甲方停出,周经理电话同意".into(),
    });
    story.later(3600);
    story
}

/// The same month start with deadlines, as a shadow run.
pub fn dated(shadow: bool) -> Plan {
    let mut plan = month_start();
    plan.shadow = shadow;
    let due = |text: &str| Some(text.parse::<Timestamp>().unwrap());
    plan.stages[0].deadline = due("2026-11-01T03:00:00+08:00");
    plan.stages[1].deadline = due("2026-11-01T02:20:00+08:00");
    plan.stages[2].deadline = due("2026-11-02T06:00:00+08:00");
    let at = |plan: &Plan, name: &str| plan.nodes.iter().position(|node| node.name == name).unwrap();
    let late = at(&plan, "DimAccItemCode");
    plan.nodes[late].deadline = due("2026-11-01T02:12:30+08:00");
    let asked = at(&plan, "maintained");
    if let Work::Gate(gate) = &mut plan.nodes[asked].work {
        gate.deadline = due("2026-11-01T02:30:00+08:00");
    }
    plan
}

/// A night in which answers became void, marks became former ones, steps and the run are held, and much is late.
pub fn turned_back(shadow: bool) -> Story {
    let mut story = Story::new(dated(shadow));
    story.open("stations/maintained", evidence()).open("dwd-month/books-closed", vec![]);
    story.start("bill-item/r_vr011-arrived");
    story.later(600).decide("stations/maintained", "li.na", Verdict::Confirmed, Some("南京"));
    story.later(60).end("bill-item/r_vr011-arrived").start("bill-item/DimAccItemCode");
    story.later(300).end("bill-item/DimAccItemCode");
    for step in ["DimEvtIvrNode", "DimEvtCsrSkill"] {
        story.start(&format!("bill-item/{step}")).later(30).end(&format!("bill-item/{step}"));
    }
    story.tell(Event::StepForced {
        step: path("bill-item/DimAccWmsNavtreemap"),
        by: By::person("zhang.wei"),
        reason: "平台查询已完成".into(),
    });
    story.later(60).tell(Event::StepRedone {
        step: path("bill-item/DimAccWmsNavtreemap"),
        by: By::person("li.na"),
        reason: "科目数据重传".into(),
        because: None,
    });
    story.tell(Event::GateVoided {
        step: path("stations/maintained"),
        value: Some("南京".into()),
        by: By::person("li.na"),
        reason: "科目数据重传".into(),
        because: path("bill-item/DimAccWmsNavtreemap"),
    });
    story.later(5).open("stations/maintained", evidence());
    story.decide("stations/maintained", "wang.fang", Verdict::Confirmed, Some("无锡"));
    story.tell(Event::StepHeld {
        step: path("bill-item/DimAccWmsNavtreemap"),
        by: By::person("wang.fang"),
        reason: Some("等财务通知".into()),
    });
    story.later(60).tell(Event::RunHeld { by: By::person("zhang.wei"), reason: Some("甲方停出".into()) });
    story.later(3600);
    story
}
