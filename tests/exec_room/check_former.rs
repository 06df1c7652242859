//! `like:` in `check:` steps.

use monthstart::engine::ports::Job;
use monthstart::plan::{Check, Like, SqlText, Subject, Work};
use monthstart::run::{Failure, Outcome};
use monthstart::store::MonthNumber;

use crate::world::{World, failure, step, template};

const COUNT: &str = "select count(*) as count from t\n  where month = :month";
const SERIES: &str = "yt: select count(*) as count from t where month = :month";

fn like(sql: &str, expect: Option<&str>) -> Check {
    let subject = Subject::Value {
        text: SqlText::Text(template(sql)),
        connection: "yt".to_owned(),
        expect: expect.map(template),
        like: Some(Like { months: 3, share: 0.1 }),
    };
    Check { subject, since: None, warn: false }
}

fn seen(job: &mut Job, series: &str, months: &[(&str, &str)]) {
    let number = |(month, value): &(&str, &str)| MonthNumber {
        series: series.to_owned(),
        month: month.parse().unwrap(),
        value: (*value).to_owned(),
    };
    job.history.extend(months.iter().map(number));
}

async fn world(rows: u32) -> World {
    let mut world = World::new();
    world.database("yt", "create table t (month text, n integer)").await;
    let fill = format!(
        "with recursive i (n) as (select 1 union all select n + 1 from i where n < {rows}) \
         insert into t select '2026-10', n from i"
    );
    world.works(crate::world::sql(&fill)).await;
    world
}

async fn look(
    world: &World,
    item: Check,
    series: &str,
    months: &[(&str, &str)],
) -> (Outcome, Vec<(String, String)>) {
    let node = step(Work::Check { items: vec![item], poll: None });
    let mut running = world.start_with(node, |job| seen(job, series, months));
    let outcome = running.ended().await;
    (outcome, running.numbers)
}

fn words(outcome: Outcome) -> String {
    match outcome {
        Outcome::Succeeded { remarks, .. } => format!("met: {}", remarks.join(" | ")),
        Outcome::Failed { failure: Failure::Unmet { found } } => format!("unmet: {}", found.join(" | ")),
        Outcome::Failed { failure } => format!("{failure:?}"),
    }
}

const THREE: [(&str, &str); 3] = [("2026-07", "990"), ("2026-08", "1000"), ("2026-09", "1010")];

#[tokio::test]
async fn a_number_is_held_against_the_mean_of_former_months() {
    for (rows, expected) in [
        (1050, "met: count → 1050 (mean of 2026-07..09: 1000, +5.0%, allowed 10%)"),
        (900, "met: count → 900 (mean of 2026-07..09: 1000, -10.0%, allowed 10%)"),
        (899, "unmet: count → 899 (not like the mean of 2026-07..09: 1000, -10.1%, allowed 10%)"),
    ] {
        let (outcome, numbers) = look(&world(rows).await, like(COUNT, None), SERIES, &THREE).await;
        assert_eq!(words(outcome), expected);
        assert_eq!(numbers, [(SERIES.to_owned(), rows.to_string())], "kept also when it is unmet");
    }
}

#[tokio::test]
async fn both_must_hold_and_too_little_history_counts_as_met() {
    let world = world(1000).await;
    let (outcome, _) = look(&world, like(COUNT, Some("> 5000")), SERIES, &THREE).await;
    let expected = "unmet: count → 1000, expected > 5000 (mean of 2026-07..09: 1000, +0.0%, allowed 10%)";
    assert_eq!(words(outcome), expected);
    let (outcome, _) = look(&world, like(COUNT, Some("> 0")), SERIES, &THREE[1..]).await;
    let expected = "met: count → 1000 (too little history: 2 of 3 months, 2026-08: 1000, 2026-09: 1010)";
    assert_eq!(words(outcome), expected);
    // What another query saw, or what is longer ago, is nothing.
    let old = [("2026-06", "1"), ("2026-10", "2")];
    for (series, months) in [("yt: select 1", &THREE[..]), (SERIES, &old[..])] {
        let (outcome, _) = look(&world, like(COUNT, None), series, months).await;
        assert_eq!(words(outcome), "met: count → 1000 (too little history: nothing of the last 3 months)");
    }
}

#[tokio::test]
async fn what_is_no_number_is_like_nothing() {
    let world = world(1).await;
    let (outcome, numbers) =
        look(&world, like("select 'many' as x", None), "yt: select 'many' as x", &THREE).await;
    assert_eq!(words(outcome), "unmet: x → many (no number, so it cannot be compared with former months)");
    assert!(numbers.is_empty());
    let (outcome, _) = look(&world, like("select n from t where 0", None), SERIES, &THREE).await;
    assert_eq!(words(outcome), "unmet: select n from t where 0: no row to compare with former months");
    let warning = Check { warn: true, ..like(COUNT, None) };
    let (outcome, _) = look(&world, warning, SERIES, &THREE).await;
    assert!(words(outcome).starts_with("met: does not hold, but only warns: count → 1 (not like"));
}

#[tokio::test]
async fn digits_are_not_lost_and_values_without_like_are_kept_too() {
    let world = world(1).await;
    let sql = "select '12345678901234567890.10' as sum";
    let (outcome, numbers) = look(&world, like(sql, None), "", &[]).await;
    assert!(matches!(outcome, Outcome::Succeeded { .. }));
    assert_eq!(numbers, [(format!("yt: {sql}"), "12345678901234567890.1".to_owned())]);
    let mut plain = like("select 7", Some("= 8"));
    if let Subject::Value { like, .. } = &mut plain.subject {
        *like = None;
    }
    let (outcome, numbers) = look(&world, plain, "", &[]).await;
    assert!(matches!(failure(outcome), Failure::Unmet { .. }));
    assert_eq!(numbers, [("yt: select 7".to_owned(), "7".to_owned())]);
}
