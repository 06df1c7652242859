//! `load:` steps.

use std::fmt::Write as _;
use std::time::Duration;

use monthstart::plan::{Load, LoadMode, Node, TableName, Work};
use monthstart::run::event::Json;
use monthstart::run::{Failure, Outcome};

use crate::world::{World, failure, fifo, step, template, within};

const TABLE: &str = "create table station (id integer primary key, city varchar(4) not null, name varchar(6), \
    share decimal(6,2), opened date, note text not null default 'none', busy boolean)";

async fn world() -> World {
    let mut world = World::new();
    world.database("yt", TABLE).await;
    world
}

fn load(mode: LoadMode, key: &[&str]) -> Load {
    Load {
        file: template("in/{{ city }}.csv"),
        encoding: None,
        separator: None,
        into: TableName { connection: "yt".to_owned(), table: "station".to_owned() },
        key: key.iter().map(|name| (*name).to_owned()).collect(),
        mode,
        filter: None,
    }
}

fn merge() -> Load {
    load(LoadMode::Merge, &["id"])
}

fn node(load: Load) -> Node {
    step(Work::Load(load))
}

impl World {
    fn csv(&self, text: impl AsRef<[u8]>) {
        self.write("in/南京.csv", text);
    }

    async fn rows(&self) -> Vec<String> {
        self.texts("select id || '|' || city || '|' || coalesce(name, 'NULL') || '|' || coalesce(share, 'NULL') || '|' || coalesce(opened, 'NULL') || '|' || note from station order by id").await
    }

    async fn refused(&self, load: Load) -> String {
        match self.fails(node(load)).await {
            Failure::NotStarted { why } => why,
            other => panic!("{other:?}"),
        }
    }

    /// How many lines were rejected, what is told of them, and the file of them.
    async fn rejected(&self, load: Load) -> (u64, String, String) {
        match self.fails(node(load)).await {
            Failure::Rejected { rejected, told, file: Some(file), .. } => {
                let text = std::fs::read_to_string(&file).unwrap();
                (rejected, told.join("; "), text.strip_prefix('\u{feff}').unwrap().to_owned())
            }
            other => panic!("{other:?}"),
        }
    }
}

fn counts(outputs: &std::collections::BTreeMap<String, Json>) -> [u64; 6] {
    ["read", "inserted", "updated", "removed", "unchanged", "rejected"]
        .map(|name| outputs[name].as_u64().unwrap())
}

#[tokio::test]
async fn merge_adds_changes_and_leaves() {
    let world = world().await;
    world.csv(" ID ,City,name,share,opened\r\n1,南京,一号,1.50,2026/10/1\r\n2,南京,,,\r\n");
    let (outputs, remarks) = world.works(node(merge())).await;
    assert_eq!(counts(&outputs), [2, 2, 0, 0, 0, 0]);
    assert_eq!(remarks, ["2 read, 2 inserted, 0 updated, 0 removed, 0 unchanged"]);
    assert_eq!(world.rows().await, ["1|南京|一号|1.5|2026-10-01|none", "2|南京|NULL|NULL|NULL|none"]);
    world.csv("\u{feff}id,city,name,share,opened\n\"1\",南京,\"一,号\",1.5,20261001\n3,无锡,\"\"\"x\"\"\",-0.25,\n2,南京,,,\n");
    let (outputs, _) = world.works(node(merge())).await;
    assert_eq!(counts(&outputs), [3, 1, 1, 0, 1, 0]);
    let rows = world.rows().await;
    assert_eq!(rows[0], "1|南京|一,号|1.5|2026-10-01|none");
    assert_eq!(rows[2], "3|无锡|\"x\"|-0.25|NULL|none");
    assert!(world.logged().contains("3 read"));
}

