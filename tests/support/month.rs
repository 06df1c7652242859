//! A small month by hand: two stages, and a night in which most things happened.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::plan::{PlanMaker, check, flow, gate};
use jiff::Timestamp;
use monthstart::id::PersonId;
use monthstart::plan::roster::{Person, Roster};
use monthstart::plan::{GateKind, Node, Part, Plan, Skip, StageId, Work};
use monthstart::run::{
    By, Decision, EngineId, Event, Failure, Loss, Outcome, Record, RunState, SkipCause, StepPath, Verdict,
};

/// The stage of the letters.
pub(crate) const BILL_ITEM: StageId = StageId(0);
/// The stage after it.
pub(crate) const DWD_MONTH: StageId = StageId(1);

/// The roster of the specimen project.
pub(crate) fn roster() -> Roster {
    let person = |name: &str, roles: &[&str]| Person {
        name: name.to_owned(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect::<BTreeSet<_>>(),
        ..Person::default()
    };
    let people = [
        ("zhang.wei", person("张伟", &["operator", "lead"])),
        ("wang.fang", person("王芳", &["operator"])),
        ("li.na", person("李娜", &["operator"])),
    ];
    let people = people.into_iter().map(|(id, person)| (PersonId(id.to_owned()), person)).collect();
    Roster { people, ..Roster::default() }
}

fn plan() -> Arc<Plan> {
    let mut maker = PlanMaker::default();
    let bill = maker.stage("bill-item", "账单科目维表", &[]);
    maker
        .phase(Part::Ready, vec![gate(GateKind::Notice, "told", "甲方通知 shfin.r_vr011 维护完成", &[], 1)])
        .phase(Part::Ready, vec![check("r_vr011-arrived")])
        .phase(Part::Level(1), vec![flow("DimAccItemCode")])
        .phase(
            Part::Level(2),
            vec![
                flow("DimEvtIvrNode"),
                flow("DimEvtCsrSkill"),
                flow("DimAccWmsNavtreemap"),
                Node {
                    title: Some("地市科目映射,供省公司对账用".to_owned()),
                    ..flow("DimAccItemCityMapForProvinceAudit_D")
                },
            ],
        )
        .phase(Part::Verify, vec![check("dim-loaded")])
        .phase(
            Part::Verify,
            vec![gate(GateKind::Review, "dim-loaded#review", "科目数对不对?", &["lead"], 2)],
        );
    maker.stage("dwd-month", "DWD月流程", &[bill]);
    let skip = Skip {
        reason: "甲方停出".to_owned(),
        agreed: Some("周经理, phone, 2026-11-01 02:10".to_owned()),
    };
    maker
        .phase(
            Part::Ready,
            vec![gate(GateKind::Notice, "books-closed", "出账验数完成,一体机和24库到位", &[], 1)],
        )
        .phase(
            Part::Level(1),
            vec![flow("DwdMergeBillM"), Node { skip: Some(skip), ..flow("DwdMergeBillProdM") }],
        )
        .phase(
            Part::Verify,
            vec![gate(GateKind::Gate, "month-closed", "DWD月流程数据核对无误?", &["lead"], 1)],
        );
    maker.stage("stations", "属地化基站维表", &[]);
    let mut each = gate(GateKind::Gate, "cities-done", "各地市基站维护完成?", &["operator"], 1);
    if let Work::Gate(gate) = &mut each.work {
        gate.each = vec!["南京".to_owned(), "无锡".to_owned(), "徐州".to_owned()];
    }
    maker.phase(Part::Ready, vec![each]).phase(Part::Level(1), vec![flow("DimStation")]);
    maker.stage("mainplan", "主策划维表", &[]);
    maker.phase(Part::Level(1), vec![flow("DimMainPlan"), check("flag-set")]);
    maker.stage("local-month", "属地化月表后续流程", &[DWD_MONTH]);
    maker.phase(Part::Level(1), vec![flow("force-mpp")]);
    maker.plan("月初运行")
}

/// Takes events in, each some minutes after the one before.
pub(crate) struct Night {
    records: Vec<Record>,
    state: RunState,
    seq: u64,
    at: Timestamp,
}

impl Night {
    /// A run that has just begun, at 01:00 in Shanghai.
    pub(crate) fn of(plan: Arc<Plan>) -> Self {
        let at = "2026-11-01T17:00:00Z".parse().unwrap();
        let mut night = Night { records: Vec::new(), state: RunState::new(plan), seq: 0, at };
        let engine = EngineId { host: "jump01".to_owned(), pid: 4711, home: None };
        night.then(0, Event::RunStarted { by: By::person("zhang.wei"), engine, origin: None });
        night
    }

    /// An event, `minutes` later.
    pub(crate) fn then(&mut self, minutes: i64, event: Event) -> &mut Self {
        self.seq += 1;
        self.at += jiff::SignedDuration::from_mins(minutes);
        self.records.push(Record { seq: self.seq, at: self.at, event });
        self.state.apply(&self.records[self.records.len() - 1]);
        self
    }

    /// A step begins.
    pub(crate) fn start(&mut self, path: &str, attempt: u32) -> &mut Self {
        self.then(0, Event::StepStarted { step: step(path), attempt })
    }

    /// A step succeeds.
    pub(crate) fn succeed(&mut self, minutes: i64, path: &str, attempt: u32, remarks: &[&str]) -> &mut Self {
        let remarks = remarks.iter().map(|remark| (*remark).to_owned()).collect();
        let outcome = Outcome::Succeeded { outputs: BTreeMap::new(), remarks };
        self.then(minutes, Event::StepEnded { step: step(path), attempt, outcome, numbers: Vec::new() })
    }

    /// A flow fails.
    pub(crate) fn fail(&mut self, minutes: i64, path: &str, attempt: u32, reason: &str) -> &mut Self {
        let outcome = Outcome::Failed { failure: Failure::Flow { reason: reason.to_owned() } };
        self.then(minutes, Event::StepEnded { step: step(path), attempt, outcome, numbers: Vec::new() })
    }

    /// A gate asks.
    pub(crate) fn ask(&mut self, path: &str, ask: &str) -> &mut Self {
        let opened = Event::GateOpened { step: step(path), ask: ask.to_owned(), evidence: Vec::new() };
        self.then(0, opened)
    }

    /// A gate is answered.
    pub(crate) fn decide(&mut self, minutes: i64, path: &str, decision: Decision) -> &mut Self {
        self.then(minutes, Event::GateDecided { step: step(path), decision })
    }

    /// Where it stands.
    pub(crate) fn state(&self) -> RunState {
        self.state.clone()
    }
}

/// A path.
pub(crate) fn step(path: &str) -> StepPath {
    StepPath(path.to_owned())
}

/// A yes.
pub(crate) fn yes(by: &str) -> Decision {
    Decision {
        by: By::person(by),
        decision: Verdict::Confirmed,
        value: None,
        note: None,
        form: BTreeMap::new(),
        roles: Vec::new(),
        in_advance: false,
    }
}

fn told(by: &str, note: &str) -> Decision {
    let form = [("who", "周经理"), ("channel", "phone"), ("told_at", "2026-11-02 01:10")];
    let form = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    Decision { note: Some(note.to_owned()), form, ..yes(by) }
}

/// The bill-item stage has just finished, after a night with most things in it.
pub(crate) fn bill_item_done() -> RunState {
    night().state()
}

fn night() -> Night {
    let mut night = Night::of(plan());
    night
        .ask("bill-item/told", "甲方通知 shfin.r_vr011 维护完成")
        .ask("stations/cities-done", "各地市基站维护完成?");
    let wuxi = Decision { value: Some("无锡".to_owned()), ..yes("wang.fang") };
    night.decide(5, "stations/cities-done", wuxi).start("mainplan/DimMainPlan", 1);
    night.decide(
        7,
        "bill-item/told",
        told("li.na", "已电话确认,r_vr011 共 1204 行,周经理说 04:00 前不会再改"),
    );
    night.start("bill-item/r_vr011-arrived", 1);
    night.succeed(9, "bill-item/r_vr011-arrived", 1, &["行数 1204 = 1204", "acc_item_code 键一致"]);
    first_levels(&mut night);
    let forced = Event::StepForced {
        step: step("bill-item/DimEvtCsrSkill"),
        by: By { hand: Some(PersonId("wang.fang".to_owned())), ..By::person("zhang.wei") },
        reason: "调度平台仍显示运行中,数据已全部装载(412 行),已和平台组电话核对".to_owned(),
    };
    night.then(6, forced);
    night.start("bill-item/dim-loaded", 1);
    night.succeed(1, "bill-item/dim-loaded", 1, &["select count(*): 1204 > 0", "近 3 月均值 1198,偏差 0.5%"]);
    night.start("mainplan/flag-set", 1);
    let found = vec!["完成标志 = 1:实际为 0".to_owned()];
    let outcome = Outcome::Failed { failure: Failure::Unmet { found } };
    night.then(
        0,
        Event::StepEnded { step: step("mainplan/flag-set"), attempt: 1, outcome, numbers: Vec::new() },
    );
    night.ask("bill-item/dim-loaded#review", "科目数对不对?");
    let advance = Decision { in_advance: true, ..yes("zhang.wei") };
    let mut played =
        Decision { note: Some("与上月相比多 6 个科目,均为新套餐".to_owned()), ..yes("li.na") };
    played.by.played = true;
    night.decide(2, "bill-item/dim-loaded#review", advance);
    night.fail(2, "mainplan/DimMainPlan", 1, "ORA-01653: unable to extend table DIM_MAIN_PLAN");
    night.decide(2, "bill-item/dim-loaded#review", played);
    night
}

fn first_levels(night: &mut Night) {
    let path = "bill-item/DimAccItemCode";
    night.start(path, 1).fail(4, path, 1, "主键冲突 acc_item_code=8810");
    night.start(path, 2).fail(6, path, 2, "主键冲突 acc_item_code=8810");
    let reason = Some("已请甲方删除重复科目 8810".to_owned());
    night.then(11, Event::StepRetried { step: step(path), by: By::person("wang.fang"), reason });
    night.start(path, 3).succeed(12, path, 3, &["装载 1204 行"]);
    for name in
        ["DimEvtIvrNode", "DimEvtCsrSkill", "DimAccWmsNavtreemap", "DimAccItemCityMapForProvinceAudit_D"]
    {
        night.start(&format!("bill-item/{name}"), 1);
    }
    night.succeed(2, "bill-item/DimEvtIvrNode", 1, &[]);
    night.succeed(0, "bill-item/DimAccItemCityMapForProvinceAudit_D", 1, &["13 地市"]);
    let lost = step("bill-item/DimAccWmsNavtreemap");
    night.then(3, Event::StepLost { step: lost.clone(), attempt: 1, again: false, cause: Loss::Engine });
    let reason = "跳板机重启;平台日志显示 02:31 成功,行数 97".to_owned();
    night.then(8, Event::StepSettled { step: lost, done: true, by: By::person("li.na"), reason });
}

/// The whole run is done; one step did not run this month, one was skipped by a person.
pub(crate) fn all_done() -> RunState {
    all_done_night().state()
}

fn all_done_night() -> Night {
    let mut night = night();
    for city in ["南京", "徐州"] {
        night.decide(
            1,
            "stations/cities-done",
            Decision { value: Some(city.to_owned()), ..yes("wang.fang") },
        );
    }
    night.start("stations/DimStation", 1).succeed(3, "stations/DimStation", 1, &[]);
    night.then(
        4,
        Event::StepSkipped {
            step: step("mainplan/DimMainPlan"),
            by: Some(By::person("zhang.wei")),
            reason: "主策划表本月无变化".to_owned(),
            cause: SkipCause::Person,
        },
    );
    let reason = "甲方确认标志晚到,数据已核对".to_owned();
    night.then(1, Event::StepForced { step: step("mainplan/flag-set"), by: By::person("zhang.wei"), reason });
    night.ask("dwd-month/books-closed", "出账验数完成").decide(
        60,
        "dwd-month/books-closed",
        told("li.na", "邮件已存档"),
    );
    night.start("dwd-month/DwdMergeBillM", 1);
    night.then(
        0,
        Event::StepSkipped {
            step: step("dwd-month/DwdMergeBillProdM"),
            by: None,
            reason: "甲方停出".to_owned(),
            cause: SkipCause::Month,
        },
    );
    night.succeed(90, "dwd-month/DwdMergeBillM", 1, &[]);
    night.start("local-month/force-mpp", 1).succeed(1, "local-month/force-mpp", 1, &[]);
    night.ask("dwd-month/month-closed", "DWD月流程数据核对无误?").decide(
        9,
        "dwd-month/month-closed",
        yes("zhang.wei"),
    );
    night
}

/// The bill-item stage is done for the second time: steps of it were done anew, an answer became void, others are held,
/// and much is late.
pub(crate) fn second_round(shadow: bool) -> RunState {
    let done = all_done();
    let mut plan = Plan::clone(done.plan());
    plan.shadow = shadow;
    let due = |text: &str| Some(text.parse::<Timestamp>().unwrap());
    plan.stages[0].deadline = due("2026-11-01T19:00:00Z");
    plan.stages[1].deadline = due("2026-11-01T20:30:00Z");
    let at = |plan: &Plan, name: &str| plan.nodes.iter().position(|node| node.name == name).unwrap();
    let (late, open) = (at(&plan, "DimEvtIvrNode"), at(&plan, "DwdMergeBillM"));
    plan.nodes[late].deadline = due("2026-11-01T18:30:00Z");
    plan.nodes[open].deadline = due("2026-11-01T19:30:00Z");
    let mut night = Night { state: RunState::new(Arc::new(plan)), ..all_done_night() };
    for record in &night.records {
        night.state.apply(record);
    }
    let redone = |path: &str, because: Option<&str>| Event::StepRedone {
        step: step(path),
        by: By::person("wang.fang"),
        reason: "甲方 03:20 重传了科目表".to_owned(),
        because: because.map(step),
    };
    let root = "bill-item/DimEvtCsrSkill";
    night.then(5, redone(root, None)).then(0, redone("bill-item/dim-loaded", Some(root)));
    night.then(0, redone("dwd-month/DwdMergeBillM", Some(root)));
    for gate in ["bill-item/dim-loaded#review", "dwd-month/month-closed"] {
        night.then(
            0,
            Event::GateVoided {
                step: step(gate),
                value: None,
                by: By::person("wang.fang"),
                reason: "甲方 03:20 重传了科目表".to_owned(),
                because: step(root),
            },
        );
    }
    let by = || By::person("li.na");
    night.then(
        1,
        Event::StepHeld {
            step: step("dwd-month/DwdMergeBillM"),
            by: by(),
            reason: Some("等财务核对".to_owned()),
        },
    );
    night.start(root, 2).succeed(4, root, 2, &[]);
    night.start("bill-item/dim-loaded", 2).succeed(1, "bill-item/dim-loaded", 2, &[]);
    night.then(0, Event::RunHeld { by: by(), reason: Some("甲方停出".to_owned()) });
    night.ask("bill-item/dim-loaded#review", "科目数对不对?");
    night.decide(2, "bill-item/dim-loaded#review", yes("zhang.wei"));
    night.decide(2, "bill-item/dim-loaded#review", yes("li.na"));
    night.state()
}

/// Everything that people and programs write tries to be something else.
pub(crate) fn hostile() -> RunState {
    const EVIL: &str = "<script>alert(1)</script>\"'><img src=x onerror=\"x\">\r\n[强制通过] 假的\u{1b}[31m\u{202e}</div><b>";
    let mut maker = PlanMaker::default();
    maker.stage("bill-item", EVIL, &[]);
    maker
        .phase(Part::Ready, vec![gate(GateKind::Notice, "told", EVIL, &[EVIL], 1)])
        .phase(Part::Level(1), vec![Node { title: Some(EVIL.to_owned()), ..flow("a") }, flow("b")]);
    maker.stage("next", EVIL, &[BILL_ITEM]);
    maker.phase(Part::Ready, vec![gate(GateKind::Gate, "go", EVIL, &[EVIL], 1)]);
    maker.stage("side", &"长".repeat(400), &[]);
    let skip = Skip { reason: EVIL.to_owned(), agreed: Some(EVIL.to_owned()) };
    maker.phase(Part::Level(1), vec![flow(&"x".repeat(64)), Node { skip: Some(skip), ..flow("y") }]);
    let mut night = Night::of(maker.plan(EVIL));
    let form = BTreeMap::from([(EVIL.to_owned(), EVIL.into()), ("channel".to_owned(), EVIL.into())]);
    let answer = Decision { note: Some(EVIL.repeat(9)), form, by: By::person(EVIL), ..yes("x") };
    night.ask("bill-item/told", EVIL).decide(1, "bill-item/told", answer);
    night.start("bill-item/a", 1).fail(1, "bill-item/a", 1, EVIL);
    night.start(&format!("side/{}", "x".repeat(64)), 1);
    let forced =
        Event::StepForced { step: step("bill-item/a"), by: By::person(EVIL), reason: EVIL.to_owned() };
    night.start("bill-item/b", 1).succeed(1, "bill-item/b", 1, &[EVIL]).then(1, forced);
    night.fail(1, &format!("side/{}", "x".repeat(64)), 1, EVIL).ask("next/go", EVIL);
    night.state()
}
