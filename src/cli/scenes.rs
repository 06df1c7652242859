//! What localities and customer do in the played world beside billing: thirteen files of stations, of which one comes
//! late, one with doubled stations and one in a wrong encoding; thirteen confirmations; the main plans.

use super::outside::{Act, Cue, Line, after};
use crate::sandbox::{Fault, Move};

/// Its file holds doubled stations at first.
const DOUBLED: &str = "宿迁";
/// Its file is UTF-16 at first.
const WRONG: &str = "淮安";
/// Its file and its word come late.
const LATE: &str = "连云港";
/// The rest.
const PUNCTUAL: [&str; 10] = ["南京", "无锡", "徐州", "常州", "苏州", "南通", "盐城", "扬州", "镇江", "泰州"];

const FILES: Cue = Cue::Begun("base-station/wait-南京");
const CONFIRMED: &str = "base-station/confirmed";
const DRAFTED: &str = "rehearsal/drafted";
const TOLD: &str = "main-plan/told";
const LOAD_DOUBLED: &str = "base-station/load-宿迁";
const LOAD_WRONG: &str = "base-station/load-淮安";

/// All of it.
pub(super) fn lines() -> Vec<Line> {
    let mut lines = files();
    lines.extend(repairs());
    lines.extend(confirmations());
    lines.extend(main_plans());
    lines.push(rehearsal());
    lines
}

fn files() -> Vec<Line> {
    let send = |city, fault| Act::SendStations(city, fault);
    let punctual =
        (0..).zip(PUNCTUAL).map(|(nth, city)| (FILES, after(200 + nth * 100), send(city, Fault::None)));
    let troubled = [
        (FILES, after(500), send(DOUBLED, Fault::Doubled)),
        (FILES, after(700), send(WRONG, Fault::Utf16)),
        (FILES, after(5_000), send(LATE, Fault::None)),
    ];
    punctual.chain(troubled).collect()
}

/// The locality sends its file again, and a colleague of the stage's owners has it loaded.
fn repairs() -> Vec<Line> {
    let repair = |city, step, reason| {
        [
            (Cue::Failed(step), after(1_000), Act::SendStations(city, Fault::None)),
            (Cue::Failed(step), after(2_000), Act::Retry { step, reason, always: true }),
        ]
    };
    [
        repair(DOUBLED, LOAD_DOUBLED, "宿迁已去重,重传基站文件"),
        repair(WRONG, LOAD_WRONG, "淮安已按GBK另存,重传基站文件"),
    ]
    .concat()
}

fn confirmations() -> Vec<Line> {
    let confirm = |city| Act::Tell {
        gate: CONFIRMED,
        value: Some(city),
        who: city,
        channel: "chat",
        note: "本地基站已维护完成",
    };
    let cities = PUNCTUAL.into_iter().chain([DOUBLED, WRONG]);
    let soon =
        (0..).zip(cities).map(|(nth, city)| (Cue::Open(CONFIRMED), after(300 + nth * 150), confirm(city)));
    soon.chain([(Cue::Open(CONFIRMED), after(4_000), confirm(LATE))]).collect()
}

fn main_plans() -> Vec<Line> {
    let told = Act::Tell {
        gate: TOLD,
        value: None,
        who: "周经理",
        channel: "phone",
        note: "主策划已维护完成,属地调整也在内",
    };
    vec![
        (Cue::Begun(TOLD), after(1_500), Act::Move(Move::MaintainMainPlans)),
        (Cue::Open(TOLD), after(3_000), told),
        (Cue::Done(TOLD), after(2_000), Act::Move(Move::DistributeMainPlans)),
    ]
}

fn rehearsal() -> Line {
    let drafted = Act::Tell {
        gate: DRAFTED,
        value: None,
        who: "计费值班",
        channel: "chat",
        note: "模拟出账已跑完,可以抽取",
    };
    (Cue::Open(DRAFTED), after(1_000), drafted)
}
