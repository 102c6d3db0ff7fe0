//! A site: the real program on a folder of its own, on a port of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output};

use http::{Method, Request, header};
use serde_json::{Value, json};

use super::conform;
use super::http::ask;
use super::{Caller, Folder, Program, Reply, eventually};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_meterhouse");

pub(crate) struct TestSite {
    arguments: Vec<String>,
    program: Program,
    base: String,
    // Last, so that the program has ended when its folder goes.
    folder: Folder,
}

impl TestSite {
    /// Starts `meterhouse ARGUMENTS --listen 127.0.0.1:0 --data FOLDER` and waits until it is ready.
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        Self::start_in(Folder::new(), arguments).await
    }

    /// As [`TestSite::start`], in a folder that already holds something; data lie in `data` in it.
    pub(crate) async fn start_in(folder: Folder, arguments: &[&str]) -> Self {
        let arguments: Vec<String> =
            arguments.iter().map(|&argument| argument.to_owned()).collect();
        let program = launch(&arguments, &data_in(&folder));
        let mut site = Self { arguments, program, base: String::new(), folder };
        site.wait_until_ready().await;
        site
    }

    async fn wait_until_ready(&mut self) {
        let address = self.program.says("its address, as http://127.0.0.1:PORT", address_in).await;
        self.base = format!("http://{address}");
        let ready = async || {
            let reply = self.try_ask(&Caller::Nobody, Method::GET, "/readyz", None, &[]).await;
            reply.ok().filter(|reply| reply.status == 200)
        };
        eventually("/readyz answers 200", ready).await;
    }

    pub(crate) fn data(&self) -> PathBuf {
        data_in(&self.folder)
    }

    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// `http://127.0.0.1:PORT` and a path on it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) fn program(&self) -> &Program {
        &self.program
    }

    /// All that the server has written.
    pub(crate) fn said(&self) -> String {
        self.program.said()
    }

    pub(crate) async fn get(&self, caller: &Caller, path: &str) -> Reply {
        self.ask(caller, Method::GET, path, None, &[]).await
    }

    pub(crate) async fn post(&self, caller: &Caller, path: &str, body: &Value) -> Reply {
        self.ask(caller, Method::POST, path, Some(body), &[]).await
    }

    /// A command that moves money: the same key never has two effects.
    pub(crate) async fn post_once(
        &self,
        caller: &Caller,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Reply {
        self.ask(caller, Method::POST, path, Some(body), &[("idempotency-key", key)]).await
    }

    pub(crate) async fn ask(
        &self,
        caller: &Caller,
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Reply {
        let reply = self.try_ask(caller, method.clone(), path, body, headers).await;
        reply.unwrap_or_else(|error| {
            panic!("{method} {path} got no answer: {error}\n{}", self.said())
        })
    }

    /// As [`TestSite::ask`], where the server may just be dying.
    pub(crate) async fn try_ask(
        &self,
        caller: &Caller,
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Result<Reply, String> {
        let reply = self.send_once(caller, method.clone(), path, body, headers).await?;
        // A story about something else does not begin with opening a shift; one about shifts asks
        // for `/api/v1/sales?`.
        let sells = ["/api/v1/sales", "/api/v1/payments"].contains(&path);
        if sells && reply.status == 409 && reply.text().contains("\"no-shift\"") {
            self.open_shift(caller).await;
            return self.send_once(caller, method, path, body, headers).await;
        }
        Ok(reply)
    }

    /// Opens a shift at the first free counter of each book.
    pub(crate) async fn open_shift(&self, caller: &Caller) {
        for book in ["live", "simulated"] {
            for counter in 1..=4 {
                let body = json!({ "book": book, "counter": counter, "float": 10_000 });
                let path = "/api/v1/shifts";
                let reply = self.send_once(caller, Method::POST, path, Some(&body), &[]).await;
                let taken = |reply: &Reply| reply.text().contains("\"counter-taken\"");
                if !reply.as_ref().is_ok_and(taken) {
                    break;
                }
            }
        }
    }

    async fn send_once(
        &self,
        caller: &Caller,
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Result<Reply, String> {
        // The header that only our own page can add.
        let request =
            Request::builder().method(method).uri(self.url(path)).header("x-meterhouse", "1");
        let mut request = match caller {
            Caller::Nobody => request,
            Caller::Token(token) => {
                request.header(header::AUTHORIZATION, format!("Bearer {token}"))
            }
            // What a browser adds to a request of our own page.
            Caller::Session(cookie) => request
                .header(header::COOKIE, cookie)
                .header(header::ORIGIN, &self.base)
                .header("sec-fetch-site", "same-origin"),
        };
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        ask(request.body(body).map_err(|error| error.to_string())?).await
    }

    /// A body as it is, of any type.
    pub(crate) async fn send(
        &self,
        caller: &Caller,
        method: Method,
        path: &str,
        kind: &str,
        body: &str,
    ) -> Reply {
        let Caller::Token(token) = caller else { panic!("a program with a token") };
        let request = Request::builder()
            .method(method.clone())
            .uri(self.url(path))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, kind)
            .body(body.to_owned());
        let reply = ask(request.expect("a request")).await.expect("an answer");
        conform::check(method.as_str(), path, &reply);
        reply
    }

    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> Caller {
        let body = json!({ "name": name, "password": password });
        let reply = self.post(&Caller::Nobody, "/api/v1/session", &body).await.expect(200);
        Caller::Session(reply.cookie().expect("signing in sets a cookie"))
    }

    /// Signs in with a ready log-in of the demo, by role: `admin`, `cashier` or `viewer`.
    pub(crate) async fn sign_in_as(&self, role: &str) -> Caller {
        let session = self.get(&Caller::Nobody, "/api/v1/session").await.expect(200).json();
        let ready = session.get("ready").and_then(Value::as_array).cloned().unwrap_or_default();
        let of_role = |log_in: &&Value| log_in.get("role").and_then(Value::as_str) == Some(role);
        let log_in = ready.iter().find(of_role);
        let log_in = log_in.unwrap_or_else(|| panic!("no ready log-in as {role} in {session}"));
        let word = |key: &str| log_in.get(key).and_then(Value::as_str).unwrap_or_default();
        self.sign_in(word("name"), word("password")).await
    }

    /// A program's caller, made with `meterhouse token create`.
    pub(crate) fn token(&self, role: &str) -> Caller {
        let data = self.data();
        let made = meterhouse(&["token", "create", "--role", role, "--data"], Some(&data));
        let said = String::from_utf8_lossy(&made.stdout).into_owned();
        assert!(made.status.success(), "{said}{}", String::from_utf8_lossy(&made.stderr));
        let token =
            said.split_whitespace().next_back().expect("the token is the last word printed");
        Caller::Token(token.to_owned())
    }

    /// Asks the server to end and waits for that.
    pub(crate) async fn stop(&mut self) -> ExitStatus {
        self.program.stop().await
    }

    /// Ends the server at once, as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.program.kill();
    }

    /// Starts the server again, with the same arguments on the same data.
    pub(crate) async fn restart(&mut self) {
        self.program = launch(&self.arguments, &self.data());
        self.wait_until_ready().await;
    }

    /// As [`TestSite::restart`], under a program such as strace that is told to run it. False: it
    /// ended before it was ready.
    pub(crate) async fn restart_under(&mut self, wrapper: &[String]) -> bool {
        let (first, rest) = wrapper.split_first().expect("a program to run it under");
        let mut command = Command::new(first);
        command.args(rest).arg(PROGRAM).args(&self.arguments);
        command.args(["--listen", "127.0.0.1:0", "--data"]).arg(self.data());
        self.program = Program::start(&mut command);
        let address = eventually("it is ready or has ended", async || {
            let address = address_in(&self.program.said());
            if address.is_none() && self.program.has_ended() {
                Some(None)
            } else {
                address.map(Some)
            }
        });
        let Some(address) = address.await else { return false };
        self.base = format!("http://{address}");
        eventually("/readyz answers or it has ended", async || {
            let reply = self.try_ask(&Caller::Nobody, Method::GET, "/readyz", None, &[]).await;
            (reply.is_ok() || self.program.has_ended()).then_some(())
        })
        .await;
        !self.program.has_ended()
    }

    pub(crate) fn program_ended(&self) -> bool {
        self.program.has_ended()
    }

    /// As [`TestSite::restart`], where the journal lacks something and the server is not ready.
    pub(crate) async fn restart_behind(&mut self) {
        self.program = launch(&self.arguments, &self.data());
        let address = self.program.says("its address, as http://127.0.0.1:PORT", address_in).await;
        self.base = format!("http://{address}");
        let up = async || {
            let reply = self.try_ask(&Caller::Nobody, Method::GET, "/readyz", None, &[]).await;
            reply.ok().filter(|reply| reply.status == 503)
        };
        eventually("/readyz answers 503", up).await;
    }

    /// `meterhouse verify` on this site's data.
    pub(crate) fn verify(&self) -> Output {
        meterhouse(&["verify", "--data"], Some(&self.data()))
    }
}

/// Shows what the server said when its test fails.
impl Drop for TestSite {
    #[expect(clippy::print_stderr, reason = "cargo shows it under the failed test")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!(
                "--- the server said:\n{}--- its data: {}",
                self.said(),
                self.data().display()
            );
        }
    }
}

/// Runs `meterhouse` to its end with these arguments and, last, a path.
pub(crate) fn meterhouse(arguments: &[&str], path: Option<&Path>) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).args(path).stdin(std::process::Stdio::null());
    command.output().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"))
}

fn launch(arguments: &[String], data: &Path) -> Program {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).args(["--listen", "127.0.0.1:0", "--data"]).arg(data);
    Program::start(&mut command)
}

fn data_in(folder: &Folder) -> PathBuf {
    folder.path().join("data")
}

/// The first address that the program prints, such as `http://127.0.0.1:8080`; whole lines arrive here.
fn address_in(said: &str) -> Option<String> {
    let (_, rest) = said.split_once("http://127.0.0.1:")?;
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!port.is_empty() && port != "0").then(|| format!("127.0.0.1:{port}"))
}
