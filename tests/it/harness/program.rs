//! A running program: what it says is kept and can be waited for, and it ends with the test.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;

use tokio::sync::watch;

use super::{PATIENCE, eventually};

pub(crate) struct Program {
    child: Child,
    said: Arc<watch::Sender<String>>,
}

impl Program {
    /// Starts it in a process group of its own, so that its children end with it.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let said = Arc::new(watch::Sender::new(String::new()));
        keep(child.stdout.take().expect("stdout is piped"), &said);
        keep(child.stderr.take().expect("stderr is piped"), &said);
        Self { child, said }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// It ended by itself, or was ended.
    pub(crate) fn has_ended(&self) -> bool {
        // A child that nobody has waited for yet is a zombie.
        let status = std::fs::read_to_string(format!("/proc/{}/stat", self.pid()));
        status.is_ok_and(|status| {
            status
                .rsplit_once(')')
                .is_some_and(|(_, rest)| rest.trim_start().starts_with(['Z', 'X']))
        })
    }

    /// All that it has written to stdout and stderr.
    pub(crate) fn said(&self) -> String {
        self.said.borrow().clone()
    }

    /// Waits until `find` sees what it looks for in what the program has written.
    pub(crate) async fn says<T>(&self, what: &str, find: impl Fn(&str) -> Option<T>) -> T {
        let mut said = self.said.subscribe();
        let waiting = async {
            loop {
                if let Some(found) = find(&said.borrow_and_update()) {
                    return found;
                }
                said.changed().await.expect("the sender lives as long as the program");
            }
        };
        let found = tokio::time::timeout(PATIENCE, waiting).await;
        found.unwrap_or_else(|_| {
            panic!("the program did not say {what} within {PATIENCE:?}, but:\n{}", self.said())
        })
    }

    /// The code with which the first admin is made.
    pub(crate) async fn set_up_code(&self) -> String {
        self.says("the set-up code", |said| {
            let (_, rest) = said.split_once("good once: ")?;
            rest.split_whitespace().next().map(str::to_owned)
        })
        .await
    }

    /// Sends a signal, such as `TERM`, to the program itself.
    pub(crate) fn signal(&self, name: &str) {
        signal(name, &self.pid().to_string());
    }

    /// Asks it to end and waits for that.
    pub(crate) async fn stop(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.ended().await
    }

    /// Waits for it to end by itself.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let what = format!("the end of process {}", self.pid());
        let child = &mut self.child;
        eventually(&what, async || child.try_wait().expect("a child of ours can be waited for"))
            .await
    }

    /// Ends it at once, in the middle of whatever it does, with all its children.
    pub(crate) fn kill(&mut self) {
        // Its children may have gone before.
        if self.has_ended() {
            drop(
                Command::new("kill")
                    .args(["-s", "KILL", "--", &format!("-{}", self.pid())])
                    .output(),
            );
        } else {
            signal("KILL", &format!("-{}", self.pid()));
        }
        self.child.wait().expect("a killed child can be waited for");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let ended = self.child.try_wait().is_ok_and(|status| status.is_some());
        if !ended {
            self.kill();
        }
    }
}

fn signal(name: &str, target: &str) {
    let sent = Command::new("kill").args(["-s", name, "--", target]).status();
    assert!(sent.is_ok_and(|status| status.success()), "cannot send {name} to {target}");
}

fn keep(stream: impl Read + Send + 'static, said: &Arc<watch::Sender<String>>) {
    let said = Arc::clone(said);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            said.send_modify(|all| {
                all.push_str(&String::from_utf8_lossy(&line));
                all.push('\n');
            });
        }
    });
}
