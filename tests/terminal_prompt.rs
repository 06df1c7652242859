//! Answering at the terminal: keys in, requests out.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod terminal_fixture;

use monthstart::plan::{Approver, FieldKind, Gate, GateKind, NodeId, Part, Plan, Votes};
use monthstart::progress::keys::Key;
use monthstart::progress::prompt::Prompt;
use monthstart::progress::{Choice, PromptAction, Questions, Subject};
use monthstart::run::{Answer, Asker, By, Event, Failure, Request, Verdict};
use monthstart::words::Lang;
use terminal_fixture::{Story, asker, asks, evidence, field, flow, gate, notice, page, path, plan, script};

/// Two gates, a notice, a gate by value, a form, and two steps: all of them can be open at once.
fn many() -> Plan {
    let level = |name: &'static str, work| (name, name, vec![], vec![(Part::Level(1), vec![work])]);
    let rows = monthstart::plan::Field { min: Some(1), max: Some(9), ..field("rows", FieldKind::Integer) };
    let share =
        monthstart::plan::Field { default: Some("true".into()), ..field("whole", FieldKind::Boolean) };
    plan(vec![
        level("a", asks("gate", gate(GateKind::Gate, "第一问"))),
        level("b", asks("gate", gate(GateKind::Gate, "第二问"))),
        level("c", asks("told", notice("甲方通知"))),
        level(
            "d",
            asks(
                "cities",
                Gate { each: vec!["南京".into(), "无锡".into()], ..gate(GateKind::Gate, "好了?") },
            ),
        ),
        level("e", asks("form", Gate { form: vec![rows, share], ..gate(GateKind::Gate, "行数?") })),
        level("f", flow("failed")),
        level("g", script("lost")),
        level("h", asks("two", Gate { votes: Votes::Count(2), ..gate(GateKind::Gate, "两票") })),
        level(
            "i",
            asks("others", Gate { approvers: vec![Approver::Role("billing".into())], ..notice("计费通知") }),
        ),
    ])
}

/// Somebody at a terminal.
struct Terminal {
    story: Story,
    who: Asker,
    prompt: Prompt,
    interrupted: bool,
}

impl Terminal {
    /// With these steps waiting for a person.
    fn with(open: &[&str]) -> Self {
        let mut story = Story::new(many());
        for step in open {
            match *step {
                "f/failed" => {
                    story.start(step).fail(step, Failure::Cancelled);
                }
                "g/lost" => {
                    story.start(step).lose(step);
                }
                _ => {
                    story.open(step, evidence());
                }
            }
        }
        story.later(60);
        let mut terminal =
            Terminal { story, who: asker("zhang.wei"), prompt: Prompt::new(), interrupted: false };
        terminal.sync();
        terminal
    }

    fn questions<'a>(story: &'a Story, who: &'a Asker, interrupted: bool) -> Questions<'a> {
        Questions { state: &story.state, asker: who, interrupted, now: story.now }
    }

    fn sync(&mut self) {
        self.prompt.sync(&Terminal::questions(&self.story, &self.who, self.interrupted));
    }

    fn key(&mut self, key: Key) -> PromptAction {
        let questions = Terminal::questions(&self.story, &self.who, self.interrupted);
        self.prompt.sync(&questions);
        let action = self.prompt.key(key, &questions);
        // Whatever the state of the machine, it can be shown.
        let view = self.prompt.view(&questions, &page(Lang::Zh, self.story.now));
        assert!(view.tail.iter().all(|line| !line.text().contains("term-")), "{:?}", view.tail);
        action
    }

    /// Types a text: `⏎` Enter, `⇥` Tab, `⌫` Backspace, `⎋` Esc, `⌧` Ctrl-U, `⏏` Ctrl-D.
    fn types(&mut self, text: &str) -> Vec<PromptAction> {
        let key = |c| match c {
            '⏎' => Key::Enter,
            '⇥' => Key::Tab,
            '⌫' => Key::Backspace,
            '⎋' => Key::Esc,
            '⌧' => Key::Clear,
            '⏏' => Key::CtrlD,
            c => Key::Char(c),
        };
        text.chars()
            .map(key)
            .map(|key| self.key(key))
            .filter(|action| *action != PromptAction::None)
            .collect()
    }

    fn shown(&self) -> String {
        let questions = Terminal::questions(&self.story, &self.who, self.interrupted);
        let view = self.prompt.view(&questions, &page(Lang::En, self.story.now));
        view.head.iter().chain(&view.body).chain(&view.tail).map(|line| line.text() + "\n").collect()
    }

    fn id(&self, step: &str) -> NodeId {
        self.story.id(step)
    }

    fn at(&self) -> Option<String> {
        self.prompt.at().and_then(Subject::node).map(|node| self.story.state.plan().path(node))
    }
}

