//! The month start as its operators live it: zhang.wei at the terminal that drives the demo, li.na at another one. What
//! they see is compared at moments when the screen is at rest, in both languages.

use crate::harness::{Letter, PATIENCE, Project, Seat, Status, poll, sqlite};
use regex::Regex;
use std::path::Path;
use std::time::Duration;

const RUN: &str = "month-start/2026-10";
const POCKET: &str = "dwd-month/DwdAccPocketM";
const CLOSED: &str = "dwd-month/month-closed";
const PLANS: &str = "main-plan/update-main-plan";
const PLANS_RIGHT: &str = "main-plan/update-main-plan#review";
const PLANS_COMPLETE: &str = "main-plan/main-plan-complete";
const STATIONS: &str = "base-station/confirmed";
const STATIONS_RIGHT: &str = "base-station/stations-right";
const ITEMS: &str = "bill-item/DimAccItemCode";
const ITEMS_RIGHT: &str = "bill-item/dims-loaded#review";
const LOCALISED: &str = "localised/told";

/// What the screen says in a language.
struct Words {
    lang: &'static str,
    locale: &'static str,
    who: &'static str,
    channel: &'static str,
    told_at: &'static str,
    note: &'static str,
    why: &'static str,
    sure: &'static str,
    log: &'static str,
    one_vote: &'static str,
    forced: &'static str,
}

const ZH: Words = Words {
    lang: "zh",
    locale: "zh_CN.UTF-8",
    who: "谁通知的",
    channel: "通知方式",
    told_at: "何时通知的",
    note: "备注(",
    why: "强制通过的原因",
    sure: "回车=是",
    log: "按任意键返回",
    one_vote: "已有 1 票",
    forced: "强制通过",
};

const EN: Words = Words {
    lang: "en",
    locale: "en_US.UTF-8",
    who: "who said it",
    channel: "by phone, mail",
    told_at: "when it was said",
    note: "note (",
    why: "force (count as done): why?",
    sure: "Enter = yes",
    log: "any key",
    one_vote: "1 of 2 votes",
    forced: "forced",
};

/// The demo under way, and who plays in it.
struct Stage {
    project: Project,
    words: &'static Words,
    zhang: Seat,
    li: Seat,
}

/// The shipped project without its deadlines: what is late depends on today.
fn laid_out(words: &Words) -> Project {
    let project = Project::new().env("LANG", words.locale);
    std::fs::remove_file(project.path("monthstart.yaml")).unwrap();
    for name in ["base-station", "bill-item", "main-plan", "dwd-billing", "localised"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("runbooks/{name}.yaml"));
        let text = std::fs::read_to_string(path).unwrap();
        let kept = text.lines().filter(|line| !line.trim_start().starts_with("deadline:"));
        let kept: String = kept.map(|line| format!("{line}\n")).collect();
        project.put(&format!("stage/{name}.yaml"), kept.as_bytes());
    }
    project
}

impl Stage {
    fn open(words: &'static Words) -> Self {
        let project = laid_out(words);
        let mut zhang = Seat::at(project.terminal("demo stage --month 2026-10"));
        zhang.sees("the run", |line| line.starts_with(RUN));
        let li = Seat::at(project.terminal("-C stage attach --as li.na"));
        Self { project, words, zhang, li }
    }

    /// A command at a third terminal.
    #[track_caller]
    fn says(&self, line: &str) -> String {
        self.project.ms(&format!("-C stage {line}")).code(0).text()
    }

    #[track_caller]
    fn until(&self, what: &str, wanted: impl Fn(&Status) -> bool) -> Status {
        let now = || Status(self.project.ms("-C stage status --json").code(0).json());
        let found = poll(PATIENCE, || Some(now()).filter(|status| wanted(status)));
        found.unwrap_or_else(|| panic!("never came: {what}\n{}", self.says("status")))
    }

    /// Until nothing happens unless somebody does something, and these wait for them.
    #[track_caller]
    fn rests(&self, waiting: &[&str]) -> Status {
        let mut waiting = waiting.to_vec();
        waiting.sort_unstable();
        self.until(&format!("a rest with {waiting:?}"), |status| {
            let rows = status.rows("steps").iter().filter(|step| {
                let word = step["status"].as_str().unwrap_or_default();
                ["running", "waiting", "retrying", "failed", "lost"].contains(&word)
            });
            let mut busy: Vec<&str> = rows.filter_map(|step| step["path"].as_str()).collect();
            busy.sort_unstable();
            busy == waiting
        })
    }

