//! What has to be the same wherever it runs.

use monthstart::plan::{Evidence, Gate, GateKind, Node, SqlText, Votes, Work};
use monthstart::run::Failure;
use monthstart::run::event::Json;

use crate::servers::Kind;
use crate::world::{World, sql, step, template};
use crate::{SERVERS, check, exists, loose, on, until, value};

const TABLE: &str = "create table bill (month varchar(7) not null, n integer, amount decimal(12,2), day date, \
                     told timestamp null, city varchar(40))";

/// All three, with the table.
async fn everywhere() -> Vec<(String, World)> {
    let mut lite = World::new();
    lite.database("yt", "create table none_yet (a integer)").await;
    let mut all = vec![("SQLite".to_owned(), lite)];
    all.extend(SERVERS.map(|kind| (format!("{kind:?}"), on(kind).0)));
    for (_, world) in &all {
        world.works(sql(TABLE)).await;
    }
    all
}

#[tokio::test]
async fn one_story_on_every_database() {
    let mut logs = Vec::new();
    for (name, world) in everywhere().await {
        let text = "insert into bill values (:month, :n, 12.25, :month_last_day, '2026-10-31 02:10:00', :city);\n\
                    insert into bill (month, n, amount) values (:month, 2, -3.75);\n\
                    select count(*) as count, sum(n) as total, sum(amount) as amount, max(city) as city, \
                    max(null) as none from bill where month = :month";
        let (outputs, remarks) = world.works(sql(text)).await;
        assert_eq!(outputs["rows"], Json::from(2), "{name}");
        assert_eq!((&outputs["count"], &outputs["total"]), (&Json::from(2), &Json::from(9)), "{name}");
        assert_eq!((&outputs["amount"], &outputs["none"]), (&Json::from(8.5), &Json::Null), "{name}");
        assert_eq!(outputs["city"], Json::from("南京"), "{name}");
        assert_eq!(remarks, ["2 rows changed"], "{name}");

        let all = "select month, n, amount, day, told, city from bill where n >= :n";
        world.works(sql(all)).await;
        let log = world.logged();
        logs.push(log.lines().filter(|line| line.contains('|')).map(str::to_owned).collect::<Vec<_>>());

        let items = vec![
            value("select count(*) from bill where month = :month and day = :month_last_day", "= 1"),
            value("select amount from bill where n = :n", "12.25"),
            value("select amount from bill where n = 2", "< -3.7"),
            value("select told from bill where n = :n", "> 2026-10-31"),
            value("select city from bill where n = 2", "= null"),
            exists("bill"),
            exists("BILL"),
        ];
        let (_, remarks) = world.works(check(items)).await;
        assert_eq!(remarks.len(), 7, "{name}: {remarks:?}");
        let Failure::Unmet { found } = world.fails(check(vec![exists("bills")])).await else { panic!() };
        assert_eq!(found, ["yt:bills is not there"], "{name}");
    }
    assert!(
        logs[0][2].contains("| 2026-10 | 7 | 12.25  | 2026-10-31 | 2026-10-31 02:10:00 | 南京 |"),
        "{logs:?}"
    );
    assert_eq!((&logs[0], &logs[0]), (&logs[1], &logs[2]));
}

#[tokio::test]
async fn a_refused_statement_takes_everything_back() {
    for (name, world) in everywhere().await {
        let text = "insert into bill (month) values ('a'); insert into bill (month) values ('b'); \
                    insert into bill (month) values (null)";
        let Failure::Sql { statement, why } = world.fails(sql(text)).await else { panic!("{name}") };
        assert!(statement == 3 && why.to_lowercase().contains("null"), "{name}: {why}");
        world.works(check(vec![value("select count(*) from bill", "= 0")])).await;

        let Failure::Sql { statement: 3, why } = world.fails(loose(text)).await else { panic!("{name}") };
        assert!(why.contains("2 statements"), "{name}: {why}");
        world.works(check(vec![value("select count(*) from bill", "= 2")])).await;
    }
}

#[tokio::test]
async fn values_are_bound_whatever_they_contain() {
    let nasty = "'); drop table bill; -- \\' \" ` $1 ? :n 南";
    for (name, world) in everywhere().await {
        let mut node = sql("insert into bill (month, city) values ('x', :city); select city from bill");
        node.vars.insert("city".to_owned(), nasty.to_owned());
        let (outputs, _) = world.works(node).await;
        assert_eq!(outputs["city"], Json::from(nasty), "{name}");
    }
}

