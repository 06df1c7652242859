//! The tools themselves, tried on programs that are known to work.

use super::{Letter, Live, Manner, PATIENCE, Project, Smtp, alive, pty, sh, words};
use std::path::Path;
use std::process::Stdio;

const SEND: &str = r"
import smtplib, sys
s = smtplib.SMTP('127.0.0.1', int(sys.argv[1]), timeout=10)
try:
    s.sendmail('a@example.com', ['b@example.com', 'c@example.com'], 'Subject: hello\r\nMessage-ID: <1@x>\r\n\r\n.dot\r\n')
except (smtplib.SMTPException, OSError) as e:
    sys.exit(type(e).__name__)
";

fn send(server: &Smtp) -> String {
    let port = server.here().rsplit(':').nth(1).unwrap().lines().next().unwrap().trim_matches('"').to_owned();
    let output = std::process::Command::new("python3").args(["-c", SEND, &port]).output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn words_are_split_as_a_shell_would() {
    assert_eq!(words("a 'b c'  d'' '' x='y z'"), ["a", "b c", "d", "", "x=y z"]);
}

#[test]
fn the_mail_server_does_as_it_is_told() {
    let server = Smtp::start(&[Manner::Later, Manner::Vanish, Manner::NotFor("c@"), Manner::Take]);
    let said: Vec<String> = (0..4).map(|_| send(&server)).collect();
    assert!(
        said[0].contains("SMTPRecipientsRefused") && said[1].contains("SMTPServerDisconnected"),
        "{said:?}"
    );
    assert_eq!((said[2].as_str(), said[3].as_str()), ("", ""));
    let taken: Vec<Letter> = server.taken();
    assert_eq!((taken.len(), server.calls()), (3, 4));
    assert!(
        taken.iter().all(|letter| letter.text().trim() == ".dot" && letter.header("Message-ID") == "<1@x>")
    );
}

#[test]
fn the_relay_is_a_terminal_and_killing_it_is_a_hang_up() {
    let project = Project::new();
    let script = "tty > seen; trap 'echo gone > hup; exit' HUP; echo ready; read line; echo \"got $line\"; while :; do sleep 0.05; done";
    let args = ["-c", pty::RELAY, "/bin/sh", "-c", script].map(str::to_owned);
    let mut command = project.command(Path::new("python3"), &args);
    command.stdin(Stdio::piped());
    let mut live = Live::spawn(command, "a shell");
    live.shows("ready");
    live.types("hello\n");
    live.shows("got hello");
    assert!(project.read("seen").starts_with("/dev/"));
    live.kill9();
    assert_eq!(project.until_file("hup"), "gone\n");
}

#[test]
fn the_relay_passes_the_exit_code_on() {
    let project = Project::new();
    let args = ["-c", pty::RELAY, "/bin/sh", "-c", "exit 130"].map(str::to_owned);
    Live::spawn(project.command(Path::new("python3"), &args), "a shell").finish(PATIENCE).code(130);
}

#[test]
fn the_database_helper_reads_what_it_writes() {
    let project = Project::new().yt();
    project.sql("insert into t values ('1'), ('2')");
    assert_eq!(project.query("select a from t order by a"), ["1", "2"]);
}

#[test]
fn processes_are_seen_to_live_and_to_end() {
    assert!(alive(&std::process::id().to_string()));
    let mut child = std::process::Command::new("true").spawn().unwrap();
    let pid = child.id().to_string();
    child.wait().unwrap();
    assert!(!alive(&pid) && !alive(""));
}

#[test]
fn a_script_in_a_runbook_keeps_its_quotes() {
    assert_eq!(sh("a", "echo 'b'"), "  - {name: a, run: 'echo ''b'''}\n");
}