    /// Compares zhang.wei's screen when it does not change any more.
    #[track_caller]
    fn still(&mut self, what: &str, wanted: impl Fn(&[String]) -> bool) {
        let drawn = self.zhang.captures(what, 1, |screen| wanted(screen).then(|| steady(screen)));
        self.compare(what, &drawn);
    }

    fn compare(&self, what: &str, screen: &[String]) {
        compare(self.words, what, screen);
    }
}

fn compare(words: &Words, what: &str, screen: &[String]) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    let name = format!("operator_{what}_{}", words.lang);
    settings.bind(|| insta::assert_snapshot!(name, steady(screen).join("\n").trim_end()));
}

/// Without what differs from run to run: clocks, how long things took, who the operating system thinks one is.
fn steady(screen: &[String]) -> Vec<String> {
    let plain = [
        (r"\b\d\d:\d\d:\d\d\b", "hh:mm:ss"),
        (r"\d\d-\d\d ?\d\d:\d\d", "MM-DD hh:mm"),
        (r"(  )(?:\d+m )?\d+s\b", "${1}#s"),
        (r"由[^代]+代为输入", "由etla代为输入"),
        (r"typedby[^)]+\)", "typedbyetla)"),
        // How much of the last words there is room for depends on the time that stands before them.
        (r"^(. \[\d\] .*  #s  .{6}).*\.\.$", "${1}.."),
    ];
    let plain = plain.map(|(pattern, put)| (Regex::new(pattern).unwrap(), put));
    let steady = |line: String| {
        plain.iter().fold(line, |line, (pattern, put)| pattern.replace_all(&line, *put).into_owned())
    };
    in_paragraphs(screen).into_iter().map(steady).collect()
}

/// Where a sentence that names the system user is broken depends on the name: all of it becomes one line, without spaces.
fn in_paragraphs(screen: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut names_the_user = false;
    for line in screen {
        let begins = ["(由 ", "(typed"].iter().any(|hand| line.contains(hand));
        let ends = ["Esc", "checks/", RUN].iter().any(|next| line.contains(next));
        let goes_on = names_the_user && !ends;
        names_the_user = !ends && (names_the_user || begins);
        match lines.last_mut().filter(|_| goes_on) {
            Some(last) => last.push_str(&line.replace(' ', "")),
            None if names_the_user => lines.push(line.replace(' ', "")),
            None => lines.push(line.clone()),
        }
    }
    lines
}

/// These questions in the list, and what is asked at the bottom: what stands while all else goes on.
fn asked(screen: &[String], paths: &[&str]) -> Vec<String> {
    let is_listed = |line: &&String| paths.iter().any(|path| line.contains(&format!("  {path}  ")));
    let listed = screen.iter().filter(|line| line.contains("] ")).filter(is_listed);
    let panel = screen.iter().rposition(String::is_empty).unwrap_or(0);
    // How many wait before them is another matter.
    let number = Regex::new(r"^. \[\d\]").unwrap();
    let listed = listed.map(|line| number.replace(line, "  [n]").into_owned());
    listed.chain(screen[panel..].iter().cloned()).collect()
}

fn has(screen: &[String], text: &str) -> bool {
    screen.iter().any(|line| line.contains(text))
}

