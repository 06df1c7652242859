//! A store, a disk or an environment that is not as it should be: said in a line, nothing made worse.

use crate::harness::{Live, PATIENCE, Project, hold, note, sh};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn finished() -> Project {
    let project = Project::of(&format!("1:\n{}", sh("a", &note("a"))));
    project.run().code(0);
    project
}

/// Insists that a broken store is refused by every kind of verb and stays as it is.
#[track_caller]
fn refused(project: &Project) {
    let before = std::fs::read(project.path(".monthstart/journal.db")).ok();
    for line in ["status", "runs", "run x.yaml --month 2025-09", "resume", "skip a --reason r"] {
        project.ms(line).code(7).says("journal.db").tame();
    }
    assert_eq!(
        before,
        std::fs::read(project.path(".monthstart/journal.db")).ok(),
        "a broken store is never recreated over"
    );
    assert_eq!(project.count("a"), 1);
}

fn without_wal(project: &Project) {
    for end in ["-wal", "-shm"] {
        drop(std::fs::remove_file(project.path(&format!(".monthstart/journal.db{end}"))));
    }
}

#[test]
fn a_store_of_other_bytes() {
    let project = finished();
    without_wal(&project);
    project.put(".monthstart/journal.db", &[b'x'; 10_000]);
    refused(&project);
}

#[test]
fn a_store_cut_short() {
    let project = finished();
    without_wal(&project);
    let bytes = std::fs::read(project.path(".monthstart/journal.db")).unwrap();
    project.put(".monthstart/journal.db", &bytes[..bytes.len().min(5000)]);
    for line in ["status", "resume", "run x.yaml --month 2025-10"] {
        let out = project.ms(line);
        assert!(out.code != 0 && !out.all().contains("panicked"), "{out}");
    }
    assert_eq!(project.count("a"), 1);
}

#[test]
fn a_store_that_is_a_folder() {
    let project = Project::of(&format!("1:\n{}", sh("a", &note("a")))).file(".monthstart/journal.db/x", "");
    project.run().code(7).says("journal.db");
    assert!(project.ledger().is_empty());
}

#[test]
fn a_store_of_somebody_else_is_not_written_into() {
    let project = Project::of(&format!("1:\n{}", sh("a", &note("a")))).yt();
    project.ms("run x.yaml --month 2025-10 --store sqlite:data/yt.db").one_of(&[0, 6, 7]);
    assert_eq!(project.query("select name from sqlite_master where name = 't'"), ["t"]);
}

#[test]
fn a_store_out_of_reach_by_network_is_refused_plainly() {
    let project = Project::of(&format!("1:\n{}", sh("a", &note("a"))));
    project.ms("run x.yaml --month 2025-10 --store postgres://127.0.0.1:1/none").one_of(&[2, 3, 7]);
    assert!(project.ledger().is_empty());
}

#[test]
fn the_state_folder_is_private() {
    let project = finished();
    let mode = |path: &str| std::fs::metadata(project.path(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(".monthstart"), 0o700);
    for (path, _) in project
        .snapshot()
        .iter()
        .filter(|(path, _)| path.starts_with(project.path(".monthstart")) && path.is_file())
    {
        let mode = std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{} is {mode:o}", path.display());
    }
}

#[test]
fn a_state_folder_that_is_a_link_is_refused() {
    let elsewhere = tempfile::tempdir().unwrap();
    let project = Project::of(&format!("1:\n{}", sh("a", &note("a"))));
    std::os::unix::fs::symlink(elsewhere.path(), project.path(".monthstart")).unwrap();
    project.run().code(7).says(".monthstart");
    assert!(std::fs::read_dir(elsewhere.path()).unwrap().next().is_none());
}

#[test]
fn a_file_system_that_takes_no_more_stops_the_run_and_loses_nothing() {
    let project = Project::of(&format!(
        "1:\n{}2:\n{}",
        sh("a", &note("a")),
        sh("b", "head -c 50000000 /dev/zero | tr '\\000' '\\n'; echo b >> ledger")
    ));
    let script = "ulimit -f 600; trap '' XFSZ; exec \"$0\" run x.yaml --month 2025-10";
    let binary = crate::harness::binary().display().to_string();
    let command = project.command(Path::new("bash"), &["-c".into(), script.into(), binary]);
    let out = Live::spawn(command, "run with files of at most 600 kB").finish(PATIENCE);
    assert!(!out.all().contains("panicked"), "{out}");
    assert!([0, 1, 4, 7].contains(&out.code), "{out}");
    project.ms("status --json").code(0);
    project.resume_all();
    assert_eq!(project.count("a"), 1);
}

#[test]
fn few_open_files_are_no_reason_to_lose_a_step() {
    let steps: String = (0..30).map(|n| sh(&format!("a{n}"), "echo one >> ledger")).collect();
    let project = Project::of(&format!("1:\n{steps}"));
    let binary = crate::harness::binary().display().to_string();
    let command = project.command(
        Path::new("bash"),
        &["-c".into(), "ulimit -n 40; exec \"$0\" run x.yaml --month 2025-10".into(), binary],
    );
    let out = Live::spawn(command, "run with 40 open files").finish(PATIENCE);
    assert!([0, 1, 4, 7].contains(&out.code) && !out.all().contains("panicked"), "{out}");
    assert!(project.ledger().len() == 30 || (out.code != 0 && project.ledger().len() < 30), "{out}");
}

#[test]
fn the_project_may_stand_in_a_folder_of_any_name() {
    let project = Project::new();
    let base = "月初 $(id) 'quoted' ; #?&%20";
    let project = project.file(&format!("{base}/monthstart.yaml"), "timezone: Asia/Shanghai\nlanguage: en\n");
    let project = project
        .file(&format!("{base}/x.yaml"), &crate::harness::levels(&format!("1:\n{}", sh("a", "pwd > here"))));
    project.argv(&["-C", base, "run", "x.yaml", "--month", "2025-10"]).code(0);
    assert!(project.read(&format!("{base}/here")).trim().ends_with(base));
}

#[test]
fn an_empty_environment_is_enough() {
    let project = Project::of(&format!("1:\n{}", sh("a", &note("a"))));
    let args = ["run", "x.yaml", "--month", "2025-10"].map(str::to_owned);
    let mut command = project.command(&crate::harness::binary(), &args);
    command.env_clear();
    Live::spawn(command, "run without any environment").finish(PATIENCE).code(0);
}

#[test]
fn readers_never_stand_in_the_way_of_a_run() {
    let project = Project::of(&format!("1:\n{}2:\n{}", sh("a", &hold("go")), sh("b", &note("b"))));
    let live = project.start();
    project.until("running", |s| s.is("a", "running"));
    let readers: Vec<_> = (0..20).map(|_| project.spawn("status --json")).collect();
    project.put("go", b"");
    for reader in readers {
        reader.finish(PATIENCE).code(0);
    }
    live.finish(PATIENCE).code(0);
}

#[test]
fn reading_changes_nothing_in_a_fresh_project() {
    let project = Project::of(&format!("1:\n{}", sh("a", &note("a"))));
    for line in [
        "runs",
        "gates",
        "mails",
        "events",
        "status",
        "validate",
        "plan x.yaml",
        "schema runbook",
        "completions bash",
    ] {
        project.ms(line).one_of(&[0, 2]);
    }
    assert!(project.stateless());
}
