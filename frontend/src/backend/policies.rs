//! Endpoints of policies, one method each.

use shared::api::approval::Asked;
use shared::api::policy::{PolicyCheck, PolicyOrder, PolicyRow, PolicyVerdict};

use super::request::Request;
use super::{Answer, Backend};

impl Backend {
    pub async fn policies(&self) -> Answer<Vec<PolicyRow>> {
        self.ask(Request::get("/policies")).await
    }

    pub async fn check_policy(&self, text: &str) -> Answer<PolicyVerdict> {
        let order = PolicyCheck { policy: None, text: Some(text.to_owned()) };
        self.ask(Request::post("/policies/check").body(&order)).await
    }

    pub async fn ask_policy(&self, order: &PolicyOrder) -> Answer<Asked> {
        self.ask(Request::post("/policies").body(order)).await
    }
}
