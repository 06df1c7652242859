//! A letter whose sending a kill cuts short goes out again, as the same letter.

use crate::outside;
use crate::shim::Fault;
use crate::world::{START, World};

const LETTER: &str = "name: x\nhandover: none\nstages:\n  - name: s\n    levels:\n      \
    1: [{name: tell, mail: {to: [li.na], subject: \"{{ month }}\", text: loaded}}]\n";

/// What is said to a mail server: greeting, sender, recipient, data, the letter in one or two pieces, good-bye.
const SENDS: usize = 8;

#[test]
fn letters_that_are_cut_short_go_out_again_under_one_message_id() {
    let mut doubled = 0;
    for send in 1..=SENDS {
        let world = World::of(LETTER);
        let out = world.under(&Fault::kill_after(send).at("send"), START, |_| ());
        assert!([0, 137].contains(&out.code), "{out:?}");
        let resumed = world.ms("resume --as zhang.wei");
        assert_eq!(resumed.code, 0, "{resumed:?}");
        let letters = outside::letters(&world.name);
        let ids: Vec<(&String, &usize)> = letters.get("2025-10").into_iter().flatten().collect();
        assert_eq!(ids.len(), 1, "killed after send {send}: {letters:?}");
        doubled += usize::from(*ids[0].1 == 2);
    }
    assert!(doubled > 0, "no letter went out twice: nothing was shown");
}