fn confirm(step: NodeId) -> Answer {
    let form = std::collections::BTreeMap::new();
    Answer { step, verdict: Verdict::Confirmed, value: None, note: None, form, in_advance: false }
}

fn sends(answer: Answer) -> Vec<PromptAction> {
    vec![PromptAction::Send(Request::Answer(answer))]
}

/// A gate, keys, and the answer that they make of a plain yes.
type Case = (&'static str, &'static str, fn(Answer) -> Answer);

#[test]
fn gates_are_answered_by_keys() {
    let cases: &[Case] = &[
        ("a/gate", "y⏎⏎", |a| a),
        ("a/gate", "y⏎⏎⏎", |a| a),
        ("a/gate", "Y⏎⏎⏎⏎⏎", |a| a),
        ("a/gate", "ｙ⏎⏎", |a| a),
        ("a/gate", "y已核对，无误⏎⏎", |a| Answer { note: Some("已核对，无误".into()), ..a }),
        ("a/gate", "yabc⌧已核⌫查⏎⏎", |a| Answer { note: Some("已查".into()), ..a }),
        ("a/gate", "yx⎋y⏎⏎", |a| a),
        ("a/gate", "y⏎⎋ok⏎⏎", |a| Answer { note: Some("ok".into()), ..a }),
        ("a/gate", "n⏎⏎  ⏎差两行⏎⏎", |a| Answer {
            verdict: Verdict::Rejected,
            note: Some("差两行".into()),
            ..a
        }),
        ("c/told", "y周经理⏎phone⏎⏎⏎⏎", |a| Answer {
            form: [("who", "周经理"), ("channel", "phone")].map(|(k, v)| (k.into(), v.into())).into(),
            ..a
        }),
        ("c/told", "y⏎⏎⏎⏎⏎", |a| a),
        ("d/cities", "y2⏎⏎⏎", |a| Answer { value: Some("无锡".into()), ..a }),
        ("d/cities", "y9⏎南京⏎⏎⏎", |a| Answer { value: Some("南京".into()), ..a }),
        // Nothing, a word, too much: told and asked again; the second field takes its default.
        ("e/form", "y⏎x⏎⌧99⏎⌧7⏎⏎⏎⏎", |a| Answer {
            form: [("rows".into(), "7".into())].into(),
            ..a
        }),
        ("e/form", "y7⏎maybe⏎⌧false⏎⏎⏎", |a| Answer {
            form: [("rows", "7"), ("whole", "false")].map(|(k, v)| (k.into(), v.into())).into(),
            ..a
        }),
        ("e/form", "nbad⏎⏎", |a| Answer { verdict: Verdict::Rejected, note: Some("bad".into()), ..a }),
    ];
    for (step, keys, wanted) in cases {
        let mut terminal = Terminal::with(&[step]);
        let wanted = wanted(confirm(terminal.id(step)));
        assert_eq!(terminal.types(keys), sends(wanted), "{step} {keys}");
    }
}

#[test]
fn what_is_typed_on_is_never_a_yes() {
    let mut terminal = Terminal::with(&["a/gate"]);
    // Two lines pasted into a terminal that cannot tell pasting from typing.
    assert_eq!(terminal.types("yline one⏎line two⏎"), []);
    let wanted = Answer { note: Some("line one line two".into()), ..confirm(terminal.id("a/gate")) };
    assert_eq!(terminal.types("⏎"), sends(wanted));
    let mut terminal = Terminal::with(&["a/gate"]);
    assert_eq!(terminal.types("y"), []);
    assert_eq!(terminal.key(Key::Paste("one two".into())), PromptAction::None);
    let wanted = Answer { note: Some("one two".into()), ..confirm(terminal.id("a/gate")) };
    assert_eq!(terminal.types("⏎⏎"), sends(wanted));
}

#[test]
fn repairs_are_asked_for_by_keys() {
    let failed = |t: &Terminal| t.id("f/failed");
    let lost = |t: &Terminal| t.id("g/lost");
    let mut t = Terminal::with(&["f/failed"]);
    let steps = vec![failed(&t)];
    assert_eq!(t.types("r⏎"), [PromptAction::Send(Request::Retry { steps: steps.clone(), reason: None })]);
    let mut t = Terminal::with(&["f/failed"]);
    let reason = "甲方停出".to_owned();
    assert_eq!(t.types("s⏎甲方停出⏎⏎"), [PromptAction::Send(Request::Skip { steps: steps.clone(), reason })]);
    let mut t = Terminal::with(&["f/failed"]);
    let reason = "已补数".to_owned();
    assert_eq!(t.types("f已补数⏎⏎"), [PromptAction::Send(Request::Force { steps, reason })]);
    let mut t = Terminal::with(&["f/failed"]);
    assert_eq!(t.types("l"), [PromptAction::ShowLog(failed(&t))]);
    t.prompt.show_log(vec!["last line".into()]);
    assert!(t.shown().contains("last line"));
    assert_eq!(t.types("qr⎋"), []);
    for (keys, done) in [("d查过⏎⏎", true), ("n查过⏎⏎", false)] {
        let mut t = Terminal::with(&["g/lost"]);
        let wanted = Request::Settle { step: lost(&t), done, reason: "查过".into() };
        assert_eq!(t.types(keys), [PromptAction::Send(wanted)]);
    }
    let mut t = Terminal::with(&["g/lost"]);
    let wanted = Request::Retry { steps: vec![lost(&t)], reason: Some("没跑".into()) };
    assert_eq!(t.types("r⏎没跑⏎⏎"), [PromptAction::Send(wanted)]);
}

