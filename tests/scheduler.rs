//! The sandbox's scheduler: events start what waits, one token is one task, what is forced, redone or killed goes on as
//! it should, and any number may ask at once.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a broken helper fails its test")]

#[path = "common/sql.rs"]
mod sql;
mod totals {
    /// What the helpers of SQL fail with.
    pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;
}

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use monthstart::sandbox::scheduler::{Dispatch, Office, Order, Reply, ask};
use monthstart::sandbox::{self, Sandbox, SandboxError};
use monthstart::time::Month;
use sql::run_sql;
use tempfile::TempDir;

fn october() -> Month {
    "2026-10".parse().unwrap()
}

/// A played night: a sandbox, a project, and a clock that only moves when it is told to.
struct Night {
    dir: TempDir,
    project: PathBuf,
    now: Timestamp,
}

/// A sandbox made once, copied for every test.
async fn made() -> PathBuf {
    static MADE: tokio::sync::OnceCell<PathBuf> = tokio::sync::OnceCell::const_new();
    let make = || async {
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scheduler-of-seed-7");
        let _ = std::fs::remove_dir_all(&made);
        sandbox::build(&made, october(), 7).await.unwrap();
        made
    };
    MADE.get_or_init(make).await.clone()
}

impl Night {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(made().await).unwrap().map(Result::unwrap) {
            std::fs::copy(file.path(), dir.path().join(file.file_name())).unwrap();
        }
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks");
        Night { dir, project, now: "2026-11-02T02:00:00Z".parse().unwrap() }
    }

    fn passes(&mut self, millis: u64) {
        self.now = self.now.checked_add(Duration::from_millis(millis)).unwrap();
    }

    async fn asks(&self, order: Order) -> Reply {
        let office = Office { dir: self.dir.path(), project: &self.project, now: self.now };
        ask(office, &order).await.unwrap()
    }

    /// The state's word of the latest task of `flow`.
    async fn state(&self, flow: &str) -> String {
        match self.asks(Order::Find(october_of(flow))).await {
            Reply::Said(text) => text.split(' ').next_back().unwrap().to_owned(),
            other => panic!("{flow}: {other:?}"),
        }
    }

    async fn states(&self, flows: &[&str]) -> Vec<String> {
        let mut all = Vec::new();
        for flow in flows {
            all.push(self.state(flow).await);
        }
        all
    }

    async fn count(&self, connection: &str, table: &str) -> i64 {
        let sql = format!("select count(*) from {table} where month = :month");
        run_sql(self.dir.path(), connection, &sql, october(), "").await.unwrap().unwrap()
    }

    async fn sandbox(&self) -> Sandbox {
        Sandbox::open(self.dir.path(), october()).await.unwrap()
    }
}

fn october_of(flow: &str) -> Dispatch {
    Dispatch { flow: flow.to_owned(), batch: "202610".to_owned() }
}

fn submit(flow: &str, token: &str) -> Order {
    Order::Submit(october_of(flow), token.to_owned())
}

