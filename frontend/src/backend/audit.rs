//! The auditor's questions. `asked` is a query as the address has it.

use shared::api::audit::{ActsPage, BalanceAudit, Choices, EntriesPage, RecordPage, RiskPage};
use shared::api::daybook::{DayBook, ProviderFile, Reconciled};
use shared::id::Seq;

use super::request::Request;
use super::{Answer, Backend};

impl Backend {
    pub async fn balances(&self, asked: &str) -> Answer<BalanceAudit> {
        self.ask(Request::get(format!("/audit/balances?{asked}"))).await
    }

    pub async fn entries(&self, asked: &str) -> Answer<EntriesPage> {
        self.ask(Request::get(format!("/audit/entries?{asked}"))).await
    }

    pub async fn record(&self, seq: Seq) -> Answer<RecordPage> {
        self.ask(Request::get(format!("/audit/records/{seq}"))).await
    }

    pub async fn acts(&self, asked: &str) -> Answer<ActsPage> {
        self.ask(Request::get(format!("/audit/acts?{asked}"))).await
    }

    pub async fn risks(&self, asked: &str) -> Answer<RiskPage> {
        self.ask(Request::get(format!("/audit/findings?{asked}"))).await
    }

    pub async fn audit_choices(&self) -> Answer<Choices> {
        self.ask(Request::get("/audit/choices")).await
    }

    pub async fn day_book(&self, asked: &str) -> Answer<DayBook> {
        self.ask(Request::get(format!("/daybook?{asked}"))).await
    }

    pub async fn match_file(&self, file: &ProviderFile) -> Answer<Reconciled> {
        self.ask(Request::post("/daybook/provider-file").body(file)).await
    }
}
