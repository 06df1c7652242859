//! Loads lose nothing: no case of a letter, no digit, no key, no table because of its name.

use monthstart::plan::{Load, LoadMode, Node, TableName, Work};
use monthstart::run::Failure;

use crate::world::{World, step, template};

fn merge(table: &str) -> Node {
    step(Work::Load(Load {
        file: template("in.csv"),
        encoding: None,
        separator: None,
        into: TableName { connection: "yt".to_owned(), table: table.to_owned() },
        key: vec!["id".to_owned()],
        mode: LoadMode::Merge,
        filter: None,
    }))
}

async fn world(sql: impl Into<String>) -> World {
    let mut world = World::new();
    let sql: &'static str = sql.into().leak();
    world.database("yt", sql).await;
    world
}

async fn updated(world: &World, table: &str, text: &str) -> u64 {
    world.write("in.csv", text);
    world.works(merge(table)).await.0["updated"].as_u64().unwrap()
}

async fn rejected(world: &World, table: &str, text: &str) -> String {
    world.write("in.csv", text);
    match world.fails(merge(table)).await {
        Failure::Rejected { told, .. } => told.join("; "),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_letter_in_another_case_is_a_change() {
    let world =
        world("create table t (id integer primary key, a text collate nocase, b text collate rtrim)").await;
    updated(&world, "t", "id,a,b\n1,abc,x\n").await;
    assert_eq!(updated(&world, "t", "id,a,b\n1,ABC,x\n").await, 1);
    assert_eq!(updated(&world, "t", "id,a,b\n1,ABC,x \n").await, 1);
    assert_eq!(updated(&world, "t", "id,a,b\n1,ABC,x \n").await, 0);
    assert_eq!(world.texts("select a || '|' || b || '|' from t").await, ["ABC|x |"]);
}

#[tokio::test]
async fn keys_are_the_same_where_the_table_takes_them_for_the_same() {
    let world = world("create table t (id text collate nocase primary key, n integer)").await;
    let told = rejected(&world, "t", "id,n\nA,1\na,2\n").await;
    assert_eq!(told, "line 3: the same key as line 2");
}

#[tokio::test]
async fn digits_that_would_be_lost_are_rejected() {
    let world = world("create table t (id integer primary key, n numeric, d decimal(30,10), r real)").await;
    for (column, value) in
        [("n", "12345678901234567890"), ("d", "12345678901234567.89"), ("r", "12345678901234567.89")]
    {
        let told = rejected(&world, "t", &format!("id,{column}\n1,{value}\n")).await;
        assert!(told.starts_with(&format!("line 2: {column}: '{value}' has more")), "{told}");
    }
    updated(&world, "t", "id,n,d,r\n1,9223372036854775807,1234567890123.45,0.1\n").await;
    let found = world.texts("select n || ' ' || d || ' ' || r from t").await;
    assert_eq!(found, ["9223372036854775807 1234567890123.45 0.1"]);
}

#[tokio::test]
async fn tables_may_have_any_name() {
    for name in ["S", "t", "d", "monthstart_new", "Monthstart_Old", "monthstart_load"] {
        let world = world(format!("create table {name} (id integer primary key, a text)")).await;
        updated(&world, name, "id,a\n1,x\n").await;
        assert_eq!(updated(&world, name, "id,a\n1,y\n2,z\n").await, 1, "{name}");
        assert_eq!(
            world.texts(format!("select a from {name} order by id").leak()).await,
            ["y", "z"],
            "{name}"
        );
    }
}

#[tokio::test]
async fn columns_may_have_any_name() {
    let world = world("create table t (id integer primary key, Monthstart_Line text)").await;
    updated(&world, "t", "id,monthstart_line\n1,mine\n").await;
    assert_eq!(world.texts("select monthstart_line from t").await, ["mine"]);
}

#[tokio::test]
async fn the_line_that_a_table_does_not_take_is_told() {
    let world =
        world("create table t (id integer primary key, a text unique, b text check (b <> 'bad'))").await;
    updated(&world, "t", "id,a\n1,one\n").await;
    for (text, line, word) in [
        ("id,a\n2,two\n3,\"three\nthree\"\n4,one\n5,five\n", "line 5: ", "UNIQUE"),
        ("id,a\n2,two\n3,two\n", "line 3: ", "UNIQUE"),
        ("id,b\n2,x\n1,bad\n3,y\n", "line 3: ", "CHECK"),
    ] {
        let told = rejected(&world, "t", text).await;
        assert!(told.starts_with(line) && told.contains(word), "{told}");
        assert_eq!(world.query("yt", "select count(*) from t").await, [1]);
    }
}