/// The id that an answer begins with.
fn id(reply: &Reply) -> i64 {
    match reply {
        Reply::Said(text) => text.split(' ').next().unwrap().parse().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused(reply: &Reply, why: &str) {
    assert!(matches!(reply, Reply::Refused(text) if text.contains(why)), "{reply:?}");
}

const LEVEL_2: [&str; 3] = ["DimEvtIvrNode", "DimEvtCsrSkill", "DimAccWmsNavtreemap"];
const LEVELS: [&str; 4] = ["DimAccItemCode", LEVEL_2[0], LEVEL_2[1], LEVEL_2[2]];

#[tokio::test]
async fn redo_downstream_runs_a_program_and_all_that_depends_on_it_again() {
    let mut night = Night::new().await;
    assert_eq!(night.states(&LEVELS).await, ["SUCCESS"; 4], "they have run by themselves");
    assert_eq!(night.count("yt", "dim_acc_item_code").await, 0, "in vain: the table was last month's");
    let sandbox = night.sandbox().await;
    sandbox.maintain_bill_items().await.unwrap();
    sandbox.distribute_r_vr011().await.unwrap();

    let task = id(&night.asks(Order::Find(october_of("DimAccItemCode"))).await);
    assert_eq!(id(&night.asks(Order::Redo { id: task, downstream: true }).await), task);
    assert_eq!(night.states(&LEVELS).await, ["RUNNING", "WAIT", "WAIT", "WAIT"]);
    assert_eq!(night.count("yt", "dim_acc_item_code").await, 0, "it has only begun");
    night.passes(950);
    assert_eq!(night.states(&LEVELS).await, ["SUCCESS", "RUNNING", "RUNNING", "RUNNING"]);
    assert!(night.count("yt", "dim_acc_item_code").await >= 40);
    night.passes(600);
    assert_eq!(night.states(&LEVELS).await, ["SUCCESS", "SUCCESS", "RUNNING", "RUNNING"]);
    night.passes(200);
    assert_eq!(night.states(&LEVELS).await, ["SUCCESS"; 4]);
    assert!(night.count("yt", "dim_acc_wms_navtreemap").await > 0);

    night.asks(Order::Redo { id: task, downstream: false }).await;
    assert_eq!(night.states(&LEVELS).await, ["RUNNING", "SUCCESS", "SUCCESS", "SUCCESS"]);
}

#[tokio::test]
async fn a_long_absence_is_caught_up_in_one_go() {
    let mut night = Night::new().await;
    let task = id(&night.asks(Order::Find(october_of("DimAccItemCode"))).await);
    night.asks(Order::Redo { id: task, downstream: true }).await;
    night.passes(3_600_000);
    let ended = night.asks(Order::State(task + 1)).await;
    let wanted = "SUCCESS started=2026-11-02 10:00:00 ended=2026-11-02 10:00:01";
    assert_eq!(ended, Reply::Said(wanted.to_owned()), "when it ended, not when somebody looked");
}

#[tokio::test]
async fn what_waits_for_an_event_from_outside_is_passed_by_a_person() {
    let mut night = Night::new().await;
    let behind = ["DwaLocUsrM_MPP", "DwaLocUsrAreaM_MPP", "DwaLocUsrProdM_MPP"];
    night.passes(3_600_000);
    assert_eq!(night.state("EvtLocUsrM_MPP").await, "WAIT");
    assert_eq!(night.states(&behind).await, ["WAIT"; 3]);
    let sandbox = night.sandbox().await;
    sandbox.generate_localised().await.unwrap();
    sandbox.distribute_localised().await.unwrap();

    let passed = night.asks(Order::Pass(october_of("EvtLocUsrM_MPP"))).await;
    assert_eq!(passed, night.asks(Order::Pass(october_of("EvtLocUsrM_MPP"))).await, "once is enough");
    assert_eq!(night.state("EvtLocUsrM_MPP").await, "PASSED");
    assert_eq!(night.states(&behind).await, ["RUNNING", "WAIT", "WAIT"]);
    night.passes(950);
    assert_eq!(night.states(&behind).await, ["SUCCESS", "RUNNING", "RUNNING"]);
    night.passes(700);
    assert_eq!(night.states(&behind).await, ["SUCCESS"; 3]);
    assert_eq!(night.count("mpp", "dwa_loc_usr_m").await, 1_000);
    refused(&night.asks(Order::Pass(october_of("DwaLocUsrM_MPP"))).await, "不在等待");
    refused(&night.asks(Order::Pass(october_of("DwdMergeBillM"))).await, "没有任务");
}

#[tokio::test]
async fn a_failure_says_why_and_starts_nothing() {
    let mut night = Night::new().await;
    let project = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(project.path().join("flows/yt")).unwrap();
    let file = project.path().join("flows/yt/DimAccItemCode.sql");
    std::fs::write(&file, "delete from dim_acc_item_code; insert into no_such_table values (1);").unwrap();
    night.project = project.path().to_owned();
    let before = run_sql(night.dir.path(), "yt", "select count(*) from dim_acc_item_code", october(), "");
    let before = before.await.unwrap();

    let task = id(&night.asks(Order::Find(october_of("DimAccItemCode"))).await);
    night.asks(Order::Redo { id: task, downstream: true }).await;
    night.passes(5_000);
    let Reply::Said(state) = night.asks(Order::State(task)).await else { panic!() };
    assert!(state.starts_with("FAILED") && state.contains("reason=SQL执行失败"), "{state}");
    assert_eq!(night.states(&LEVEL_2).await, ["WAIT"; 3]);
    let left = run_sql(night.dir.path(), "yt", "select count(*) from dim_acc_item_code", october(), "");
    assert_eq!(left.await.unwrap(), before, "all or nothing");
    let Reply::Said(log) = night.asks(Order::Log(task)).await else { panic!() };
    assert!(log.contains("no_such_table"), "{log}");

    let again = id(&night.asks(submit("DimAccItemCode", "b")).await);
    assert_ne!(again, task, "what has failed is dispatched as a new task");
}

#[tokio::test]
async fn what_is_killed_does_nothing_and_may_be_submitted_again() {
    let mut night = Night::new().await;
    let task = id(&night.asks(submit("DwdMergeBillM", "a")).await);
    night.asks(Order::Kill(task)).await;
    night.passes(5_000);
    let Reply::Said(state) = night.asks(Order::State(task)).await else { panic!() };
    assert!(state.starts_with("KILLED") && state.contains("reason=被人工终止"), "{state}");
    assert_eq!(id(&night.asks(submit("DwdMergeBillM", "a")).await), task, "one token, one task");
    assert_ne!(id(&night.asks(submit("DwdMergeBillM", "b")).await), task);
    refused(&night.asks(submit("DwdMergeBillM", "c")).await, "RUNNING");
}

#[tokio::test]
async fn it_refuses_what_makes_no_sense() {
    let night = Night::new().await;
    for name in ["NoSuchFlow", "../checks/x", "", "a b"] {
        refused(&night.asks(submit(name, "")).await, "没有程序");
    }
    let odd = Dispatch { flow: "DwdMergeBillM".to_owned(), batch: "2026-10' --".to_owned() };
    refused(&night.asks(Order::Submit(odd, String::new())).await, "批次不对");
    refused(&night.asks(Order::State(99)).await, "没有任务 99");
    assert_eq!(night.asks(Order::Find(october_of("DwdMergeBillM"))).await, Reply::Nothing);
    let waiting = id(&night.asks(Order::Find(october_of("DwaLocUsrM_MPP"))).await);
    refused(&night.asks(Order::Redo { id: waiting, downstream: true }).await, "EvtLocUsrM_MPP");
    let nowhere = tempfile::tempdir().unwrap();
    let office = Office { dir: nowhere.path(), project: &night.project, now: night.now };
    let none = ask(office, &Order::State(1)).await;
    assert!(matches!(none, Err(SandboxError::NotASandbox(_))), "{none:?}");
    assert_eq!(std::fs::read_dir(nowhere.path()).unwrap().count(), 0, "asking makes nothing");
}
