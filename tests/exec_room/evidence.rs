//! What is put before those who decide.

use std::collections::BTreeMap;

use monthstart::plan::{Command, Evidence, Gate, GateKind, Node, NodeId, SqlText, Votes, Work};
use monthstart::run::event::Json;

use crate::world::{World, program, step, template};

fn gate(ask: &str, show: Vec<Evidence>) -> Node {
    step(Work::Gate(Gate {
        kind: GateKind::Gate,
        ask: template(ask),
        show,
        form: Vec::new(),
        approvers: Vec::new(),
        votes: Votes::Count(1),
        except: Vec::new(),
        each: Vec::new(),
        deadline: None,
        fails_on_timeout: false,
        on_reject: Vec::new(),
    }))
}

fn sql(text: &str) -> Evidence {
    Evidence::Sql { text: SqlText::Text(template(text)), connection: "yt".to_owned() }
}

#[tokio::test]
async fn evidence_is_shown_and_what_is_too_much_is_counted() {
    let mut world = World::new();
    world.database("yt", "create table t (n integer, note text)").await;
    let numbers = (1..=50).map(|n| format!("line  {n}")).collect::<Vec<_>>().join("\n") + "\n";
    world.write("in/南京.txt", numbers);
    let show = vec![
        sql(
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < 25) select i, :month as m from n",
        ),
        sql("select * from t"),
        Evidence::File(template("in/{{ city }}.txt")),
        Evidence::Run(program(&["printf", "a\\n\\033[2Jb\\n"])),
    ];
    let (ask, shown) = world.gathered(gate("账期 {{ month }} 对不对?", show), BTreeMap::new()).await;
    assert_eq!(ask, "账期 2026-10 对不对?");
    assert_eq!(
        (shown[0].columns.as_slice(), shown[0].rows.len(), shown[0].more),
        (&["i".to_owned(), "m".to_owned()][..], 20, 5)
    );
    assert_eq!(shown[0].rows[1], ["2", "2026-10"]);
    assert_eq!(shown[1].rows, [["nothing"]]);
    assert_eq!((shown[2].title.as_str(), shown[2].rows.len(), shown[2].more), ("in/南京.txt", 40, 10));
    assert_eq!(shown[2].rows[0], ["line  1"]);
    assert_eq!(shown[3].rows, [["a"], ["b"]]);
}

#[tokio::test]
async fn what_cannot_be_had_says_so_in_its_place() {
    let mut world = World::new();
    world.database("yt", "create table t (n integer)").await;
    let show = vec![
        sql("select * from nowhere"),
        sql("insert into t values (1)"),
        Evidence::File(template("../secret")),
        Evidence::Run(Command::Shell("echo some; echo why >&2; exit 4".to_owned())),
        Evidence::Run(program(&["no-such-program"])),
        sql("select 1 as still"),
    ];
    let (ask, shown) =
        world.gathered(gate("{{ steps['x'].outputs.rows }} rows?", show), BTreeMap::new()).await;
    assert!(ask.starts_with("{{ steps['x'].outputs.rows }} rows? (its values"), "{ask}");
    let first: Vec<&str> = shown.iter().map(|shown| shown.rows[0][0].as_str()).collect();
    for (text, word) in
        first.iter().zip(["no such table", "readonly", "below", "exit code 4: why", "no-such-program", "1"])
    {
        assert!(text.contains(word), "{text}");
    }
    assert_eq!(shown[3].rows[1], ["some"]);
    assert_eq!(world.query("yt", "select count(*) from t").await, [0]);
}

#[tokio::test]
async fn a_steps_outcome_is_shown_by_its_outputs() {
    let world = World::new();
    let loaded =
        BTreeMap::from([("rows".to_owned(), Json::from(5)), ("last".to_owned(), Json::from("a\u{1b}[2Jb"))]);
    let outputs = BTreeMap::from([("loaded".to_owned(), loaded.clone()), ("stage/step".to_owned(), loaded)]);
    let mut node = gate("{{ steps['loaded'].outputs.rows }}?", vec![Evidence::Step(NodeId(0))]);
    node.refs = vec![("loaded".to_owned(), NodeId(0))];
    let (ask, shown) = world.gathered(node.clone(), outputs).await;
    assert_eq!(ask, "5?");
    assert_eq!(
        (shown[0].title.as_str(), shown[0].rows.as_slice()),
        ("stage/step", &[["last", "ab"], ["rows", "5"]].map(|row| row.map(str::to_owned).to_vec())[..])
    );
    node.refs.clear();
    let (_, shown) = world.gathered(node, BTreeMap::new()).await;
    assert_eq!(shown[0].rows, [["no outputs"]]);
}

#[tokio::test]
async fn a_shadow_run_looks_but_runs_no_program() {
    let mut world = World::new();
    world.database("yt", "create table t (n integer)").await;
    let show = vec![Evidence::Run(Command::Shell("echo x >made".to_owned())), sql("select 1 as still")];
    let (mut job, _switch) = world.job(gate("right?", show), BTreeMap::new());
    std::sync::Arc::make_mut(&mut job.plan).shadow = true;
    let (_, shown) = world.gathered_for(job).await;
    assert_eq!(shown[0].title, "echo x >made");
    assert_eq!(shown[0].rows, [["not run in a shadow run"]]);
    assert_eq!(shown[1].rows, [["1"]]);
    assert!(!world.file("made").exists());
}
