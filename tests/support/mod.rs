//! What the tests of letters share.
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part")]

pub(crate) mod month;
pub(crate) mod outbox;
pub(crate) mod plan;
pub(crate) mod python;
pub(crate) mod smtp;
