//! Drawings of plans, and what they must never let through.

use unicode_width::UnicodeWidthStr;

use super::*;
use crate::plan::{GateKind, NodeId, Part, Phase, PhaseId, Policy, StageId};
use crate::words::Lang;

fn node(name: &str, phase: u32, work: Work) -> Node {
    Node {
        stage: StageId(0),
        phase: PhaseId(phase),
        name: name.to_owned(),
        title: None,
        work,
        needs: Vec::new(),
        refs: Vec::new(),
        vars: std::collections::BTreeMap::new(),
        when: None,
        batch: Template("{{ month.compact }}".to_owned()),
        policy: Policy {
            retry: None,
            timeout: None,
            on_failure: crate::plan::OnFailure::Hold,
            idempotent: false,
        },
        outputs: std::collections::BTreeMap::new(),
        skip: None,
        severity: 3,
        owner: None,
        deadline: None,
    }
}

fn plan() -> Plan {
    let flow = |name: &str| Work::Flow {
        flow: Template(name.to_owned()),
        platform: "yt".to_owned(),
        downstream: false,
        findable: false,
    };
    let gate = Gate {
        kind: GateKind::Gate,
        ask: Template("{{ month }} \"核对\" <b>#1; `x`\\ 无误? 每个属地都要确认, 缺一个就不能进入下一阶段, 请在两点前完成".to_owned()),
        show: Vec::new(),
        form: Vec::new(),
        approvers: vec![Approver::Role("lead".to_owned())],
        votes: Votes::Count(2),
        except: vec![Excluded::Starter],
        each: Vec::new(),
        deadline: None,
        fails_on_timeout: false,
        on_reject: Vec::new(),
    };
    let mut nodes = vec![
        node("A", 0, flow("A")),
        node("DwdAccAdjustBusiRecDmM", 0, flow("B")),
        node("done", 1, Work::Gate(gate)),
        node("later", 1, Work::Later { what: "flow: redo".to_owned() }),
    ];
    nodes[1].needs = vec![NodeId(0)];
    nodes[1].title = Some("a \"quoted\" <title> # \\".to_owned());
    nodes[1].skip = Some(crate::plan::Skip {
        reason: "甲方停出".to_owned(),
        agreed: Some("周经理, phone".to_owned()),
    });
    let phase = |part, nodes: &[u32], after: &[u32]| Phase {
        stage: StageId(0),
        part,
        nodes: nodes.iter().copied().map(NodeId).collect(),
        after: after.iter().copied().map(PhaseId).collect(),
    };
    Plan {
        run: "m/2026-10".parse().unwrap(),
        title: "月初".to_owned(),
        params: [("kind".to_owned(), "x".into())].into(),
        shadow: false,
        limit: 16,
        stages: vec![Stage {
            name: "s".to_owned(),
            title: "账单科目".to_owned(),
            owner: Some("lead".to_owned()),
            deadline: Some("2026-11-02T04:00:00Z".parse().unwrap()),
            limit: Some(4),
            handover: Handover::NextShift,
            after: Vec::new(),
            phases: vec![PhaseId(0), PhaseId(1)],
        }],
        phases: vec![phase(Part::Level(1), &[0, 1], &[]), phase(Part::Verify, &[2, 3], &[0])],
        nodes,
    }
}

fn project() -> Project {
    Project {
        dir: "/project".into(),
        zone: jiff::tz::TimeZone::get("Asia/Shanghai").unwrap(),
        language: None,
        store: crate::plan::project::Setting::Text("sqlite:x.db".to_owned()),
        mail: None,
        connections: std::collections::BTreeMap::new(),
        platforms: std::collections::BTreeMap::new(),
        roster: Some(crate::plan::roster::Roster {
            people: [(
                PersonId("zhang.wei".to_owned()),
                crate::plan::roster::Person {
                    name: "张伟".to_owned(),
                    email: Some("zhang.wei@example.com".to_owned()),
                    roles: ["lead".to_owned()].into(),
                    ..Default::default()
                },
            )]
            .into(),
            fallback: vec![PersonId("zhang.wei".to_owned())],
            ..Default::default()
        }),
    }
}

fn now() -> Timestamp {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

#[test]
fn a_tree_is_80_columns_wide_in_both_languages() {
    for lang in [Lang::En, Lang::Zh] {
        let text = tree(&plan(), &project(), now(), lang);
        for line in text.lines() {
            assert!(line.width() <= 80, "{line}");
        }
        insta::assert_snapshot!(format!("tree_{lang:?}"), text);
    }
}

#[test]
fn drawings_keep_labels_apart_from_syntax() {
    insta::assert_snapshot!("mermaid", mermaid(&plan()));
    insta::assert_snapshot!("dot", dot(&plan()));
}

#[test]
fn json_says_who_is_asked_and_who_gets_letters() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&json(&plan(), &project(), now())).unwrap());
}
