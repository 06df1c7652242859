//! Circles in a graph of "waits for": one short one for every knot, in time linear in the graph's size.

use std::collections::{HashSet, VecDeque};

/// A circle for every knot (strongly connected part) of the graph: `a` waits for `b`, …, the last one for `a`.
pub(super) fn cycles(waits_for: &[Vec<usize>]) -> Vec<Vec<usize>> {
    knots(waits_for)
        .into_iter()
        .filter(|knot| knot.len() > 1 || knot.first().is_some_and(|only| waits_for[*only].contains(only)))
        .map(|knot| shortest(waits_for, &knot))
        .collect()
}

/// The shortest circle through the first member of a knot.
fn shortest(waits_for: &[Vec<usize>], knot: &[usize]) -> Vec<usize> {
    let Some(start) = knot.iter().min().copied() else { return Vec::new() };
    let members: HashSet<usize> = knot.iter().copied().collect();
    let mut came_from = std::collections::HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for next in waits_for[at].iter().copied().filter(|next| members.contains(next)) {
            if next == start {
                let mut path = vec![at];
                while let Some(before) = path.last().and_then(|last| came_from.get(last)) {
                    path.push(*before);
                }
                path.reverse();
                return path;
            }
            if next != start && !came_from.contains_key(&next) {
                came_from.insert(next, at);
                queue.push_back(next);
            }
        }
    }
    knot.to_vec()
}

/// Tarjan's strongly connected components, without recursion.
fn knots(waits_for: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut tarjan = Tarjan {
        waits_for,
        order: vec![None; waits_for.len()],
        low: vec![0; waits_for.len()],
        on_stack: vec![false; waits_for.len()],
        stack: Vec::new(),
        next: 0,
        found: Vec::new(),
    };
    for start in 0..waits_for.len() {
        if tarjan.order[start].is_none() {
            tarjan.visit(start);
        }
    }
    tarjan.found
}

struct Tarjan<'g> {
    waits_for: &'g [Vec<usize>],
    order: Vec<Option<usize>>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    next: usize,
    found: Vec<Vec<usize>>,
}

impl Tarjan<'_> {
    fn enter(&mut self, at: usize) {
        self.order[at] = Some(self.next);
        self.low[at] = self.next;
        self.next += 1;
        self.stack.push(at);
        self.on_stack[at] = true;
    }

    fn visit(&mut self, start: usize) {
        self.enter(start);
        let mut path = vec![(start, 0)];
        while let Some((at, edge)) = path.last_mut() {
            let at = *at;
            if let Some(next) = self.waits_for[at].get(*edge).copied() {
                *edge += 1;
                match self.order[next] {
                    None => {
                        self.enter(next);
                        path.push((next, 0));
                    }
                    Some(order) if self.on_stack[next] => self.low[at] = self.low[at].min(order),
                    Some(_) => {}
                }
            } else {
                path.pop();
                if let Some((parent, _)) = path.last() {
                    self.low[*parent] = self.low[*parent].min(self.low[at]);
                }
                if self.order[at] == Some(self.low[at]) {
                    self.close(at);
                }
            }
        }
    }

    fn close(&mut self, root: usize) {
        let mut knot = Vec::new();
        while let Some(member) = self.stack.pop() {
            self.on_stack[member] = false;
            knot.push(member);
            if member == root {
                break;
            }
        }
        self.found.push(knot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_knot_shows_one_short_circle() {
        assert_eq!(cycles(&[vec![1], vec![2], vec![]]), Vec::<Vec<usize>>::new());
        assert_eq!(cycles(&[vec![0]]), [vec![0]]);
        assert_eq!(cycles(&[vec![1], vec![2, 0], vec![0], vec![4], vec![3]]), [vec![0, 1], vec![3, 4]]);
        let long: Vec<Vec<usize>> = (0..100_000).map(|i| vec![(i + 1) % 100_000]).collect();
        assert_eq!(cycles(&long)[0].len(), 100_000);
    }
}