#[test]
fn questions_are_answered_in_any_order() {
    let mut t = Terminal::with(&["a/gate", "b/gate"]);
    assert_eq!(t.at().as_deref(), Some("a/gate"));
    // The second first; what was begun for the first waits.
    assert_eq!(t.types("y先写⇥"), []);
    assert_eq!(t.at().as_deref(), Some("b/gate"));
    assert_eq!(t.types("y⏎⏎"), sends(confirm(t.id("b/gate"))));
    t.story.decide("b/gate", "zhang.wei", Verdict::Confirmed, None);
    t.sync();
    assert_eq!(t.at().as_deref(), Some("a/gate"));
    let note = Some("先写完".to_owned());
    assert_eq!(t.types("完⏎⏎"), sends(Answer { note, ..confirm(t.id("a/gate")) }));
    // By number.
    let mut t = Terminal::with(&["a/gate", "b/gate", "f/failed"]);
    assert_eq!(t.at().as_deref(), Some("f/failed"));
    t.types("3");
    assert_eq!(t.at().as_deref(), Some("b/gate"));
    t.types("x");
    assert_eq!(t.at().as_deref(), Some("f/failed"));
    t.types("x");
    assert_eq!(t.at().as_deref(), Some("a/gate"));
    t.types("x3");
    assert_eq!(t.at().as_deref(), Some("b/gate"), "what was left can be taken up again");
}

#[test]
fn somebody_else_may_be_first() {
    let mut t = Terminal::with(&["a/gate", "b/gate"]);
    t.types("y写到一半");
    t.story.decide("a/gate", "li.na", Verdict::Confirmed, None);
    t.sync();
    assert!(t.shown().contains("a/gate has meanwhile been confirmed by 李娜 (li.na)"), "{}", t.shown());
    // The rest of the line, and the yes after it, are nobody's answer.
    assert_eq!(t.types("yyyy⏎⏎⏎⏎"), []);
    assert_eq!(t.at().as_deref(), Some("b/gate"));
    assert_eq!(t.types("y⏎⏎"), sends(confirm(t.id("b/gate"))));

    // While one only reads, the next question comes by itself; a key that was meant for the first is not for it.
    let mut t = Terminal::with(&["a/gate", "b/gate"]);
    t.story.decide("a/gate", "li.na", Verdict::Rejected, None);
    t.sync();
    assert!(t.shown().contains("rejected by 李娜"), "{}", t.shown());
    assert_eq!(t.types("y⏎⏎⏎"), []);
    t.story.later(1);
    // The rejected gate is a question now too; the one that is shown stays.
    let shown = t.at().unwrap();
    assert_eq!(t.types("y⏎⏎").len(), usize::from(shown == "b/gate"));
}

#[test]
fn a_question_that_is_asked_again_is_another_question() {
    let mut t = Terminal::with(&["a/gate"]);
    t.types("y好⏎");
    t.story.decide("a/gate", "li.na", Verdict::Rejected, None);
    t.story.tell(Event::StepRetried { step: path("a/gate"), by: By::person("li.na"), reason: None });
    t.story.open("a/gate", vec![]);
    assert_eq!(t.types("⏎⏎⏎"), [], "the yes was for the first asking");
    assert_eq!(t.types("y⏎⏎"), sends(confirm(t.id("a/gate"))));
}

#[test]
fn own_votes_and_values_are_noticed() {
    let mut t = Terminal::with(&["h/two"]);
    t.types("y⏎⏎");
    assert!(t.shown().contains("sent"), "{}", t.shown());
    t.story.decide("h/two", "zhang.wei", Verdict::Confirmed, None);
    t.sync();
    assert!(t.shown().contains("recorded") && t.shown().contains("1 of 2 votes"), "{}", t.shown());
    assert_eq!(t.types("y⏎⏎"), [], "nobody votes twice");
    let mut t = Terminal::with(&["d/cities"]);
    t.types("y1⏎⏎⏎");
    t.story.decide("d/cities", "zhang.wei", Verdict::Confirmed, Some("南京"));
    t.sync();
    let wanted = Answer { value: Some("无锡".into()), ..confirm(t.id("d/cities")) };
    assert_eq!(t.types("y⏎⏎"), sends(wanted), "one value is left");
}

