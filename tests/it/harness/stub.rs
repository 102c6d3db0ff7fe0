//! The stub of a payment provider as a process of its own, and a site that it takes payments for.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use http::{Method, Request};
use serde_json::Value;
use server::pay::sign::{Secrets, Signed};
use shared::time::Timestamp;

use super::http::ask;
use super::peers::free_port;
use super::site::PROGRAM;
use super::{Caller, Folder, Program, Reply, TestSite, eventually};

pub(crate) const SECRET: &str = "a secret that only tests know";

/// A site with a simulated building, and the stub beside it.
pub(crate) struct PaidSite {
    pub(crate) site: TestSite,
    stub: Program,
    stub_port: u16,
}

impl PaidSite {
    pub(crate) async fn start() -> Self {
        Self::start_at(1).await
    }

    /// The building's clock goes `pace` times as fast.
    pub(crate) async fn start_at(pace: u32) -> Self {
        Self::start_with(pace, async |stub| format!("url = \"http://127.0.0.1:{stub}\"\n")).await
    }

    /// `way` knows the stub's port and gives the lines of the site file by which it is reached.
    pub(crate) async fn start_over(way: impl AsyncFnOnce(u16) -> String) -> Self {
        Self::start_with(1, way).await
    }

    async fn start_with(pace: u32, way: impl AsyncFnOnce(u16) -> String) -> Self {
        let folder = Folder::new();
        let key = folder.path().join("pay.key");
        std::fs::write(&key, SECRET).expect("the folder takes files");
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).expect("is ours");
        // The site's own port is not known before it runs, so the stub is told nothing: tests tell.
        let stub_port = free_port();
        let stub = start_stub(stub_port, &key, None);
        let way = way(stub_port).await;
        let file = folder.path().join("site.toml");
        let text = format!(
            "[site]\nname = \"Linden Court\"\ncurrency = \"CNY\"\nzone = \"Asia/Shanghai\"\n\
             [simulated]\nseed = 7\npace = {pace}\nfloors = 1\n\
             [[provider]]\nname = \"pay\"\n{way}\
             secret_file = \"pay.key\"\ntimeout_s = 1\n"
        );
        std::fs::write(&file, text).expect("the folder takes files");
        let file = file.display().to_string();
        let site = TestSite::start_in(folder, &["run", "--site", &file]).await;
        let mut paid = Self { site, stub, stub_port };
        paid.wait_for_stub().await;
        paid
    }

    /// The stub again, from now on telling the site by itself.
    pub(crate) async fn let_the_stub_tell(&mut self) {
        let notify = self.site.url("/api/v1/pay/pay/webhook");
        let key = self.site.folder().path().join("pay.key");
        self.stub.kill();
        self.stub = start_stub(self.stub_port, &key, Some(&notify));
        self.wait_for_stub().await;
    }

    async fn wait_for_stub(&mut self) {
        self.stub.says("that it is ready", |said| said.contains("is ready on").then_some(())).await;
    }

    pub(crate) async fn behave(&self, charge: &str, status: &str, refund: &str) {
        let body = format!("charge={charge}&status={status}&refund={refund}");
        self.at_the_stub("/", body).await;
    }

    /// What the customer does on the phone's page.
    pub(crate) async fn on_the_phone(&self, view: &Value, act: &str) {
        let code = view["code"].as_str().expect("a payment that can be paid has a code");
        let path = code.split_once("/pay/").expect("the code is an address of the stub").1;
        self.at_the_stub(&format!("/pay/{path}"), format!("act={act}")).await;
    }

    async fn at_the_stub(&self, path: &str, body: String) {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://127.0.0.1:{}{path}", self.stub_port))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .expect("a request");
        ask(request).await.expect("the stub answers").expect(303);
    }

    pub(crate) async fn stub_page(&self, path: &str) -> Reply {
        let uri = format!("http://127.0.0.1:{}{path}", self.stub_port);
        ask(Request::builder().uri(uri).body(String::new()).expect("a request"))
            .await
            .expect("the stub answers")
    }

    pub(crate) async fn view(&self, caller: &Caller, payment: u64) -> Value {
        self.site.get(caller, &format!("/api/v1/payments/{payment}")).await.expect(200).json()
    }

    pub(crate) async fn until(&self, caller: &Caller, payment: u64, state: &str) -> Value {
        eventually(&format!("payment {payment} is {state}"), async || {
            Some(self.view(caller, payment).await).filter(|view| view["state"] == state)
        })
        .await
    }

    /// Posts a webhook as the provider would.
    pub(crate) async fn tell(&self, body: &str, signed: &Signed) -> Reply {
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.site.url("/api/v1/pay/pay/webhook"))
            .header("content-type", "application/json")
            .header("webhook-id", &signed.id)
            .header("webhook-timestamp", &signed.at)
            .header("webhook-signature", &signed.signature)
            .body(body.to_owned())
            .expect("a request");
        ask(request).await.expect("the site answers")
    }
}

pub(crate) fn signed(id: &str, at: Timestamp, body: &str) -> Signed {
    Secrets::parse(SECRET).expect("a secret").sign(id, at, body.as_bytes())
}

fn start_stub(port: u16, key: &std::path::Path, notify: Option<&str>) -> Program {
    let mut command = Command::new(PROGRAM);
    command.args(["stub-provider", "--listen", &format!("127.0.0.1:{port}"), "--secret-file"]);
    command.arg(key);
    if let Some(notify) = notify {
        command.args(["--notify", notify]);
    }
    Program::start(&mut command)
}
