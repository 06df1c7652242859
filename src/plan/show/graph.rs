//! A plan as a drawing: Mermaid and Graphviz. Names and titles are labels, never syntax.

use std::fmt::Write as _;

use super::kind;
use crate::plan::{Node, Plan};
use crate::words::one_line;

/// A Mermaid flowchart: stages and levels are boxes, a dotted arrow is a `needs:`.
pub fn mermaid(plan: &Plan) -> String {
    let mut out = "flowchart TD\n".to_owned();
    for (number, stage) in plan.stages.iter().enumerate() {
        let _ = writeln!(out, "  subgraph s{number}[\"{}\"]", entity(&label(&stage.name, &stage.title)));
        for id in &stage.phases {
            let phase = plan.phase(*id);
            let _ = writeln!(out, "    subgraph p{}[\"{}\"]", id.0, phase.part);
            for node in &phase.nodes {
                let shown = plan.node(*node);
                let (open, close) = if shown.gate().is_some() { ("{{", "}}") } else { ("[", "]") };
                let _ = writeln!(out, "      n{}{open}\"{}\"{close}", node.0, entity(&node_label(shown)));
            }
            out.push_str("    end\n");
        }
        out.push_str("  end\n");
    }
    for (number, phase) in plan.phases.iter().enumerate() {
        for before in &phase.after {
            let _ = writeln!(out, "  p{} --> p{number}", before.0);
        }
    }
    for (id, node) in plan.iter() {
        for need in &node.needs {
            let _ = writeln!(out, "  n{} -.-> n{}", need.0, id.0);
        }
    }
    let skipped: Vec<String> =
        plan.iter().filter(|(_, node)| node.skip.is_some()).map(|(id, _)| format!("n{}", id.0)).collect();
    if !skipped.is_empty() {
        out.push_str("  classDef skipped stroke-dasharray: 4 4,color:#888\n");
        let _ = writeln!(out, "  class {} skipped", skipped.join(","));
    }
    out
}

/// A Graphviz drawing of the same.
pub fn dot(plan: &Plan) -> String {
    let mut out = "digraph plan {\n  compound=true;\n  node [shape=box];\n".to_owned();
    for (number, stage) in plan.stages.iter().enumerate() {
        let title = quoted(&label(&stage.name, &stage.title));
        let _ = writeln!(out, "  subgraph cluster_s{number} {{\n    label={title};");
        for id in &stage.phases {
            let phase = plan.phase(*id);
            let part = quoted(&phase.part.to_string());
            let _ = writeln!(out, "    subgraph cluster_p{} {{\n      label={part}; style=dashed;", id.0);
            for node in &phase.nodes {
                let shown = plan.node(*node);
                let shape = if shown.gate().is_some() { " shape=hexagon" } else { "" };
                let style = if shown.skip.is_some() { " style=dotted" } else { "" };
                let _ =
                    writeln!(out, "      n{} [label={}{shape}{style}];", node.0, quoted(&node_label(shown)));
            }
            out.push_str("    }\n");
        }
        out.push_str("  }\n");
    }
    for (number, phase) in plan.phases.iter().enumerate() {
        for before in &phase.after {
            let ends = (plan.phase(*before).nodes.last(), phase.nodes.first());
            if let (Some(from), Some(to)) = ends {
                let _ = writeln!(
                    out,
                    "  n{} -> n{} [ltail=cluster_p{}, lhead=cluster_p{number}];",
                    from.0, to.0, before.0
                );
            }
        }
    }
    for (id, node) in plan.iter() {
        for need in &node.needs {
            let _ = writeln!(out, "  n{} -> n{} [style=dotted];", need.0, id.0);
        }
    }
    out.push_str("}\n");
    out
}

fn label(name: &str, title: &str) -> String {
    if name == title { name.to_owned() } else { format!("{name} {title}") }
}

fn node_label(node: &Node) -> String {
    let title = node.title.as_deref().unwrap_or(&node.name);
    format!("{} · {}", label(&node.name, title), kind(node))
}

/// For a quoted label of Mermaid, which knows entities and no escapes.
fn entity(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in one_line(text, 200).chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | ';' | '\\' => {
                let _ = write!(shown, "#{};", u32::from(c));
            }
            c => shown.push(c),
        }
    }
    shown
}

/// A quoted string of Graphviz.
fn quoted(text: &str) -> String {
    format!("\"{}\"", one_line(text, 200).replace('\\', "\\\\").replace('"', "\\\""))
}
