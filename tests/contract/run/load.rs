//! Files of the localities go into tables, or come back with what is wrong with them.

use crate::harness::{Project, levels};

fn of(text: &str) -> Project {
    let project = Project::new().yt().runbook(&levels(text));
    project.sql("create table dim_station (station_id integer primary key, city text not null, name varchar(8), share decimal(5,2))");
    project
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GBK.encode(text).0.into_owned()
}

const ROWS: &str =
    "select station_id || ' ' || city || ' ' || coalesce(name, '-') from dim_station order by 1";

#[test]
fn a_file_in_gbk_is_merged_and_its_counts_go_on() {
    let project = of(
        "1:\n  - name: \"stations-{{ city }}\"\n    for_each: {city: [南京, 无锡]}\n    connection: yt\n    \
         load: {file: \"in/{{ city }}.csv\", encoding: gbk, into: DIM_STATION, key: [station_id], mode: replace, where: \"city = :city\"}\n\
         2:\n  - {name: told, run: [sh, -c, 'echo \"$0\" >> ledger', \"{{ steps['stations-南京'].outputs.inserted }} {{ steps['stations-无锡'].outputs.read }}\"]}\n",
    )
    .bytes("in/南京.csv", &gbk("station_id,city,name\r\n1,南京,鼓楼\r\n2,南京,\r\n"))
    .bytes("in/无锡.csv", &gbk("Station_ID , CITY,name\n7,无锡,梁溪\n"));
    project.sql("insert into dim_station values (3, '南京', 'old', 1), (7, '无锡', 'old', 1)");
    project.run().code(0).says("2 read, 2 inserted, 0 updated, 1 removed");
    assert_eq!(project.query(ROWS), ["1 南京 鼓楼", "2 南京 -", "7 无锡 梁溪"]);
    assert_eq!(project.ledger(), ["2 1"]);
}

#[test]
fn rejected_lines_can_be_sent_back_and_the_corrected_file_is_loaded() {
    let project = of(
        "1:\n  - {name: stations, connection: yt, load: {file: in/a.csv, into: 'yt:dim_station', key: [station_id]}}\n2:\n  - {name: after, run: 'echo after >> ledger'}\n",
    )
    .file("in/a.csv", "station_id,city,name\n1,南京,good\nx,南京,bad\n1,无锡,=cmd\n");
    project
        .run()
        .code(4)
        .says("2 of 3 lines")
        .says("line 3")
        .says(".monthstart/logs/x/2025-10/s/stations/1.rejected.csv");
    assert!(project.query(ROWS).is_empty());
    assert!(project.ledger().is_empty());
    let file = project.read(".monthstart/logs/x/2025-10/s/stations/1.rejected.csv");
    assert!(file.starts_with("\u{feff}line,reason,station_id,city,name\r\n3,"), "{file}");
    assert!(file.ends_with("1,无锡,'=cmd\r\n"), "{file}");
    project.put("in/a.csv", "station_id,city,name\n1,南京,good\n2,南京,good too\n".as_bytes());
    project.ms("retry stations").code(0);
    project.resume().code(0);
    assert_eq!(project.query(ROWS), ["1 南京 good", "2 南京 good too"]);
    assert_eq!(project.ledger(), ["after"]);
}

#[test]
fn a_load_waits_for_its_file_and_a_wrong_encoding_is_told() {
    let project = of(
        "1:\n  - {name: arrived, wait: {file: in/a.csv}}\n2:\n  - {name: stations, connection: yt, load: {file: in/a.csv, into: dim_station, key: [station_id]}}\n",
    )
    .bytes("in/a.csv", &gbk("station_id,city,name\n1,南京,good\n"));
    project.run().code(4).says("utf-8").says("line 2");
    assert!(project.query(ROWS).is_empty());
}