#[tokio::test]
async fn a_part_is_replaced_and_the_rest_is_not_touched() {
    let world = world().await;
    world.csv("id,city,name\n1,南京,a\n2,南京,b\n9,无锡,z\n");
    world.works(node(merge())).await;
    let part = |key: &[&str]| Load {
        filter: Some(template("city = :city -- the city")),
        ..load(LoadMode::Replace, key)
    };
    world.csv("id,city,name\n2,南京,b\n3,南京,c\n");
    let (outputs, _) = world.works(node(part(&["id"]))).await;
    assert_eq!(counts(&outputs), [2, 1, 0, 1, 1, 0]);
    let (outputs, _) = world.works(node(part(&[]))).await;
    assert_eq!(counts(&outputs), [2, 2, 0, 2, 0, 0]);
    assert_eq!(world.query("yt", "select id from station order by id").await, [2, 3, 9]);

    world.csv("id,city,name\n2,南京,b\n4,无锡,c\n9,南京,c\n");
    let (count, told, file) = world.rejected(part(&["id"])).await;
    assert_eq!(count, 2);
    assert!(told.contains("line 3") && told.contains("city = :city"), "{told}");
    assert!(told.contains("line 4") && told.contains("in the table already, outside"), "{told}");
    assert!(file.contains("\r\n4,\"") || file.contains("\r\n4,this"), "{file}");
    assert_eq!(world.query("yt", "select id from station order by id").await, [2, 3, 9]);

    let whole = load(LoadMode::Replace, &["id"]);
    world.csv("id,city\n7,南京\n9,无锡\n");
    let (outputs, _) = world.works(node(whole)).await;
    assert_eq!(counts(&outputs), [2, 1, 0, 2, 1, 0]);
    assert_eq!(world.query("yt", "select id from station order by id").await, [7, 9]);
}

#[tokio::test]
async fn a_condition_is_one_condition_on_columns_of_the_file() {
    let world = world().await;
    world.csv("id,city\n1,南京\n");
    for (part, word) in
        [("1 = 1; delete from station", "delete"), ("nme = 1", "nme"), ("id = :nobody", "nobody")]
    {
        let load = Load { filter: Some(template(part)), ..load(LoadMode::Replace, &[]) };
        let why = match world.fails(node(load)).await {
            Failure::Sql { why, .. } | Failure::NotStarted { why } => why,
            other => panic!("{other:?}"),
        };
        assert!(why.contains(word), "{why}");
    }
}

#[tokio::test]
async fn what_is_there_is_not_appended() {
    let world = world().await;
    world.csv("id,city\n1,南京\n2,南京\n");
    let (outputs, _) = world.works(node(load(LoadMode::Append, &[]))).await;
    assert_eq!(counts(&outputs), [2, 2, 0, 0, 0, 0]);
    world.csv("id,city\n3,南京\n2,南京\n");
    let (count, told, _) = world.rejected(load(LoadMode::Append, &[])).await;
    assert_eq!((count, told.as_str()), (1, "line 3: this key is in the table already"));
    assert_eq!(world.query("yt", "select count(*) from station").await, [2]);
}

#[tokio::test]
async fn every_wrong_line_is_told_and_nothing_is_written() {
    let world = world().await;
    world.csv(
        "id,city,name,share,opened,busy\n\
         1,南京,ok,1,2026-10-01,是\n\
         x,南京,ok,1,,\n\
         3,南京市鼓楼区,,1.234,2026-02-30,maybe\n\
         4,南京\n\
         5,,=1+1,,,\n\
         1,无锡,twice,,,\n\
         ,南京,,,,\n\
         6,南京,\"a\"b,,,\n\
         7,南京,@x,99999,,\n\
         8,南京,a\0b,,,\n",
    );
    let Failure::Rejected { read, rejected, told, file } = world.fails(node(merge())).await else { panic!() };
    // A text that may not be NULL takes the empty text: line 6 is good.
    assert_eq!((read, rejected, told.len()), (10, 8, 3));
    assert_eq!(told[0], "line 3: id: 'x' is not a whole number");
    let file = file.unwrap();
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    assert!(file.ends_with("1.rejected.csv"), "{file}");
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(lines[0], "\u{feff}line,reason,id,city,name,share,opened,busy");
    assert!(lines[2].starts_with("4,\"") && lines[2].contains("6 characters, longest 4"), "{}", lines[2]);
    for part in ["after the point", "2026-02-30", "maybe"] {
        assert!(lines[2].contains(part), "{}", lines[2]);
    }
    assert_eq!(lines[3], "5,\"2 fields, the header has 6\",4,南京");
    assert_eq!(lines[4], "7,the same key as line 2,1,无锡,twice,,,");
    assert!(lines[6].contains("behind a closing quote"), "{}", lines[6]);
    assert!(lines[7].contains(",'@x,99999,") && lines[7].contains("before the point"), "{}", lines[7]);
    assert!(lines[8].contains("NUL"), "{}", lines[8]);
    assert_eq!(world.query("yt", "select count(*) from station").await, [0]);
}

