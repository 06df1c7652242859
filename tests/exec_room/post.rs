//! `mail:` steps: what the letter says and to whom is found out, or the step says why it cannot be.

use monthstart::id::PersonId;
use monthstart::plan::roster::{Person, Roster};
use monthstart::plan::{MailStep, Node, Recipient, Work};
use monthstart::run::Failure;

use crate::world::{World, step, template};

fn letter(to: Recipient, subject: &str) -> Node {
    step(Work::Mail(MailStep { to: vec![to], subject: template(subject), text: template("{{ city }}") }))
}

fn with_roster() -> World {
    let mut world = World::new();
    let person = |id: &str, email: Option<&str>| {
        (PersonId(id.to_owned()), Person { email: email.map(str::to_owned), ..Person::default() })
    };
    let people = [person("li.na", Some("li.na@example.com")), person("chen", None)];
    world.project.roster = Some(Roster { people: people.into(), ..Roster::default() });
    world
}

#[tokio::test]
async fn a_letter_is_told_with_whom_it_goes_to() {
    let world = with_roster();
    let li_na = || Recipient::Person(PersonId("li.na".to_owned()));
    let (outputs, remarks) = world.works(letter(li_na(), "{{ month }}\r\nBcc: x@y\n{{ city }}")).await;
    assert_eq!(outputs["to"], serde_json::json!(["li.na@example.com"]));
    assert_eq!(outputs["subject"], "2026-10� Bcc: x@y 南京", "one line, whatever is in it");
    assert_eq!(remarks, ["a letter to li.na@example.com: 2026-10� Bcc: x@y 南京"]);
}

#[tokio::test]
async fn a_letter_that_has_nowhere_to_go_does_not_count_as_sent() {
    let world = with_roster();
    let fails = async |to: Recipient, subject: &str| {
        let Failure::NotStarted { why } = world.fails(letter(to, subject)).await else { panic!() };
        why
    };
    let person = |id: &str| Recipient::Person(PersonId(id.to_owned()));
    assert!(fails(person("chen"), "s").await.contains("chen has no address"));
    assert!(fails(person("gone"), "s").await.contains("'gone'"));
    assert!(fails(Recipient::NextShift, "s").await.contains("next_shift"));
    assert!(fails(Recipient::Text(template("{{ city }}")), "s").await.contains("南京"));
    assert!(fails(person("li.na"), " ").await.contains("subject"));
}
