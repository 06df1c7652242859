//! The host restarts under a run: engine, keeper and programs are gone, and numbers of processes are other ones' now.

use crate::harness::{PATIENCE, Project, alive, hold, note, poll, sh};

const RECORDS: &str = ".monthstart/keepers/x@2025-10/records";

/// The records as they are after a restart: whatever wrote them did so in another boot. Of `eaten` the power loss has left
/// nothing.
fn restart(project: &Project, eaten: &str) {
    let now = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let records = project.read(RECORDS);
    assert!(records.contains(now.trim()), "a keeper says in which boot it writes\n{records}");
    let records = records.replace(now.trim(), "0e6e9f5c-98a3-4c2c-9a43-2f3f7b1e8a11");
    let left: Vec<&str> = records.lines().filter(|line| !line.contains(&format!("s/{eaten}/"))).collect();
    assert!(left.len() < records.lines().count(), "{eaten} stood in the records\n{records}");
    project.put(RECORDS, (left.join("\n") + "\n").as_bytes());
}

#[test]
fn after_a_restart_of_the_host_nothing_is_guessed_signalled_or_begun_twice() {
    let running =
        |name: &str, go: &str| sh(name, &format!("echo $$ > {name}.pid; {}; {}", note(name), hold(go)));
    let project = Project::of(&format!(
        "1:\n{}{}{}2:\n{}",
        running("b", "go"),
        running("eaten", "go"),
        running("ended", "end"),
        sh("z", &note("z"))
    ))
    .roster();
    let live = project.start();
    assert!(poll(PATIENCE, || (project.ledger().len() == 3).then_some(())).is_some());
    live.kill9();
    // One ends while only the keeper lives, and that is written down.
    project.put("end", b"");
    let ended = || project.read(RECORDS).lines().any(|line| line.contains("ended") && line.contains("exit"));
    assert!(poll(PATIENCE, || ended().then_some(())).is_some(), "{}", project.read(RECORDS));
    project.kill_keeper();
    restart(&project, "eaten");
    // Those who have these numbers now are somebody else's processes.
    let others = [project.read("b.pid"), project.read("eaten.pid")];

    project.resume().code(4).says("the keeper of its program is gone (killed, or the machine restarted)");
    project.status().are(&[("b", "lost"), ("eaten", "lost"), ("ended", "succeeded"), ("z", "pending")]);
    let lost = project.ms("events --json").code(0).json_lines();
    let lost: Vec<_> = lost.iter().filter(|event| event["kind"] == "step_lost").collect();
    assert_eq!(lost.len(), 2);
    assert!(
        lost.iter().all(|event| event["again"] == false && event["cause"]["kind"] == "keeper"),
        "{lost:?}"
    );
    project.ms("why b").code(0).says("the machine restarted").hides("still runs");
    assert!(others.iter().all(|pid| alive(pid)), "a stranger was signalled");
    let count = |name| project.count(name);
    assert_eq!([count("b"), count("eaten"), count("ended"), count("z")], [1, 1, 1, 0]);

    // A person says what became of them; whoever has the number is left alone then too.
    project.ms("settle eaten --as-done --reason seen --as zhang.wei").code(0);
    project.ms("retry b --as zhang.wei").code(0);
    let engine = project.spawn("resume --as zhang.wei");
    assert!(poll(PATIENCE, || (project.count("b") == 2).then_some(())).is_some());
    assert!(others.iter().all(|pid| alive(pid)), "a stranger was signalled");
    project.put("go", b"");
    engine.finish(PATIENCE).code(0);
    assert_eq!([count("b"), count("eaten"), count("ended"), count("z")], [2, 1, 1, 1]);
}