/// The four notices are open; one of them is for li.na, who writes down what the customer mailed.
fn notices(stage: &mut Stage) {
    stage.says(&format!("hold {ITEMS} --as zhang.wei --reason 等甲方复核"));
    let all = ["bill-item/told", "main-plan/told", "dwd-month/books-closed", LOCALISED];
    let listed = |screen: &[String]| all.iter().all(|path| has(screen, &format!("  {path}  ")));
    let start = stage.zhang.captures("the four notices", 0, |screen| listed(screen).then(|| steady(screen)));
    stage.compare("start", &asked(&start, &all));
    let words = stage.words;
    let told = [
        ("[y]", "y"),
        (words.who, "周经理\r"),
        (words.channel, "mail\r"),
        (words.told_at, "09:40\r"),
        (words.note, "属地化用户表已核对\r"),
    ];
    stage.li.goes_to(LOCALISED);
    stage.li.answers(&told);
    let sure = |screen: &[String]| has(screen, words.sure).then(|| steady(screen));
    let drawn = stage.li.captures("the last look", 0, sure);
    stage.compare("notice", &asked(&drawn, &[LOCALISED]));
    stage.li.types("\r");
    let status = stage.until("what the customer told", |s| s.is(LOCALISED, "succeeded"));
    let told = &status.gate(LOCALISED)["decisions"][0];
    assert_eq!((told["by"].as_str(), told["played"].as_bool()), (Some("li.na"), Some(false)), "{told}");
    assert_eq!(told["form"], serde_json::json!({"who": "周经理", "channel": "mail", "told_at": "09:40"}));
}

/// A flow that has failed twice, evidence, and a check that fails and is forced: the test has put in a number without a
/// plan, as testers of the network do.
fn trouble(stage: &mut Stage) {
    let words = stage.words;
    stage.rests(&[POCKET, PLANS_RIGHT, STATIONS_RIGHT]);
    stage.zhang.goes_to(POCKET);
    stage.still("failed", |screen| has(screen, "[f]"));
    stage.zhang.types("l");
    stage.zhang.answers(&[(words.log, " ")]);
    let books = stage.project.path("stage/.monthstart/sandbox/yt.db");
    sqlite::execute(&books, "insert into usr values (999999901, 999999901, '0527', 999999)");
    stage.zhang.goes_to(PLANS_RIGHT);
    // A page further down, to the figures of the localities.
    stage.zhang.types("\u{1b}[6~");
    stage.still("evidence", |screen| has(screen, "[y]") && has(screen, "南通"));
    stage.zhang.answers(&[("[y]", "y"), (words.note, "和甲方的清单对过\r"), (words.sure, "\r")]);
    stage.rests(&[POCKET, STATIONS_RIGHT, PLANS_COMPLETE]);
    stage.zhang.goes_to(PLANS_COMPLETE);
    stage.zhang.answers(&[("[f]", "f"), (words.why, "一个测试号码,不出账\r")]);
    stage.still("force", |screen| has(screen, words.sure));
    stage.zhang.types("\r");
    stage.until("forced", |s| s.is(PLANS_COMPLETE, "forced"));
    confirms(&mut stage.zhang, words, STATIONS_RIGHT);
    stage.until("the stations are right", |s| s.is(STATIONS_RIGHT, "succeeded"));
    let delivered = || sqlite::column(&books, "select name from sqlite_master where name = 'pocket'");
    assert!(poll(PATIENCE, || (!delivered().is_empty()).then_some(())).is_some(), "billing sends it again");
    stage.zhang.goes_to(POCKET);
    stage.zhang.answers(&[("[r]", "r"), (words.sure, "\r")]);
    let status = stage.until("month-closed", |s| s.open(CLOSED));
    assert_eq!((status.word(POCKET), &status.step(POCKET)["attempt"]), ("succeeded", &3.into()));
    assert_eq!(status.word(PLANS), "succeeded");
}

fn confirms(seat: &mut Seat, words: &Words, path: &str) {
    seat.goes_to(path);
    seat.answers(&[("[y]", "y"), (words.note, "\r"), (words.sure, "\r")]);
}

/// Two people who have not started the run: wang.fang is played, li.na is at her terminal.
fn votes(stage: &mut Stage) {
    stage.says(&format!("release {ITEMS} --as zhang.wei"));
    stage.until("one vote", |s| {
        s.open(ITEMS_RIGHT) && s.gate(ITEMS_RIGHT)["decisions"][0]["by"] == "wang.fang"
    });
    stage.rests(&[CLOSED, ITEMS_RIGHT]);
    stage.li.goes_to(ITEMS_RIGHT);
    let words = stage.words;
    let drawn =
        stage.li.captures("one vote", 1, |screen| has(screen, words.one_vote).then(|| steady(screen)));
    stage.compare("votes", &drawn);
    stage.li.answers(&[("[y]", "y"), (words.note, "科目数和甲方报的一致\r"), (words.sure, "\r")]);
    let status = stage.until("two votes", |s| s.is(ITEMS_RIGHT, "succeeded"));
    let by: Vec<&str> = rows(&status.gate(ITEMS_RIGHT)["decisions"], "by");
    assert_eq!(by, ["wang.fang", "li.na"]);
    stage.rests(&[CLOSED]);
}