#[tokio::test]
async fn looks_cannot_write() {
    for (name, world) in everywhere().await {
        for text in
            ["insert into bill (month) values ('a')", "create table other (a integer)", "delete from bill"]
        {
            let failure = world.fails(check(vec![value(text, "= 1")])).await;
            assert!(matches!(failure, Failure::Sql { .. }), "{name}: {failure:?}");
        }
        world.works(check(vec![value("select count(*) from bill", "= 0")])).await;
    }
    let (world, base) = on(Kind::Postgres);
    base.ask("create table t (a int); create function f() returns int language sql as 'insert into t values (1) returning a'");
    for text in ["select f()", "select set_config('transaction_read_only', 'off', true); select f()"] {
        let Failure::Sql { why, .. } = world.fails(check(vec![value(text, "= 1")])).await else { panic!() };
        assert!(why.contains("read-only") || why.contains("read-write"), "{why}");
    }
}

#[tokio::test]
async fn only_the_first_row_of_ten_million_is_waited_for() {
    for (kind, rows) in [
        (Kind::Postgres, "select generate_series(1, 10000000) as first_of_many"),
        (Kind::MariaDb, "select seq as first_of_many from seq_1_to_10000000"),
    ] {
        let (world, base) = on(kind);
        let (_, remarks) = world.works(check(vec![value(rows, "= 1")])).await;
        assert_eq!(remarks, ["first_of_many → 1"]);
        until("the server has stopped too", || base.running("first_of_many").is_empty()).await;
    }
}

fn gate(text: &str) -> Node {
    let text = SqlText::Text(template(text));
    step(Work::Gate(Gate {
        kind: GateKind::Gate,
        ask: template("?"),
        show: vec![Evidence::Sql { text, connection: "yt".to_owned() }],
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

#[tokio::test]
async fn evidence_comes_from_servers_too() {
    for kind in SERVERS {
        let (world, base) = on(kind);
        base.ask("create table t (a int, b varchar(9)); insert into t values (1, 'x'), (2, null)");
        let gate = gate("select a, b from t order by a");
        let (_, shown) = world.gathered(gate, std::collections::BTreeMap::new()).await;
        assert_eq!(shown[0].columns, ["a", "b"], "{kind:?}");
        assert_eq!(shown[0].rows, [["1", "x"], ["2", "NULL"]], "{kind:?}");
    }
}

#[tokio::test]
async fn what_commits_by_itself_runs_and_is_told() {
    for (kind, text) in [
        (
            Kind::Postgres,
            "insert into t values (1); create index concurrently i on t (a); insert into t values (2)",
        ),
        (Kind::Postgres, "insert into t values (1); vacuum t; insert into t values (2)"),
        (Kind::MariaDb, "insert into t values (1); create table u (a int); insert into t values (2)"),
    ] {
        let (world, base) = on(kind);
        base.ask("create table t (a int primary key)");
        let (_, remarks) = world.works(sql(text)).await;
        assert_eq!(remarks[0], "2 rows changed");
        assert!(
            remarks[1].contains("statement 2") && remarks[1].contains("not one transaction"),
            "{remarks:?}"
        );
        // Once more: the first statement is refused before anything is committed; then one after it.
        let Failure::Sql { statement: 1, why } = world.fails(sql(text)).await else { panic!() };
        assert!(!why.contains("remains"), "{why}");
        let second =
            text.replace("values (1)", "values (3)").replace("table u", "table v").replace(" i on", " j on");
        let Failure::Sql { statement: 3, why } = world.fails(sql(&second)).await else { panic!() };
        assert!(why.contains("statement 2 commits by itself"), "{why}");
        assert_eq!(base.ask("select a from t order by a"), ["1", "2", "3"]);
    }
}

#[tokio::test]
async fn tables_without_transactions_are_told() {
    let (world, base) = on(Kind::MariaDb);
    base.ask("create table t (a int) engine = myisam");
    let failure = world.fails(sql("insert into t values (1); insert into nowhere values (1)")).await;
    assert!(matches!(failure, Failure::SqlLeft { statement: 2, .. }), "{failure:?}");
    assert_eq!(base.ask("select count(*) from t"), ["1"]);
}

#[tokio::test]
async fn a_file_of_statements_is_read_in_the_servers_dialect() {
    let (world, base) = on(Kind::Postgres);
    world.write(
        "sql/f.sql",
        "create function f(text) returns text language plpgsql as $f$ begin return $1 || ';'; end; $f$;\n\
         select f(:city) as said; -- :nothing\n",
    );
    let text = SqlText::File(template("sql/f.sql"));
    let work = Work::Sql { text, connection: "yt".to_owned(), transaction: true };
    let (outputs, _) = world.works(step(work)).await;
    assert_eq!(outputs["said"], Json::from("南京;"));
    assert_eq!(base.ask("select count(*) from pg_proc where proname = 'f'"), ["1"]);
}