#[tokio::test]
async fn keys_are_the_same_also_with_blanks_around_them() {
    let mut world = world().await;
    world.database("mpp", "create table station (code text primary key, n integer)").await;
    let mut load = load(LoadMode::Merge, &["CODE"]);
    load.into.connection = "mpp".to_owned();
    world.csv("code,n\nA1,1\n A1 ,2\nB2,3\n\n");
    let (count, told, _) = world.rejected(load.clone()).await;
    assert_eq!((count, told.as_str()), (1, "line 3: the same key as line 2"));
    world.csv("code,n\n A1 ,2\n");
    world.works(node(load.clone())).await;
    world.csv("code,n\nA1,2\n");
    assert_eq!(counts(&world.works(node(load)).await.0), [1, 0, 0, 0, 1, 0]);
}

#[tokio::test]
async fn chinese_encodings_are_read_and_wrong_ones_told() {
    let world = world().await;
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    let with = |encoding: &str| Load { encoding: Some(encoding.to_owned()), ..merge() };
    let text = "id,city,name\n1,南京,鼓楼\n2,无锡,〇㐀\n";
    world.csv(gbk("id,city,name\n1,南京,鼓楼\n"));
    world.works(node(with("gbk"))).await;
    world.csv(encoding_rs::GB18030.encode(text).0);
    world.works(node(with("gb18030"))).await;
    assert_eq!(world.rows().await, ["1|南京|鼓楼|NULL|NULL|none", "2|无锡|〇㐀|NULL|NULL|none"]);

    world.csv(gbk("id,city\n1,南京\n2,ok\n3,无锡\n"));
    let why = world.refused(merge()).await;
    assert!(why.contains("not utf-8") && why.contains("line 2, 4"), "{why}");
    world.csv(text);
    let why = world.refused(with("gbk")).await;
    assert!(why.contains("is UTF-8, not gbk"), "{why}");
    world.csv(format!("\u{feff}{text}"));
    assert!(world.refused(with("gb18030")).await.contains("UTF-8"), "{why}");
    world.csv([0xff, 0xfe, b'i', 0, b'd', 0]);
    assert!(world.refused(merge()).await.contains("UTF-16LE"));
    assert_eq!(world.query("yt", "select count(*) from station").await, [2]);
}

