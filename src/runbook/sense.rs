//! What fits the grammar and yet makes no sense.

use super::model::{MonthFile, Roster, Runbook, Settings};
use super::problem::Problem;
use super::yaml::Node;

pub(super) fn runbook(_: &Runbook, _: &Node, _: &mut Vec<Problem>) {}
pub(super) fn settings(_: &Settings, _: &mut Vec<Problem>) {}
pub(super) fn roster(_: &Roster, _: &mut Vec<Problem>) {}
pub(super) fn month(_: &MonthFile, _: &mut Vec<Problem>) {}
