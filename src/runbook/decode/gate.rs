//! Questions to people.

use super::stage::kind;
use super::step::deadline;
use super::unsigned;
use super::verb::{command, sql_source};
use crate::runbook::grammar::parse;
use crate::runbook::model::{Evidence, Field, Gate, Text, Votes};
use crate::runbook::problem::Spanned;
use crate::runbook::yaml::Node;

/// A question as text, or as a map that has it under `question`.
pub(super) fn gate(node: &Node, question: &str) -> Option<Gate> {
    let ask = node.as_text().or_else(|| node.text(question))?;
    Some(Gate {
        span: node.head(),
        votes: votes(node, &ask),
        ask,
        show: node.each("show", evidence),
        form: node.named("form", field).into_iter().map(|(name, field)| Field { name, ..field }).collect(),
        approvers: node.get("approvers").map(|_| node.texts("approvers")),
        except: node.texts("except"),
        each: node.texts("each"),
        deadline: node.get("deadline").and_then(deadline),
        remind: node.value("remind", parse::duration),
        escalate: node.texts("escalate"),
        fails_on_timeout: node.text("on_timeout").is_some_and(|word| word.value == "fail"),
        on_reject: node.get("on_reject").map(|reject| reject.texts("redo")).unwrap_or_default(),
    })
}

fn votes(node: &Node, ask: &Text) -> Votes {
    let one = Votes::Count(Spanned::new(1, ask.span));
    let Some(votes) = node.get("votes") else { return one };
    match votes.as_value(unsigned) {
        Some(count) => Votes::Count(count),
        None => Votes::ByRole(votes.pairs(|count| count.as_value(unsigned).map(|count| count.value))),
    }
}

fn evidence(node: &Node) -> Option<Evidence> {
    if let Some(sql) = node.get("sql") {
        return Some(Evidence::Sql { source: sql_source(sql)?, connection: node.text("connection") });
    }
    if let Some(program) = node.get("run") {
        return command(program).map(Evidence::Run);
    }
    node.text("file").map(Evidence::File).or_else(|| node.text("step").map(Evidence::Step))
}

/// A field, its name still to be put in.
fn field(node: &Node) -> Option<Field> {
    Some(Field {
        name: Text::new(String::new(), node.span),
        kind: kind(node)?,
        min: node.bare("min", parse::integer),
        max: node.bare("max", parse::integer),
        default: node.text("default").map(|text| text.value),
    })
}