#[test]
fn who_may_not_answer_only_looks() {
    let mut t = Terminal::with(&["a/gate"]);
    t.who.operator = false;
    t.sync();
    assert!(t.shown().contains("may look but not decide") && !t.shown().contains("[y]"), "{}", t.shown());
    assert_eq!(t.types("y⏎⏎n⏎"), []);
    let mut t = Terminal::with(&["f/failed"]);
    t.who.operator = false;
    assert!(!t.shown().contains("[s]"));
    assert_eq!(t.types("rs⏎⏎f⏎"), []);
}

#[test]
fn what_one_can_answer_comes_before_what_only_others_can() {
    let mut t = Terminal::with(&["i/others"]);
    assert_eq!(t.at().as_deref(), Some("i/others"), "there is nothing else");
    t.story.open("b/gate", evidence());
    t.sync();
    assert_eq!(t.at().as_deref(), Some("b/gate"));
    assert_eq!(t.types("y⏎⏎"), [], "these keys were meant for the other one");
    t.types("1");
    assert_eq!(t.at().as_deref(), Some("i/others"), "whoever goes there stays there");
    t.story.open("a/gate", evidence());
    t.sync();
    assert_eq!(t.at().as_deref(), Some("i/others"));
    let mut t = Terminal::with(&["h/two", "b/gate"]);
    t.types("1y⏎⏎");
    t.story.decide("h/two", "zhang.wei", Verdict::Confirmed, None);
    t.sync();
    assert_eq!(t.at().as_deref(), Some("b/gate"), "one's own vote is given");
}

#[test]
fn refusals_are_shown() {
    let mut t = Terminal::with(&["a/gate"]);
    t.types("y⏎⏎");
    t.prompt.refused(monthstart::msg!("refused-excluded", person = "zhang.wei"));
    assert!(t.shown().contains("'except' names them") && t.shown().contains("[y] confirm"), "{}", t.shown());
}

#[test]
fn an_end_of_input_is_never_an_answer() {
    for keys in ["", "y", "y⏎", "n", "nwhy⏎"] {
        let mut t = Terminal::with(&["a/gate", "b/gate"]);
        t.types(keys);
        assert_eq!(t.key(Key::Gone), PromptAction::Gone, "{keys}");
        assert!(t.prompt.is_gone());
        assert_eq!(t.types("y⏎⏎⏎"), [], "{keys}");
    }
    let mut t = Terminal::with(&["a/gate"]);
    assert_eq!(t.types("yab⏏"), [], "Ctrl-D in a line is no end");
    assert_eq!(t.types("⌧⏏"), [PromptAction::Gone]);
}

#[test]
fn an_interruption_asks_what_of_the_steps_that_run() {
    let cases: &[(&str, &[PromptAction])] = &[
        ("w", &[PromptAction::Interrupt(Choice::Wait)]),
        ("k", &[]),
        ("k⏎", &[PromptAction::Interrupt(Choice::Kill)]),
        ("k⎋l⏎", &[PromptAction::Interrupt(Choice::Leave)]),
        ("kx⏎yn⏎", &[]),
    ];
    for (keys, wanted) in cases {
        let mut t = Terminal::with(&["a/gate"]);
        t.types("y写到一半");
        t.interrupted = true;
        t.sync();
        assert_eq!(t.at(), None);
        assert_eq!(t.types(keys), *wanted, "{keys}");
        t.interrupted = false;
        t.sync();
        assert!(t.shown().contains("写到一半"), "what was begun is kept: {}", t.shown());
    }
}

#[test]
fn the_order_of_questions_is_by_urgency() {
    let mut plan = many();
    let soon = "2026-11-01T02:00:30+08:00".parse().unwrap();
    plan.nodes[1].severity = 1;
    if let monthstart::plan::Work::Gate(gate) = &mut plan.nodes[7].work {
        gate.deadline = Some(soon);
    }
    let mut story = Story::new(plan);
    for step in ["a/gate", "b/gate", "h/two"] {
        story.open(step, vec![]);
    }
    story.start("f/failed").fail("f/failed", Failure::Cancelled).start("g/lost").lose("g/lost").later(60);
    let list = monthstart::progress::questions::waiting(&story.state, story.now);
    let names: Vec<String> = list.iter().map(|s| story.state.plan().path(s.node().unwrap())).collect();
    assert_eq!(names, ["h/two", "b/gate", "g/lost", "f/failed", "a/gate"]);
}