#[tokio::test]
async fn separators_and_line_ends_are_those_of_the_file() {
    let world = world().await;
    for (separator, text) in [
        (";", "id;city;name\r1;南京;a,b\r2;南京;\"c;\nd\"\r"),
        ("\t", "id\tcity\tname\r\n1\t南京\ta,b\r\n2\t南京\t\"c;\nd\""),
        ("|", "id|city|name\n\n1|南京|a,b\n2|南京|\"c;\nd\"\n\n"),
        ("；", "id；city；name\n1；南京；a,b\n2；南京；\"c;\nd\""),
    ] {
        world.csv(text);
        world
            .works(node(Load { separator: Some(separator.to_owned()), ..load(LoadMode::Replace, &[]) }))
            .await;
        assert_eq!(world.rows().await, ["1|南京|a,b|NULL|NULL|none", "2|南京|c;\nd|NULL|NULL|none"]);
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_file_as_a_whole_is_said_in_a_line() {
    let world = world().await;
    for (text, words) in [
        ("", vec!["is empty"]),
        ("id,city\n", vec!["header and no rows"]),
        ("id,city", vec!["header and no rows"]),
        ("1,南京\n2,无锡\n", vec!["none of '1, 南京'", "has to be a header", "opened"]),
        ("id,city,plaid,nme\n1,a,b,c\n", vec!["no column 'plaid, nme'"]),
        ("id,city,ID\n1,a,b\n", vec!["'ID' stands twice"]),
        ("id,city,\n1,a,b\n", vec!["column 3", "no name"]),
        ("id,name\n1,a\n", vec!["may not be empty: city"]),
        ("city,name\na,b\n", vec!["lacks the key column 'id'"]),
        ("id,city\n1,\"a\n2,b\n", vec!["opened in line 2", "not closed"]),
    ] {
        world.csv(text);
        let why = world.refused(merge()).await;
        assert!(words.iter().all(|word| why.contains(word)), "{text:?}: {why}");
    }
    world.csv(format!("id,city\n1,\"{}\n", "x\n".repeat(3 << 20)));
    assert!(world.refused(merge()).await.contains("opened in line 2"));
    world.csv(format!("id,city\n1,{}\n", "x".repeat(5 << 20)));
    assert!(world.refused(merge()).await.contains("line 2 is longer"));
    world.csv("id,city\n1,a\n");
    let no_key = Load { key: vec!["nme".to_owned()], ..merge() };
    assert!(world.refused(no_key).await.contains("no column 'nme' for the key"));
    let mut nowhere = merge();
    nowhere.into.table = "nowhere".to_owned();
    assert!(world.refused(nowhere).await.contains("no table yt:nowhere"));
}

#[tokio::test]
async fn what_is_no_file_is_refused_at_once() {
    let world = world().await;
    let of = |path: &str| Load { file: template(path), ..merge() };
    std::fs::create_dir_all(world.file("in/folder.csv")).unwrap();
    fifo(&world.file("in/pipe.csv"));
    std::fs::write(world.dir.path().join("outside.csv"), "id,city\n1,a\n").unwrap();
    std::os::unix::fs::symlink("../../outside.csv", world.file("in/link.csv")).unwrap();
    for (path, word) in [
        ("in/none.csv", "in/none.csv"),
        ("in/folder.csv", "not a file"),
        ("in/pipe.csv", "not a file"),
        ("in/link.csv", "not below"),
        ("../outside.csv", "not below"),
    ] {
        let why = world.refused(of(path)).await;
        assert!(why.contains(word), "{path}: {why}");
    }
    std::fs::create_dir_all(world.state().join("in")).unwrap();
    std::fs::write(world.state().join("in/a.csv"), "id,city\n1,a\n").unwrap();
    world.works(node(of(".monthstart/in/a.csv"))).await;
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let world = world().await;
    world.csv("id,city\n1,南京\n2,南京\n");
    world.works(node(merge())).await;
    world.csv("id,city\n3,南京\n");
    let why = world.refused(load(LoadMode::Merge, &["city"])).await;
    assert!(why.contains("2 rows with 1 keys"), "{why}");
}

#[tokio::test]
async fn a_shadow_only_says_what_it_would_do() {
    let world = world().await;
    world.csv("id,city\n1,南京\n");
    let Outcome::Succeeded { outputs, remarks } = world.start_shadow(node(merge())).ended().await else {
        panic!()
    };
    assert_eq!(counts(&outputs), [1, 1, 0, 0, 0, 0]);
    assert!(remarks[0].starts_with("would have done: 1 read, 1 inserted"), "{remarks:?}");
    assert_eq!(world.query("yt", "select count(*) from station").await, [0]);
}

#[tokio::test]
async fn what_the_database_refuses_leaves_nothing() {
    let mut world = World::new();
    world
        .database("yt", "create table station (id integer primary key, city text check (city <> 'bad'))")
        .await;
    world.csv("id,city\n1,good\n2,bad\n");
    let (count, told, _) = world.rejected(merge()).await;
    assert!(
        count == 1 && told.starts_with("line 3: the database refuses it") && told.contains("CHECK"),
        "{told}"
    );
    assert_eq!(world.query("yt", "select count(*) from station").await, [0]);
}

#[tokio::test]
async fn a_hundred_thousand_rows_are_no_work_and_can_be_stopped() {
    let world = world().await;
    let mut text = String::from("id,city,name,share,opened,note\n");
    for id in 0..100_000 {
        writeln!(text, "{id},南京,n{id},{}.25,2026-10-01,some words of a note", id % 1000).unwrap();
    }
    world.csv(&text);
    let (outputs, _) = world.works(node(merge())).await;
    assert_eq!(counts(&outputs), [100_000, 100_000, 0, 0, 0, 0]);
    let (outputs, _) = world.works(node(merge())).await;
    assert_eq!(counts(&outputs), [100_000, 0, 0, 0, 100_000, 0]);
    let Failure::TimedOut { .. } = world.fails(within(node(merge()), Duration::from_millis(30))).await else {
        panic!()
    };
    let mut running = world.start(node(load(LoadMode::Replace, &[])));
    running.stop();
    assert_eq!(failure(running.ended().await), Failure::Cancelled);
    assert_eq!(world.query("yt", "select count(*) from station").await, [100_000]);
}

/// A table and a file as random as they may be, small enough that keys meet.
fn keyed() -> impl proptest::strategy::Strategy<Value = Vec<(i64, Option<String>)>> {
    proptest::collection::vec((0_i64..12, proptest::option::of("[a-c,\"\n 南;=]{1,4}")), 1..12)
}

fn csv(rows: &[(i64, Option<String>)]) -> String {
    let mut text = "id,note\n".to_owned();
    for (id, note) in rows {
        let note = note.as_deref().unwrap_or_default().replace('"', "\"\"");
        let note = if note.is_empty() { note } else { format!("\"{note}\"") };
        writeln!(text, "{id},{note}").unwrap();
    }
    text
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
    #[test]
    fn after_a_load_the_table_is_as_the_model_says(before in keyed(), file in keyed(), mode in 0_usize..3) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut world = World::new();
            world.database("yt", "create table station (id integer primary key, note text)").await;
            let mut model: std::collections::BTreeMap<i64, Option<String>> = before.into_iter().collect();
            world.csv(csv(&model.clone().into_iter().collect::<Vec<_>>()));
            world.works(node(load(LoadMode::Append, &[]))).await;
            let mode = [LoadMode::Merge, LoadMode::Replace, LoadMode::Append][mode];
            world.csv(csv(&file));
            let new: std::collections::BTreeMap<i64, Option<String>> = file.iter().cloned().collect();
            let fits = new.len() == file.len()
                && (mode != LoadMode::Append || !new.keys().any(|id| model.contains_key(id)));
            let old = model.clone();
            match world.run(node(load(mode, &["id"]))).await {
                Outcome::Succeeded { outputs, .. } => {
                    assert!(fits);
                    if mode == LoadMode::Replace { model.retain(|id, _| new.contains_key(id)); }
                    model.extend(new.clone());
                    let updated = new.iter().filter(|(id, note)| old.get(id).is_some_and(|was| was != *note)).count();
                    let inserted = new.keys().filter(|id| !old.contains_key(id)).count();
                    let removed = old.keys().filter(|id| !model.contains_key(id)).count();
                    let found = counts(&outputs);
                    let unchanged = new.len() - updated - inserted;
                    assert_eq!(found[..5], [new.len(), inserted, updated, removed, unchanged].map(|n| n as u64));
                }
                Outcome::Failed { failure } => {
                    assert!(!fits && matches!(failure, Failure::Rejected { .. }), "{failure:?}");
                }
            }
            let found = world.texts("select id || '|' || coalesce(note, 'NULL') from station order by id").await;
            let wanted: Vec<String> = model.iter().map(|(id, note)| format!("{id}|{}", note.as_deref().unwrap_or("NULL"))).collect();
            assert_eq!(found, wanted);
        });
    }
}
