//! Endpoints of tariffs, approvals, and explanations, one method each.

use serde::Deserialize;
use shared::api::approval::{Approval, ApprovalState, Asked, Decision};
use shared::api::breaker::{MassCuts, ReleaseOrder, SuppliesOrder};
use shared::api::explain::Explanation;
use shared::api::tariff::{
    Draft, DraftOrder, Preview, PreviewOrder, PublicationOrder, TariffPage, TariffRow, Template,
};
use shared::id::{AccountId, Seq, TariffId};

use super::request::{Request, quoted};
use super::{Answer, Backend};

/// As much of an approval as is counted.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
struct Waits {
    state: ApprovalState,
    own: bool,
}

impl Backend {
    /// How many requests wait for this reader's word.
    pub async fn waiting_for_me(&self) -> Answer<usize> {
        let all: Vec<Waits> = self.ask(Request::get("/approvals")).await?;
        let mine = |waits: &&Waits| waits.state == ApprovalState::Waiting && !waits.own;
        Ok(all.iter().filter(mine).count())
    }

    pub async fn mass_cuts(&self) -> Answer<MassCuts> {
        self.ask(Request::get("/mass-cuts")).await
    }

    pub async fn ask_release(&self, order: &ReleaseOrder) -> Answer<Asked> {
        self.ask(Request::post("/mass-cuts/release").body(order)).await
    }

    pub async fn order_supplies(&self, order: &SuppliesOrder) -> Answer<Asked> {
        self.ask(Request::post("/supplies").body(order)).await
    }

    pub async fn tariffs(&self) -> Answer<Vec<TariffRow>> {
        self.ask(Request::get("/tariffs")).await
    }

    pub async fn tariff(&self, id: &TariffId) -> Answer<TariffPage> {
        self.ask(Request::get(format!("/tariffs/{}", quoted(&id.0)))).await
    }

    pub async fn templates(&self) -> Answer<Vec<Template>> {
        self.ask(Request::get("/tariffs/templates")).await
    }

    pub async fn preview_tariff(&self, order: &PreviewOrder) -> Answer<Preview> {
        self.ask(Request::post("/tariffs/preview").body(order)).await
    }

    pub async fn drafts(&self) -> Answer<Vec<Draft>> {
        self.ask(Request::get("/tariffs/drafts")).await
    }

    pub async fn add_draft(&self, text: &str) -> Answer<Draft> {
        let order = DraftOrder { text: text.to_owned() };
        self.ask(Request::post("/tariffs/drafts").body(&order)).await
    }

    pub async fn remove_draft(&self, draft: u64) -> Answer<()> {
        self.order(Request::delete(format!("/tariffs/drafts/{draft}"))).await
    }

    pub async fn request_publication(
        &self,
        draft: u64,
        order: &PublicationOrder,
    ) -> Answer<Approval> {
        self.ask(Request::post(format!("/tariffs/drafts/{draft}/request")).body(order)).await
    }

    pub async fn approvals(&self) -> Answer<Vec<Approval>> {
        self.ask(Request::get("/approvals")).await
    }

    pub async fn decide(&self, approval: u64, approve: bool, note: &str) -> Answer<Approval> {
        let word = if approve { "approve" } else { "refuse" };
        let decision = Decision { note: note.to_owned() };
        self.ask(Request::post(format!("/approvals/{approval}/{word}")).body(&decision)).await
    }

    pub async fn explain(&self, account: AccountId, seq: Seq) -> Answer<Explanation> {
        self.ask(Request::get(format!("/accounts/{account}/ledger/{seq}/explain"))).await
    }
}