fn rows<'a>(list: &'a serde_json::Value, key: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().filter_map(|row| row[key].as_str()).collect()
}

/// 宿迁 has sent more stations: only its file is loaded again, and only its word is void; 宿迁 gives it again.
fn one_locality(stage: &mut Stage) {
    let before = stage.rests(&[CLOSED]);
    stage.says("redo load confirmed --for 宿迁 --reason 宿迁补了两个基站 --as wang.fang");
    let loaded = before.step("base-station/load-宿迁")["attempt"].as_i64().unwrap() + 1;
    stage.until("loaded again", |s| s.step("base-station/load-宿迁")["attempt"] == loaded);
    let after = stage.rests(&[CLOSED, STATIONS_RIGHT]);
    let began = |status: &Status, path: &str| status.step(path)["started_at"].clone();
    let paths = rows(&after.0["steps"], "path");
    let again: Vec<&str> =
        paths.into_iter().filter(|path| began(&before, path) != began(&after, path)).collect();
    assert_eq!(again, ["base-station/load-宿迁", STATIONS, STATIONS_RIGHT]);
    let anew = |status: &Status| -> Vec<serde_json::Value> {
        let mut all = status.gate(STATIONS)["decisions"].as_array().unwrap().clone();
        all.retain(|decision| decision["for"] != "宿迁");
        all
    };
    assert_eq!((anew(&before), anew(&before).len()), (anew(&after), 12));
    assert_eq!(rows(&after.gate(STATIONS)["void"], "for"), ["宿迁"]);
    let last = after.gate(STATIONS)["decisions"].as_array().unwrap().last().unwrap();
    assert_eq!((last["for"].as_str(), last["played"].as_bool()), (Some("宿迁"), Some(true)), "{last}");
    stage.zhang.goes_to(STATIONS_RIGHT);
    stage.still("again", |screen| has(screen, "[y]"));
    confirms(&mut stage.zhang, stage.words, STATIONS_RIGHT);
    stage.rests(&[CLOSED]);
}

fn end(mut stage: Stage) {
    confirms(&mut stage.zhang, stage.words, CLOSED);
    let Stage { project, words, zhang, li } = stage;
    let (out, screen) = zhang.leaves(Duration::from_mins(1));
    out.code(0);
    let (out, _) = li.leaves(PATIENCE);
    out.code(0);
    let top = screen.iter().position(|line| line.starts_with(RUN)).unwrap();
    compare(words, "end", &screen[top..]);
    let status = Status(project.ms("-C stage status --json").code(0).json());
    assert_eq!((status.run(), &status.0["run"]["round"]), ("succeeded", &1.into()));
    let forced = status.step(PLANS_COMPLETE);
    assert_eq!((&forced["status"], &forced["by"]), (&"forced".into(), &"zhang.wei".into()));
    project.ms("-C stage status").code(0).says(words.forced).says("一个测试号码,不出账");
    let letters: Vec<Letter> = std::fs::read_dir(project.path("stage/.monthstart/mail"))
        .unwrap()
        .map(|entry| Letter::parse(&std::fs::read(entry.unwrap().path()).unwrap()))
        .collect();
    assert!(letters.len() >= 7, "one a stage, and one to those who come after the base stations");
    assert!(letters.iter().any(|letter| letter.text().contains("一个测试号码,不出账")), "the mark is told");
}

fn plays(words: &'static Words) {
    let mut stage = Stage::open(words);
    notices(&mut stage);
    trouble(&mut stage);
    votes(&mut stage);
    one_locality(&mut stage);
    end(stage);
}

#[test]
fn an_operator_plays_through_the_demo_in_chinese() {
    plays(&ZH);
}

#[test]
fn an_operator_plays_through_the_demo_in_english() {
    plays(&EN);
}
