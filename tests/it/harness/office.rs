//! A real site with people: nobody reaches its meter, so that credit moves only by what they do.

use serde_json::{Value, json};

use super::peers::free_port;
use super::{Caller, Folder, TestSite};

const PASSWORD: &str = "plugs and sockets";

pub(crate) struct Office {
    pub(crate) site: TestSite,
    pub(crate) admin: Caller,
    pub(crate) manager: Caller,
    pub(crate) cashier: Caller,
}

impl Office {
    /// Account 1 has 10.00; the cashier has a shift open with 100.00 in the till.
    pub(crate) async fn open(limits: &str) -> Self {
        let folder = Folder::new();
        let port = free_port();
        let text = format!(
            "tariffs = [\"demo-flat\"]\n\
             [site]\nname = \"Linden Court\"\ncurrency = \"CNY\"\nzone = \"Asia/Shanghai\"\n\
             [limits]\n{limits}\n\
             [[line]]\nid = 1\nname = \"gateway\"\ntransport = {{ tcp = {{ address = \"127.0.0.1:{port}\" }} }}\n\
             [[meter]]\nmeter = 1\nname = \"101\"\nbuilding = \"7\"\nfloor = \"1\"\nline = 1\nunit = 1\n\
             profile = \"eastron-sdm630\"\nmost_power = 40000\n\
             account = {{ customer = \"Wang Fang\", tariff = \"demo-flat\", opening = \"10.00\" }}\n"
        );
        let config = folder.write("site.toml", &text).display().to_string();
        let site = TestSite::start_in(folder, &["run", "--site", &config]).await;
        let code = site.program().set_up_code().await;
        let body = json!({ "code": code, "name": "Ann", "password": PASSWORD });
        let reply = site.post(&Caller::Nobody, "/api/v1/setup", &body).await.expect(200);
        let admin = Caller::Session(reply.cookie().expect("a cookie"));
        let mut people = Vec::new();
        for (name, role) in [("Dan", "manager"), ("Bob", "cashier")] {
            let new = json!({ "name": name, "role": role, "password": PASSWORD });
            site.post(&admin, "/api/v1/staff", &new).await.expect(201);
            people.push(site.sign_in(name, PASSWORD).await);
        }
        let cashier = people.pop().expect("Bob");
        let manager = people.pop().expect("Dan");
        let shift = json!({ "book": "live", "counter": 1, "float": 10_000 });
        site.post(&cashier, "/api/v1/shifts", &shift).await.expect(201);
        Self { site, admin, manager, cashier }
    }

    /// Everybody signs in anew, as after a start.
    pub(crate) async fn sign_in(&mut self) {
        self.admin = self.site.sign_in("Ann", PASSWORD).await;
        self.manager = self.site.sign_in("Dan", PASSWORD).await;
        self.cashier = self.site.sign_in("Bob", PASSWORD).await;
    }

    /// A cash sale of the cashier; its receipt's number.
    pub(crate) async fn sell(&self, key: &str, amount: i64) -> u64 {
        let sale = json!({ "account": 1, "amount": amount, "tender": "cash" });
        let sold = self.site.post_once(&self.cashier, "/api/v1/sales", key, &sale).await;
        sold.expect(200).json()["no"].as_u64().expect("a receipt's number")
    }

    /// Credit shrinks by so much, agreed by two; stands in for what is used.
    pub(crate) async fn correct(&self, amount: i64) {
        let order = json!({ "adjusting": "correction", "amount": amount, "cause": "other", "note": "used" });
        let path = "/api/v1/accounts/1/adjustments";
        let asked = self.site.post(&self.manager, path, &order).await.expect(202).json();
        self.approve(&asked["approval"]).await;
    }

    pub(crate) async fn approve(&self, approval: &Value) -> Value {
        let path = format!("/api/v1/approvals/{approval}/approve");
        self.site.post(&self.admin, &path, &json!({})).await.expect(200).json()
    }

    /// Newest first.
    pub(crate) async fn ledger(&self) -> Vec<Value> {
        let path = "/api/v1/accounts/1/ledger?limit=20";
        let page = self.site.get(&self.admin, path).await.expect(200).json();
        page["entries"].as_array().cloned().unwrap_or_default()
    }

    pub(crate) async fn credit(&self) -> i64 {
        let last = self.ledger().await.into_iter().next().expect("an entry");
        last["credit_after"].as_i64().expect("a sum")
    }

    pub(crate) async fn ends_sound(mut self) {
        self.site.stop().await;
        let verified = self.site.verify();
        let said = String::from_utf8_lossy(&verified.stdout).into_owned();
        assert!(verified.status.success(), "the journal is sound and sums to zero: {said}");
    }
}
